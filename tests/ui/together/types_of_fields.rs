use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        count: usize,
        gone: Option<Option<u32>>,
        photo: Vec<u8>,
        name: &'static str,
        before: Option<Box<Self>>,
    },
}
