use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(alias = "shop.begun")]
    Placed { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum UserEvent {
    #[event(alias = "shop.begun")]
    Created { id: u64 },
}
