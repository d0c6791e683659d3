use eventbus_runtime::{DomainEvent, Event, EventSubset, HandlerError};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
    Shipped { id: u64 },
}

#[derive(Debug, EventSubset)]
pub enum Billing {
    Placed(OrderPlaced),
    #[event(name = "sent")]
    Shipped(OrderShipped),
}

pub async fn follow(event: Event<Billing>) -> Result<(), HandlerError> {
    match event.into_payload() {
        Billing::Placed(placed) => drop(Billing::from(placed)),
        Billing::Shipped(shipped) => drop(OrderShipped::try_from(Billing::from(shipped))),
    }
    Ok(())
}
