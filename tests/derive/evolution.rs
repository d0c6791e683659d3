//! What an author says of an event's future: it is recorded.

#![deny(deprecated)]

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Compat, CompatMode, Document, DomainEvent, Leaf, Node};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
enum OrderEvent {
    #[event(compat = "backward")]
    Placed { id: u8 },
    #[event(compat = "none", compat(reviewed = "nobody stored one"))]
    Moved,
    #[event(compat(reviewed = "agreed with billing"))]
    Paid,
    #[deprecated]
    Packed { id: u8 },
    #[deprecated = "use `order.placed`"]
    Created { id: u8 },
    #[deprecated(since = "1.2.0", note = "use `order.paid`")]
    #[event(name = "settled", version = 2, unreadable(1))]
    Settled,
}

fn leaf(name: &str) -> &'static Leaf {
    ShopEvent::CATALOG.find(name).expect("the event exists")
}

#[test]
fn the_catalog_records_mode_and_exemption() {
    let compat = |mode, reviewed| Some(Compat { mode, reviewed });
    assert_eq!(leaf("order.placed").compat, compat(Some(CompatMode::Backward), None));
    let both = compat(Some(CompatMode::None), Some("nobody stored one"));
    assert_eq!(leaf("order.moved").compat, both);
    assert_eq!(leaf("order.paid").compat, compat(None, Some("agreed with billing")));
    assert_eq!(leaf("order.packed").compat, None);
}

#[test]
fn the_catalog_records_what_is_deprecated_and_why() {
    assert_eq!(leaf("order.placed").deprecated, None);
    assert_eq!(leaf("order.packed").deprecated, Some(""));
    assert_eq!(leaf("order.created").deprecated, Some("use `order.placed`"));
    assert_eq!(leaf("order.settled").deprecated, Some("use `order.paid`"));
}

#[test]
fn the_payload_of_a_deprecated_event_is_used_without_a_warning() {
    let packed = OrderEvent::from(OrderPacked { id: 1 });
    assert_eq!(packed.event_type(), "order.packed");
    assert_eq!(OrderPacked::try_from(packed), Ok(OrderPacked { id: 1 }));
}

#[test]
fn the_document_holds_what_was_said_and_no_word_of_the_rest() {
    let text = catalog_json(ShopEvent::CATALOG);
    let document: Document = serde_json::from_str(&text).unwrap();
    let Node::Group(orders) = &document.root.members[0] else { panic!("orders are a group") };
    let leaf = |at: usize| {
        let Node::Leaf(leaf) = &orders.members[at] else { panic!("a leaf") };
        serde_json::to_value(leaf).unwrap()
    };
    assert_eq!(leaf(0)["compat"], serde_json::json!({ "mode": "backward" }));
    let both = serde_json::json!({ "mode": "none", "reviewed": "nobody stored one" });
    assert_eq!(leaf(1)["compat"], both);
    assert_eq!(leaf(4)["deprecated"], "use `order.placed`");
    let keys = |value: serde_json::Value| value.as_object().unwrap().len();
    assert_eq!((keys(leaf(3)), keys(leaf(0))), (keys(leaf(0)), keys(leaf(2))));
    for absent in ["tenantId", "eventKey", "opaque", "deprecated", "aggregate"] {
        assert!(leaf(0).get(absent).is_none(), "{absent}");
    }
}
