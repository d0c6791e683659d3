use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Moved(u32, u32),
    Renamed(String),
    Again(Box<OrderEvent>),
    OAuth2Linked,
    #[event(name = "")]
    Empty,
    _Hidden,
}
