//! What `#[derive(EventSubset)]` makes of a choice of events.

use std::collections::BTreeMap;

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Catalog, Document, DomainEvent, ErrorKind, EventBus, EventSubset, TypeSet};
use uuid::Uuid;

use crate::events::{
    AccountEvent, AccountLinked, Boot, LineAdded, LineEvent, OrderEvent, OrderPlaced, ShopEvent,
    SystemEvent,
};

/// What the statistics count.
#[derive(Debug, Clone, PartialEq, EventSubset)]
enum Counted {
    Order(OrderPlaced),
    Lines(LineEvent),
    Accounts(AccountEvent),
}

/// A subset in a subset.
#[derive(Debug, Clone, PartialEq, EventSubset)]
enum Watched {
    Boot(Boot),
    Counted(Counted),
}

/// A subset of one event is always that event.
#[derive(Debug, Clone, PartialEq, EventSubset)]
enum Only {
    Boot(Boot),
}

/// The whole, under another name.
#[derive(Debug, Clone, PartialEq, EventSubset)]
enum Whole {
    Shop(ShopEvent),
}

fn added() -> LineAdded {
    LineAdded { order_id: Uuid::nil(), how_many: 3 }
}

fn placed() -> OrderPlaced {
    let items = BTreeMap::from([(1, 2)]);
    OrderPlaced { order_id: Uuid::nil(), total_cents: u128::MAX, items, coupon: None }
}

#[test]
fn its_types_are_those_of_its_members() {
    let types = TypeSet::of::<Counted>();
    assert_eq!(types.to_string(), "account.*, order.line.*, order.placed");
    assert_eq!(Counted::filter().types(), &types);
    let boot = TypeSet::of::<Boot>();
    assert_eq!(TypeSet::of::<Watched>(), types.union(&boot));
    assert_eq!(TypeSet::of::<Only>(), boot);
    assert_eq!(TypeSet::of::<Whole>(), TypeSet::of::<ShopEvent>());
    assert_eq!(TypeSet::of::<Whole>().to_string(), "account.*, order.*, system.*");
}

#[test]
fn an_event_says_of_itself_what_it_says_without_the_subset() {
    let (event, own) = (Counted::Lines(added().into()), added());
    assert_eq!(event.event_type(), "order.line.added");
    assert_eq!(event.version(), own.version());
    assert_eq!(event.aggregate_id(), own.aggregate_id());
    assert_eq!(event.to_data().unwrap(), own.to_data().unwrap());
    assert_eq!(Counted::from(placed()).version(), 2);
}

#[test]
fn a_name_leads_to_the_member_that_has_it() {
    let events = [
        Counted::Order(placed()),
        Counted::Lines(added().into()),
        Counted::Accounts(AccountLinked { account_id: "a".into(), with: "b".into() }.into()),
    ];
    for event in events {
        let (name, version, data) = (event.event_type(), event.version(), event.to_data().unwrap());
        assert_eq!(Counted::from_data(name, version, &data).unwrap(), event);
        let whole = Whole::from_data(name, version, &data).unwrap();
        assert_eq!(whole, ShopEvent::from_data(name, version, &data).unwrap().into());
        let nested = Watched::from_data(name, version, &data).unwrap();
        assert_eq!(nested, Watched::Counted(event));
    }
    for name in ["system.ping", "order", "order.line", "order.line.moved", "orders.placed", ""] {
        let error = Counted::from_data(name, 1, "{}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownType, "{name}");
    }
    let error = Counted::from_data("order.moved", 1, "{}").unwrap_err();
    assert!(error.to_string().ends_with("Counted` has no event named `order.moved`"), "{error}");
}

#[test]
fn members_convert_into_it_and_come_back() {
    let counted: Counted = placed().into();
    assert_eq!(OrderPlaced::try_from(counted.clone()), Ok(placed()));
    assert_eq!(LineEvent::try_from(counted.clone()), Err(counted.clone()));
    let watched = Watched::from(counted.clone());
    assert_eq!(Counted::try_from(watched), Ok(counted));
    let boot = Boot { host: "here".into() };
    assert_eq!(Boot::try_from(Only::from(boot.clone())), Ok(boot));
}

#[test]
fn its_json_is_that_of_the_enums() {
    let root = ShopEvent::Order(OrderEvent::Line(added().into()));
    let text = serde_json::to_string(&root).unwrap();
    let subset = Counted::Lines(added().into());
    assert_eq!(serde_json::to_string(&subset).unwrap(), text);
    assert_eq!(serde_json::from_str::<Counted>(&text).unwrap(), subset);
    let other = serde_json::to_string(&SystemEvent::Ping).unwrap();
    let error = serde_json::from_str::<Counted>(&other).unwrap_err();
    assert!(error.to_string().contains("has no event named `system.ping`"), "{error}");
}

#[test]
fn the_toolchain_can_tell_it_from_a_root() {
    let Catalog::Group(group) = Counted::CATALOG else { panic!("an enum is a group") };
    assert!(group.subset);
    assert_eq!((group.prefix, group.docs), ("", "What the statistics count."));
    assert_eq!(group.rust_path, "derive::subset::Counted");
    let document: Document = serde_json::from_str(&catalog_json(Counted::CATALOG)).unwrap();
    assert!(document.root.subset);
    assert!(!catalog_json(ShopEvent::CATALOG).contains("subset"));
}

#[tokio::test]
async fn it_is_emitted_as_the_event_that_it_holds() {
    let bus = EventBus::in_memory();
    let mut tx = bus.begin();
    bus.emit(&mut tx, Counted::from(placed())).await.unwrap();
    tx.commit().unwrap();
    let events = bus.events::<Counted>().unwrap();
    assert_eq!(*events[0], Counted::Order(placed()));
    assert_eq!(events[0].envelope().event_type, "order.placed");
    assert!(bus.events::<Only>().unwrap().is_empty());
}
