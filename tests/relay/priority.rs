//! What is urgent goes first, nothing waits for ever, and each aggregate keeps its order inside a priority.
//!
//! What is counted is what was handled before, and never how long it took.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

use eventbus_runtime::Priority::{self, High, Low, Normal};
use eventbus_runtime::store::{Log, Track};
use eventbus_runtime::{Event, HandlerError, MemoryStore, RawEvent, Running};
use tokio::sync::{Semaphore, mpsc};

use crate::desk::Desk;
use crate::events::{Posted, posted};
use crate::faulty::Faulty;
use crate::mix::{Mix, brief};

const PAGE: usize = 100;

/// An event of a priority and a tenant, or of none.
pub(crate) fn of(priority: Priority, tenant: &str, account: &str, n: i64) -> RawEvent {
    let mut event = posted(account, n);
    event.envelope.priority = priority;
    event.envelope.tenant = (!tenant.is_empty()).then(|| tenant.to_owned());
    event
}

/// Events of a priority and a tenant in seven accounts, numbered from 0 in each.
pub(crate) fn many(priority: Priority, tenant: &str, events: usize) -> Vec<RawEvent> {
    let number = |n: usize| i64::try_from(n / 7).unwrap();
    (0..events).map(|n| of(priority, tenant, &(n % 7).to_string(), number(n))).collect()
}

/// An event that was handled: priority, tenant, account, number.
type Row = (Priority, String, String, i64);

/// What was handled, in its order.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<Vec<Row>>>);

impl Handled {
    fn note(&self, event: &Event<Posted>) {
        let tenant = event.envelope().tenant.clone().unwrap_or_default();
        let account = event.envelope().aggregate_id.clone().unwrap();
        self.0.lock().unwrap().push((event.priority(), tenant, account, event.0));
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn count(&self, is: impl Fn(Priority, &str) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|(priority, tenant, ..)| is(*priority, tenant)).count()
    }

    /// How many events of one kind are handled before the last one of another is, from the event `first` on.
    fn before(
        &self,
        last: impl Fn(Priority, &str) -> bool,
        counted: impl Fn(Priority, &str) -> bool,
        first: usize,
    ) -> usize {
        let handled = self.0.lock().unwrap();
        let at = handled.iter().rposition(|(priority, tenant, ..)| last(*priority, tenant));
        let before = &handled[first..at.expect("it has some")];
        before.iter().filter(|(priority, tenant, ..)| counted(*priority, tenant)).count()
    }

    /// That each account of a priority and tenant that emitted this many events has its numbers once and in order.
    fn has_all_of(&self, priority: Priority, tenant: &str, events: usize) {
        let mut accounts: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (of, its, account, n) in &*self.0.lock().unwrap() {
            if *of == priority && its == tenant {
                accounts.entry(account.clone()).or_default().push(*n);
            }
        }
        for (account, numbers) in &accounts {
            let expected: Vec<i64> = (0..i64::try_from(numbers.len()).unwrap()).collect();
            assert_eq!(numbers, &expected, "account {account} of `{tenant}`, {priority}");
        }
        assert_eq!(accounts.values().map(Vec::len).sum::<usize>(), events, "{priority} `{tenant}`");
    }
}

/// A subscription of a plain handler that never fails.
async fn start<S: Log>(desk: &Desk<S>, page: usize, handled: &Handled) -> Running<Faulty<S>> {
    let notes = handled.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    desk.subscribe("urgent").page(page).handle(handler).start().await.unwrap()
}

/// The tracks that have detours.
async fn detours<S: Log>(desk: &Desk<S>) -> Vec<Track> {
    let roster = desk.store.roster("urgent").await.unwrap().unwrap();
    roster.shards.into_iter().flat_map(|shard| shard.detours.into_keys()).collect()
}

pub(crate) async fn ten_high_events_wait_for_a_page_of_thousands_of_normal_ones<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    let events = many(Normal, "", 20_000);
    for events in events.chunks(2_000) {
        desk.emit(events).await;
    }
    desk.emit(&many(High, "", 10)).await;
    let running = start(&desk, 1_000, &handled).await;
    running.settled().await.unwrap();
    let before = handled.before(|of, _| of == High, |of, _| of == Normal, 0);
    assert!(before <= 1_000, "{before}");
    handled.has_all_of(Normal, "", 20_000);
    handled.has_all_of(High, "", 10);
    assert_eq!(detours(&desk).await, [], "they are read together again");
}

/// Also where several tenants have the many.
pub(crate) async fn what_is_urgent_and_comes_meanwhile_waits_for_a_page<S: Log>(store: S) {
    let desk = Desk::new(store);
    for _ in 0..30 {
        for tenant in ["one", "two", "three", "four"] {
            let events = (0..25).map(|_| of(Normal, tenant, "a", 0)).collect::<Vec<_>>();
            desk.emit(&events).await;
        }
    }
    let (handled, gate) = (Handled::default(), Arc::new(Semaphore::new(0)));
    let (sender, mut reached) = mpsc::unbounded_channel();
    let (notes, closed) = (handled.clone(), Arc::clone(&gate));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let (count, sender, closed) = (notes.len(), sender.clone(), Arc::clone(&closed));
        async move {
            if [350, 1_050].contains(&count) {
                sender.send(count).unwrap();
                closed.acquire().await?.forget();
            }
            Ok::<_, HandlerError>(())
        }
    };
    let subscription = desk.subscribe("urgent").page(PAGE).concurrency(1).handle(handler);
    let running = subscription.start().await.unwrap();
    for (round, stop) in [350, 1_050].into_iter().enumerate() {
        assert_eq!(reached.recv().await, Some(stop));
        let late = format!("late {round}");
        desk.emit(&many(High, &late, 10)).await;
        gate.add_permits(1);
        while handled.count(|_, tenant| tenant == late) < 10 {
            tokio::task::yield_now().await;
        }
        let before = handled.before(|_, tenant| tenant == late, |of, _| of == Normal, stop);
        // A page of each tenant that has one of its own.
        assert!(before <= 4 * PAGE, "{before}");
    }
    running.settled().await.unwrap();
    assert_eq!(handled.len(), 3_020);
}

/// Of a stream of high events that does not end for as long as the others need.
pub(crate) async fn low_events_have_a_page_in_eight_of_an_endless_stream_of_high_ones<S: Log>(
    store: S,
) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    desk.emit(&many(High, "", 1_000)).await;
    desk.emit(&many(Low, "", 3 * PAGE)).await;
    desk.emit(&many(High, "more", 4_000)).await;
    let running = start(&desk, PAGE, &handled).await;
    running.settled().await.unwrap();
    let before = handled.before(|of, _| of == Low, |of, _| of == High, 0);
    // Two pages before it is known that others wait, then seven for each page of them.
    assert!(before <= (2 + 7 * 3) * PAGE, "{before}");
    handled.has_all_of(Low, "", 3 * PAGE);
    handled.has_all_of(High, "", 1_000);
    handled.has_all_of(High, "more", 4_000);
}

/// Where all three have more than there is time for.
pub(crate) async fn of_eight_pages_high_has_five_normal_two_and_low_one<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    for priority in [Low, Normal, High] {
        desk.emit(&many(priority, "", 4_000)).await;
    }
    let running = start(&desk, PAGE, &handled).await;
    running.settled().await.unwrap();
    // From where all three are read beside each other, to where none of them has ended.
    let count = |range: std::ops::Range<usize>| {
        let handled = handled.0.lock().unwrap();
        let of =
            |priority| handled[range.clone()].iter().filter(|(of, ..)| *of == priority).count();
        [of(High), of(Normal), of(Low)]
    };
    let [high, normal, low] = count(800..4_800);
    assert!(high > normal && normal > low, "{high} high, {normal} normal, {low} low");
    assert!(
        normal >= 4_000 / 8 && low >= 4_000 / 8 - PAGE,
        "{high} high, {normal} normal, {low} low"
    );
    for priority in Priority::ALL {
        handled.has_all_of(priority, "", 4_000);
    }
    assert_eq!(detours(&desk).await, []);
}

/// Within a priority a tenant with many keeps another waiting for a page.
pub(crate) async fn tenants_are_fair_to_each_other_inside_a_priority<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    desk.emit(&many(Normal, "big", 3_000)).await;
    desk.emit(&many(Normal, "small", 10)).await;
    desk.emit(&many(High, "big", 3_000)).await;
    desk.emit(&many(High, "small", 10)).await;
    let running = start(&desk, PAGE, &handled).await;
    running.settled().await.unwrap();
    for priority in [Normal, High] {
        let before = handled.before(
            |of, tenant| of == priority && tenant == "small",
            |of, tenant| of == priority && tenant == "big",
            0,
        );
        assert!(before <= 3 * PAGE, "{before} {priority}");
        handled.has_all_of(priority, "big", 3_000);
        handled.has_all_of(priority, "small", 10);
    }
    assert_eq!(detours(&desk).await, []);
}

/// What costs nothing while a subscription keeps up: pages that are not full are read as ever.
pub(crate) async fn without_a_backlog_priorities_cost_no_statement<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    let running = start(&desk, PAGE, &handled).await;
    for round in 0..20 {
        let event = |priority| of(priority, "", "a", round);
        desk.emit(&Priority::ALL.map(event)).await;
        running.settled().await.unwrap();
    }
    assert_eq!(desk.faults.apart.load(SeqCst), 0, "no page is read for some of them");
    assert_eq!(detours(&desk).await, []);
}

/// A sibling of another priority does not wait for an event that is retried, and one of the same does.
pub(crate) async fn a_retry_keeps_only_its_own_priority_waiting<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handled = Handled::default();
    let events = [
        of(Normal, "", "a", 0),
        of(Normal, "", "a", 1),
        of(High, "", "a", 2),
        of(Low, "", "a", 3),
        of(Normal, "", "b", 4),
    ];
    desk.emit(&events).await;
    let open = Arc::new(Semaphore::new(0));
    let (notes, refused) = (handled.clone(), Arc::clone(&open));
    let handler = move |event: Event<Posted>| {
        let fails = event.0 == 0 && refused.available_permits() == 0;
        if !fails {
            notes.note(&event);
        }
        ready(if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) })
    };
    let subscription = desk.subscribe("urgent").retry(brief()).handle(handler);
    let running = subscription.start().await.unwrap();
    while handled.len() < 3 {
        tokio::task::yield_now().await;
    }
    let mut first: Vec<i64> = handled.0.lock().unwrap().iter().map(|(.., n)| *n).collect();
    first.sort_unstable();
    assert_eq!(first, [2, 3, 4]);
    open.add_permits(1);
    running.settled().await.unwrap();
    let all: Vec<i64> = handled.0.lock().unwrap().iter().map(|(.., n)| *n).collect();
    assert_eq!(all[3..], [0, 1]);
}

/// What waits on a detour is told as what it is: not handled yet.
pub(crate) async fn what_waits_on_the_detour_of_a_priority_is_counted<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&many(Normal, "big", 1_500)).await;
    desk.emit(&many(High, "small", 150)).await;
    let (handled, gate) = (Handled::default(), Arc::new(Semaphore::new(0)));
    let (sender, mut reached) = mpsc::unbounded_channel();
    let (notes, closed) = (handled.clone(), Arc::clone(&gate));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let (count, sender, closed) = (notes.len(), sender.clone(), Arc::clone(&closed));
        async move {
            if count == 600 {
                sender.send(()).unwrap();
                closed.acquire().await?.forget();
            }
            Ok::<_, HandlerError>(())
        }
    };
    let subscription = desk.subscribe("urgent").page(PAGE).concurrency(1).handle(handler);
    let running = subscription.start().await.unwrap();
    reached.recv().await.unwrap();
    let shutdown = async {
        gate.add_permits(1);
        running.shutdown().await.unwrap();
    };
    shutdown.await;
    assert!(detours(&desk).await.contains(&Track::of(Normal)));
    let stats = desk.bus.stats().of_subscription("urgent").await.unwrap();
    assert_eq!(stats.total.lag_events.events, 1_650 - 600, "{stats}");
    let running = start(&desk, PAGE, &handled).await;
    running.settled().await.unwrap();
    handled.has_all_of(Normal, "big", 1_500);
    handled.has_all_of(High, "small", 150);
}

/// With priorities, tenants, amounts, pages and faults by chance.
pub(crate) async fn any_mix_of_priorities_is_handled_once_and_in_order<S: Log>(store: S) {
    let mix = Mix { priorities: &Priority::ALL, tenants: 3, strays: 0.1 };
    mix.is_handled_once_and_in_order(store).await;
}

#[tokio::test]
async fn many_mixes_of_priorities_are_handled_once_and_in_order() {
    for _ in 0..40 {
        any_mix_of_priorities_is_handled_once_and_in_order(MemoryStore::new()).await;
    }
}
