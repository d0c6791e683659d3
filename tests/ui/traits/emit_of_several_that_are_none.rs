use eventbus_runtime::EventBus;
use eventbus_runtime::store::Store;

pub async fn save<S: Store>(bus: &EventBus<S>, connection: &mut S::Connection) {
    let _ = bus.emit(connection, vec![1, 2]).await;
}
