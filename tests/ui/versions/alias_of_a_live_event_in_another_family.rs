use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum UserEvent {
    #[event(alias = "order.placed")]
    Created { id: u64 },
}
