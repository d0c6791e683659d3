//! Code that writes what its schemas do not describe.

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

/// The shop with another type in the place of each item's carrier.
fn with(test: &str, carrier: &str, field: &str) -> Fixture {
    let (head, _) = SHOP
        .split_once(
            "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n#[serde(rename_all",
        )
        .expect("the shop has carriers");
    let library = head.replace("pub carrier: Carrier,", field);
    Fixture::new(test, &format!("{library}\n{carrier}"))
}

/// Asserts that the code is refused, at this place of an order, and that nothing is written.
#[track_caller]
fn refused(fixture: &Fixture, pointer: &str, parts: &[&str]) {
    let place = format!("`order.placed` version 1 at {pointer} is not what its schema says");
    for command in [&["codegen"][..], &["codegen", "--check"]] {
        if command.len() > 1 {
            crate::lock(fixture);
        }
        fixture.run(command).refused(&[&[place.as_str(), "--> src/lib.rs:"], parts].concat());
    }
    assert!(fixture.generated().is_empty());
}

#[test]
fn a_function_that_writes_something_else_is_found() {
    let function =
        "pub fn cents<S: serde::Serializer>(cents: &i64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&cents.to_string())
    }
    pub fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either { Number(i64), Text(String) }
        match Either::deserialize(from)? {
            Either::Number(cents) => Ok(cents),
            Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }";
    let field = "#[serde(serialize_with = \"cents\", deserialize_with = \"read\")] pub cents: i64,";
    let fixture = with("honest-function", function, field);
    refused(
        &fixture,
        "/items/0/cents",
        &["of 1, which its schema describes, it writes \"1\"", "schemars(with"],
    );
    fixture.replace(
        "src/lib.rs",
        "pub cents: i64,",
        "#[schemars(with = \"String\")] pub cents: i64,",
    );
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

/// Only the last variant of an enum below an option is written otherwise.
#[test]
fn each_variant_is_tried() {
    let carrier = "
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = \"lowercase\")]
pub enum Carrier { Dhl, Ups, Post }

impl Serialize for Carrier {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(match self {
            Self::Dhl => \"dhl\",
            Self::Ups => \"ups\",
            Self::Post => \"POST\",
        })
    }
}";
    let fixture = with("honest-variants", carrier, "pub carrier: Option<Carrier>,");
    refused(
        &fixture,
        "/items/0/carrier",
        &["of \"post\", which its schema describes, it writes \"POST\""],
    );
}

#[test]
fn a_schema_that_says_something_else_is_found() {
    let carrier = "
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Carrier(serde_json_like::Any);
pub mod serde_json_like {
    /// Whatever it is, it is written as a text.
    #[derive(Debug, Clone)]
    pub struct Any;
    impl serde::Serialize for Any {
        fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            out.serialize_str(\"any\")
        }
    }
    impl<'de> serde::Deserialize<'de> for Any {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            serde::de::IgnoredAny::deserialize(from).map(|_| Self)
        }
    }
}
impl JsonSchema for Carrier {
    fn schema_name() -> std::borrow::Cow<'static, str> { \"Carrier\".into() }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ \"type\": \"integer\" })
    }
}";
    let fixture = with("honest-schema", carrier, "pub carrier: Carrier,");
    refused(&fixture, "/items/0/carrier", &["of 1, which its schema describes, it writes \"any\""]);
    let field = "#[schemars(with = \"bool\")] pub carrier: Carrier,";
    fixture.replace("src/lib.rs", "pub carrier: Carrier,", field);
    refused(
        &fixture,
        "/items/0/carrier",
        &["of true, which its schema describes, it writes \"any\""],
    );
    fixture.replace("src/lib.rs", "with = \"bool\"", "with = \"String\"");
    fixture.codegen();
}

/// What serde leaves out, fills in or renames is no lie.
#[test]
fn what_serde_does_by_itself_is_described() {
    let carrier = "
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = \"kind\", rename_all = \"camelCase\")]
pub enum Carrier {
    Own,
    Rented { #[serde(default, skip_serializing_if = \"Vec::is_empty\")] wheels: Vec<f32> },
    Other(Other),
    #[serde(other, skip_serializing)]
    Unknown,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Other {
    #[serde(alias = \"old\")]
    name: String,
    #[serde(skip_serializing_if = \"Option::is_none\")]
    weight: Option<f64>,
    #[serde(default = \"three\")]
    #[schemars(range(min = 1))]
    count: u8,
    #[serde(flatten)]
    more: BTreeMap<String, i64>,
    states: BTreeSet<State>,
    by_state: BTreeMap<State, Option<Box<Other>>>,
    pair: (bool, Result<u32, String>),
    either: Either,
    letter: char,
    nothing: (),
}

fn three() -> u8 { 3 }

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum State { New, #[serde(rename = \"sent-out\")] Sent }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Either { Number(u64), Text { text: String }, List(Vec<Option<i128>>) }
";
    let fixture = with(
        "honest-serde",
        carrier,
        "#[serde(flatten)] pub carrier: Carrier, #[serde(default)] pub last: Option<Carrier>,",
    );
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

/// What no payload of the schema is read for shows in a payload that somebody stored.
#[test]
fn a_stored_sample_shows_what_its_schema_hides() {
    let field = "#[schemars(with = \"i64\")] pub carrier: String,";
    let fixture = with("honest-stored", "", field);
    fixture.codegen();
    let own = "schemas/order.placed/samples/v1.mine.json";
    let item = "{\"sku\": \"A-1\", \"carrier\": \"dhl\", \"parts\": []}";
    let id = "00000000-0000-7000-8000-000000000002";
    let text = format!(
        "{{\"order_id\": \"{id}\", \"total_cents\": 1, \"items\": [{item}], \"coupon\": null}}"
    );
    fixture.write(own, &text);
    let parts = ["warning: `order.placed` is not what its schema says", own, "\"carrier\":\"dhl\""];
    fixture.run(&["codegen"]).said(0, &parts);
    fixture.run(&["check"]).said(0, &parts);
    fixture.run(&["check", "--deny-warnings"]).said(1, &parts);
}
