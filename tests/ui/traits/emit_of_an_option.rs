use eventbus_runtime::EventBus;
use eventbus_runtime::store::Store;

pub async fn save<S: Store>(bus: &EventBus<S>, connection: &mut S::Connection) {
    let _ = bus.emit(connection, Some(OrderPlaced { id: 1 })).await;
}

#[derive(Debug)]
pub struct OrderPlaced {
    pub id: u64,
}
