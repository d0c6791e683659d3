use eventbus_runtime::EventBus;
use eventbus_runtime::store::Store;

pub async fn save<S: Store>(bus: &EventBus<S>, connection: &S::Connection, event: shop_events::OrderEvent) {
    let _ = bus.emit(connection, event).await;
}
