use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(version = 0)]
    Placed { id: u64 },
}

pub fn use_it(event: &ShopEvent, placed: &OrderPlaced) -> serde_json::Result<ShopEvent> {
    let text = serde_json::to_string(&(event, placed))?;
    serde_json::from_str(&text)
}
