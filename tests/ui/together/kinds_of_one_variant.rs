use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(name = "Placed-1", version = 0)]
    #[serde(rename = "created", deny_unknown_fields)]
    Placed {
        #[event(aggregate_id)]
        id: usize,
        #[event(aggregate_id, key)]
        #[serde(flatten)]
        rest: Vec<u8>,
    },
}
