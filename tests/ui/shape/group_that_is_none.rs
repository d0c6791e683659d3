use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(Order),
}

#[derive(Debug, Clone)]
pub struct Order {
    pub id: u64,
}

fn main() {}
