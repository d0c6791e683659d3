//! Enums that read variants which they do not know: serde's `other`, which the code is asked about.

use eventbus_runtime::__private::{catalog_json, decode_samples};
use eventbus_runtime::{Document, DomainEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::verdicts;

mod opened {
    crate::rules::change! {
        old { Placed { id: u64, kind: Kind } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, B }
        }
        new { Placed { id: u64, kind: Kind } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, B, #[serde(other, skip_serializing)] Unknown }
        }
    }
}

mod opened_and_written {
    crate::rules::change! {
        old { Placed { id: u64, kind: Kind } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, B }
        }
        new { Placed { id: u64, kind: Kind } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, B, #[serde(other)] Unknown }
        }
    }
}

mod then_grown {
    crate::rules::change! {
        old { Placed { id: u64, kinds: Vec<Option<Kind>> } } with {
            /// With words, each variant is a schema of its own.
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "snake_case")]
            pub enum Kind {
                /// The first.
                A,
                /// The rest.
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
        new { Placed { id: u64, kinds: Vec<Option<Kind>> } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "snake_case")]
            pub enum Kind {
                /// The first.
                A,
                /// The second.
                B,
                /// The rest.
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

mod with_data {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means {
                Card { pan: String },
                Invoice { days: u8 },
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

mod closed_again {
    crate::rules::change! {
        old { Paid { id: u64, by: Option<Means> } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Option<Means> } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means { Card { pan: String } }
        }
    }
}

mod of_a_former_version {
    crate::rules::change! {
        old { Placed { id: u64, kind: Kind } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, #[serde(other, skip_serializing)] Unknown }
        }
        new {
            #[event(version = 2, upcast(1 => PlacedV1))]
            Placed { id: u64 }
        } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Kind { A, #[serde(other, skip_serializing)] Unknown }

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
            pub struct PlacedV1 { id: u64, kind: Kind }

            impl From<PlacedV1> for OrderPlaced {
                fn from(old: PlacedV1) -> Self { Self { id: old.id } }
            }
        }
    }
}

mod with_data_without_a_tag {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Means {
                Card { pan: String },
                Cash,
                Invoice { days: u8 },
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

mod with_data_beside_its_tag {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means {
                Card { pan: String },
                Invoice { days: u8 },
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

mod without_data_beside_its_tag {
    crate::rules::change! {
        old { Paid { id: u64, by: Option<Means> } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Option<Means> } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means {
                Card { pan: String },
                Cash,
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

/// Nothing in the schema says that there is a place beside the tag.
mod the_first_data_beside_a_tag {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means { Card, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means {
                Card,
                Cash,
                Invoice { days: u8 },
                #[serde(other, skip_serializing)]
                Unknown,
            }
        }
    }
}

mod the_first_data_with_a_tag_inside {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means { Card, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind")]
            pub enum Means { Card, Invoice { days: u8 }, #[serde(other, skip_serializing)] Unknown }
        }
    }
}

mod beside_a_tag_and_closed_again {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means { Card { pan: String }, #[serde(other, skip_serializing)] Unknown }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(tag = "kind", content = "of")]
            pub enum Means { Card { pan: String } }
        }
    }
}

mod anything_else {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(untagged)]
            pub enum Means { Card { pan: String }, Other(serde_json::Value) }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(untagged)]
            pub enum Means { Card { pan: String }, Invoice { days: u8 }, Other(serde_json::Value) }
        }
    }
}

mod any_other_text {
    crate::rules::change! {
        old { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(untagged)]
            pub enum Means { Known(Known), Other(String) }

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Known { Card }
        }
        new { Paid { id: u64, by: Means } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            #[serde(untagged)]
            pub enum Means { Known(Known), Other(String) }

            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub enum Known { Card, Cash }
        }
    }
}

#[test]
fn an_enum_is_opened_first_and_grows_then() {
    assert_eq!(verdicts(opened::documents()), ["EV313 ok /kind", "EV301 ok /kind"]);
    assert_eq!(verdicts(then_grown::documents()), ["EV302 ok /kinds/*"]);
}

#[test]
fn a_variant_for_what_is_not_known_is_one_that_could_be_written() {
    let wanted = ["EV313 ok /kind", "EV301 bump /kind forward"];
    assert_eq!(verdicts(opened_and_written::documents()), wanted);
}

#[test]
fn a_variant_with_data_is_passed_over_where_the_tag_is_inside_it() {
    assert_eq!(verdicts(with_data::documents()), ["EV302 ok /by"]);
    let wanted = ["EV302 ok /by", "EV307 bump /by forward"];
    assert_eq!(verdicts(with_data_without_a_tag::documents()), wanted);
    assert_eq!(verdicts(with_data_beside_its_tag::documents()), ["EV307 bump /by forward"]);
}

/// Serde's `other` reads nothing beside the tag but null, and tells so only to who asks.
#[test]
fn a_variant_beside_its_tag_is_passed_over_where_it_has_no_data() {
    assert_eq!(verdicts(without_data_beside_its_tag::documents()), ["EV302 ok /by"]);
    let wanted = ["EV302 ok /by", "EV307 bump /by forward"];
    assert_eq!(verdicts(the_first_data_beside_a_tag::documents()), wanted);
    assert_eq!(verdicts(the_first_data_with_a_tag_inside::documents()), ["EV302 ok /by"]);
    let wanted = ["EV313 deny /by backward", "EV307 bump /by backward"];
    assert_eq!(verdicts(beside_a_tag_and_closed_again::documents()), wanted);
}

/// What reads the rest is in the schema, without a question.
#[test]
fn an_enum_without_a_tag_whose_last_variant_takes_the_rest_may_grow() {
    assert_eq!(verdicts(anything_else::documents()), ["EV312 warn /by"]);
    // The text is in both contracts already.
    assert_eq!(verdicts(any_other_text::documents()), ["EV301 ok /by", "EV021 note"]);
}

#[test]
fn an_open_enum_is_not_closed_again() {
    let wanted = ["EV313 deny /by backward", "EV307 bump /by backward"];
    assert_eq!(verdicts(closed_again::documents()), wanted);
    assert_eq!(verdicts(of_a_former_version::documents()), ["EV011 note"]);
}

#[derive(Debug, Clone, DomainEvent)]
enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum OrderEvent {
    Placed { kind: Kind },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-extensible-enum" = true))]
enum Kind {
    A,
}

#[test]
fn an_enum_that_says_it_is_open_and_is_not_is_refused() {
    let document: Document = serde_json::from_str(&catalog_json(ShopEvent::CATALOG)).unwrap();
    let decode: &eventbus_codegen::testing::Decode = &|samples, report| {
        decode_samples(
            samples,
            &|event_type, version, data| ShopEvent::from_data(event_type, version, data).map(drop),
            report,
        );
    };
    let error = eventbus_codegen::testing::observed(&document, decode).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schema of `Kind` says that it reads variants which it does not know, and a `order.placed` \
         with the variant `something-unknown` is refused"
    );
    assert!(error.remedies()[0].contains("serde(other"), "{error:?}");
}
