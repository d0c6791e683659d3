//! Health: its light, and the reason that it names.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use eventbus_runtime::observe::{Health, HealthLimits, Light, Reason};
use eventbus_runtime::store::{Log, NewEvent};
use eventbus_runtime::{Event, EventBus, HandlerError, RawEvent, State};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};

use crate::desk::{ParcelLost, ParcelSent, name, subscribe, value};

/// Limits that are over at once, so that whatever waits is stuck.
fn at_once() -> HealthLimits {
    HealthLimits { stuck_after: Duration::from_millis(1), ..HealthLimits::default() }
}

/// Asks until it has this light for this reason: whoever wants to know how it is has to ask.
async fn until<S: Log>(bus: &EventBus<S>, limits: HealthLimits, what: (Light, Reason)) -> Health {
    let asked = async {
        loop {
            let health = bus.health_within(&limits).await;
            let found = |light, reason| {
                health
                    .all_findings()
                    .any(|(_, found)| (found.light, found.reason) == (light, reason))
            };
            if found(what.0, what.1) {
                return health;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(60), asked).await.unwrap_or_else(|_| panic!("never {what:?}"))
}

fn sent(parcels: impl IntoIterator<Item = u32>) -> Vec<ParcelSent> {
    parcels.into_iter().map(|parcel| ParcelSent { parcel }).collect()
}

pub(crate) async fn a_bus_that_works_is_green<S: Log>(bus: EventBus<S>) {
    let name = name();
    let handler = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let running = subscribe(&bus, &name).handle(handler).start().await.unwrap();
    bus.emit(bus.store(), sent(1..=5)).await.unwrap();
    running.settled().await.unwrap();
    let health = bus.health().await;
    assert_eq!(health.light, Light::Green, "{health}");
    let [subscription] = &health.subscriptions[..] else { panic!("one runs: {health}") };
    assert_eq!((subscription.name.as_str(), subscription.state), (name.as_str(), State::Running));
    assert_eq!((subscription.depth, subscription.more, subscription.lag), (0, false, None));
    assert_eq!(health.to_string(), "green, 1 subscription");
    let json = serde_json::to_value(&health).unwrap();
    assert_eq!(json["light"], "green");
    assert_eq!(json["subscriptions"][0]["state"], "running");
    assert_eq!(json["subscriptions"][0]["lag_seconds"], serde_json::Value::Null);
    running.shutdown().await.unwrap();
    assert!(bus.health().await.subscriptions.is_empty(), "what was ended on purpose is not missed");
}

pub(crate) async fn a_handler_that_hangs_turns_it_red_and_is_named<S: Log>(bus: EventBus<S>) {
    let name = name();
    let (release, (began, mut begins)) = (Arc::new(Notify::new()), mpsc::unbounded_channel());
    let released = Arc::clone(&release);
    let hangs = move |event: Event<ParcelSent>| {
        let (released, began) = (Arc::clone(&released), began.clone());
        async move {
            began.send(event.parcel).unwrap();
            if event.parcel == 1 {
                released.notified().await;
            }
            Ok::<_, HandlerError>(())
        }
    };
    let running = subscribe(&bus, &name).concurrency(1).handle(hangs).start().await.unwrap();
    bus.emit(bus.store(), sent(1..=4)).await.unwrap();
    assert_eq!(begins.recv().await, Some(1));
    let health = until(&bus, at_once(), (Light::Red, Reason::HandlerBusy)).await;
    assert!(!health.is_ready() && !health.is_live(), "{health}");
    let subscription = &health.subscriptions[0];
    assert_eq!((subscription.depth, subscription.more), (4, false));
    assert!(subscription.lag.is_some_and(|lag| lag < Duration::from_secs(60)));
    assert!(health.to_string().contains("is still working on `parcel.sent`"), "{health}");
    assert!(bus.health().await.is_ready(), "a minute is not over");
    let labels = [("subscription", name.as_str())];
    assert_eq!(value("eventbus_outbox_depth", &labels), Some(4.0));
    assert!(value("eventbus_lag_seconds", &labels).unwrap() > 0.0);
    release.notify_one();
    running.settled().await.unwrap();
    assert_eq!(bus.health_within(&at_once()).await.light, Light::Green);
    assert_eq!(value("eventbus_outbox_depth", &labels), Some(0.0));
    bus.shutdown().await.unwrap();
}

pub(crate) async fn a_pause_and_dead_letters_are_yellow<S: Log>(bus: EventBus<S>) {
    let name = name();
    let refuses = |_: Event<ParcelSent>| async { Err::<(), _>(HandlerError::terminal("no")) };
    let running = subscribe(&bus, &name).handle(refuses).start().await.unwrap();
    bus.emit(bus.store(), sent([1])).await.unwrap();
    running.settled().await.unwrap();
    let health = bus.health().await;
    assert_eq!(health.light, Light::Yellow);
    assert_eq!(health.subscriptions[0].findings[0].reason, Reason::DeadLetters);
    assert_eq!(health.subscriptions[0].dead_letters, 1);
    bus.pause(&name).await.unwrap();
    until(&bus, at_once(), (Light::Yellow, Reason::Paused)).await;
    bus.emit(bus.store(), sent(2..=3)).await.unwrap();
    let health = bus.health_within(&at_once()).await;
    assert_eq!(health.subscriptions[0].depth, 2);
    assert!(health.is_ready() && health.is_live(), "somebody wanted it so: {health}");
    let of = |reason| [("subscription", name.as_str()), ("reason", reason)];
    assert_eq!(value("eventbus_stall_reason", &of("paused")), Some(1.0));
    assert_eq!(value("eventbus_stall_reason", &of("no_progress")), Some(0.0));
    assert_eq!(value("eventbus_dead_letters", &[("subscription", &name)]), Some(1.0));
    bus.shutdown().await.unwrap();
}

pub(crate) async fn a_schedule_that_nobody_moves_is_red_and_measured<S: Log>(bus: EventBus<S>) {
    let told = async |overdue: fn(f64) -> bool, waiting: f64| {
        // A recorder is the process's, and other cases tell it of their own schedules.
        loop {
            let health = bus.health_within(&at_once()).await;
            let found = value("eventbus_scheduled", &[("state", "waiting")]);
            let late = value("eventbus_scheduled_overdue_seconds", &[]);
            if found == Some(waiting) && late.is_some_and(overdue) {
                return health;
            }
        }
    };
    let hour = Duration::from_secs(3_600);
    bus.emit(bus.store(), sent([1])).deliver_after(hour).await.unwrap();
    let health = told(|overdue| overdue == 0.0, 1.0).await;
    assert_eq!((health.light, health.schedule.unwrap().overdue), (Light::Green, None));
    bus.emit(bus.store(), sent([2])).deliver_at(UNIX_EPOCH).await.unwrap();
    let health = told(|overdue| overdue > 1e9, 2.0).await;
    assert_eq!((health.light, health.findings[0].reason), (Light::Red, Reason::ScheduleLate));
    assert_eq!(value("eventbus_scheduled", &[("state", "aside")]), Some(0.0));
    assert!(health.is_live(), "another process would fare no better");
}

pub(crate) async fn an_outage_is_red_when_events_wait_too_long<S: Log>(bus: EventBus<S>) {
    let name = name();
    let down = |_: Event<ParcelSent>| async { Err::<(), _>(HandlerError::unavailable("down")) };
    let running = subscribe(&bus, &name).handle(down).start().await.unwrap();
    bus.emit(bus.store(), sent(1..=9)).await.unwrap();
    let health = until(&bus, HealthLimits::default(), (Light::Yellow, Reason::BreakerOpen)).await;
    assert!(health.is_ready(), "{health}");
    let health = until(&bus, at_once(), (Light::Red, Reason::BreakerOpen)).await;
    assert!(!health.is_ready() && health.is_live(), "starting anew would not help: {health}");
    running.shutdown().await.unwrap();
}

pub(crate) async fn an_event_of_newer_code_is_named<S: Log>(bus: EventBus<S>) {
    let name = name();
    let handler = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let running = subscribe(&bus, &name).shards(1).handle(handler).start().await.unwrap();
    bus.emit(bus.store(), sent([1])).await.unwrap();
    running.settled().await.unwrap();
    let mut tx = bus.store().begin().await.unwrap();
    bus.store().append(&mut tx, &[NewEvent::from(of_newer_code())]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    bus.wake();
    let health = until(&bus, at_once(), (Light::Red, Reason::NewerVersion)).await;
    assert!(health.is_live() && health.to_string().contains("version 9"), "{health}");
    bus.shutdown().await.unwrap();
}

/// A `parcel.sent` of a version that this code does not read.
fn of_newer_code() -> RawEvent {
    let envelope = eventbus_runtime::Envelope {
        id: uuid::Uuid::now_v7(),
        event_type: "parcel.sent".to_owned(),
        version: 9,
        source: "newer".to_owned(),
        tenant: None,
        aggregate_id: Some("1".to_owned()),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: eventbus_runtime::Priority::Normal,
        metadata: std::collections::BTreeMap::new(),
    };
    RawEvent { envelope, data: "{\"parcel\":\"one\"}".to_owned() }
}

pub(crate) async fn trouble_without_a_handler_is_named<S: Log>(bus: EventBus<S>) {
    let name = name();
    let (failed, mut fails) = mpsc::unbounded_channel();
    let fails_once = move |_: Event<ParcelLost>| {
        failed.send(()).unwrap();
        async { Err::<(), _>(HandlerError::retryable("later")) }
    };
    let fine = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let brief = Duration::from_millis(50);
    let retry = eventbus_runtime::Retry { attempts: 100, first: brief, factor: 1, max: brief };
    let before = subscribe(&bus, &name).retry(retry).deploy_grace(Duration::ZERO);
    let before = before.handle(fails_once).handle(fine).start().await.unwrap();
    bus.emit(bus.store(), ParcelLost { parcel: 1 }).await.unwrap();
    fails.recv().await.unwrap();
    before.shutdown().await.unwrap();
    let after = subscribe(&bus, &name).deploy_grace(Duration::ZERO).handle(fine);
    let after = after.start().await.unwrap();
    let health = until(&bus, at_once(), (Light::Yellow, Reason::HandlerMissing)).await;
    assert!(health.to_string().contains("`parcel.lost`"), "{health}");
    assert_eq!(health.subscriptions[0].retrying, 1);
    after.shutdown().await.unwrap();
}

/// A replica that owns nothing sees the cursors of the others move.
pub(crate) async fn what_another_process_moves_is_not_stuck<S: Log>(bus: EventBus<S>) {
    let name = name();
    let (owner, watcher) = (bus.clone(), EventBus::on(bus.store().clone()));
    let (handled, mut handles) = mpsc::unbounded_channel();
    let handler = move |event: Event<ParcelSent>| {
        handled.send(event.parcel).unwrap();
        async { Ok::<_, HandlerError>(()) }
    };
    let owning = subscribe(&owner, &name).shards(1).handle(handler.clone()).start().await.unwrap();
    let watching = subscribe(&watcher, &name).shards(1).handle(handler).start().await.unwrap();
    assert_eq!(watching.state(), State::Waiting);
    for parcel in 1..=3 {
        owner.emit(owner.store(), sent([parcel])).await.unwrap();
        assert_eq!(handles.recv().await, Some(parcel));
        owning.settled().await.unwrap();
        let health = watcher.health_within(&at_once()).await;
        assert_eq!(health.light, Light::Green, "{health}");
    }
    watching.shutdown().await.unwrap();
    owning.shutdown().await.unwrap();
}

pub(crate) async fn somebody_looks_until_the_handle_is_dropped<S: Log>(bus: EventBus<S>) {
    let name = name();
    let handler = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let running = subscribe(&bus, &name).handle(handler).start().await.unwrap();
    let observing = bus.observe_every(Duration::from_millis(5), HealthLimits::default());
    let labels = [("subscription", name.as_str())];
    let set = async {
        while value("eventbus_outbox_depth", &labels).is_none() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(60), set).await.expect("it looks by itself");
    assert_eq!(value("eventbus_health", &[]), Some(0.0));
    assert_eq!(value("eventbus_subscriptions", &[("state", "running")]), Some(1.0));
    drop(observing);
    running.shutdown().await.unwrap();
}

pub(crate) async fn what_was_removed_is_told_and_no_reason_to_end_the_process<S: Log>(
    bus: EventBus<S>,
) {
    let name = name();
    let handler = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let _running = subscribe(&bus, &name).handle(handler).start().await.unwrap();
    bus.remove_subscription(&name).await.unwrap();
    let health = until(&bus, at_once(), (Light::Red, Reason::Ended)).await;
    assert!(health.is_live(), "started anew it would handle everything again: {health}");
}

/// Nobody would look there any more: what they said last would be said for ever.
pub(crate) async fn gauges_of_what_runs_no_more_are_zero<S: Log>(bus: EventBus<S>) {
    let (stopped, removed) = (name(), name());
    let handler = |_: Event<ParcelSent>| async { Err::<(), _>(HandlerError::terminal("no")) };
    let running = subscribe(&bus, &stopped).handle(handler).start().await.unwrap();
    bus.emit(bus.store(), sent([1])).await.unwrap();
    running.settled().await.unwrap();
    let _removed = subscribe(&bus, &removed).handle(handler).start().await.unwrap();
    bus.remove_subscription(&removed).await.unwrap();
    until(&bus, at_once(), (Light::Red, Reason::Ended)).await;
    let letters = [("subscription", stopped.as_str())];
    let with_letters = [("subscription", stopped.as_str()), ("reason", "dead_letters")];
    let ended = [("subscription", removed.as_str()), ("reason", "ended")];
    assert_eq!(value("eventbus_dead_letters", &letters), Some(1.0));
    assert_eq!(value("eventbus_stall_reason", &with_letters), Some(1.0));
    assert_eq!(value("eventbus_stall_reason", &ended), Some(2.0));

    running.shutdown().await.unwrap();
    let _started = subscribe(&bus, &removed).handle(handler).start().await.unwrap();
    bus.health().await;
    assert_eq!(value("eventbus_dead_letters", &letters), Some(0.0));
    assert_eq!(value("eventbus_stall_reason", &with_letters), Some(0.0));
    assert_eq!(value("eventbus_stall_reason", &ended), Some(0.0), "it is started again");
}

pub(crate) async fn a_replay_that_came_to_its_end_is_well<S: Log>(bus: EventBus<S>) {
    let name = name();
    bus.emit(bus.store(), sent(1..=3)).await.unwrap();
    let handler = |_: Event<ParcelSent>| async { Ok::<_, HandlerError>(()) };
    let replaying = bus.replay(&name).handle(handler).start().await.unwrap();
    replaying.finished().await.unwrap();
    let health = bus.health().await;
    assert_eq!(health.light, Light::Green, "{health}");
    assert!(health.subscriptions.is_empty(), "{health}");
}

/// What its database does not tell is not known; the gauges keep what was.
async fn is_red_without_its_database<S: Log>(bus: &EventBus<S>, close: impl AsyncFnOnce()) {
    let name = name();
    let handler = |_: Event<ParcelSent>| async { Err::<(), _>(HandlerError::terminal("no")) };
    let running = subscribe(bus, &name).handle(handler).start().await.unwrap();
    bus.emit(bus.store(), sent([1])).await.unwrap();
    running.settled().await.unwrap();
    assert!(bus.health().await.is_ready());
    close().await;
    let health = bus.health().await;
    assert_eq!(health.light, Light::Red);
    assert_eq!(health.findings[0].reason, Reason::StoreUnavailable);
    assert!(health.is_live(), "another process would fare no better: {health}");
    let labels = [("subscription", ""), ("reason", "store_unavailable")];
    assert_eq!(value("eventbus_stall_reason", &labels), Some(2.0));
    assert_eq!(value("eventbus_dead_letters", &[("subscription", &name)]), Some(1.0));
}

#[tokio::test]
async fn an_sqlite_file_that_is_away_is_red() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    is_red_without_its_database(&bus, async || bus.pool().close().await).await;
}

#[tokio::test]
async fn a_postgres_server_that_is_away_is_red() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    is_red_without_its_database(&bus, async || bus.pool().close().await).await;
}
