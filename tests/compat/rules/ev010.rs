//! EV010: an event type moved to another group and kept its name.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Document, DomainEvent};

mod old {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum ShopEvent {
        Order(OrderEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum OrderEvent {
        Placed { id: u64 },
        Sent { id: u64 },
    }
}

#[derive(Debug, Clone, DomainEvent)]
enum ShopEvent {
    #[event(name = "order")]
    Purchase(PurchaseEvent),
    #[event(name = "parcel")]
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum PurchaseEvent {
    Placed { id: u64 },
}

#[derive(Debug, Clone, DomainEvent)]
enum OrderEvent {
    #[event(alias = "order.sent")]
    Sent { id: u64 },
}

pub(super) fn documents() -> [Document; 2] {
    [catalog_json(old::ShopEvent::CATALOG), catalog_json(ShopEvent::CATALOG)]
        .map(|catalog| serde_json::from_str(&catalog).expect("a catalog"))
}
