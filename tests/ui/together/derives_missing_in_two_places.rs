use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(Order),
    User(UserEvent),
}

#[derive(Debug, DomainEvent)]
pub enum UserEvent {
    #[event(payload)]
    Created(UserCreated),
}

#[derive(Debug)]
pub struct Order;

#[derive(Debug)]
pub struct UserCreated;
