use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Integrity, Store};

pub fn follow<S: Integrity>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    follow(bus);
}
