use std::fs;
use std::path::Path;

use eventbus_runtime::DomainEvent as _;
use eventbus_tests::toolchain::Fixture;
use serde_json::{Value, json};
use shop_events::ShopEvent;

use crate::SHOP;

const PLACED: &str = "schemas/order.placed/samples/v1.json";
const STARTED: &str = "schemas/system.started/samples/v1.json";

/// Asserts that a payload keeps both contracts of its version's file, formats included.
fn validate(schema: &str, sample: &str) {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    let sample: Value = serde_json::from_str(sample).expect("a sample is JSON");
    for contract in [&schema, &schema["x-eventbus-writer"]] {
        let validator =
            jsonschema::options().should_validate_formats(true).build(contract).expect("a schema");
        let errors: Vec<_> =
            validator.iter_errors(&sample).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {sample} by {contract}");
    }
}

#[test]
fn the_first_run_writes_a_sample_of_each_version_that_keeps_its_schema() {
    let fixture = Fixture::new("sample-first", SHOP);
    let printed = fixture.codegen();
    assert!(printed.contains(&format!("created {PLACED}")), "{printed}");
    let text = fixture.read(PLACED);
    let item = json!({"sku": "text", "carrier": "dhl", "parts": []});
    let wanted = json!({
        "order_id": "00000000-0000-7000-8000-000000000001", "total_cents": 1,
        "items": [item], "coupon": "text",
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), wanted);
    assert!(text.starts_with("{\n  \"coupon\": \"text\",\n  \"items\": ["), "canonical: {text}");
    for event_type in ["order.placed", "system.started"] {
        let [schema, sample] = ["v1.json", "samples/v1.json"]
            .map(|file| fixture.read(&format!("schemas/{event_type}/{file}")));
        validate(&schema, &sample);
    }
    assert!(fixture.read("schemas/_manifest/order.placed.json").contains("samples/v1.json"));
    let before = fixture.generated();
    assert!(fixture.codegen().starts_with("0 created, 0 updated, 0 removed"));
    assert_eq!(fixture.generated(), before, "texts and times");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn a_change_that_does_not_read_what_was_stored_is_refused_before_anything_is_written() {
    let fixture = Fixture::new("sample-breaks", SHOP);
    fixture.codegen();
    let before = fixture.generated();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: u16");
    let parts = [
        "error: a sample of `system.started` at version 1 does not decode",
        &format!("--> {STARTED}"),
        "missing field `port`",
        "`#[serde(default)]` for a field that is new",
        "`#[event(version = 2, upcast(1 => SystemStartedV1))]`",
        &format!(
            "if no event of version 1 is stored, delete `{STARTED}` and run `cargo eventbus codegen`"
        ),
        "1 stored sample does not decode",
    ];
    fixture.run(&["codegen"]).said(1, &[&parts[..], &["; nothing was written"]].concat());
    assert_eq!(fixture.generated(), before);
    let check = fixture.run(&["codegen", "--check"]);
    check.said(1, &[&parts[..], &["different schemas/system.started/v1.json"]].concat());

    // What was never stored may be forgotten.
    fs::remove_dir_all(fixture.path("schemas/system.started")).unwrap();
    fs::remove_file(fixture.path("schemas/_manifest/system.started.json")).unwrap();
    assert!(fixture.codegen().contains(&format!("created {STARTED}")));
    assert!(fixture.read(STARTED).contains("\"port\": 1"));
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn a_sample_stays_as_it_was_when_its_version_grows() {
    let fixture = Fixture::new("sample-grows", SHOP);
    fixture.codegen();
    let before = fixture.read(STARTED);
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    fixture.codegen();
    assert_eq!(fixture.read(STARTED), before);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn an_edited_sample_is_treated_as_any_frozen_file() {
    let fixture = Fixture::new("sample-edited", SHOP);
    fixture.codegen();
    fixture.replace(PLACED, "\"sku\": \"text\"", "\"sku\": \"A-1\"");
    let edited = format!("`{PLACED}` was edited by hand, and is never written again");
    let beside = "schemas/order.placed/samples/v1.<anything>.json";
    fixture.run(&["codegen"]).refused(&[&edited, "git checkout -- ", beside]);
    let check = fixture.run(&["codegen", "--check"]);
    check.said(1, &[&format!("edited {PLACED}\n1 file is not up to date"), beside]);
    assert!(fixture.read(PLACED).contains("A-1"), "nothing was written over it");
}

#[test]
fn samples_of_the_users_own_are_decoded_and_never_touched() {
    let fixture = Fixture::new("sample-own", SHOP);
    fixture.codegen();
    let own = "schemas/order.placed/samples/v1.no-coupon.json";
    let text =
        "{\"order_id\":\"00000000-0000-7000-8000-000000000002\",\"total_cents\":0,\"items\":[]}";
    fixture.write(own, text);
    assert!(fixture.codegen().starts_with("0 created, 0 updated, 0 removed"));
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);

    let broken = "schemas/order.placed/samples/v1.broken.json";
    fixture.write(broken, "{\"order_id\": \"no id\"}");
    fixture.write("schemas/order.placed/samples/broken.json", "{");
    let before = fixture.generated();
    let parts = [&format!("--> {broken}"), "UUID", &format!("correct or delete `{broken}`")];
    for arguments in [vec!["codegen"], vec!["codegen", "--check"]] {
        let run = fixture.run(&arguments);
        run.said(1, &parts);
        assert!(run.stderr.contains("`schemas/order.placed/samples/broken.json` is not decoded"));
        assert!(!run.stderr.contains("is stored, delete"), "{}", run.stderr);
    }
    let run = fixture.run(&["codegen", "--check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &report["ok"]), (1, &json!(false)));
    let status: Vec<_> = report["samples"].as_array().unwrap().iter().collect();
    assert_eq!(status[0]["path"], broken);
    assert_eq!(status[0]["status"], "failed");
    assert!(status[0]["reason"].as_str().unwrap().contains("order.placed"));
    assert_eq!(status[1]["path"], PLACED);
    assert_eq!(status[1]["status"], "decoded");
    assert_eq!(fixture.generated(), before);
    assert_eq!(fixture.read(own), text);
}

#[test]
fn samples_of_a_type_that_is_gone_stay_and_are_skipped() {
    let fixture = Fixture::new("sample-gone", SHOP);
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
    fixture.codegen();
    fixture.write("schemas/system.started/samples/v1.broken.json", "{}");
    fixture.write("schemas/order.plcaed/samples/v1.mine.json", "{}");
    fixture.replace("src/lib.rs", "    System(SystemEvent),\n", "");
    let derived = ", DomainEvent)]\npub enum SystemEvent";
    fixture.replace("src/lib.rs", derived, ")]\npub enum SystemEvent");
    let run = fixture.run(&["codegen"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for event_type in ["system.started", "order.plcaed"] {
        let wanted = format!("warning: `{event_type}` is no longer in the code");
        assert!(run.stderr.contains(&wanted), "{}", run.stderr);
    }
    assert!(fixture.path(STARTED).exists());
    let run = fixture.run(&["codegen", "--check", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let statuses: Vec<_> =
        report["samples"].as_array().unwrap().iter().map(|sample| &sample["status"]).collect();
    assert_eq!(statuses, ["decoded", "skipped", "skipped", "skipped"]);
    fs::remove_file(fixture.path(STARTED)).unwrap();
    fixture.run(&["codegen", "--check"]).said(1, &[&format!("deleted {STARTED}")]);
}

#[test]
fn a_type_that_accepts_less_than_its_schema_says_asks_for_a_sample() {
    let even = r#"
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8")]
pub struct Even(u8);
impl TryFrom<u8> for Even {
    type Error = String;
    fn try_from(value: u8) -> Result<Self, String> {
        if value % 2 == 0 { Ok(Self(value)) } else { Err(format!("{value} is odd")) }
    }
}
"#;
    let source = SHOP.replace("Started { host: String }", "Started { host: String, port: Even }");
    let fixture = Fixture::new("sample-less", &format!("{source}{even}"));
    let run = fixture.run(&["codegen"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    for part in ["warning: `system.started` has no sample of version 1", "1 is odd"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    assert!(!fixture.path(STARTED).exists());
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);

    let own = "schemas/system.started/samples/v1.even.json";
    fixture.write(own, "{\"host\": \"a\", \"port\": 2}");
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stderr.contains("has no sample"), "{}", run.stderr);
    fixture.replace("src/lib.rs", "value % 2 == 0", "value > 2");
    fixture.run(&["codegen"]).said(1, &[own, "2 is odd"]);
}

/// A payload with a field of each kind that schemars has a schema for.
const EVERYTHING: &str = r##"
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU16;
use std::time::{Duration, SystemTime};

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent { All(AllEvent) }

#[derive(Debug, Clone, DomainEvent)]
pub enum AllEvent {
    Nothing,
    Everything {
        scalars: (bool, char, i8, u64, i64, u128, f32, NonZeroU16),
        strings: BTreeSet<String>,
        times: (Duration, SystemTime),
        addresses: (IpAddr, Ipv6Addr),
        three: [u8; 3],
        by_number: BTreeMap<i32, Option<String>>,
        by_name: BTreeMap<Suit, Vec<Shape>>,
        external: Shape,
        internal: Internal,
        adjacent: Adjacent,
        untagged: Untagged,
        tree: Tree,
        #[schemars(range(min = 5, max = 9))]
        between: u8,
        #[schemars(length(min = 6, max = 8))]
        long: String,
        #[schemars(regex(pattern = r"^[A-Z]{3}-\d+$"))]
        pattern: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skipped: Option<Box<Tree>>,
        #[serde(default)]
        defaulted: Vec<u32>,
        #[serde(rename = "other-name", alias = "former")]
        renamed: Option<Suit>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Suit { Hearts, Spades }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Shape { Circle { radius: f64 }, Point, Line(i32, i32), Named(String) }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub enum Internal { Card(Card), Cash { cents: u64 } }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent { One(Card), Two }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Untagged { Number(u8), Text(String) }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    pub pan: String,
    #[serde(flatten)]
    pub rest: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Tree { Node(Box<Tree>, Box<Tree>), Leaf(Option<Box<Tree>>) }
"##;

#[test]
fn a_sample_is_made_of_every_kind_of_schema() {
    let fixture = Fixture::new("sample-everything", EVERYTHING);
    let run = fixture.run(&["codegen"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stderr.contains("has no sample"), "{}", run.stderr);
    assert_eq!(fixture.read("schemas/all.nothing/samples/v1.json"), "{}\n");
    let sample = fixture.read("schemas/all.everything/samples/v1.json");
    validate(&fixture.read("schemas/all.everything/v1.json"), &sample);
    let sample: Value = serde_json::from_str(&sample).unwrap();
    assert_eq!(sample["internal"], json!({"kind": "Card", "pan": "text", "key": "text"}));
    assert_eq!((&sample["between"], &sample["pattern"]), (&json!(5), &json!("AAA-1")));
    assert_eq!(sample["other-name"], "Hearts");
}

/// The shop with `order.placed` at version 2, and what brings version 1 up.
fn second_version() -> String {
    let shop = SHOP
        .replace(
            "    /// A customer's order.",
            "    #[event(version = 2, upcast(1 => OrderPlacedV1))]",
        )
        .replace("total_cents: i64", "total: i64");
    format!(
        "{shop}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct OrderPlacedV1 {{
    pub order_id: Uuid,
    pub total_cents: i64,
    pub items: Vec<Item>,
    pub coupon: Option<String>,
}}
impl From<OrderPlacedV1> for OrderPlaced {{
    fn from(old: OrderPlacedV1) -> Self {{
        let total = old.total_cents;
        Self {{ order_id: old.order_id, total, items: old.items, coupon: old.coupon }}
    }}
}}"
    )
}

/// The samples that `--check` looked at and did not find decodable, with their status.
fn not_decoded(fixture: &Fixture) -> Vec<(String, String)> {
    let run = fixture.run(&["codegen", "--check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let samples = report["samples"].as_array().expect("a list").iter();
    let others = samples.filter(|sample| sample["status"] != "decoded");
    others.map(|sample| (text(&sample["path"]), text(&sample["status"]))).collect()
}

#[test]
fn a_former_version_is_decoded_through_its_upcaster() {
    let fixture = Fixture::new("sample-upcast", SHOP);
    fixture.codegen();
    let first = fixture.read(PLACED);
    fixture.write("src/lib.rs", &second_version());
    let second = "schemas/order.placed/samples/v2.json";
    assert!(fixture.codegen().contains(&format!("created {second}")));
    assert_eq!(fixture.read(PLACED), first, "kept for ever");
    validate(&fixture.read("schemas/order.placed/v1.json"), &first);
    validate(&fixture.read("schemas/order.placed/v2.json"), &fixture.read(second));
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);

    let remedies = [
        "`#[event(upcast(1 => OrderPlacedV1))]`",
        "`#[event(unreadable(1), compat(reviewed = \"..\"))]`",
    ];
    fixture.replace(
        "src/lib.rs",
        "let total",
        "assert_ne!(old.total_cents, 1, \"one cent\"); let total",
    );
    let check = fixture.run(&["codegen", "--check"]);
    let parts = [&format!("--> {PLACED}"), "the code did not return: ", "one cent", "src/lib.rs:"];
    check.said(1, &[&parts[..], &remedies, &["1 stored sample does not decode"]].concat());
    assert!(!check.stderr.contains("RUST_BACKTRACE"), "{}", check.stderr);
    assert_eq!(not_decoded(&fixture), [(PLACED.to_owned(), "failed".to_owned())]);

    fixture.write("src/lib.rs", &second_version());
    fixture.replace(
        "src/lib.rs",
        "pub total_cents: i64,",
        "pub total_cents: i64, pub note: String,",
    );
    let check = fixture.run(&["codegen", "--check"]);
    check.said(1, &[&["missing field `note`"][..], &remedies].concat());
    assert!(!check.stderr.contains("is stored, delete"), "{}", check.stderr);
}

#[test]
fn a_version_that_is_declared_unreadable_is_skipped() {
    let fixture = Fixture::new("sample-unreadable", SHOP);
    fixture.codegen();
    let first = fixture.read(PLACED);
    fixture.write("src/lib.rs", &second_version());
    let given_up = "unreadable(1), compat(reviewed = \"none is stored\")";
    fixture.replace("src/lib.rs", "upcast(1 => OrderPlacedV1)", given_up);
    fixture.codegen();
    assert_eq!(fixture.read(PLACED), first);
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!((run.code, run.stderr.contains("order.placed")), (0, false), "{}", run.stderr);
    assert_eq!(not_decoded(&fixture), [(PLACED.to_owned(), "skipped".to_owned())]);
}

#[test]
fn samples_under_a_former_name_are_decoded_by_the_event_that_has_it_now() {
    let fixture = Fixture::new("sample-alias", SHOP);
    fixture.replace("eventbus.toml", "root =", "compat = \"backward\"\nroot =");
    fixture.codegen();
    let renamed = "#[event(alias = \"system.started\")] Booted { host: String";
    fixture.replace("src/lib.rs", "Started { host: String", renamed);
    let run = fixture.run(&["codegen"]);
    assert_eq!(
        (run.code, run.stderr.contains("no longer in the code")),
        (0, false),
        "{}",
        run.stderr
    );
    assert!(not_decoded(&fixture).is_empty());
    fixture.replace("src/lib.rs", renamed, &format!("{renamed}, port: u16"));
    let check = fixture.run(&["codegen", "--check"]);
    let sample = "a sample of `system.started` at version 1 does not decode";
    check.said(1, &[sample, "missing field `port`", "2 stored samples do not decode"]);
    let delete = "is stored, delete `schemas/system.booted/samples/v1.json`";
    assert!(check.stderr.contains(delete), "{}", check.stderr);
    assert!(!check.stderr.contains(&format!("delete `{STARTED}`")), "{}", check.stderr);
}

#[test]
fn every_sample_of_the_examples_keeps_its_schema_and_decodes() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut count = 0;
    for folder in fs::read_dir(schemas).unwrap() {
        let folder = folder.unwrap();
        let Ok(samples) = fs::read_dir(folder.path().join("samples")) else { continue };
        let event_type = folder.file_name().into_string().unwrap();
        for sample in samples {
            let file = sample.unwrap().file_name().into_string().unwrap();
            let version = file.strip_prefix('v').unwrap().split('.').next().unwrap();
            let text = fs::read_to_string(folder.path().join("samples").join(&file)).unwrap();
            let schema = folder.path().join(format!("v{version}.json"));
            validate(&fs::read_to_string(schema).unwrap(), &text);
            ShopEvent::from_data(&event_type, version.parse().unwrap(), &text).unwrap();
            count += 1;
        }
    }
    assert!(count >= 14, "{count} samples");
}
