use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    #[serde(transparent)]
    Placed { id: u64 },
    #[serde(into = "Written", from = "Written")]
    Shipped { id: u64 },
    #[serde(tag = "kind")]
    Paid { id: u64 },
}

fn main() {}
