use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[serde(flatten)]
        address: Address,
    },
}

#[derive(Debug, Clone)]
pub struct Address;
