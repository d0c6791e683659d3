use eventbus_runtime::EventBus;
use eventbus_runtime::store::{Figures, Store};

pub fn follow<S: Figures>(_: &EventBus<S>) {}

pub fn start<S: Store>(bus: &EventBus<S>) {
    follow(bus);
}
