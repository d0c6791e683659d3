use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    #[event(alias = "shop.orders", upcast(1 => A), unreadable(1), retired = "2026-01-31")]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(version = 3)]
    Placed { id: u64 },
    #[event(version = 3, upcast(2 => A))]
    Shipped { id: u64 },
    #[event(version = 9, unreadable(1))]
    Packed { id: u64 },
    #[event(version = 2, upcast(0 => A, 2 => B))]
    Paid { id: u64 },
    #[event(version = 3, upcast(2 => A, 1 => B, 1 => C), unreadable(2))]
    Sent { id: u64 },
    #[event(upcast(1 => A))]
    Weighed { id: u64 },
    #[event(unreadable(1))]
    Measured { id: u64 },
    #[event(version = 2, upcast(A))]
    Listed { id: u64 },
    #[event(retired = "31.01.2026")]
    Lost { id: u64 },
    #[event(alias = "created", alias = "order.*", alias = "eventbus.made", alias = "a.b", alias = "a.b")]
    Made { id: u64 },
    #[event(alias = "a.b")]
    Found { id: u64 },
}

fn main() {}
