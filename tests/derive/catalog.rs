//! The tree of event types, and the document that the toolchain reads.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Catalog, Document, DomainEvent, EventPayload, Node, TypeSet};
use uuid::Uuid;

use crate::events::{AccountLinked, LineAdded, OrderEvent, OrderPlaced, ShopEvent};

#[test]
fn the_leaves_stand_in_the_order_of_their_declaration() {
    let names: Vec<_> = ShopEvent::CATALOG.leaves().iter().map(|leaf| leaf.event_type).collect();
    assert_eq!(
        names,
        [
            "order.placed",
            "order.line.added",
            "order.line.dropped",
            "account.linked",
            "system.ping",
            "system.started",
        ]
    );
    assert!(TypeSet::of::<OrderEvent>().contains(LineAdded::TYPE));
    assert!(!TypeSet::of::<OrderEvent>().contains(AccountLinked::TYPE));
}

#[test]
fn a_leaf_carries_docs_path_version_and_the_aggregates_field() {
    let Catalog::Leaf(leaf) = OrderPlaced::CATALOG else { panic!("a payload is a leaf") };
    assert_eq!(leaf.docs, "A customer placed an order.\n\nIt is not paid yet.");
    assert_eq!(leaf.rust_path, "derive::events::OrderPlaced");
    assert_eq!(leaf.version, 2);
    assert_eq!(leaf.aggregate_id, Some("order_id"));

    let Catalog::Leaf(leaf) = AccountLinked::CATALOG else { panic!("a payload is a leaf") };
    assert_eq!(leaf.rust_path, "derive::events::AccountLinked");
    assert_eq!(leaf.aggregate_id, Some("accountId"));
}

#[test]
fn a_group_carries_docs_path_and_prefix() {
    let Catalog::Group(root) = ShopEvent::CATALOG else { panic!("an enum is a group") };
    assert_eq!(root.prefix, "");
    assert_eq!(root.docs, "Everything that the shop announces.");
    let Catalog::Group(group) = OrderEvent::CATALOG else { panic!("an enum is a group") };
    assert_eq!(group.prefix, "order");
    assert_eq!(group.rust_path, "derive::events::OrderEvent");
    assert_eq!(group.members.len(), 2);
}

#[test]
fn the_aggregates_id_is_known_at_every_level() {
    assert_eq!(LineAdded::AGGREGATE_ID, Some("orderId"));
    let payload = LineAdded { order_id: Uuid::from_u128(1), how_many: 1 };
    let id = Some("00000000-0000-0000-0000-000000000001".to_owned());
    assert_eq!(payload.aggregate_id(), id);
    let root = ShopEvent::Order(OrderEvent::Line(payload.into()));
    assert_eq!(root.aggregate_id(), id);
}

#[test]
fn the_toolchain_reads_the_tree_with_the_schemas_of_both_contracts() {
    let document: Document = serde_json::from_str(&catalog_json(ShopEvent::CATALOG)).unwrap();
    assert_eq!(document.format, Document::FORMAT);
    assert_eq!(document.root.rust_path, "derive::events::ShopEvent");
    let Node::Group(orders) = &document.root.members[0] else { panic!("orders are a group") };
    let Node::Leaf(placed) = &orders.members[0] else { panic!("placed is a leaf") };
    let reader = placed.reader.as_value();
    assert_eq!(reader["title"], "OrderPlaced");
    assert_eq!(reader["description"], "A customer placed an order.\n\nIt is not paid yet.");
    assert_eq!(reader["properties"]["total_cents"]["description"], "The sum, in cents.");
    assert_eq!(reader["required"], serde_json::json!(["order_id", "total_cents", "items"]));
    let Node::Group(lines) = &orders.members[1] else { panic!("lines are a group") };
    let Node::Leaf(added) = &lines.members[0] else { panic!("added is a leaf") };
    assert!(added.writer.as_value()["properties"]["howMany"].is_object());
}
