//! Keeping what was counted: once a minute, one statement for all subscriptions of a bus.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::stats::ledger::Ledger;
use crate::stats::{KEPT_MINUTES, minute_of};
use crate::store::{Entries, Figures};

/// Up to how long after a minute's end it is kept: processes do not do so all at once.
const SPREAD: i64 = 10_000;

/// For how many minutes figures wait that the database does not take.
const PATIENCE: i64 = 10;

/// How many notes wait for it.
const MOST_WAITING: usize = 1_000;

/// The ledgers of a bus, and the task that keeps what stands in them. It ends when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Books {
    ledgers: Arc<Ledgers>,
    keeping: Mutex<Option<Keeping>>,
}

#[derive(Debug, Default)]
struct Ledgers {
    open: Mutex<Vec<Weak<Ledger>>>,
    /// What the database did not take.
    late: Mutex<Entries>,
}

#[derive(Debug)]
struct Keeping(AbortHandle);

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Books {
    /// Opens the ledger of a subscription.
    pub(crate) fn open<S: Figures>(
        &self,
        store: &S,
        subscription: &str,
        replays: bool,
    ) -> Arc<Ledger> {
        let ledger = Arc::new(Ledger::new(subscription, replays));
        let mut open = locked(&self.ledgers.open);
        open.retain(|ledger| ledger.strong_count() > 0);
        open.push(Arc::downgrade(&ledger));
        drop(open);
        let mut keeping = locked(&self.keeping);
        // Whatever runtime it was on may have ended before the bus.
        if keeping.as_ref().is_none_or(|keeping| keeping.0.is_finished()) {
            let task = keep_every_minute(store.clone(), Arc::downgrade(&self.ledgers));
            *keeping = Some(Keeping(tokio::spawn(task).abort_handle()));
        }
        ledger
    }

    /// What was counted and is not kept yet.
    pub(crate) fn unkept(&self) -> Entries {
        let mut entries = locked(&self.ledgers.late).clone();
        self.ledgers.each(|ledger| add(&mut entries, ledger.copy()));
        entries
    }
}

impl Ledgers {
    fn each(&self, mut what: impl FnMut(&Ledger)) {
        let open: Vec<_> = locked(&self.open).iter().filter_map(Weak::upgrade).collect();
        open.iter().for_each(|ledger| what(ledger));
    }

    /// Keeps what was counted, or lets it wait for the next minute.
    async fn keep<S: Figures>(&self, store: &S, now: i64) {
        let mut entries = std::mem::take(&mut *locked(&self.late));
        self.each(|ledger| add(&mut entries, ledger.take()));
        if entries.is_empty() {
            return;
        }
        if let Err(error) = keep(store, &entries, now).await {
            tracing::warn!(error = error.full(), "statistics are not kept, trying again");
            entries.sums.retain(|(minute, _), _| *minute >= minute_of(now) - PATIENCE);
            let most = entries.notes.len().saturating_sub(MOST_WAITING);
            entries.notes.drain(..most);
            add(&mut locked(&self.late), entries);
        }
    }
}

/// Keeps entries, and lets what is too old go.
pub(crate) async fn keep<S: Figures>(
    store: &S,
    entries: &Entries,
    now: i64,
) -> crate::error::Result<()> {
    store.keep(entries, minute_of(now) - KEPT_MINUTES).await
}

async fn keep_every_minute<S: Figures>(store: S, ledgers: Weak<Ledgers>) {
    let (clock, late) = (Clock::new(), rand::random_range(0..SPREAD));
    loop {
        let now = clock.now();
        let next = (minute_of(now) + 1) * 60_000 + late;
        sleep(Duration::from_millis(u64::try_from(next - now).unwrap_or(0))).await;
        let Some(ledgers) = ledgers.upgrade() else { return };
        ledgers.keep(&store, clock.now()).await;
    }
}

fn add(entries: &mut Entries, mut others: Entries) {
    for (series, sums) in others.sums {
        entries.sums.entry(series).or_default().merge(&sums);
    }
    entries.notes.append(&mut others.notes);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
