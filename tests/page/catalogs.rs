//! Catalogs to print: each a history, one document after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use eventbus_runtime::{Catalog, Document, DomainEvent};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What nobody should be able to break out with.
pub(crate) const HOSTILE: &str =
    "</title></script><script>alert(1)</script> --> *x* | `y` \u{202e}ü";

/// Every catalog by its name.
pub(crate) fn all() -> Vec<(&'static str, Vec<Document>)> {
    vec![
        ("small", vec![document(&small::ShopEvent::CATALOG)]),
        ("nested", vec![document(&before::ShopEvent::CATALOG), document(&now::ShopEvent::CATALOG)]),
        ("recursive", vec![document(&recursive::TreeEvent::CATALOG)]),
        ("hostile", vec![document(&hostile::WildEvent::CATALOG)]),
    ]
}

fn document(catalog: &'static Catalog) -> Document {
    match catalog {
        Catalog::Group(group) => Document::from(*group),
        Catalog::Leaf(_) => panic!("a root is a group"),
    }
}

mod small {
    use super::DomainEvent;

    /// One event.
    #[derive(Debug, Clone, DomainEvent)]
    #[event(prefix = "shop")]
    pub(crate) enum ShopEvent {
        /// The shop opened.
        Opened {
            /// Who turned the key.
            by: String,
        },
    }
}

/// The events before they changed.
mod before {
    use super::{Deserialize, DomainEvent, JsonSchema, Serialize, Uuid};

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum ShopEvent {
        Order(OrderEvent),
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
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub(crate) enum Carrier {
        Dhl,
        Ups,
    }
}

/// Families in families, versions, and all that an author can say of an event.
mod now {
    use eventbus_runtime::EventPayload;

    use super::{BTreeMap, Deserialize, DomainEvent, JsonSchema, Serialize, Uuid};

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

mod recursive {
    use super::{Deserialize, DomainEvent, JsonSchema, Serialize};

    #[derive(Debug, Clone, DomainEvent)]
    #[event(prefix = "tree")]
    pub(crate) enum TreeEvent {
        Grown {
            tree: Node<String>,
            meadow: Option<Box<Meadow>>,
            first: Page<u8>,
            second: Page<Option<String>>,
        },
    }

    /// A node, with those below it.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Node<T> {
        pub value: T,
        pub below: Vec<Node<T>>,
    }

    /// Some of many.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Page<T> {
        pub items: Vec<T>,
    }

    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    pub(crate) struct Meadow {
        pub trees: Vec<Node<String>>,
        pub next: Option<Box<Meadow>>,
    }
}

mod hostile {
    use super::DomainEvent;
    use super::{
        Cow, Deserialize, JsonSchema, Schema, SchemaGenerator, Serialize, Value, json_schema,
    };

    /// </script><script>alert("docs")</script> `</code>` --> ]]> */ {{x}} | a | b
    ///
    /// # A heading
    ///
    /// <img src=x onerror=alert(1)> [here](javascript:alert(1)) 日本語 \u{202e} &amp; &lt; ``` open
    #[derive(Debug, Clone, DomainEvent)]
    #[event(prefix = "wild")]
    pub(crate) enum WildEvent {
        /// ```
        /// never closed </pre></code><script>alert(2)</script>
        Type(TypeEvent),
        /// An event of the root.
        Default {},
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(crate) enum TypeEvent {
        /// Names that are words of some language.
        Class {
            r#type: String,
            r#fn: Option<u8>,
            constructor: bool,
            #[serde(rename = "__proto__")]
            proto: bool,
            #[serde(rename = "a \"b\" </script> `c` | d\\ <!-- é")]
            odd: String,
            /// <!-- never closed
            #[serde(rename = "toString")]
            to_string: i8,
        },
        /// Many ways.
        Enum {
            of: Wide,
            deep: Deep,
        },
        Await {
            any: Value,
        },
    }

    /// A choice among 200 words.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(crate) struct Wide(String);

    impl JsonSchema for Wide {
        fn schema_name() -> Cow<'static, str> {
            "Wide".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let words: Vec<String> = (0..200).map(|index| format!("word_{index}")).collect();
            json_schema!({ "type": "string", "enum": words, "description": "*One* of | many." })
        }
    }

    /// Objects in objects without a name.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(crate) struct Deep(Value);

    impl JsonSchema for Deep {
        fn schema_name() -> Cow<'static, str> {
            "Deep </script>".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let mut schema = serde_json::json!({ "type": "string", "pattern": "^</script>`|$" });
            for level in 0..40 {
                let name = format!("level{level}");
                schema = serde_json::json!({
                    "type": "object", "properties": { name.clone(): schema }, "required": [name],
                });
            }
            schema.try_into().unwrap()
        }
    }
}
