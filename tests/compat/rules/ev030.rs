//! EV030: the kind of the aggregate is another, by a word or by a new name.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Document, DomainEvent};

mod old {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum ShopEvent {
        Order(OrderEvent),
        Parcel(ParcelEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum OrderEvent {
        Placed {
            #[event(aggregate_id)]
            id: u64,
        },
        Counted { count: u64 },
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum ParcelEvent {
        Sent {
            #[event(aggregate_id)]
            id: u64,
        },
    }
}

#[derive(Debug, Clone, DomainEvent)]
enum ShopEvent {
    Order(OrderEvent),
    Shipment(ShipmentEvent),
}

#[derive(Debug, Clone, DomainEvent)]
#[event(aggregate = "cart")]
enum OrderEvent {
    Placed {
        #[event(aggregate_id)]
        id: u64,
    },
    Counted { count: u64 },
}

#[derive(Debug, Clone, DomainEvent)]
enum ShipmentEvent {
    #[event(alias = "parcel.sent")]
    Sent {
        #[event(aggregate_id)]
        id: u64,
    },
}

pub(super) fn documents() -> [Document; 2] {
    [catalog_json(old::ShopEvent::CATALOG), catalog_json(ShopEvent::CATALOG)]
        .map(|catalog| serde_json::from_str(&catalog).expect("a catalog"))
}
