use eventbus_runtime::EventBus;
use eventbus_runtime::store::Store;

pub async fn save<S: Store>(bus: &EventBus<S>, connection: &mut S::Connection, events: Vec<shop_events::OrderEvent>) {
    let _ = bus.emit(connection, events.into_iter()).await;
}
