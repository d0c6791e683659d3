//! What a case works with: a bus on a store with faults, and what its handlers saw.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::{Log, NewEvent, Start, Store};
use eventbus_runtime::testing::suite::tools::{read_page, try_claim};
use eventbus_runtime::{
    DomainEvent, Event, EventBus, HandlerError, MemoryStore, PgBus, PgStore, RawEvent, Retry,
    Running, SqliteStore, Subscribe, TypeSet,
};
use eventbus_tests::postgres::{Bouncer, PgDatabase, PoolMode};
use eventbus_tests::sqlite::SqliteFile;

use tokio::sync::mpsc;

use crate::events::{Any, Noted, Posted};
use crate::faulty::{Faults, Faulty};

/// A fresh store in memory, and nothing to keep for it.
#[allow(clippy::unused_async, reason = "a fresh database takes a while, and all are made alike")]
pub(crate) async fn memory() -> (MemoryStore, ()) {
    (MemoryStore::new(), ())
}

/// A fresh SQLite file, with what keeps its folder.
pub(crate) async fn sqlite() -> (SqliteStore, SqliteFile) {
    let file = SqliteFile::new();
    (file.bus().await.store().clone(), file)
}

/// A fresh PostgreSQL database, with what drops it.
pub(crate) async fn postgres() -> (PgStore, PgDatabase) {
    let database = PgDatabase::new().await;
    (database.bus().await.store().clone(), database)
}

/// The same with a log of partitions, so small that a test crosses some of them.
pub(crate) async fn partitioned() -> (PgStore, PgDatabase) {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    bus.partition_log(9).await.expect("the log becomes partitioned");
    (bus.store().clone(), database)
}

/// One behind a PgBouncer in transaction mode, with what ends both.
pub(crate) async fn pooler() -> (PgStore, (Bouncer, PgDatabase)) {
    let database = PgDatabase::new().await;
    // One for each lane of a subscription, and some to read with.
    let bouncer = database.bouncer(PoolMode::Transaction, 6);
    let bus = PgBus::connect(&bouncer.url()).await.expect("the bouncer lets everybody in");
    (bus.store().clone(), (bouncer, database))
}

/// Attempts without an end, each after the usual time.
pub(crate) fn stubborn() -> Retry {
    Retry { attempts: u32::MAX, ..Retry::default() }
}

/// A case that hangs fails instead. None takes seconds on a machine of its own, and some take a minute on a busy one.
pub(crate) async fn comes_to_its_end(case: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(300), case).await.expect("the case ends");
}

/// A bus on a store with faults.
pub(crate) struct Desk<S: Log> {
    pub(crate) store: Faulty<S>,
    pub(crate) bus: EventBus<Faulty<S>>,
    pub(crate) faults: Arc<Faults>,
}

impl<S: Log> Desk<S> {
    pub(crate) fn new(store: S) -> Self {
        let store = Faulty::new(store);
        Self { bus: EventBus::on(store.clone()), faults: Arc::clone(&store.faults), store }
    }

    /// Appends events in one transaction and commits it.
    pub(crate) async fn emit(&self, events: &[RawEvent]) {
        let mut transaction = self.store.begin().await.unwrap();
        let events: Vec<NewEvent> = events.iter().cloned().map(NewEvent::from).collect();
        self.store.append(&mut transaction, &events).await.unwrap();
        self.store.commit(transaction).await.unwrap();
        self.bus.wake();
    }

    /// A subscription of three attempts that hardly waits between them.
    pub(crate) fn subscribe(&self, name: &str) -> Subscribe<Faulty<S>> {
        let brief = Duration::from_millis(2);
        let retry = Retry { attempts: 3, first: brief, factor: 1, max: brief };
        self.bus.subscribe(name).retry(retry).poll(Duration::from_millis(20))
    }

    /// Hands events over to a handler that has refused for now `refusals` times when it is shut down: they are in trouble.
    pub(crate) async fn leave_in_trouble<E: DomainEvent>(
        &self,
        name: &str,
        retry: Retry,
        events: &[RawEvent],
        refusals: usize,
    ) {
        let (failed, mut failures) = mpsc::unbounded_channel();
        let handler = move |_: Event<E>| {
            failed.send(()).unwrap();
            async { Err::<(), _>(HandlerError::retryable("down")) }
        };
        let running = self.subscribe(name).retry(retry).handle(handler).start().await.unwrap();
        self.emit(events).await;
        for _ in 0..refusals {
            failures.recv().await.unwrap();
        }
        running.shutdown().await.unwrap();
    }

    /// The committed audits, in the order of the log.
    pub(crate) async fn audits(&self) -> Vec<i64> {
        let filter = TypeSet::of::<Noted>();
        let claimed = try_claim(&self.store, "audit-reader", Start::Beginning).await;
        let claimed = claimed.expect("nobody else reads audits");
        let mut cursor = claimed.cursor.clone();
        let mut numbers = Vec::new();
        loop {
            let page = read_page(&self.store, &cursor, &filter, 100).await.unwrap();
            let done = page.events.is_empty() && !page.more;
            numbers.extend(page.events.iter().map(|stored| {
                let envelope = &stored.event.envelope;
                let data = &stored.event.data;
                Noted::from_data(&envelope.event_type, envelope.version, data).unwrap().0
            }));
            cursor = page.end;
            if done {
                claimed.release(&self.store).await;
                return numbers;
            }
        }
    }
}

/// What handlers saw: account, number, attempt.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<(String, i64, u32)>>>);

impl Seen {
    pub(crate) fn note(&self, event: &Event<Posted>) {
        let account = event.envelope().aggregate_id.clone().unwrap_or_default();
        self.0.lock().unwrap().push((account, event.0, event.attempt()));
    }

    /// Notes an event of either type; one of no account under the empty one.
    pub(crate) fn note_any(&self, event: &Event<Any>) {
        let account = event.envelope().aggregate_id.clone().unwrap_or_default();
        let (Any::Posted(Posted(n)) | Any::Noted(Noted(n))) = **event;
        self.0.lock().unwrap().push((account, n, event.attempt()));
    }

    /// The numbers in the order in which they were noted.
    pub(crate) fn numbers(&self) -> Vec<i64> {
        self.0.lock().unwrap().iter().map(|(_, n, _)| *n).collect()
    }

    /// The same of one account.
    pub(crate) fn of(&self, account: &str) -> Vec<i64> {
        let seen = self.0.lock().unwrap();
        seen.iter().filter(|(of, ..)| of == account).map(|(_, n, _)| *n).collect()
    }

    /// Numbers with their attempts.
    pub(crate) fn attempts(&self) -> Vec<(i64, u32)> {
        self.0.lock().unwrap().iter().map(|(_, n, attempt)| (*n, *attempt)).collect()
    }
}

/// Handled, retried and dead events of a subscription.
pub(crate) fn counts<S: Log>(running: &Running<S>) -> (u64, u64, u64) {
    let total = running.stats().total;
    (total.handled, total.retried, total.dead)
}
