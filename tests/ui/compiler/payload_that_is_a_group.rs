use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(payload)]
    Item(ItemEvent),
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "item")]
pub enum ItemEvent {
    Removed { id: u64 },
}
