use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    #[serde(rename = "people")]
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { count: usize },
}

#[derive(Debug, DomainEvent)]
pub enum UserEvent {
    #[event(version = 0)]
    Created { id: u64 },
}
