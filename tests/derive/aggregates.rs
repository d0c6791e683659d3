//! The kind of an aggregate, where the first segment is not it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::Store;
use eventbus_runtime::{DomainEvent, Event, HandlerError, MemoryBus, Retry};
use eventbus_tests::sqlite::SqliteFile;

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum DeskEvent {
    Cart(CartEvent),
    Order(OrderEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(aggregate = "order")]
enum CartEvent {
    Filled {
        #[event(aggregate_id)]
        order: u8,
    },
    Line(CartLineEvent),
    Gift(GiftEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum CartLineEvent {
    Added {
        #[event(aggregate_id)]
        order: u8,
    },
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(aggregate = "parcel")]
enum GiftEvent {
    Wrapped,
    Card(CardEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum CardEvent {
    Written,
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum OrderEvent {
    Placed {
        #[event(aggregate_id)]
        order: u8,
    },
}

#[test]
fn a_kind_holds_for_everything_below_until_another_is_stated() {
    let of = |event: DeskEvent| {
        let leaf = DeskEvent::CATALOG.find(event.event_type()).unwrap();
        assert_eq!(leaf.aggregate_kind(), event.aggregate_kind());
        (event.aggregate_kind().to_owned(), leaf.aggregate)
    };
    let stated = |kind: &'static str| (kind.to_owned(), kind);
    assert_eq!(of(CartEvent::Filled { order: 1 }.into()), stated("order"));
    let line = CartLineEvent::Added { order: 1 };
    assert_eq!(line.aggregate_kind(), "order");
    assert_eq!(of(CartEvent::from(line).into()), stated("order"));
    assert_eq!(of(CartEvent::from(GiftEvent::Wrapped).into()), stated("parcel"));
    assert_eq!(of(CartEvent::from(GiftEvent::from(CardEvent::Written)).into()), stated("parcel"));
    assert_eq!(of(OrderEvent::Placed { order: 1 }.into()), ("order".to_owned(), ""));
    assert_eq!(CardWritten {}.aggregate_kind(), "parcel");
    assert_eq!(CartFilled { order: 1 }.aggregate_kind(), "order");
}

#[tokio::test]
async fn the_shard_is_that_of_the_stated_kind() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let mut tx = bus.store().begin().await.unwrap();
    let line = CartLineEvent::Added { order: 7 };
    let events = (CartFilled { order: 7 }, OrderEvent::Placed { order: 7 }, line);
    bus.emit(&mut tx, events).await.unwrap();
    let shards: Vec<i64> = sqlx::query_scalar("SELECT shard FROM eventbus_event ORDER BY position")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    // What `order.placed` of the aggregate `7` has had since the first version.
    assert_eq!(shards, [540, 540, 540]);
    bus.store().rollback(tx).await.unwrap();
}

#[tokio::test]
async fn events_of_one_aggregate_wait_for_each_other_across_families() {
    let bus = MemoryBus::in_memory();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let handler = move |event: Event<DeskEvent>| {
        let id = event.aggregate_id().unwrap_or_default();
        notes.lock().unwrap().push((id, event.event_type().to_owned(), event.attempt()));
        let fails = matches!(*event, DeskEvent::Cart(_)) && event.attempt() == 1;
        async move { if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) } }
    };
    let brief = Duration::from_millis(2);
    let retry = Retry { attempts: 3, first: brief, factor: 1, max: brief };
    let mut tx = bus.begin();
    let events = [1, 2].map(|order| OrderEvent::Placed { order });
    bus.emit(&mut tx, (CartEvent::Filled { order: 1 }, events)).await.unwrap();
    tx.commit().unwrap();
    let running = bus.subscribe("desk").retry(retry).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.retain(|(id, ..)| id == "1");
    let seen: Vec<_> = seen.iter().map(|(_, name, attempt)| (name.as_str(), *attempt)).collect();
    assert_eq!(seen, [("cart.filled", 1), ("cart.filled", 2), ("order.placed", 1)]);
}
