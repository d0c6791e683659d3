//! Enums of another crate.

use eventbus_runtime::{DomainEvent, TypeSet};
use shop_events::{OrderEvent, SystemEvent};

/// The shop's orders and its own processes, under names that the shop's crate gave them.
#[derive(Debug, Clone, DomainEvent)]
enum OfficeEvent {
    #[event(external)]
    Order(OrderEvent),
    #[event(external)]
    System(SystemEvent),
    Desk(DeskEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum DeskEvent {
    Opened,
}

#[test]
fn events_of_two_crates_have_one_root() {
    let names: Vec<_> = OfficeEvent::CATALOG.leaves().iter().map(|leaf| leaf.event_type).collect();
    assert!(names.contains(&"order.placed") && names.contains(&"desk.opened"), "{names:?}");
    assert!(TypeSet::of::<OfficeEvent>().contains(shop_events::OrderShipped::TYPE));
    let desk = OfficeEvent::from_data("desk.opened", 1, "{}").unwrap();
    assert_eq!(desk.event_type(), DeskOpened::TYPE);
}

#[test]
fn an_event_of_another_crate_is_read_and_written_through_this_root() {
    let data =
        r#"{"order_id":"00000000-0000-0000-0000-000000000007","status":"pending","items":[]}"#;
    let root = OfficeEvent::from_data("order.placed", 1, data).unwrap();
    assert_eq!(root.to_data().unwrap(), data);
    assert_eq!(root.aggregate_id().as_deref(), Some("00000000-0000-0000-0000-000000000007"));
    assert_eq!((root.tenant_id(), root.aggregate_kind()), (None, "order"));
    assert!(matches!(OrderEvent::try_from(root), Ok(OrderEvent::Placed { .. })));
}
