use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    #[event(name = "")]
    Empty,
    #[event(name = "order.placed")]
    Dotted,
    #[event(name = "placed.*")]
    DottedWildcard,
    #[event(name = "#")]
    Wildcard,
    #[event(name = "PlacedTwice")]
    Capitals,
    #[event(name = "placed-late")]
    Dash,
    OAuth2Linked,
    Größe,
    _Hidden,
}

fn main() {}
