use eventbus_runtime::store::Store;
use eventbus_runtime::{DomainEvent, EventBus};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(retired = "2026-01-31")]
    Placed { id: u64 },
}

pub async fn save<S: Store>(bus: &EventBus<S>, connection: &mut S::Connection) {
    let _ = bus.emit(connection, OrderPlaced { id: 1 }).await;
}
