use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Item(ItemEvent),
    #[event(name = "item")]
    ItemAdded { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum ItemEvent {
    Removed { id: u64 },
}
