//! A shop whose events have grown: versions, former names, fields that came without a version, and open enums.

use eventbus_runtime::Document;

use crate::catalogs::document;

/// The code as it was, and as it is.
pub(crate) fn documents() -> Vec<Document> {
    vec![
        document::<first::ShopEvent>(),
        document::<second::ShopEvent>(),
        document::<today::ShopEvent>(),
    ]
}

/// Version 1 of `order.placed`.
#[allow(dead_code, reason = "only what it looks like is asked")]
mod first {
    use eventbus_runtime::DomainEvent;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        Order(OrderEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum OrderEvent {
        Placed { order_id: String, total: f64, items: Vec<Item>, price: Price },
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Item {
        sku: String,
    }

    /// It is the same in every version, but for this remark.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Price {
        cents: u32,
    }
}

/// Version 2.
#[allow(dead_code, reason = "only what it looks like is asked")]
mod second {
    use eventbus_runtime::{DomainEvent, EventPayload};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::first;

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        Order(OrderEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum OrderEvent {
        #[event(version = 2, upcast(1 => OrderPlacedV1))]
        Placed { order_id: String, total_cents: i64, items: Vec<Item>, price: Price },
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
    pub(crate) struct OrderPlacedV1 {
        order_id: String,
        total: f64,
        items: Vec<first::Item>,
        price: first::Price,
    }

    impl From<OrderPlacedV1> for OrderPlaced {
        fn from(old: OrderPlacedV1) -> Self {
            let price = Price { cents: 0 };
            Self { order_id: old.order_id, total_cents: 0, items: Vec::new(), price }
        }
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Item {
        sku: String,
        quantity: u32,
    }

    /// What something costs.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Price {
        cents: u32,
    }
}

/// Version 3, which is today's.
pub(crate) mod today {
    use std::collections::BTreeMap;

    use eventbus_runtime::{DomainEvent, EventPayload};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::second;

    /// Everything that happens.
    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        Order(OrderEvent),
        Parcel(ParcelEvent),
    }

    /// What becomes of orders.
    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum OrderEvent {
        /// Somebody ordered something.
        #[event(alias = "cart.ordered")]
        #[event(version = 3, upcast(2 => OrderPlacedV2), unreadable(1))]
        Placed {
            #[event(aggregate_id)]
            order_id: String,
            total_cents: i64,
            items: Vec<Item>,
            price: Price,
            /// Came with the last version.
            channel: Channel,
            /// Came without one.
            coupon: Option<String>,
            #[serde(default = "one")]
            parcels: u8,
            #[serde(default)]
            notes: BTreeMap<String, String>,
            #[serde(alias = "tel")]
            phone: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            gift: Option<Gift>,
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            tags: Vec<String>,
        },
        /// It was too late.
        #[deprecated = "use `order.returned`"]
        Cancelled { order_id: String },
        #[event(retired = "2026-01-31")]
        Held { order_id: String },
        Paid {
            by: Payment,
            #[event(int = "string")]
            number: u64,
            list: Vec<Option<Payment>>,
        },
    }

    /// What becomes of parcels.
    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ParcelEvent {
        Sent { item: Item, gift: Option<Gift> },
    }

    fn one() -> u8 {
        1
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
    pub(crate) struct OrderPlacedV2 {
        order_id: String,
        total_cents: i64,
        items: Vec<second::Item>,
        price: second::Price,
    }

    impl From<OrderPlacedV2> for OrderPlaced {
        fn from(old: OrderPlacedV2) -> Self {
            Self {
                order_id: old.order_id,
                total_cents: old.total_cents,
                items: Vec::new(),
                price: Price { cents: 0 },
                channel: Channel::Web,
                coupon: None,
                parcels: 1,
                notes: BTreeMap::new(),
                phone: None,
                gift: None,
                tags: Vec::new(),
            }
        }
    }

    /// A piece of an order.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Item {
        sku: String,
        quantity: u32,
        #[serde(default)]
        price: Option<Price>,
    }

    /// What something costs, as ever.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Price {
        cents: u32,
    }

    /// What comes with it.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Gift {
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wrap: Option<Channel>,
    }

    /// Where it was ordered.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Channel {
        Web,
        Phone,
        #[serde(other)]
        Other,
    }

    /// How it was paid.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    pub(crate) enum Payment {
        Card {
            digits: String,
        },
        Voucher {
            #[serde(default)]
            cents: u32,
        },
        #[serde(other)]
        Other,
    }
}
