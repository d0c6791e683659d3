use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Schedule, Store};

pub fn follow<S: Schedule>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    follow(bus);
}
