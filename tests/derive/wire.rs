//! The JSON of payloads and of the enums, both ways.

use std::collections::BTreeMap;

use eventbus_runtime::{DomainEvent, ErrorKind};
use serde_json::json;
use uuid::Uuid;

use crate::events::{
    AccountEvent, AccountLinked, LineAdded, LineEvent, OrderEvent, OrderPlaced, ShopEvent,
    SystemEvent,
};

fn placed() -> ShopEvent {
    let payload = OrderPlaced {
        order_id: Uuid::from_u128(7),
        total_cents: u128::MAX,
        items: BTreeMap::from([(17, 2)]),
        coupon: None,
    };
    ShopEvent::Order(payload.into())
}

const PLACED: &str = r#"{"order_id":"00000000-0000-0000-0000-000000000007","total_cents":340282366920938463463374607431768211455,"items":{"17":2}}"#;

#[test]
fn the_data_is_the_payload_alone() {
    assert_eq!(placed().to_data().unwrap(), PLACED);
    assert_eq!(ShopEvent::System(SystemEvent::Ping).to_data().unwrap(), "{}");
    let line = LineEvent::Added { order_id: Uuid::nil(), how_many: 3 };
    assert_eq!(
        line.to_data().unwrap(),
        r#"{"orderId":"00000000-0000-0000-0000-000000000000","howMany":3}"#
    );
}

#[test]
fn every_level_writes_the_same_data() {
    let payload = LineAdded { order_id: Uuid::nil(), how_many: 3 };
    let data = payload.to_data().unwrap();
    let group = LineEvent::from(payload);
    assert_eq!(group.to_data().unwrap(), data);
    let root = ShopEvent::Order(OrderEvent::Line(group));
    assert_eq!(root.to_data().unwrap(), data);
}

#[test]
fn every_event_survives_a_round_trip_with_its_numbers_and_map_keys() {
    let linked = AccountLinked { account_id: "a".to_owned(), with: "b".to_owned() };
    let events = [
        placed(),
        ShopEvent::Order(OrderEvent::Line(LineEvent::Removed {})),
        ShopEvent::Account(AccountEvent::Linked(linked)),
        ShopEvent::System(SystemEvent::Ping),
        ShopEvent::System(SystemEvent::Started { host: "h".to_owned() }),
    ];
    for event in events {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<ShopEvent>(&text).unwrap(), event, "{text}");
        assert_eq!(serde_json::from_slice::<ShopEvent>(text.as_bytes()).unwrap(), event);
        assert_eq!(serde_json::from_reader::<_, ShopEvent>(text.as_bytes()).unwrap(), event);
        let data = event.to_data().unwrap();
        let read = ShopEvent::from_data(event.event_type(), event.version(), &data).unwrap();
        assert_eq!(read, event);
    }
}

#[test]
fn the_enums_json_has_type_dataversion_and_data() {
    let expected = format!(r#"{{"type":"order.placed","dataversion":2,"data":{PLACED}}}"#);
    assert_eq!(serde_json::to_string(&placed()).unwrap(), expected);
}

#[test]
fn keys_come_in_any_order_with_escapes_and_strangers() {
    let expected = ShopEvent::System(SystemEvent::Started { host: "h".to_owned() });
    for text in [
        r#"{"data":{"host":"h"},"dataversion":1,"type":"system.started"}"#,
        r#"{"type":"system\u002estarted","data":{"host":"h","new":[1]},"id":"x"}"#,
    ] {
        assert_eq!(serde_json::from_str::<ShopEvent>(text).unwrap(), expected);
        assert_eq!(serde_json::from_reader::<_, ShopEvent>(text.as_bytes()).unwrap(), expected);
    }
    let value = json!({ "data": { "host": "h" }, "type": "system.started", "dataversion": 1 });
    assert_eq!(serde_json::from_value::<ShopEvent>(value).unwrap(), expected);
}

#[test]
fn serde_attributes_keep_their_meaning() {
    let text = r#"{"orderId":"00000000-0000-0000-0000-000000000000","amount":3}"#;
    let read = LineEvent::from_data("order.line.added", 1, text).unwrap();
    assert_eq!(read, LineEvent::Added { order_id: Uuid::nil(), how_many: 3 });
    let started = SystemEvent::from_data("system.started", 1, "{}").unwrap();
    assert_eq!(started, SystemEvent::Started { host: String::new() });
}

#[test]
fn a_newer_version_is_read_leniently_and_an_older_one_is_refused() {
    let newer = PLACED.replace("\"items\"", "\"added_later\":1,\"items\"");
    assert_eq!(ShopEvent::from_data("order.placed", 3, &newer).unwrap(), placed());

    let error = ShopEvent::from_data("order.placed", 1, PLACED).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(
        error.full(),
        "`order.placed` is stored at version 1 and `derive::events::OrderPlaced` reads version 2, \
         and nothing converts it: add `upcast(1 => ..)` with the struct of that version to its variant"
    );
}

#[test]
fn a_name_that_no_leaf_has_is_an_unknown_type() {
    for name in ["order", "order.", "order.place", "order.placed.twice", "orders.placed", ""] {
        let error = ShopEvent::from_data(name, 2, PLACED).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownType, "{name}");
    }
    let error = OrderPlaced::from_data("order.line.added", 2, PLACED).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownType);
}

#[test]
fn a_payload_that_does_not_fit_says_where() {
    let error = ShopEvent::from_data("order.placed", 2, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(
        error.full(),
        "`order.placed` stored at version 2 does not fit `derive::events::OrderPlaced`, which \
         reads version 2: missing field `order_id` at line 1 column 2"
    );
}

mod bytes {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    #[event(prefix = "photo")]
    enum PhotoEvent {
        Taken {
            #[serde(with = "hex")]
            #[schemars(with = "String")]
            pixels: Vec<u8>,
        },
    }

    mod hex {
        use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

        pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }

        pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
            let text = String::deserialize(from)?;
            let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).map_err(D::Error::custom);
            (0..text.len()).step_by(2).map(byte).collect()
        }
    }

    #[test]
    fn bytes_travel_as_text_with_a_module_for_serde_and_a_type_for_the_schema() {
        let event = PhotoEvent::Taken { pixels: vec![0, 255] };
        let data = event.to_data().unwrap();
        assert_eq!(data, r#"{"pixels":"00ff"}"#);
        assert_eq!(PhotoEvent::from_data("photo.taken", 1, &data).unwrap(), event);
        let schema = schemars::schema_for!(PhotoTaken);
        assert_eq!(schema.as_value()["properties"]["pixels"]["type"], "string");
    }
}

mod floats {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    #[event(prefix = "heat")]
    enum HeatEvent {
        Measured { degrees: Option<f64> },
    }

    #[test]
    fn a_number_that_is_none_is_read_back_as_none() {
        let data = HeatEvent::Measured { degrees: Some(f64::NAN) }.to_data().unwrap();
        assert_eq!(data, r#"{"degrees":null}"#);
        let read = HeatEvent::from_data("heat.measured", 1, &data).unwrap();
        assert_eq!(read, HeatEvent::Measured { degrees: None });
    }
}
