use eventbus_runtime::store::Log;
use eventbus_runtime::{DomainEvent, Event, EventBus, HandlerError};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(version = 0)]
    Placed { id: u64 },
}

pub async fn use_it<S: Log>(bus: &EventBus<S>, connection: &mut S::Connection) {
    let _ = bus.subscribe("billing").handle(charge).handle(follow);
    let _ = bus.emit(connection, (OrderPlaced { id: 1 }, OrderEvent::Placed { id: 2 })).await;
    let _ = ShopEvent::filter().tenant("acme") | OrderPlaced::filter();
}

async fn charge(event: Event<OrderPlaced>) -> Result<(), HandlerError> {
    assert_eq!(event.id, 1);
    Ok(())
}

async fn follow(_: Event<OrderEvent>) -> Result<(), HandlerError> {
    Ok(())
}
