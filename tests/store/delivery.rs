//! Events in trouble.

use eventbus_runtime::store::{Change, Failure, Fate, Log, Shards, Step, Stored};
use eventbus_runtime::{ErrorKind, EventBus};

use eventbus_tests::claim::SHARDS;

use crate::database::{Claimed, Database, claim, drain};
use crate::ownership::advance;
use crate::reading::emit;

fn change(stored: &Stored, fate: Fate) -> Change {
    let envelope = &stored.event.envelope;
    Change {
        position: stored.position,
        slot: stored.slot,
        first_at: None,
        event_id: envelope.id,
        key: envelope.aggregate_id.clone(),
        fate,
    }
}

fn all() -> Shards {
    Shards::all(SHARDS)
}

fn failure(message: &str, at: i64) -> Failure {
    Failure { kind: ErrorKind::DeliveryFailed, message: message.to_owned(), at }
}

fn retrying(attempts: u32, next_at: i64) -> Fate {
    Fate::Retrying { attempts, next_at, failure: failure("no", 1) }
}

async fn apply<S: Log>(bus: &EventBus<S>, claim: &Claimed<S>, changes: Vec<Change>) {
    advance(bus, &claim.owner, &Step { cursor: None, changes }).await.unwrap();
}

pub(crate) async fn trouble_is_kept_until_it_is_handled<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["1"]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let troubles = bus.store().troubles("reader", &all(), 0, 10).await.unwrap();
    assert!(troubles.ready.is_empty() && troubles.keys.is_empty() && troubles.next_at.is_none());

    apply(&bus, &claim, vec![change(&events[0], retrying(1, 100))]).await;
    let troubles = bus.store().troubles("reader", &all(), 99, 10).await.unwrap();
    assert!(troubles.ready.is_empty(), "not due yet");
    assert!(troubles.keys.contains("a"));
    assert_eq!(troubles.next_at, Some(100));
    let troubles = bus.store().troubles("reader", &all(), 100, 10).await.unwrap();
    assert_eq!(troubles.ready[0].stored, events[0]);
    assert_eq!(troubles.ready[0].attempts, 1);
    assert!(bus.store().troubles("another", &all(), 100, 10).await.unwrap().keys.is_empty());

    apply(&bus, &claim, vec![change(&events[0], retrying(2, 300))]).await;
    let troubles = bus.store().troubles("reader", &all(), 300, 10).await.unwrap();
    assert_eq!(troubles.ready[0].attempts, 2);
    apply(&bus, &claim, vec![change(&events[0], Fate::Handled)]).await;
    let troubles = bus.store().troubles("reader", &all(), 300, 10).await.unwrap();
    assert!(troubles.ready.is_empty() && troubles.keys.is_empty() && troubles.next_at.is_none());
}

pub(crate) async fn parked_events_wait_for_the_retrying_one<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["1", "2", "3"]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let parked = |index: usize| change(&events[index], Fate::Parked);
    apply(&bus, &claim, vec![change(&events[0], retrying(1, 100)), parked(1), parked(2)]).await;
    let ready = async |now, limit| {
        let troubles = bus.store().troubles("reader", &all(), now, limit).await.unwrap();
        troubles.ready.iter().map(|trouble| trouble.stored.position).collect::<Vec<_>>()
    };
    assert!(ready(99, 10).await.is_empty());
    assert_eq!(ready(100, 10).await, [events[0].position]);

    apply(&bus, &claim, vec![change(&events[0], Fate::Handled)]).await;
    assert_eq!(ready(0, 10).await, [events[1].position, events[2].position]);
    assert_eq!(ready(0, 1).await, [events[1].position], "no more than the limit");

    let dead = Fate::Dead { attempts: 5, failure: failure("never", 5) };
    apply(&bus, &claim, vec![change(&events[1], dead)]).await;
    assert_eq!(ready(0, 10).await, [events[2].position], "a dead one holds nobody back");
}

pub(crate) async fn dead_letters_are_kept_oldest_first<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["1", "2"]).await;
    for (name, message, at) in [("second", "later", 20), ("first", "sooner", 10)] {
        let claim = claim(&bus, name).await;
        let (events, _) = drain(&bus, claim.cursor.clone()).await;
        let dead = Fate::Dead { attempts: 5, failure: failure(message, at) };
        apply(&bus, &claim, vec![change(&events[1], dead)]).await;
    }
    let letters = bus.store().dead_letters(None).await.unwrap();
    let names: Vec<&str> = letters.iter().map(|letter| letter.subscription.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    let letters = bus.store().dead_letters(Some("first")).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].stored.event.data, r#"["a","2"]"#);
    assert_eq!(letters[0].attempts, 5);
    assert_eq!(letters[0].kind, "DeliveryFailed");
    assert_eq!(letters[0].message, "sooner");
    assert_eq!(letters[0].at, 10);
}
