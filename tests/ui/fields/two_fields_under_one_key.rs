use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[serde(rename = "total")]
        cents: u64,
        total: u64,
    },
}
