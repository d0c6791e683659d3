use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event]
pub enum ShopEvent {
    #[event(version = 2)]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(rename_all = "kebab-case", derive(Debug), crate = "1 + 1")]
pub enum OrderEvent {
    #[event(verison = 2)]
    Placed { id: u64 },
    #[event(topic = "orders", name = "shipped", name = "sent")]
    Shipped { id: u64 },
    #[event(version = "2")]
    Paid { id: u64 },
    #[event(external)]
    Found { id: u64 },
    #[event(a b)]
    Words { id: u64 },
}
