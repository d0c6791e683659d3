use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Log, Store};

pub fn follow<S: Log>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    follow(bus);
}
