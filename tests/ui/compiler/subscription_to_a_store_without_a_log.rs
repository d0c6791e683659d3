use eventbus_runtime::EventBus;
use eventbus_runtime::store::Store;

pub fn subscribe<S: Store>(bus: &EventBus<S>) {
    let _ = bus.subscribe("billing");
}
