//! Scheduled events that are damaged, and those that others hold on to.

use std::time::{Duration, UNIX_EPOCH};

use eventbus_runtime::observe::{Health, Reason};
use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{EventBus, ScheduleFilter, Scheduled};

use crate::database::{Database, Postgres};
use crate::events::note;

const LOG: &str = "SELECT count(*) FROM eventbus_event";

async fn schedule<S: Log>(bus: &EventBus<S>, about: &str, text: &str) -> uuid::Uuid {
    bus.emit(bus.store(), note(about, text)).deliver_at(UNIX_EPOCH).await.unwrap().id()
}

async fn waiting<S: Log>(bus: &EventBus<S>) -> Vec<Scheduled> {
    bus.scheduled().list(&ScheduleFilter::all(), None, 1_000).await.unwrap()
}

/// Moves what is due until something holds.
async fn moving<S: Log>(bus: &EventBus<S>, mut until: impl AsyncFnMut() -> bool) {
    let done = async {
        while !until().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = bus.scheduled().run() => unreachable!("it runs as long as it is polled"),
        ended = tokio::time::timeout(Duration::from_secs(30), done) => ended.expect("others move"),
    }
}

fn held(health: &Health) -> Option<String> {
    let found = health.findings.iter().find(|finding| finding.reason == Reason::ScheduleHeld);
    found.map(|finding| finding.message.clone())
}

pub(crate) async fn a_damaged_scheduled_event_is_set_aside_and_told_while_others_move<
    D: Database,
>() {
    let (database, bus) = D::migrated().await;
    let damaged = schedule(&bus, "a", "1").await;
    database.execute("UPDATE eventbus_scheduled SET metadata = '[1]'").await;
    let first = &waiting(&bus).await[0];
    assert!(first.unreadable && first.failures == 0, "it can be listed before anybody tried");
    schedule(&bus, "a", "2").await;
    schedule(&bus, "b", "3").await;
    moving(&bus, async || database.number(LOG).await == 2).await;
    let [row] = &waiting(&bus).await[..] else { panic!("it waits") };
    assert_eq!((row.id(), row.failures, row.unreadable), (damaged, 1, true));
    assert_eq!(row.event.envelope.event_type, "note.taken", "what can be read is shown");
    let failure = row.failure.as_deref().unwrap();
    assert!(failure.contains("`metadata` is malformed") && failure.contains("repair"), "{failure}");
    let health = bus.health().await;
    let told = held(&health).unwrap();
    assert!(told.contains(&damaged.to_string()) && told.contains("repair row"), "{told}");
    let schedule = health.schedule.unwrap();
    assert_eq!((schedule.waiting, schedule.aside, schedule.refused), (1, 1, 0));
    assert_eq!(schedule.overdue, None, "it waits for somebody, not for its time");
    database.execute("UPDATE eventbus_scheduled SET metadata = NULL").await;
    let later = bus.scheduled().reschedule(bus.store(), damaged, UNIX_EPOCH).await.unwrap();
    assert!(later);
    moving(&bus, async || database.number(LOG).await == 3).await;
    assert_eq!(held(&bus.health().await), None);
}

pub(crate) async fn a_damaged_scheduled_event_can_be_cancelled<D: Database>() {
    let (database, bus) = D::migrated().await;
    let damaged = schedule(&bus, "a", "1").await;
    database.execute("UPDATE eventbus_scheduled SET metadata = '{\"a\": 1}'").await;
    moving(&bus, async || waiting(&bus).await[0].failures == 1).await;
    assert!(bus.scheduled().cancel(bus.store(), damaged).await.unwrap());
    assert_eq!(waiting(&bus).await, []);
}

#[tokio::test]
async fn who_cancels_many_keeps_only_what_is_behind_them_waiting_on_postgres() {
    let (database, bus) = Postgres::migrated().await;
    let other = database.bus().await;
    let mut ids = Vec::new();
    for n in 0..250 {
        ids.push(schedule(&bus, "a", &n.to_string()).await);
    }
    let free = schedule(&bus, "b", "free").await;
    let mut open = other.store().begin().await.unwrap();
    for id in &ids[..120] {
        assert!(other.scheduled().cancel(&mut open, *id).await.unwrap());
    }
    moving(&bus, async || waiting(&bus).await.iter().all(|waits| waits.id() != free)).await;
    assert_eq!(database.number(LOG).await, 1, "nothing of the other aggregate overtakes");
    other.store().commit(open).await.unwrap();
    moving(&bus, async || database.number(LOG).await == 131).await;
    assert_eq!(waiting(&bus).await, []);
    let in_order = "SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY position) AS before \
        FROM eventbus_event WHERE aggregate_id = 'a') AS e WHERE before > id";
    assert_eq!(database.number(in_order).await, 0);
}
