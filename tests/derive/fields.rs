//! What the envelope and the registry take from a field: tenant, key, wide integers, opaque values.

use eventbus_runtime::{Catalog, DomainEvent, EventPayload, MemoryBus};
use schemars::JsonSchema;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum BankEvent {
    Account(AccountEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
#[serde(rename_all_fields = "camelCase")]
enum AccountEvent {
    Opened {
        #[event(aggregate_id)]
        account_id: String,
        #[event(tenant_id)]
        bank_code: u32,
        #[event(event_key)]
        request_id: Option<u64>,
    },
    #[event(payload)]
    Charged(Charged),
    Audited {
        #[event(tenant_id)]
        bank_code: Option<String>,
        #[event(opaque)]
        found: serde_json::Value,
        #[event(opaque)]
        further: Vec<Option<serde_json::Map<String, serde_json::Value>>>,
    },
    Closed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
struct Charged {
    #[event(tenant_id)]
    #[serde(rename = "bank")]
    bank_code: String,
    #[event(event_key)]
    number: u64,
    #[event(opaque)]
    note: serde_json::Value,
    #[serde(with = "eventbus_runtime::int_string")]
    #[schemars(with = "eventbus_runtime::int_string::Text<i64>")]
    cents: i64,
}

fn opened(request_id: Option<u64>) -> AccountEvent {
    AccountEvent::Opened { account_id: "a-1".to_owned(), bank_code: 7, request_id }
}

fn charged() -> Charged {
    Charged { bank_code: "north".to_owned(), number: 3, note: json!({ "any": [1] }), cents: -5 }
}

#[test]
fn tenant_and_key_are_known_at_every_level() {
    let group = opened(Some(12));
    let payload = AccountOpened::try_from(group.clone()).unwrap();
    assert_eq!(payload.tenant_id().as_deref(), Some("7"));
    assert_eq!(payload.event_key().as_deref(), Some("12"));
    assert_eq!(group.tenant_id().as_deref(), Some("7"));
    let root = BankEvent::from(group);
    assert_eq!((root.tenant_id(), root.event_key()), (payload.tenant_id(), payload.event_key()));

    let root = BankEvent::from(AccountEvent::from(charged()));
    assert_eq!(root.tenant_id().as_deref(), Some("north"));
    assert_eq!(root.event_key().as_deref(), Some("3"));
}

#[test]
fn what_may_be_missing_or_is_not_marked_is_none() {
    assert_eq!(opened(None).event_key(), None);
    let nobodys =
        AccountEvent::Audited { bank_code: None, found: json!(null), further: Vec::new() };
    assert_eq!((nobodys.tenant_id(), nobodys.event_key()), (None, None));
    let closed = BankEvent::from(AccountEvent::Closed);
    assert_eq!((closed.tenant_id(), closed.event_key()), (None, None));
}

#[test]
fn the_catalog_names_the_fields_as_they_are_on_the_wire() {
    let leaf = |name| *BankEvent::CATALOG.find(name).unwrap();
    let opened = leaf("account.opened");
    assert_eq!((opened.tenant_id, opened.event_key), (Some("bankCode"), Some("requestId")));
    assert_eq!(opened.opaque, [""; 0]);
    let charged = leaf("account.charged");
    assert_eq!((charged.tenant_id, charged.event_key), (Some("bank"), Some("number")));
    assert_eq!(charged.opaque, ["note"]);
    assert_eq!(leaf("account.audited").opaque, ["found", "further"]);
    assert_eq!((leaf("account.closed").tenant_id, leaf("account.closed").event_key), (None, None));
    assert!(BankEvent::CATALOG.find("account.open").is_none());
    assert!(BankEvent::CATALOG.find("accounts.opened").is_none());
    assert_eq!((Charged::TENANT_ID, Charged::EVENT_KEY), (Some("bank"), Some("number")));
}

#[tokio::test]
async fn emitting_puts_the_tenant_into_the_envelope() {
    let bus = MemoryBus::in_memory();
    let mut tx = bus.begin();
    bus.emit(&mut tx, (opened(None), charged(), AccountEvent::Closed)).await.unwrap();
    tx.commit().unwrap();
    let tenants: Vec<_> =
        bus.log().into_iter().map(|stored| stored.event.envelope.tenant).collect();
    assert_eq!(tenants, [Some("7".to_owned()), Some("north".to_owned()), None]);
    let events = bus.events::<AccountEvent>().unwrap();
    assert_eq!(events[0].envelope().tenant.as_deref(), Some("7"));
}

#[tokio::test]
async fn an_empty_tenant_is_refused_before_anything_is_written() {
    let bus = MemoryBus::in_memory();
    let mut tx = bus.begin();
    let empty = Charged { bank_code: String::new(), ..charged() };
    let error = bus.emit(&mut tx, (opened(None), empty)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tenant of `account.charged` is empty: fill it in, or make the field with \
         `#[event(tenant_id)]` an `Option` that is `None` where there is no tenant"
    );
    tx.commit().unwrap();
    assert!(bus.log().is_empty());
}

#[test]
fn an_opaque_value_travels_as_it_is() {
    let event = AccountEvent::Audited {
        bank_code: None,
        found: json!([1.5, "x", null]),
        further: vec![None, Some(serde_json::Map::new())],
    };
    let data = event.to_data().unwrap();
    assert_eq!(data, r#"{"bankCode":null,"found":[1.5,"x",null],"further":[null,{}]}"#);
    assert_eq!(AccountEvent::from_data("account.audited", 1, &data).unwrap(), event);
}

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "page")]
enum PageEvent {
    Scraped {
        #[event(opaque)]
        found: Box<serde_json::value::RawValue>,
    },
}

#[test]
fn an_opaque_text_travels_as_it_was_written() {
    let data = r#"{"found":{"price" :  1.10}}"#;
    let event = PageEvent::from_data("page.scraped", 1, data).unwrap();
    assert_eq!(event.to_data().unwrap(), data);
}

mod integers {
    use super::{Catalog, DomainEvent, json};
    use eventbus_runtime::__private::catalog_json;
    use eventbus_runtime::Document;
    use schemars::generate::Contract;

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    pub(super) enum SumEvent {
        Ledger(LedgerEvent),
    }

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    pub(super) enum LedgerEvent {
        Booked {
            /// The sum.
            #[event(int = "string")]
            cents: i64,
            #[event(int = "string", aggregate_id)]
            ledger: u64,
            #[event(int = "string")]
            #[serde(rename = "exact", alias = "precise")]
            wide: u128,
            #[event(int = "string")]
            fee: Option<i128>,
            #[event(int = "string")]
            #[serde(default, skip_serializing_if = "Option::is_none")]
            tip: Option<u64>,
            plain: u64,
        },
    }

    fn booked(fee: Option<i128>, tip: Option<u64>) -> LedgerEvent {
        LedgerEvent::Booked { cents: i64::MIN, ledger: 9, wide: u128::MAX, fee, tip, plain: 5 }
    }

    const EMPTY: &str = r#"{"cents":"-9223372036854775808","ledger":"9","exact":"340282366920938463463374607431768211455","fee":null,"plain":5}"#;

    #[test]
    fn wide_integers_are_strings_in_both_directions() {
        let event = booked(Some(i128::MIN), Some(0));
        let data = event.to_data().unwrap();
        assert_eq!(
            data,
            EMPTY.replace("null", r#""-170141183460469231731687303715884105728","tip":"0""#)
        );
        assert_eq!(LedgerEvent::from_data("ledger.booked", 1, &data).unwrap(), event);
        let payload = LedgerBooked::try_from(event.clone()).unwrap();
        assert_eq!(payload.to_data().unwrap(), data);
        let text = serde_json::to_string(&SumEvent::from(event.clone())).unwrap();
        assert_eq!(serde_json::from_str::<SumEvent>(&text).unwrap(), event.into());
        assert_eq!(booked(None, None).to_data().unwrap(), EMPTY);
        assert_eq!(LedgerEvent::from_data("ledger.booked", 1, EMPTY).unwrap(), booked(None, None));
    }

    #[test]
    fn numbers_that_were_stored_before_are_read_and_an_option_may_be_missing() {
        let former = r#"{"cents":-9223372036854775808,"ledger":9,"precise":340282366920938463463374607431768211455,"plain":5}"#;
        assert_eq!(LedgerEvent::from_data("ledger.booked", 1, former).unwrap(), booked(None, None));
        let some = former.replace("\"plain\"", "\"fee\":-1,\"tip\":18446744073709551615,\"plain\"");
        let read = LedgerEvent::from_data("ledger.booked", 1, &some).unwrap();
        assert_eq!(read, booked(Some(-1), Some(u64::MAX)));
        assert!(
            LedgerEvent::from_data("ledger.booked", 1, &EMPTY.replace("\"9\"", "\"-9\"")).is_err()
        );
    }

    #[test]
    fn the_id_of_an_aggregate_is_the_plain_number() {
        assert_eq!(booked(None, None).aggregate_id().as_deref(), Some("9"));
    }

    #[test]
    fn the_schema_says_string_to_write_and_both_to_read() {
        let Catalog::Leaf(leaf) = LedgerBooked::CATALOG else { panic!("a payload is a leaf") };
        let writer = (leaf.schema)(Contract::Serialize);
        let properties = &writer.as_value()["properties"];
        let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
        assert_eq!(properties["ledger"], text("^(0|[1-9][0-9]{0,19})$"));
        let mut exact = text("^(0|[1-9][0-9]{0,38})$");
        exact["x-eventbus-aliases"] = json!(["precise"]);
        assert_eq!(properties["exact"], exact);
        assert_eq!(properties["cents"]["description"], "The sum.");
        assert_eq!(properties["fee"]["type"], json!(["string", "null"]));
        let required = json!(["cents", "ledger", "exact", "fee", "plain"]);
        assert_eq!(writer.as_value()["required"], required);
        let reader = (leaf.schema)(Contract::Deserialize);
        let any = &reader.as_value()["properties"]["ledger"]["anyOf"];
        assert_eq!(any[0], text("^(0|[1-9][0-9]{0,19})$"));
        assert_eq!(any[1]["type"], "integer");
        let required = json!(["cents", "ledger", "exact", "plain"]);
        assert_eq!(reader.as_value()["required"], required);
    }

    #[test]
    fn the_catalog_still_reads_as_a_document() {
        let document: Document = serde_json::from_str(&catalog_json(SumEvent::CATALOG)).unwrap();
        assert_eq!(document.root.members.len(), 1);
    }
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "parcel", derive(PartialEq))]
#[serde(rename_all_fields = "camelCase")]
enum ParcelEvent {
    Packed {
        #[serde(alias = "weight", alias = "weight_g")]
        weight_grams: u32,
        #[serde(rename(serialize = "boxed", deserialize = "box"), alias = "boxed")]
        carton: u8,
        #[serde(alias = "carrier")]
        carrier: Option<String>,
    },
    #[event(payload)]
    Sent(Sent),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
struct Sent {
    #[serde(alias = "to")]
    address: String,
}

#[test]
fn the_schemas_of_both_contracts_tell_the_other_names_of_a_field() {
    let names = |leaf: Catalog, contract: Contract| {
        let Catalog::Leaf(leaf) = leaf else { panic!("a payload is a leaf") };
        let schema = (leaf.schema)(contract).to_value();
        let properties = schema["properties"].as_object().expect("an object").clone();
        let aliases = |property: &serde_json::Value| property.get("x-eventbus-aliases").cloned();
        let named = properties.iter().filter_map(|(name, of)| Some((name.clone(), aliases(of)?)));
        named.collect::<std::collections::BTreeMap<_, _>>()
    };
    let packed = |contract| json!(names(ParcelPacked::CATALOG, contract));
    let read = json!({ "weightGrams": ["weight", "weight_g"], "box": ["boxed"] });
    assert_eq!(packed(Contract::Deserialize), read);
    let written = json!({ "weightGrams": ["weight", "weight_g"], "boxed": ["box"] });
    assert_eq!(packed(Contract::Serialize), written);
    let sent = json!(names(Sent::CATALOG, Contract::Deserialize));
    assert_eq!(sent, json!({ "address": ["to"] }));
}

#[test]
fn a_field_is_read_under_one_of_its_names_and_not_under_two() {
    let read = |data: &str| ParcelEvent::from_data("parcel.sent", 1, data);
    let sent = ParcelEvent::Sent(Sent { address: "a".to_owned() });
    assert_eq!(read(r#"{"to": "a"}"#).unwrap(), sent);
    assert_eq!(read(r#"{"address": "a"}"#).unwrap(), sent);
    read(r#"{"address": "a", "to": "a"}"#).unwrap_err();
    read("{}").unwrap_err();
}
