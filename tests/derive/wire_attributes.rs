//! serde's and schemars' own attributes on fields: what is written, what is read and what the schema says agree.

use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum StockEvent {
    Item(ItemEvent),
}

/// Under `rename_all_fields` a variant's own `rename_all` is the nearer one.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
#[serde(rename_all_fields = "camelCase")]
enum ItemEvent {
    Counted {
        how_many: u32,
        #[serde(rename = "shelf-no")]
        shelf_number: u32,
        #[serde(alias = "colour", alias = "tint")]
        item_color: String,
        #[serde(default)]
        on_sale: bool,
        #[serde(default = "ten")]
        reserve: u32,
        #[serde(skip)]
        cached_total: u64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        remark: Option<String>,
        #[serde(with = "as_text")]
        #[event(schema = String)]
        weight: Weight,
        #[serde(serialize_with = "as_text::serialize", deserialize_with = "as_text::deserialize")]
        #[schemars(with = "String")]
        gross: Weight,
    },
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    Limited {
        #[schemars(range(min = 1, max = 5))]
        at_least: u8,
        #[schemars(length(max = 3), description = "Never long.", example = &"abc")]
        short_name: String,
        by_kind: BTreeMap<Kind, u8>,
    },
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Large,
    Small,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Weight(u32);

const fn ten() -> u32 {
    10
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Weight;

    pub(super) fn serialize<S: Serializer>(weight: &Weight, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{} g", weight.0))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Weight, D::Error> {
        let text = String::deserialize(from)?;
        let number = text.strip_suffix(" g").unwrap_or_default();
        number.parse().map(Weight).map_err(D::Error::custom)
    }
}

fn counted() -> ItemEvent {
    ItemEvent::Counted {
        how_many: 1,
        shelf_number: 2,
        item_color: "red".to_owned(),
        on_sale: true,
        reserve: 3,
        cached_total: 0,
        tags: vec!["a".to_owned()],
        remark: Some("b".to_owned()),
        weight: Weight(5),
        gross: Weight(6),
    }
}

const COUNTED: &str = r#"{"howMany":1,"shelf-no":2,"itemColor":"red","onSale":true,"reserve":3,"tags":["a"],"remark":"b","weight":"5 g","gross":"6 g"}"#;

fn read(data: &str) -> ItemEvent {
    ItemEvent::from_data("item.counted", 1, data).expect("the payload fits")
}

fn schema(name: &str, contract: Contract) -> Value {
    (StockEvent::CATALOG.find(name).expect("the event exists").schema)(contract).to_value()
}

fn required(name: &str, contract: Contract) -> Value {
    schema(name, contract)["required"].clone()
}

#[test]
fn names_are_those_of_rename_and_rename_all_at_every_level() {
    assert_eq!(counted().to_data().unwrap(), COUNTED);
    assert_eq!(read(COUNTED), counted());
    let payload = ItemCounted::try_from(counted()).unwrap();
    assert_eq!(payload.to_data().unwrap(), COUNTED);
    let root = StockEvent::from(counted());
    let text = serde_json::to_string(&root).unwrap();
    assert_eq!(text, format!(r#"{{"type":"item.counted","dataversion":1,"data":{COUNTED}}}"#));
    assert_eq!(serde_json::from_str::<StockEvent>(&text).unwrap(), root);
}

#[test]
fn an_alias_is_read_and_never_written() {
    for alias in ["colour", "tint"] {
        assert_eq!(read(&COUNTED.replace("itemColor", alias)), counted());
    }
}

#[test]
fn what_is_missing_has_its_default_and_what_is_skipped_never_travels() {
    let least = r#"{"howMany":1,"shelf-no":2,"itemColor":"red","weight":"5 g","gross":"6 g"}"#;
    let ItemEvent::Counted { on_sale, reserve, cached_total, tags, remark, .. } = read(least)
    else {
        panic!("it is counted")
    };
    assert_eq!((on_sale, reserve, cached_total, tags, remark), (false, 10, 0, vec![], None));
    let mut event = counted();
    if let ItemEvent::Counted { cached_total, tags, remark, .. } = &mut event {
        (*cached_total, *tags, *remark) = (99, Vec::new(), None);
    }
    let data = event.to_data().unwrap();
    assert_eq!(data, COUNTED.replace(r#""tags":["a"],"remark":"b","#, ""));
    let forged = data.replace("{\"howMany\"", "{\"cachedTotal\":7,\"howMany\"");
    assert!(matches!(read(&forged), ItemEvent::Counted { cached_total: 0, .. }));
}

#[test]
fn the_schema_of_both_contracts_says_the_same() {
    let reader = schema("item.counted", Contract::Deserialize);
    let names: Vec<&str> =
        reader["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let wanted = [
        "gross",
        "howMany",
        "itemColor",
        "onSale",
        "remark",
        "reserve",
        "shelf-no",
        "tags",
        "weight",
    ];
    assert_eq!(sorted, wanted);
    assert_eq!(reader["properties"]["reserve"]["default"], 10);
    assert_eq!(reader["properties"]["weight"]["type"], "string");
    assert_eq!(reader["properties"]["gross"]["type"], "string");
    let least = json!(["howMany", "shelf-no", "itemColor", "weight", "gross"]);
    assert_eq!(required("item.counted", Contract::Deserialize), least);
    let always =
        json!(["howMany", "shelf-no", "itemColor", "onSale", "reserve", "weight", "gross"]);
    assert_eq!(required("item.counted", Contract::Serialize), always);
}

#[test]
fn schemars_own_attributes_reach_the_schema_and_leave_the_json_alone() {
    let schema = schema("item.limited", Contract::Serialize);
    let properties = &schema["properties"];
    assert_eq!(properties["AT-LEAST"]["minimum"], 1);
    assert_eq!(properties["AT-LEAST"]["maximum"], 5);
    assert_eq!(properties["SHORT-NAME"]["maxLength"], 3);
    assert_eq!(properties["SHORT-NAME"]["description"], "Never long.");
    assert_eq!(properties["SHORT-NAME"]["examples"], json!(["abc"]));
    let event = ItemEvent::Limited {
        at_least: 9,
        short_name: "abcd".to_owned(),
        by_kind: BTreeMap::from([(Kind::Large, 1), (Kind::Small, 2)]),
    };
    let data = event.to_data().unwrap();
    assert_eq!(data, r#"{"AT-LEAST":9,"SHORT-NAME":"abcd","BY-KIND":{"large":1,"small":2}}"#);
    assert_eq!(ItemEvent::from_data("item.limited", 1, &data).unwrap(), event);
}
