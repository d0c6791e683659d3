//! A database with two connections and a witness of what is delivered.

use std::time::Duration;

use eventbus_runtime::{DomainEvent, Event, EventBus, HandlerError, Running, Tx};
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::cancelled::database::Database;

/// What the trials emit.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "trial")]
pub(crate) enum TrialEvent {
    /// A part of what one trial emits.
    Made {
        /// The trial.
        #[event(aggregate_id)]
        trial: String,
        /// Which of its events.
        part: i64,
    },
}

pub(crate) fn parts(trial: &str, count: i64) -> Vec<TrialMade> {
    (0..count).map(|part| TrialMade { trial: trial.to_owned(), part }).collect()
}

/// Events of a trial whose name begins so become dead letters.
pub(crate) const DEAD: &str = "dead";

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database under test.
pub(crate) struct Bench<D: Database> {
    pub(crate) bus: EventBus<D::Store>,
    observer: EventBus<D::Store>,
    pub(crate) witness: Running<D::Store>,
    /// How many tasks there are when nothing happens.
    tasks: usize,
    database: D,
}

impl<D: Database> Bench<D> {
    pub(crate) async fn new() -> Self {
        let (database, bus, observer) = D::open().await;
        let handler = async |mut tx: Tx<D::Store>, event: Event<TrialMade>| {
            let insert = "INSERT INTO seen (trial, part) VALUES ($1, $2)";
            D::run(&mut tx, insert, &event.trial, event.part).await?;
            match event.trial.starts_with(DEAD) {
                true => Err(HandlerError::terminal("it is to die")),
                false => Ok(()),
            }
        };
        let witness = bus.subscribe("witness").handle(handler).start().await.unwrap();
        let mut bench = Self { bus, observer, witness, tasks: 0, database };
        bench.still_delivers("warm-up").await;
        let listens = until(async || D::is_listening(&bench.observer).await);
        timeout(PATIENCE, listens).await.expect("the relay listens for commits");
        // What the pools do in tasks of their own ends by itself.
        bench.tasks = bench.tasks();
        for _ in 0..1_000 {
            yield_now().await;
            bench.tasks = bench.tasks.min(bench.tasks());
        }
        bench
    }

    /// Another bus on the database, by the way that its connections take.
    pub(crate) async fn connect(&self) -> eventbus_runtime::Result<EventBus<D::Store>> {
        self.database.connect().await
    }

    pub(crate) async fn count(&self, sql: &'static str, trial: &str) -> i64 {
        D::count(&self.observer, sql, trial).await
    }

    /// What was cut off runs to its end in tasks; none of them stays. One more may be there than were counted first, while
    /// a lease's task was being replaced; whatever stays for each trial is soon more than that.
    pub(crate) async fn comes_to_rest(&self) {
        let most = self.tasks + 1;
        let tasks_end = until(async || self.tasks() <= most);
        let ended = timeout(PATIENCE, tasks_end).await;
        ended.unwrap_or_else(|_| panic!("{} tasks instead of {most}", self.tasks()));
        let rests = until(async || D::is_at_rest(&self.observer).await);
        timeout(PATIENCE, rests).await.expect("no connection stays inside a transaction");
    }

    /// Both connections can be had at once, are in no transaction and can write; the next emit is delivered.
    pub(crate) async fn still_works(&self, trial: &str) {
        self.comes_to_rest().await;
        let both = async {
            let pool = D::pool(&self.bus);
            (pool.acquire().await.unwrap(), pool.acquire().await.unwrap())
        };
        let (mut one, mut other) = timeout(PATIENCE, both).await.expect("no connection is lost");
        D::is_clean(&mut one).await;
        D::is_clean(&mut other).await;
        drop((one, other));
        let mut tx = D::begin(&self.bus).await.unwrap();
        D::run(&mut tx, "INSERT INTO business (trial) VALUES ('plain ' || $1 || $2)", trial, 0)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let plain = "SELECT count(*) FROM business WHERE trial = 'plain ' || $1 || '0'";
        assert_eq!(self.count(plain, trial).await, 1, "{trial}: a plain transaction commits");
        self.still_delivers(trial).await;
    }

    fn tasks(&self) -> usize {
        Handle::current().metrics().num_alive_tasks() - self.database.tasks()
    }

    async fn still_delivers(&self, trial: &str) {
        let after = TrialMade { trial: format!("after {trial}"), part: 0 };
        let receipts = self.bus.emit(self.bus.store(), after).await.unwrap();
        receipts.handled_by("witness", PATIENCE).await.unwrap();
    }

    /// All parts of a trial are there or none, and those that are there were delivered once.
    pub(crate) async fn is_whole(&self, trial: &str, parts: i64, ended: bool) -> bool {
        self.witness.settled().await.unwrap();
        let log = "SELECT count(*) FROM eventbus_event WHERE aggregate_id = $1";
        let events = self.count(log, trial).await;
        assert!(events == 0 || events == parts, "{trial}: {events} of {parts} events");
        assert!(events == parts || !ended, "{trial}: it ended and wrote nothing");
        let seen = self.count("SELECT count(*) FROM seen WHERE trial = $1", trial).await;
        assert_eq!(seen, events, "{trial}: what is committed is delivered, once");
        let different =
            self.count("SELECT count(DISTINCT part) FROM seen WHERE trial = $1", trial).await;
        assert_eq!(different, events, "{trial}: each of them");
        events > 0
    }

    pub(crate) async fn end(self) {
        self.bus.shutdown().await.unwrap();
    }
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        yield_now().await;
    }
}
