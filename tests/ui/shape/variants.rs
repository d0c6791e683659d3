use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    Again(Box<ShopEvent>),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    Moved(u32, u32),
    Renamed(String),
    Cancelled(),
    Shipped(Option<Shipping>),
    Delivered(Box<DeliveryEvent>),
    Paid { cents: i64 },
}

#[derive(Debug, Clone, DomainEvent)]
pub enum DeliveryEvent {
    Failed { attempts: u32 },
}

#[derive(Debug, Clone)]
pub struct Shipping;

fn main() {
    let paid = OrderPaid { cents: 1 };
    let _ = (OrderPaid::TYPE, paid.clone());
}
