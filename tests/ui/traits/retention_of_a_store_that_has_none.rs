use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Retention, Store};

pub fn follow<S: Retention>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    follow(bus);
}
