use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(Order),
}

#[derive(Debug)]
pub struct Order {
    pub id: u64,
}
