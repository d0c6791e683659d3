//! Watches: which keys were hit, coalesced, and nothing missed.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{Changed, Envelope, ErrorKind, Key, MemoryStore, RawEvent, Watch};
use futures_util::{FutureExt, StreamExt};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::desk::Desk;
use crate::events::{Any, Noted, Posted, noted, posted};

fn of_tenant(tenant: &str, event: RawEvent) -> RawEvent {
    let envelope = Envelope { tenant: Some(tenant.to_owned()), ..event.envelope };
    RawEvent { envelope, ..event }
}

/// What is told next, which must have been told already.
fn told(watch: &mut Watch) -> Option<Changed> {
    watch.changed().now_or_never().map(|changed| changed.expect("the bus is there"))
}

/// Which keys were hit, as they are written.
fn hit(changed: &Changed) -> Vec<String> {
    changed.keys().map(|key| format!("{key:?}")).collect()
}

pub(crate) async fn a_change_says_which_keys_were_hit<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 0), noted(0)]).await;
    let keys = [
        Key::all(),
        Key::event_type("account.posted"),
        Key::family("audit"),
        Key::aggregate("b"),
        Key::tenant("acme"),
        Key::of::<Any>().of_aggregate("a").of_tenant("acme"),
    ];
    let mut watch = desk.bus.watch(keys.clone()).await.unwrap();
    assert_eq!(told(&mut watch), None, "what was there before is no change");
    for (event, expected) in [
        (posted("a", 1), vec!["*", "account.posted"]),
        (posted("b", 2), vec!["*", "account.posted", "* & aggregate(\"b\")"]),
        (noted(3), vec!["*", "audit.*"]),
        (of_tenant("acme", noted(4)), vec!["*", "audit.*", "* & tenant(\"acme\")"]),
        (of_tenant("other", posted("a", 5)), vec!["*", "account.posted"]),
        (
            of_tenant("acme", posted("a", 6)),
            vec![
                "*",
                "account.posted",
                "* & tenant(\"acme\")",
                "account.posted, audit.noted & aggregate(\"a\") & tenant(\"acme\")",
            ],
        ),
    ] {
        desk.emit(&[event]).await;
        // As the trait of `futures-core` gives them.
        let changed = watch.next().await.unwrap();
        assert_eq!(hit(&changed), expected);
        assert!(changed.has(&keys[0]));
        assert_eq!(changed.has(&keys[2]), expected.contains(&"audit.*"));
    }
}

pub(crate) async fn a_thousand_events_between_two_looks_are_one_change<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut watch = desk.bus.watch([Key::of::<Posted>(), Key::family("nobody")]).await.unwrap();
    let mut last = desk.bus.watch([Key::of::<Noted>()]).await.unwrap();
    for round in 0..10 {
        let events: Vec<_> = (0..100).map(|n| posted("a", round * 100 + n)).collect();
        desk.emit(&events).await;
    }
    desk.emit(&[noted(0)]).await;
    let end = last.changed().await.unwrap().position();
    let changed = told(&mut watch).expect("what came before it has been told");
    assert_eq!((hit(&changed), changed.position()), (vec!["account.posted".to_owned()], end - 1));
    assert_eq!(told(&mut watch), None, "once");
    desk.emit(&[posted("a", 1_000)]).await;
    assert_eq!(watch.changed().await.unwrap().position(), end + 1);
}

pub(crate) async fn events_of_other_keys_wake_nobody<S: Log>(store: S) {
    let desk = Desk::new(store);
    let others = [Key::family("audit"), Key::aggregate("b"), Key::event_type("account.closed")];
    let mut watch = desk.bus.watch(others).await.unwrap();
    let mut all = desk.bus.watch([Key::all()]).await.unwrap();
    for n in 0..5 {
        desk.emit(&[posted("a", n)]).await;
        all.changed().await.unwrap();
        assert_eq!(told(&mut watch), None);
    }
    desk.emit(&[posted("b", 5)]).await;
    assert_eq!(hit(&watch.changed().await.unwrap()), ["* & aggregate(\"b\")"]);
}

pub(crate) async fn what_was_open_when_it_began_is_told_with_its_commit<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut transaction = desk.store.begin().await.unwrap();
    desk.store.append(&mut transaction, &[posted("open", 1).into()]).await.unwrap();
    let mut watch = desk.bus.watch([Key::aggregate("open")]).await.unwrap();
    desk.store.commit(transaction).await.unwrap();
    desk.bus.wake();
    assert_eq!(hit(&watch.changed().await.unwrap()), ["* & aggregate(\"open\")"]);
    let mut transaction = desk.store.begin().await.unwrap();
    desk.store.append(&mut transaction, &[posted("open", 2).into()]).await.unwrap();
    desk.store.rollback(transaction).await.unwrap();
    let mut all = desk.bus.watch([Key::all()]).await.unwrap();
    desk.emit(&[posted("a", 3)]).await;
    all.changed().await.unwrap();
    assert_eq!(told(&mut watch), None, "what is rolled back never was");
}

pub(crate) async fn what_an_outage_hid_is_told_once_after_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut watch = desk.bus.watch([Key::of::<Posted>()]).await.unwrap();
    let mut last = desk.bus.watch([Key::of::<Noted>()]).await.unwrap();
    desk.faults.down.store(true, SeqCst);
    for n in 0..20 {
        let tries = desk.faults.pages.load(SeqCst);
        desk.emit(&[posted("a", n)]).await;
        while desk.faults.pages.load(SeqCst) == tries {
            yield_now().await;
        }
    }
    assert_eq!(told(&mut watch), None);
    desk.faults.down.store(false, SeqCst);
    desk.emit(&[noted(0)]).await;
    last.changed().await.unwrap();
    assert!(told(&mut watch).is_some());
    assert_eq!(told(&mut watch), None);
}

/// Whoever stops waiting for a change has not used it up.
pub(crate) async fn a_wait_that_is_dropped_uses_up_nothing<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut watch = desk.bus.watch([Key::all()]).await.unwrap();
    let mut seen = desk.bus.watch([Key::all()]).await.unwrap();
    for n in 0..5 {
        let mut dropped = Box::pin(watch.changed());
        assert!(dropped.as_mut().now_or_never().is_none());
        desk.emit(&[posted("a", n)]).await;
        seen.changed().await.unwrap();
        // It was woken, and is not asked any more.
        drop(dropped);
        assert!(told(&mut watch).is_some());
        assert_eq!(told(&mut watch), None);
    }
}

pub(crate) async fn it_ends_with_its_bus_and_tells_what_it_has<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut watch = desk.bus.watch([Key::all()]).await.unwrap();
    let mut seen = desk.bus.watch([Key::all()]).await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    seen.changed().await.unwrap();
    desk.bus.shutdown().await.unwrap();
    assert!(watch.changed().await.is_some());
    assert!(watch.changed().await.is_none() && seen.changed().await.is_none());
    assert!(watch.next().await.is_none(), "and so it stays");

    let desk = Desk { bus: eventbus_runtime::EventBus::on(desk.store.clone()), ..desk };
    let mut watch = desk.bus.watch([Key::all()]).await.unwrap();
    drop(desk);
    assert!(watch.changed().await.is_none(), "its bus was dropped");
}

pub(crate) async fn a_watch_that_would_wait_for_nothing_is_refused<S: Log>(store: S) {
    let desk = Desk::new(store);
    let none = desk.bus.watch([]).await.unwrap_err();
    let misspelt = desk.bus.watch([Key::all(), Key::event_type("order.*")]).await.unwrap_err();
    for (error, said) in [(none, "without a key"), (misspelt, "`order.*` is a family")] {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(said), "{error}");
    }
    desk.faults.down.store(true, SeqCst);
    let down = desk.bus.watch([Key::all()]).await.unwrap_err();
    assert_eq!(down.kind(), ErrorKind::Store);
    desk.faults.down.store(false, SeqCst);
    let mut watch = desk.bus.watch([Key::all()]).await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    watch.changed().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_when_nobody_watches_any_more() {
    let desk = Desk::new(MemoryStore::new());
    let watch = desk.bus.watch([Key::all()]).await.unwrap();
    let before = desk.faults.pages.load(SeqCst);
    sleep(Duration::from_secs(60)).await;
    assert!(desk.faults.pages.load(SeqCst) > before + 50, "it polls");
    drop(watch);
    let before = desk.faults.pages.load(SeqCst);
    desk.emit(&[posted("a", 1)]).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.faults.pages.load(SeqCst), before);
}
