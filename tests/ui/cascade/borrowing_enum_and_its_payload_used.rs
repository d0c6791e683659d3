use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { name: &'static str },
}

pub fn use_it(placed: OrderPlaced) -> ShopEvent {
    OrderEvent::from(placed).into()
}
