use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    #[event(name = "order")]
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum UserEvent {
    Created { id: u64 },
}
