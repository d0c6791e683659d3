//! What a store tells about its own contents.

use std::time::Duration;

use uuid::{NoContext, Timestamp, Uuid};

use crate::bus::EventBus;
use crate::integrity::Check;
use crate::store::{EventKey, Fate, Integrity};
use crate::testing::suite::tools::{commit, dead, log, note, retrying, settle, torn};
use crate::testing::suite::{StoreFixture, bus};

/// What is found: each check and its count.
async fn found<S: Integrity>(bus: &EventBus<S>) -> Vec<(Check, u64)> {
    let report = bus.verify().await.unwrap();
    report.findings().iter().map(|finding| (finding.check(), finding.count())).collect()
}

pub(super) async fn a_database_in_order_has_no_finding<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    assert!(bus.verify().await.unwrap().is_sound(), "an empty one");
    let mut keyed = note("b", "4");
    let window = Duration::from_secs(3_600);
    keyed.key = Some(EventKey { text: "4".to_owned(), window });
    commit(&bus, &[note("a", "1"), note("a", "2"), torn(3), keyed, note("c", "5")]).await;
    let stored = log(&bus).await;
    let fates = vec![
        (&stored[0], retrying(1, "no", 4_000_000_000_000)),
        (&stored[1], Fate::Parked),
        (&stored[4], dead(5, "never", 10)),
    ];
    settle(&bus, "reader", fates).await;
    let report = bus.verify().await.unwrap();
    assert!(report.is_sound() && report.findings().is_empty(), "{report}");
    let looked_at = report.looked_at();
    assert_eq!((looked_at.events, looked_at.last_position), (5, Some(5)));
    assert_eq!((looked_at.subscriptions, looked_at.deliveries), (2, 2));
    assert_eq!((looked_at.dead_letters, looked_at.keys), (1, 1));
}

pub(super) async fn an_event_that_is_there_twice_is_found<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let event = note("a", "1");
    commit(&bus, &[event.clone(), note("a", "2"), event]).await;
    assert_eq!(found(&bus).await, [(Check::DuplicateEventId, 1)]);
}

pub(super) async fn what_no_emit_writes_is_found<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let (mut named, mut timed) = (note("a", "1"), note("b", "2"));
    named.event.envelope.event_type = "note.Taken".to_owned();
    named.event.envelope.traceparent = Some("00-1-2-01".to_owned());
    commit(&bus, &[named]).await;
    timed.event.envelope.id = Uuid::new_v7(Timestamp::from_unix(NoContext, 1_000, 0));
    commit(&bus, &[note("b", "1"), timed]).await;
    let findings =
        [(Check::MalformedEnvelope, 1), (Check::MalformedTraceparent, 1), (Check::TimeGoesBack, 1)];
    assert_eq!(found(&bus).await, findings);
}
