//! Whoever has many events keeps others waiting for a page of them, and each keeps the order of its aggregates.
//!
//! What is counted is what was handled before, and never how long it took.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventbus_runtime::store::{Log, Start};
use eventbus_runtime::{
    Event, EventBus, HandlerError, MemoryStore, Priority, RawEvent, Running, Subscribe,
};
use futures_util::poll;
use tokio::sync::{Semaphore, mpsc};

use crate::desk::Desk;
use crate::events::Posted;
use crate::faulty::Faulty;
use crate::mix::Mix;
use crate::priority;

const PAGE: usize = 100;

/// An event of a tenant, or of none.
fn of(tenant: &str, account: &str, n: i64) -> RawEvent {
    priority::of(Priority::Normal, tenant, account, n)
}

/// Events of a tenant in seven accounts, numbered from 0 in each.
fn many(tenant: &str, events: usize) -> Vec<RawEvent> {
    priority::many(Priority::Normal, tenant, events)
}

/// What was handled, in its order: tenant, account, number.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<Vec<(String, String, i64)>>>);

impl Handled {
    fn note(&self, event: &Event<Posted>) {
        let envelope = event.envelope();
        let tenant = envelope.tenant.clone().unwrap_or_default();
        let account = envelope.aggregate_id.clone().unwrap();
        self.0.lock().unwrap().push((tenant, account, event.0));
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// How many events of each tenant are handled before the last one of `tenant` is, from the event `first` on.
    fn before(&self, tenant: &str, first: usize) -> BTreeMap<String, usize> {
        let handled = self.0.lock().unwrap();
        let last = handled.iter().rposition(|(of, ..)| of == tenant).expect("it has some");
        let mut counts = BTreeMap::new();
        for (of, ..) in &handled[first..last] {
            *counts.entry(of.clone()).or_default() += 1;
        }
        counts.remove(tenant);
        counts
    }

    /// That each account of a tenant that emitted this many events has its numbers once and in order.
    fn has_all_of(&self, tenant: &str, events: usize) {
        let mut accounts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (of, account, n) in &*self.0.lock().unwrap() {
            if of == tenant {
                accounts.entry(account.clone()).or_default().push(*n);
            }
        }
        for (account, numbers) in &accounts {
            let expected: Vec<i64> = (0..i64::try_from(numbers.len()).unwrap()).collect();
            assert_eq!(numbers, &expected, "account {account} of `{tenant}`");
        }
        assert_eq!(accounts.values().map(Vec::len).sum::<usize>(), events, "`{tenant}`");
    }
}

fn subscribe<S: Log>(desk: &Desk<S>) -> Subscribe<Faulty<S>> {
    desk.subscribe("fair").page(PAGE)
}

/// A subscription of a plain handler that never fails.
async fn start<S: Log>(desk: &Desk<S>, handled: &Handled) -> Running<Faulty<S>> {
    let notes = handled.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    subscribe(desk).handle(handler).start().await.unwrap()
}

/// The tenants that have detours.
async fn detours<S: Log>(desk: &Desk<S>) -> BTreeSet<String> {
    let roster = desk.store.roster("fair").await.unwrap().unwrap();
    let tracks = roster.shards.into_iter().flat_map(|shard| shard.detours.into_keys());
    tracks.filter_map(|track| track.tenant).collect()
}

pub(crate) async fn ten_events_wait_for_a_page_of_a_tenant_that_has_thousands<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    let events = many("big", 20_000);
    for events in events.chunks(2_000) {
        desk.emit(events).await;
    }
    desk.emit(&many("small", 10)).await;
    let notes = handled.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = desk.subscribe("fair").page(1_000).handle(handler);
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    let before = handled.before("small", 0);
    assert!(before["big"] <= 1_000, "{before:?}");
    handled.has_all_of("big", 20_000);
    handled.has_all_of("small", 10);
    assert_eq!(detours(&desk).await, BTreeSet::new(), "they are read together again");
}

/// Of a subscription whose handler stops at an event of `big`, and goes on when it is let.
struct Stopped<S: Log> {
    running: Running<Faulty<S>>,
    handled: Handled,
    reached: mpsc::UnboundedReceiver<usize>,
    gate: Arc<Semaphore>,
}

/// Handles events and stops after so many of them.
async fn stopping<S: Log>(desk: &Desk<S>, stops: &'static [usize]) -> Stopped<S> {
    let (handled, gate) = (Handled::default(), Arc::new(Semaphore::new(0)));
    let (sender, reached) = mpsc::unbounded_channel();
    let (notes, closed) = (handled.clone(), Arc::clone(&gate));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let (count, sender, closed) = (notes.len(), sender.clone(), Arc::clone(&closed));
        async move {
            if stops.contains(&count) {
                sender.send(count).unwrap();
                closed.acquire().await?.forget();
            }
            Ok::<_, HandlerError>(())
        }
    };
    let subscription = subscribe(desk).concurrency(1).handle(handler);
    let running = subscription.start().await.unwrap();
    Stopped { running, handled, reached, gate }
}

/// First nobody else has an event, then they come while the many are read beside them.
pub(crate) async fn what_comes_meanwhile_waits_for_a_page<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&many("big", 3_000)).await;
    let mut stopped = stopping(&desk, &[350, 1_050]).await;
    for (round, stop) in [350, 1_050].into_iter().enumerate() {
        assert_eq!(stopped.reached.recv().await, Some(stop));
        let late = format!("late {round}");
        desk.emit(&many(&late, 10)).await;
        stopped.gate.add_permits(1);
        while stopped.handled.0.lock().unwrap().iter().filter(|(of, ..)| *of == late).count() < 10 {
            tokio::task::yield_now().await;
        }
        let before = stopped.handled.before(&late, stop);
        assert!(before.get("big").is_none_or(|big| *big <= PAGE), "{before:?}");
    }
    stopped.running.settled().await.unwrap();
    stopped.handled.has_all_of("big", 3_000);
}

/// Also where the many are nobody's.
pub(crate) async fn each_of_several_tenants_with_many_costs_a_page<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    for tenant in ["one", "two", ""] {
        desk.emit(&many(tenant, 1_000)).await;
    }
    desk.emit(&many("small", 10)).await;
    let running = start(&desk, &handled).await;
    running.settled().await.unwrap();
    let before = handled.before("small", 0);
    for tenant in ["one", "two", ""] {
        assert!(before[tenant] <= PAGE, "{before:?}");
        handled.has_all_of(tenant, 1_000);
    }
    handled.has_all_of("small", 10);
}

/// What it costs where there is nobody to let pass: a look now and then, and nothing for a page.
pub(crate) async fn a_backlog_of_one_tenant_costs_no_statement_for_a_page<S: Log>(store: S) {
    let desk = Desk::new(store);
    for (tenant, name) in [("big", "fair"), ("", "fair-to-nobody")] {
        let handled = Handled::default();
        desk.emit(&many(tenant, 3_000)).await;
        let count = |counter: &AtomicUsize| counter.load(SeqCst);
        let (pages, apart) = (count(&desk.faults.pages), count(&desk.faults.apart));
        let began = Instant::now();
        let notes = handled.clone();
        let tenant_of = tenant.to_owned();
        let handler = move |event: Event<Posted>| {
            if event.envelope().tenant.clone().unwrap_or_default() == tenant_of {
                notes.note(&event);
            }
            ready(Ok::<_, HandlerError>(()))
        };
        let start = if tenant.is_empty() { Start::Position(3_001) } else { Start::Beginning };
        let subscription = desk.subscribe(name).page(PAGE).from(start).handle(handler);
        let running = subscription.start().await.unwrap();
        running.settled().await.unwrap();
        running.shutdown().await.unwrap();
        handled.has_all_of(tenant, 3_000);
        let apart = count(&desk.faults.apart) - apart;
        let pages = count(&desk.faults.pages) - pages - apart;
        // On PostgreSQL one that reaches the end of a window takes another page to know that nothing is behind it.
        let looks = 2 * (1 + usize::try_from(began.elapsed().as_millis() / 100).unwrap());
        assert!(apart <= looks, "{apart} looks for others, {looks} at most");
        assert!(pages <= 30 + 4, "{pages} pages for 30 of events");
    }
}

/// What nobody waits behind is read as ever: no page is full, or nothing is behind it.
pub(crate) async fn without_a_backlog_nothing_is_asked<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    let running = start(&desk, &handled).await;
    for round in 0..20 {
        let event = |tenant: usize| of(&tenant.to_string(), "a", round);
        desk.emit(&(0..3).map(event).collect::<Vec<_>>()).await;
        running.settled().await.unwrap();
    }
    assert_eq!(desk.faults.apart.load(SeqCst), 0, "no page is read for some tenants");
    assert_eq!(detours(&desk).await, BTreeSet::new());
}

/// Whoever takes the shards over goes on with the detours in them.
pub(crate) async fn a_takeover_goes_on_in_the_middle_of_a_detour<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&many("big", 2_000)).await;
    desk.emit(&many("small", 300)).await;
    let mut stopped = stopping(&desk, &[1_000]).await;
    assert_eq!(stopped.reached.recv().await, Some(1_000));
    let mut shutdown = Box::pin(stopped.running.shutdown());
    assert!(poll!(&mut shutdown).is_pending(), "it waits for the event in hand");
    stopped.gate.add_permits(1);
    shutdown.await.unwrap();
    assert_eq!(detours(&desk).await, BTreeSet::from(["big".to_owned()]));
    let stats = desk.bus.stats().of_subscription("fair").await.unwrap();
    assert_eq!(stats.total.lag_events.events, 2_300 - 1_000, "{stats}");
    let bus = EventBus::on(desk.store.clone());
    let notes = stopped.handled.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    let running = bus.subscribe("fair").page(PAGE).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    stopped.handled.has_all_of("big", 2_000);
    stopped.handled.has_all_of("small", 300);
    assert_eq!(detours(&desk).await, BTreeSet::new());
}

/// What fails on a detour is retried in its order, and dead letters are as ever.
pub(crate) async fn trouble_on_a_detour_keeps_its_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (handled, failed) = (Handled::default(), Arc::new(Mutex::new(BTreeSet::new())));
    desk.emit(&many("big", 1_500)).await;
    desk.emit(&many("small", 50)).await;
    let (notes, fails) = (handled.clone(), Arc::clone(&failed));
    let handler = move |event: Event<Posted>| {
        let account = event.envelope().aggregate_id.clone().unwrap();
        let tenant = event.envelope().tenant.clone().unwrap();
        let first = event.0 % 31 == 5 && fails.lock().unwrap().insert((tenant, account, event.0));
        if !first {
            notes.note(&event);
        }
        ready(if first { Err(HandlerError::retryable("not yet")) } else { Ok(()) })
    };
    let running = subscribe(&desk).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    handled.has_all_of("big", 1_500);
    handled.has_all_of("small", 50);
    assert!(failed.lock().unwrap().len() > 30);
}

/// Two replicas share the shards and what detours there are in them.
pub(crate) async fn replicas_share_detours_and_keep_every_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    for tenant in ["big", "small", "huge"] {
        desk.emit(&many(tenant, 1_500)).await;
    }
    let first = start(&desk, &handled).await;
    let bus = EventBus::on(desk.store.clone());
    let notes = handled.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    let second = bus.subscribe("fair").page(PAGE).poll(Duration::from_millis(20));
    let second = second.handle(handler).start().await.unwrap();
    desk.emit(&many("late", 100)).await;
    first.settled().await.unwrap();
    second.settled().await.unwrap();
    for (tenant, events) in [("big", 1_500), ("small", 1_500), ("huge", 1_500), ("late", 100)] {
        handled.has_all_of(tenant, events);
    }
}

/// With tenants, amounts, pages and faults by chance.
pub(crate) async fn any_mix_of_tenants_is_handled_once_and_in_order<S: Log>(store: S) {
    let mix = Mix { priorities: &[Priority::Normal], tenants: 5, strays: 0.0 };
    mix.is_handled_once_and_in_order(store).await;
}

#[tokio::test]
async fn many_mixes_of_tenants_are_handled_once_and_in_order() {
    for _ in 0..40 {
        any_mix_of_tenants_is_handled_once_and_in_order(MemoryStore::new()).await;
    }
}
