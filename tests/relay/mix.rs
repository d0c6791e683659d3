//! Events by chance, to a handler that fails by chance, on a database that refuses by chance.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::{Log, NewEvent, Store};
use eventbus_runtime::testing::suite::tools::commit;
use eventbus_runtime::{Event, EventBus, HandlerError, Priority, Retry, Tx};
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::desk::Desk;
use crate::events::{Posted, noted};
use crate::faulty::Faulty;
use crate::priority::of;

/// What is emitted by chance.
pub(crate) struct Mix {
    pub(crate) priorities: &'static [Priority],
    pub(crate) tenants: usize,
    /// How likely one of a row of events is of another priority than the others.
    pub(crate) strays: f64,
}

impl Mix {
    fn priority(&self, random: &mut StdRng) -> Priority {
        self.priorities[random.random_range(0..self.priorities.len())]
    }

    /// Asserts that effects of transactions happen once, whatever the database refuses, and in the order of each aggregate
    /// inside each priority.
    pub(crate) async fn is_handled_once_and_in_order<S: Log>(&self, store: S) {
        let mut random = seeded();
        let (calm, desk) = (EventBus::on(store.clone()), Desk::new(store));
        let page = random.random_range(2..40);
        let dice = Arc::new(Mutex::new(StdRng::seed_from_u64(random.random())));
        let log = desk.store.clone();
        let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
            let (log, roll) = (log.clone(), dice.lock().unwrap().random_range(0..100));
            async move {
                log.append(&mut tx, &[noted(event.0).into()]).await?;
                match roll {
                    0 => log.faults.refused.store(true, SeqCst),
                    1 => log.faults.lost.store(true, SeqCst),
                    2 => log.faults.fenced.store(true, SeqCst),
                    3 => return Err(HandlerError::retryable("by chance")),
                    _ => {}
                }
                Ok::<_, HandlerError>(())
            }
        };
        let start = async || {
            let subscription = desk.subscribe("mix").retry(brief()).page(page);
            subscription.handle(handler.clone()).start().await.unwrap()
        };
        let mut running = start().await;
        let mut last: BTreeMap<(Priority, usize, usize), i64> = BTreeMap::new();
        let mut emitted = Vec::new();
        for _ in 0..12 {
            let usual = self.priority(&mut random);
            let tenant = random.random_range(0..self.tenants);
            let run = if random.random_bool(0.5) { random.random_range(1..120) } else { 1 };
            let events: Vec<NewEvent> = (0..run)
                .map(|_| {
                    let account = random.random_range(0..4);
                    let is_stray = random.random_bool(self.strays);
                    let priority = if is_stray { self.priority(&mut random) } else { usual };
                    let next = last.entry((priority, tenant, account)).or_default();
                    *next += 1;
                    emitted.push((priority, tenant, account, *next));
                    let number = i64::try_from(emitted.len()).unwrap();
                    of(priority, &format!("t{tenant}"), &account.to_string(), number).into()
                })
                .collect();
            commit(&calm, &events).await;
            desk.bus.wake();
            match random.random_range(0..6) {
                0 => running.settled().await.unwrap(),
                1 => {
                    running.shutdown().await.unwrap();
                    running = start().await;
                }
                _ => tokio::task::yield_now().await,
            }
        }
        running.settled().await.unwrap();
        running.shutdown().await.unwrap();
        let effects = desk.audits().await;
        assert_eq!(effects.len(), emitted.len(), "each once");
        let mut seen: BTreeMap<(Priority, usize, usize), i64> = BTreeMap::new();
        for effect in effects {
            let (priority, tenant, account, n) = emitted[usize::try_from(effect - 1).unwrap()];
            let before = seen.insert((priority, tenant, account), n).unwrap_or(0);
            assert_eq!(before + 1, n, "{priority} {tenant}/{account}");
        }
        assert_eq!(seen, last);
        let roster = desk.store.roster("mix").await.unwrap().unwrap();
        assert!(roster.shards.iter().all(|shard| shard.detours.is_empty()), "all have ended");
    }
}

/// Attempts without an end, one after the other.
pub(crate) fn brief() -> Retry {
    let brief = Duration::from_millis(2);
    Retry { attempts: u32::MAX, first: brief, factor: 1, max: brief }
}
