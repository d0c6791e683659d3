use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
#[event]
pub enum ShopEvent {
    #[event(version = 2)]
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
#[event(rename_all = "kebab-case", derive(Debug), crate = "1 + 1")]
pub enum OrderEvent {
    #[event(verison = 2)]
    Placed { id: u64 },
    #[event(topic = "orders", name = "shipped", name = "sent")]
    Shipped { id: u64 },
    #[event(version = "2")]
    Paid { id: u64 },
    #[event(version = 0)]
    Packed { id: u64 },
    #[event(version = 4294967296)]
    Weighed { id: u64 },
    #[event(name = 3)]
    Returned { id: u64 },
    #[event(external = true)]
    Lost { id: u64 },
    #[event(external)]
    Found { id: u64 },
    #[event(payload)]
    Opened { id: u64 },
    #[event(payload = "no type")]
    Closed { id: u64 },
    #[event()]
    Empty { id: u64 },
    #[event = "x"]
    Equals { id: u64 },
    #[event(a b)]
    Words { id: u64 },
}

fn main() {}
