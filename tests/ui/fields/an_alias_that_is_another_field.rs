use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        total: u64,
        #[serde(alias = "total")]
        cents: u64,
    },
}
