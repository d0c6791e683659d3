//! The files depend on what the events are, and on nothing else.

use std::collections::BTreeMap;

use eventbus_tests::random::seeded;
use eventbus_tests::toolchain::Fixture;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

const HEAD: &str = "
use std::collections::BTreeMap;

use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
";

/// What derives a schema.
const DATA: &str = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]";

/// Types that one payload needs; two of them have one name.
const TYPES: &[&str] = &[
    "pub struct Item { pub sku: String, pub carrier: Carrier, pub parts: Vec<Item>, pub notes: Notes }",
    "pub struct Address { pub zip: String, pub city: Option<String> }",
    "pub struct Notes { pub zebra: BTreeMap<String, Address>, pub ant: Option<Box<Carrier>> }",
    "#[serde(rename_all = \"snake_case\")] pub enum Carrier { Ups { service: String }, Dhl(Address), Collected }",
    "#[serde(tag = \"kind\")] pub enum Payment { Invoice { days: u8 }, Card { holder: String, address: Address } }",
    "#[derive(EventPayload)] pub struct PlacedV1 { pub order_id: Uuid, pub total: i64 }",
];

/// The rest, in which the order of the variants is given from outside.
const REST: &[&str] = &[
    "pub mod elsewhere { #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)] \
     pub struct Address { pub line: String } }",
    "impl From<PlacedV1> for OrderPlaced { fn from(old: PlacedV1) -> Self { Self { order_id: old.order_id, \
     zone: 0, total: old.total, items: Vec::new(), to: None, payment: None } } }",
];

const GROUPS: &[(&str, &[&str])] = &[
    (
        "/// All of it.\n pub enum ShopEvent",
        &["Order(OrderEvent)", "System(SystemEvent)", "Audit(AuditEvent)"],
    ),
    (
        "/// Of orders.\n pub enum OrderEvent",
        &[
            "/// A customer's order.\n #[event(version = 2, upcast(1 => PlacedV1))] Placed { #[event(aggregate_id)] \
             order_id: Uuid, zone: u8, total: i64, items: Vec<Item>, to: Option<elsewhere::Address>, payment: \
             Option<Payment> }",
            "Shipped { #[event(aggregate_id)] order_id: Uuid, to: Address, from: elsewhere::Address }",
            "Lost { #[event(aggregate_id)] order_id: Uuid }",
        ],
    ),
    ("pub enum SystemEvent", &["Stopped", "Started { host: String, port: Option<u16> }"]),
    ("pub enum AuditEvent", &["Seen { by: String, at: BTreeMap<String, u64> }"]),
];

/// The crate with its items, and the variants of its enums, in the order that `shuffle` brings them into.
fn source(mut shuffle: impl FnMut(&mut Vec<String>)) -> String {
    let owned = |text: &&str| (*text).to_owned();
    let mut items: Vec<String> = TYPES.iter().map(|item| format!("{DATA} {item}")).collect();
    items.extend(REST.iter().map(owned));
    for (head, variants) in GROUPS {
        let mut variants: Vec<String> = variants.iter().map(owned).collect();
        shuffle(&mut variants);
        items.push(format!(
            "#[derive(Debug, Clone, DomainEvent)] {head} {{ {} }}",
            variants.join(", ")
        ));
    }
    shuffle(&mut items);
    format!("{HEAD}{}", items.join("\n"))
}

/// Everything that is generated, by path.
fn generated(fixture: &Fixture) -> BTreeMap<String, String> {
    fixture.codegen();
    let files: BTreeMap<String, String> =
        fixture.generated().into_iter().map(|(file, (text, _))| (file, text)).collect();
    assert!(files.contains_key("schemas/order.placed/v2.json"), "{:?}", files.keys());
    files
}

fn assert_same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (file, text) in one {
        assert_eq!(text, &other[file], "{file}");
    }
}

// The crates have one name: it is in the registry.

#[test]
fn another_order_of_declarations_in_another_folder_makes_the_same_bytes() {
    let first = generated(&Fixture::new("order", &source(|_| ())));
    let mut random: StdRng = seeded();
    for _ in 0..3 {
        let shuffled = source(|items| items.shuffle(&mut random));
        assert_same(&first, &generated(&Fixture::new("order", &shuffled)));
    }
    assert_same(&first, &generated(&Fixture::new("order", &source(|items| items.reverse()))));
}

#[test]
fn another_crate_that_keeps_the_order_of_keys_changes_no_byte() {
    let alone = Fixture::new("keys", &source(|_| ()));
    let beside = Fixture::new("keys", &source(|items| items.reverse()));
    beside.write(
        "other/Cargo.toml",
        "[package]\nname = \"fixture-keys-other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
         schemars = { version = \"1.2\", features = [\"preserve_order\"] }\n\
         serde_json = { version = \"1\", features = [\"preserve_order\"] }\n",
    );
    beside.write("other/src/lib.rs", "");
    beside.replace(
        "Cargo.toml",
        "[dependencies]",
        "[dependencies]\nfixture-keys-other = { path = \"other\" }",
    );
    let files = generated(&beside);
    assert!(beside.read("Cargo.lock").contains("name = \"fixture-keys-other\""));
    assert_same(&generated(&alone), &files);
}
