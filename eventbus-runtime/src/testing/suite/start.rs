//! Where a subscription starts.

use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::ErrorKind;
use crate::store::{Handles, Log, NewEvent, Registration, Start};
use crate::testing::suite::tools::{SHARDS, claim_at, commit, data, drain, emit, torn};
use crate::testing::suite::{StoreFixture, bus};

/// What a new subscription that starts there reads.
async fn read_from<S: Log>(bus: &EventBus<S>, start: Start) -> Vec<String> {
    let claim = claim_at(bus, &format!("reader {}", Uuid::now_v7()), start).await;
    let (events, _) = drain(bus, claim.cursor).await;
    data(&events).into_iter().map(str::to_owned).collect()
}

/// An event with an id of this time.
fn of_time(number: u32, time: SystemTime) -> NewEvent {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let time = uuid::Timestamp::from_unix(uuid::NoContext, since.as_secs(), since.subsec_nanos());
    let mut event = torn(number);
    event.event.envelope.id = Uuid::new_v7(time);
    event
}

pub(super) async fn from_the_beginning_or_from_now<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["before"]).await;
    let now = claim_at(&bus, "now", Start::Now).await;
    let beginning = claim_at(&bus, "beginning", Start::Beginning).await;
    emit(&bus, &["after"]).await;
    assert_eq!(data(&drain(&bus, now.cursor).await.0), [r#"["a","after"]"#]);
    assert_eq!(drain(&bus, beginning.cursor).await.0.len(), 2);
}

pub(super) async fn from_a_time<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let minute = Duration::from_secs(60);
    // Ids tell milliseconds, so an event of this one is of this time, whatever part of it the time says.
    let first = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_500);
    assert_eq!(read_from(&bus, Start::Time(first)).await, [""; 0], "of an empty log");
    for n in 0..5 {
        commit(&bus, &[of_time(n, first + n * minute)]).await;
    }
    let at = async |time| read_from(&bus, Start::Time(time)).await;
    assert_eq!(at(first - 60 * minute).await, ["0", "1", "2", "3", "4"]);
    assert_eq!(at(first).await, ["0", "1", "2", "3", "4"]);
    assert_eq!(at(first + 3 * minute).await, ["3", "4"], "with the first of this time");
    assert_eq!(at(first + 2 * minute + minute / 2).await, ["3", "4"], "or of a later one");
    assert_eq!(at(first + 60 * minute).await, [""; 0], "of nothing later: from now");
    // A clock that is behind writes the next one; it stands behind the place and comes, too.
    commit(&bus, &[of_time(5, first + 2 * minute)]).await;
    assert_eq!(at(first + 3 * minute).await, ["3", "4", "5"]);
}

pub(super) async fn after_an_event<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events: Vec<NewEvent> = (0..5).map(torn).collect();
    for event in &events {
        commit(&bus, std::slice::from_ref(event)).await;
    }
    for (index, event) in events.iter().enumerate() {
        let rest = read_from(&bus, Start::After(event.event.envelope.id)).await;
        let expected: Vec<String> = (index + 1..5).map(|n| n.to_string()).collect();
        assert_eq!(rest, expected);
    }
}

pub(super) async fn after_an_event_that_is_not_there_is_refused<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let registration = Registration {
        subscription: "reader".to_owned(),
        start: Start::After(Uuid::now_v7()),
        shards: SHARDS,
        handles: Handles::new(),
    };
    let refused = bus.store().register(&registration).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("no event of the log has the id"), "{refused}");
    assert!(bus.store().roster("reader").await.unwrap().is_none(), "it was not made");
}
