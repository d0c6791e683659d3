use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Item(Box<ItemEvent>),
}

#[derive(Debug, DomainEvent)]
pub enum ItemEvent {
    Removed { id: u64 },
}

pub fn use_it() -> &'static str {
    ItemRemoved::TYPE
}
