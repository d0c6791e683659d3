use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    #[event(external)]
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "orders")]
pub enum OrderEvent {
    Placed { id: u64 },
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "people")]
pub enum UserEvent {
    Created { id: u64 },
}
