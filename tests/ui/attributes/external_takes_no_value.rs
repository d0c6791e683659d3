use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    #[event(external = true)]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent {
    Placed { id: u64 },
}
