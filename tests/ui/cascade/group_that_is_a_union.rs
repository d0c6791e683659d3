use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Clone, Copy, DomainEvent)]
pub union OrderEvent {
    pub id: u32,
    pub number: u32,
}

impl std::fmt::Debug for OrderEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("order")
    }
}

pub fn use_it(order: OrderEvent) -> ShopEvent {
    order.into()
}
