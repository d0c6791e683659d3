//! Former names and former versions: what is stored outlives the code that wrote it.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::testing::assert_upcasts;
use eventbus_runtime::{
    Catalog, Delivery, Document, DomainEvent, Envelope, ErrorKind, Event, EventPayload, Node,
    TypeSet,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ShopEvent {
    Order(OrderEvent),
    Basket(BasketEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum OrderEvent {
    #[event(alias = "order.created", alias = "sale.placed")]
    #[event(version = 4, upcast(1 => PlacedV1, 3 => PlacedV3), unreadable(2))]
    Placed { total: u128, currency: String },
    #[event(payload, version = 2, upcast(1 => PaidV1))]
    Paid(Paid),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum BasketEvent {
    #[event(alias = "order.basket.filled")]
    Filled {},
    /// The first version had no `pieces`, which the second reads as one.
    #[event(version = 2, upcast(1 => BasketEmptied))]
    Emptied {
        #[serde(default = "one")]
        pieces: u32,
    },
}

fn one() -> u32 {
    1
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct Paid {
    cents: u64,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct PaidV1 {
    euros: u64,
}

impl From<PaidV1> for Paid {
    fn from(old: PaidV1) -> Self {
        Self { cents: old.euros * 100 }
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct PlacedV1 {
    euros: u128,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct PlacedV3 {
    cents: u128,
}

impl From<PlacedV1> for PlacedV3 {
    fn from(old: PlacedV1) -> Self {
        Self { cents: old.euros * 100 }
    }
}

impl From<PlacedV3> for OrderPlaced {
    fn from(old: PlacedV3) -> Self {
        Self { total: old.cents, currency: "EUR".to_owned() }
    }
}

fn placed(total: u128) -> OrderPlaced {
    OrderPlaced { total, currency: "EUR".to_owned() }
}

#[test]
fn an_old_version_takes_every_step_to_the_newest() {
    let event = |version, data| ShopEvent::from_data("order.placed", version, data);
    let expected = |total| ShopEvent::Order(placed(total).into());
    assert_eq!(event(1, r#"{"euros":7}"#).unwrap(), expected(700));
    assert_eq!(event(3, r#"{"cents":7,"more":[]}"#).unwrap(), expected(7));
    assert_eq!(event(4, r#"{"total":7,"currency":"EUR"}"#).unwrap(), expected(7));
    assert_eq!(
        OrderEvent::from_data("order.placed", 1, r#"{"euros":7}"#).unwrap(),
        placed(700).into()
    );
    assert_eq!(OrderPlaced::from_data("order.placed", 1, r#"{"euros":7}"#).unwrap(), placed(700));
    let text = r#"{"data":{"euros":7},"dataversion":1,"type":"order.placed"}"#;
    assert_eq!(serde_json::from_str::<ShopEvent>(text).unwrap(), expected(700));
}

#[test]
fn a_written_payload_has_former_versions_too() {
    let paid = OrderEvent::from_data("order.paid", 1, r#"{"euros":2}"#).unwrap();
    assert_eq!(paid, OrderEvent::Paid(Paid { cents: 200 }));
    assert_eq!(Paid::from_data("order.paid", 1, r#"{"euros":2}"#).unwrap(), Paid { cents: 200 });
}

#[test]
fn the_current_struct_may_read_a_former_version() {
    let read = |version, data| BasketEvent::from_data("basket.emptied", version, data).unwrap();
    assert_eq!(read(1, "{}"), BasketEvent::Emptied { pieces: 1 });
    assert_eq!(read(2, r#"{"pieces":3}"#), BasketEvent::Emptied { pieces: 3 });
}

#[test]
fn numbers_that_no_float_holds_survive_an_upcast() {
    let data = r#"{"cents":340282366920938463463374607431768211455}"#;
    assert_eq!(OrderPlaced::from_data("order.placed", 3, data).unwrap(), placed(u128::MAX));
}

#[test]
fn a_version_that_nothing_reads_says_what_to_add() {
    let error = ShopEvent::from_data("order.placed", 2, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(
        error.full(),
        "`order.placed` is stored at version 2 and `derive::versions::OrderPlaced` reads version 4, and \
         nothing converts it: add `upcast(2 => ..)` with the struct of that version to its variant"
    );
    let error = ShopEvent::from_data("order.placed", 0, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(
        error.full(),
        "`order.placed` is stored at version 0, and versions count from 1: store it with the version \
         whose payload it has; `derive::versions::OrderPlaced` reads version 4"
    );
}

#[test]
fn an_old_payload_that_does_not_fit_names_the_struct_of_its_version() {
    let error = ShopEvent::from_data("order.placed", 1, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(
        error.full(),
        "`order.placed` stored at version 1 does not fit `derive::versions::PlacedV1`, which reads \
         version 1: missing field `euros` at line 1 column 2"
    );
}

#[test]
fn a_former_name_is_read_at_every_level_and_version() {
    for name in ["order.placed", "order.created", "sale.placed"] {
        let data = r#"{"euros":7}"#;
        let root = ShopEvent::from_data(name, 1, data).unwrap();
        assert_eq!(root, ShopEvent::Order(placed(700).into()), "{name}");
        assert_eq!(root.event_type(), "order.placed");
        assert_eq!(OrderEvent::from_data(name, 1, data).unwrap(), placed(700).into(), "{name}");
        assert_eq!(OrderPlaced::from_data(name, 1, data).unwrap(), placed(700), "{name}");
    }
    let text = r#"{"type":"order.created","dataversion":3,"data":{"cents":7}}"#;
    assert_eq!(serde_json::from_str::<OrderEvent>(text).unwrap(), placed(7).into());
    // The segments of this one lead into another family, where nothing has it.
    let filled = ShopEvent::from_data("order.basket.filled", 1, "{}").unwrap();
    assert_eq!(filled, ShopEvent::Basket(BasketEvent::Filled {}));
    for stranger in ["sale.created", "created", "order.creat", "order.created.", "sale"] {
        let error = ShopEvent::from_data(stranger, 1, "{}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownType, "{stranger}");
    }
    let error = BasketEvent::from_data("order.created", 1, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownType);
}

#[test]
fn the_set_of_types_holds_the_former_names() {
    for name in ["order.placed", "order.created", "sale.placed"] {
        assert!(TypeSet::of::<OrderPlaced>().contains(name), "{name}");
        assert!(TypeSet::of::<ShopEvent>().contains(name), "{name}");
        assert!(!TypeSet::of::<BasketEvent>().contains(name), "{name}");
    }
}

#[test]
fn a_newer_version_is_marked_on_the_event() {
    let event = |version| {
        let data = match version {
            1 => r#"{"euros":7}"#,
            _ => r#"{"total":7,"currency":"EUR","added_later":1}"#,
        };
        let payload = ShopEvent::from_data("order.placed", version, data).unwrap();
        let envelope =
            Envelope { event_type: "order.placed".to_owned(), version, ..Envelope::default() };
        Event::new(payload, envelope, Delivery::new(1, 1))
    };
    assert!(!event(1).is_newer());
    assert!(!event(4).is_newer());
    assert!(event(5).is_newer());
}

#[test]
fn the_test_kit_brings_a_stored_payload_to_the_newest() {
    assert_eq!(assert_upcasts::<OrderPlaced>(1, r#"{"euros":7}"#), placed(700));
    assert_eq!(assert_upcasts::<Paid>(1, r#"{"euros":7}"#), Paid { cents: 700 });
}

#[test]
#[should_panic(expected = "`order.placed` stored at version 1 does not fit")]
fn the_test_kit_says_what_does_not_fit() {
    let _ = assert_upcasts::<OrderPlaced>(1, r#"{"cents":7}"#);
}

#[test]
#[should_panic(expected = "version 4 of `order.placed` is no former one")]
fn the_test_kit_is_for_former_versions() {
    let _ = assert_upcasts::<OrderPlaced>(4, r#"{"total":7,"currency":"EUR"}"#);
}

#[test]
fn the_catalog_and_its_document_tell_the_past() {
    let Catalog::Leaf(leaf) = OrderPlaced::CATALOG else { panic!("a payload is a leaf") };
    assert_eq!(leaf.aliases, ["order.created", "sale.placed"]);
    assert_eq!(leaf.unreadable, [2]);
    let upcasts: Vec<_> =
        leaf.upcasts.iter().map(|upcast| (upcast.version, upcast.rust_path)).collect();
    assert_eq!(upcasts, [(1, "derive::versions::PlacedV1"), (3, "derive::versions::PlacedV3")]);

    let text = catalog_json(ShopEvent::CATALOG);
    let document: Document = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), text);
    let Node::Group(orders) = &document.root.members[0] else { panic!("orders are a group") };
    let Node::Leaf(placed) = &orders.members[0] else { panic!("placed is a leaf") };
    assert_eq!(placed.aliases, ["order.created", "sale.placed"]);
    assert_eq!(placed.unreadable, [2]);
    assert_eq!(placed.upcasts[1].version, 3);
    assert_eq!(placed.upcasts[1].rust_path, "derive::versions::PlacedV3");
    assert_eq!(placed.upcasts[1].reader.as_value()["title"], "PlacedV3");
}

#[test]
fn an_event_without_a_past_says_nothing_of_one() {
    let text = catalog_json(crate::events::SystemEvent::CATALOG);
    for key in ["aliases", "upcasts", "unreadable", "retired", "unknown"] {
        assert!(!text.contains(&format!("\"{key}\":")), "{key} is in {text}");
    }
}
