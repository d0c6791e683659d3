//! Families in families that have grown: versions, former names, types that are gone, and all that an author can say of an
//! event.

/// The events before they changed.
#[allow(dead_code, reason = "only what it looks like is asked")]
pub(crate) mod before {
    use eventbus_runtime::DomainEvent;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        Order(OrderEvent),
        Account(AccountEvent),
        Stock(StockEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum OrderEvent {
        /// A customer placed an order.
        Placed {
            #[event(aggregate_id)]
            order_id: Uuid,
            total: i64,
            coupon: Option<String>,
        },
        Shipped {
            #[event(aggregate_id)]
            order_id: Uuid,
            carrier: Carrier,
        },
        /// The customer thought better of it.
        Cancelled {
            #[event(aggregate_id)]
            order_id: Uuid,
            /// In the customer's words.
            reason: Option<String>,
        },
        /// It is called otherwise today.
        Paid {
            #[event(aggregate_id)]
            order_id: Uuid,
        },
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum AccountEvent {
        Opened {},
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum StockEvent {
        /// Somebody counted.
        #[event(retired = "2025-12-31")]
        Counted { articles: u32 },
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub(crate) enum Carrier {
        Dhl,
        Ups,
    }
}

/// The events as they are.
#[allow(dead_code, clippy::large_enum_variant, reason = "only what it looks like is asked")]
pub(crate) mod now {
    use std::collections::BTreeMap;

    use eventbus_runtime::{DomainEvent, EventPayload, RawEvent};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    /// Everything that happens in the shop.
    ///
    /// - what customers *do*
    /// - what **we** do about it, see [the handbook](https://shop.example/handbook)
    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        /// What becomes of orders.
        Order(OrderEvent),
        /// What becomes of accounts.
        Account(AccountEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum OrderEvent {
        /// A customer placed an order.
        ///
        /// The total is in the currency's smallest unit:
        ///
        /// ```json
        /// { "total": 1250, "currency": "EUR" }
        /// ```
        #[event(version = 2, upcast(1 => PlacedV1), alias = "sale.placed")]
        Placed {
            /// The order.
            #[event(aggregate_id)]
            order_id: Uuid,
            /// Whose shop it is.
            #[event(tenant_id)]
            shop: String,
            /// What is to be paid.
            total: i64,
            /// ISO 4217.
            #[schemars(length(equal = 3), regex(pattern = "^[A-Z]+$"))]
            currency: String,
            /// How it is paid.
            payment: Payment,
            /// What was ordered.
            #[schemars(length(min = 1, max = 100))]
            lines: Vec<Line>,
        },
        #[event(version = 2, unreadable(1), compat(reviewed = "none is stored"))]
        Shipped {
            #[event(aggregate_id)]
            order_id: Uuid,
            /// When the parcel left.
            at: String,
        },
        /// An order was paid.
        #[event(alias = "order.paid")]
        Settled {
            #[event(aggregate_id)]
            order_id: Uuid,
        },
        /// Parcels.
        Parcel(ParcelEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ParcelEvent {
        /// A parcel was lost on its way.
        #[event(retired = "2026-01-31")]
        Lost { parcel: u32 },
        /// A parcel came back.
        #[deprecated = "use `order.shipped`"]
        Returned {
            parcel: u32,
            /// What is known of it, by name.
            facts: BTreeMap<String, Vec<Option<f64>>>,
            /// Where it was, and is.
            places: (String, Place),
        },
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum AccountEvent {
        /// The account is no more.
        Closed {},
        /// Whatever else was said of accounts.
        #[event(unknown)]
        Other(RawEvent),
    }

    /// One position of an order.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Line {
        /// The article's number.
        #[serde(alias = "article")]
        pub sku: String,
        /// How many.
        #[schemars(range(min = 1))]
        #[serde(default = "one")]
        pub pieces: u32,
    }

    fn one() -> u32 {
        1
    }

    /// How an order is paid.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub(crate) enum Payment {
        /// When the parcel is there.
        Cash,
        /// Beforehand.
        Card {
            /// The last digits.
            last: String,
        },
    }

    /// A place.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) enum Place {
        /// A shelf, by its number.
        Shelf(u8),
        /// Somewhere else.
        Elsewhere { street: String, zip: Option<String> },
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
    pub(crate) struct PlacedV1 {
        pub order_id: Uuid,
        pub total: i64,
        pub coupon: Option<String>,
    }

    impl From<PlacedV1> for OrderPlaced {
        fn from(old: PlacedV1) -> Self {
            Self {
                order_id: old.order_id,
                shop: String::new(),
                total: old.total,
                currency: "EUR".to_owned(),
                payment: Payment::Cash,
                lines: Vec::new(),
            }
        }
    }
}
