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

/// Each event has a field that is written otherwise for some values alone.
#[test]
fn the_values_at_the_edges_are_tried() {
    let fixture = Fixture::new("honest-edges", EDGES);
    let run = fixture.run(&["codegen"]);
    run.refused(&[]);
    let long = format!("\"{}\"", "long ".repeat(200));
    for (event, reads) in [
        ("no", "false"),
        ("large", "9007199254740993"),
        ("least", "-9223372036854775808"),
        ("negative", "-32768"),
        ("zero", "0"),
        ("most", "255"),
        ("whole", "-1e+30"),
        ("empty", "\"\""),
        ("foreign", "\"Ä 語"),
        ("long", &long[..200]),
        ("nothing", "[]"),
        ("several", "[1,2147483647]"),
        ("unkeyed", "{}"),
        ("keyed", "{\"key\":true,\"Ä 語"),
        ("offset", "\"1969-12-31T23:59:59.5-08:00\""),
        ("precise", "\"2026-01-02T03:04:05.123456789Z\""),
        ("inner", "\"b\""),
    ] {
        let pointer = if event == "inner" { "/it/holds/Some/0" } else { "/it" };
        let place = format!("`edge.{event}` version 1 at {pointer}");
        assert!(run.stderr.contains(&place), "{place} is not in {}", run.stderr);
        let of = format!("of {reads}");
        let line = run.stderr.lines().find(|line| line.contains(&format!("`edge.{event}`")));
        let after = run.stderr.split(&place).nth(1).expect("what follows the place");
        assert!(after.contains(&of), "{of} is not in {line:?}");
    }
}

const EDGES: &str = r#"
use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Edge(EdgeEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum EdgeEvent {
    No { #[event(schema = bool)] #[serde(serialize_with = "no")] it: bool },
    Large { #[event(schema = u64)] #[serde(serialize_with = "large")] it: u64 },
    Least { #[event(schema = i64)] #[serde(serialize_with = "least")] it: i64 },
    Negative { #[event(schema = i16)] #[serde(serialize_with = "negative")] it: i16 },
    Zero { #[event(schema = u32)] #[serde(serialize_with = "zero")] it: u32 },
    Most { #[event(schema = u8)] #[serde(serialize_with = "most")] it: u8 },
    Whole { #[event(schema = f64)] #[serde(serialize_with = "whole")] it: f64 },
    Empty { #[event(schema = String)] #[serde(serialize_with = "empty")] it: String },
    Foreign { #[event(schema = String)] #[serde(serialize_with = "foreign")] it: String },
    Long { #[event(schema = String)] #[serde(serialize_with = "long")] it: String },
    Nothing { #[event(schema = Vec<i32>)] #[serde(serialize_with = "nothing")] it: Vec<i32> },
    Several { #[event(schema = Vec<i32>)] #[serde(serialize_with = "several")] it: Vec<i32> },
    Unkeyed { #[event(schema = BTreeMap<String, bool>)] #[serde(serialize_with = "unkeyed")] it: BTreeMap<String, bool> },
    Keyed { #[event(schema = BTreeMap<String, bool>)] #[serde(serialize_with = "keyed")] it: BTreeMap<String, bool> },
    Offset { #[event(schema = String)] #[serde(serialize_with = "offset")] #[schemars(extend("format" = "date-time"))] it: String },
    Precise { #[event(schema = String)] #[serde(serialize_with = "precise")] #[schemars(extend("format" = "date-time"))] it: String },
    Inner { it: Holder },
}

macro_rules! odd {
    ($name:ident, $type:ty, $is:expr) => {
        fn $name<S: serde::Serializer>(it: &$type, out: S) -> Result<S::Ok, S::Error> {
            let is: fn(&$type) -> bool = $is;
            if is(it) { out.serialize_unit() } else { it.serialize(out) }
        }
    };
}

odd!(no, bool, |it| !*it);
odd!(large, u64, |it| *it == (1 << 53) + 1);
odd!(least, i64, |it| *it == i64::MIN);
odd!(negative, i16, |it| *it < 0);
odd!(zero, u32, |it| *it == 0);
odd!(most, u8, |it| *it == u8::MAX);
odd!(whole, f64, |it| it.fract() == 0.0);
odd!(empty, String, |it| it.is_empty());
odd!(foreign, String, |it| !it.is_ascii());
odd!(long, String, |it| it.len() > 255);
odd!(nothing, Vec<i32>, |it| it.is_empty());
odd!(several, Vec<i32>, |it| it.len() > 1);
odd!(unkeyed, BTreeMap<String, bool>, |it| it.is_empty());
odd!(keyed, BTreeMap<String, bool>, |it| it.len() > 1);
odd!(offset, String, |it| it.contains("-08:00"));
odd!(precise, String, |it| it.contains(".123456789"));

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    holds: Maybe,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Maybe {
    None,
    Some(Letter, u8),
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    A,
    B,
}

impl Serialize for Letter {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::A => out.serialize_str("a"),
            Self::B => out.serialize_u8(2),
        }
    }
}
"#;

/// What is left out because there would be too much of it is told, also by a run that finds everything as it was.
#[test]
fn what_was_not_tried_is_told() {
    let fields: String = (0..200).map(|number| format!("pub f{number}: i64,\n")).collect();
    let carrier = format!(
        "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\npub struct Carrier {{\n{fields}}}"
    );
    let fixture = with("honest-many", &carrier, "pub carrier: Carrier,");
    let told = "note: whether `order.placed` writes what its schema says was tried with 1002 payloads, and some ";
    fixture
        .run(&["codegen"])
        .said(0, &[told, "more were left out: its payload has more places than are tried"]);
    fixture.run(&["check", "--deny-warnings"]).said(0, &[told]);
    let quiet = fixture.run(&["check", "--quiet"]);
    assert!(!quiet.stderr.contains(told), "{}", quiet.stderr);
}

/// A conversion that panics for values of a kind says nothing of the others.
#[test]
fn code_that_ends_the_process_is_left_alone_and_told() {
    let carrier = "
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(from = \"i64\", into = \"i64\")]
pub struct Carrier(i64);
impl From<i64> for Carrier {
    fn from(number: i64) -> Self { assert_eq!(number, 1, \"only one is known\"); Self(number) }
}
impl From<Carrier> for i64 {
    fn from(carrier: Carrier) -> Self { carrier.0 }
}";
    let fixture = with("honest-panics", carrier, "pub carrier: Carrier,");
    let told = "more were left out: the code ended the process with several";
    fixture.run(&["codegen"]).said(0, &["note: whether `order.placed` writes", told]);
}

#[test]
fn a_name_that_is_said_to_be_read_and_is_not_is_found() {
    let carrier = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)] pub struct Carrier { pub name: String }";
    let field =
        "#[schemars(extend(\"x-eventbus-aliases\" = [\"courier\"]))] pub carrier: Option<Carrier>,";
    let fixture = with("honest-alias", carrier, field);
    refused(
        &fixture,
        "/items/*/carrier",
        &["read under the name `courier`", "#[serde(alias = \"courier\")]"],
    );
    fixture.replace(
        "src/lib.rs",
        "#[schemars(extend",
        "#[serde(alias = \"courier\")] #[schemars(extend",
    );
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

/// The shop, whose event was started with one of two things held; `second` follows what is there.
fn held(event: &str, second: &str) -> String {
    let started = "    Started { host: String },";
    format!("{}\n{second}", SHOP.replace(started, event))
}

const DERIVED: &str = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]";
const NAMED: &str = "#[schemars(extend(\"x-eventbus-aliases\" = [\"old\"]))]";

/// The sample of the former version holds the first variant, and shows nothing of the second.
#[test]
fn a_name_that_is_said_of_a_former_payload_is_asked_about() {
    let first = format!("{DERIVED}\npub enum Held {{ A {{ n: i64 }}, B {{ old: i64 }} }}");
    let fixture = Fixture::new("honest-alias-former", &held("    Started { held: Held },", &first));
    fixture.codegen();
    let second = |alias: &str| {
        let upcast =
            "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { name: String },";
        let types = format!(
            "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub held: Held }}
{DERIVED}
pub enum Held {{ A {{ n: i64 }}, B {{ {alias} {NAMED} new: i64 }} }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ name: format!(\"{{former:?}}\") }} }}
}}"
        );
        held(upcast, &types)
    };
    fixture.write("src/lib.rs", &second(""));
    let parts = ["`system.started` version 1 at /held/B/new", "read under the name `old`"];
    fixture.run(&["check"]).refused(&parts);
    fixture.write("src/lib.rs", &second("#[serde(alias = \"old\")]"));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

#[test]
fn a_name_that_one_variant_has_is_not_asked_of_another() {
    let types = format!(
        "{DERIVED}\n#[serde(tag = \"kind\")]
pub enum Held {{ A {{ #[serde(alias = \"old\")] {NAMED} x: i64 }}, B {{ x: i64 }} }}"
    );
    let source = held("    Started { held: Held },", &types);
    let fixture = Fixture::new("honest-alias-variant", &source);
    fixture.codegen();
    fixture.write("src/lib.rs", &source.replace("#[serde(alias = \"old\")] ", ""));
    fixture.run(&["check"]).refused(&["version 1 at /held/x", "read under the name `old`"]);
}
