//! The doorbell: how a relay that sleeps learns of a commit, without a NOTIFY in the commits of a busy system.
//!
//! NOTIFY in a transaction takes a lock that serialises commits. So an emitter notifies only where somebody sleeps, and
//! whether somebody does is told by an advisory lock:
//!
//! ```text
//!   relay                                          emitter, in its insert statement
//!   ─────                                          ────────────────────────────────
//!   nothing to do                                  tries the lock, shared, for its transaction
//!   tries the lock, exclusive, for its session       ├─ gets it: nobody sleeps, nothing more to do
//!     ├─ gets it: no emitter is in flight;           └─ does not: NOTIFY, which is heard at the commit
//!     │  polls once more, then sleeps until NOTIFY,
//!     │  then gives the lock back
//!     ├─ another relay has it: listens, polls once more, then sleeps
//!     └─ an emitter has it: polls with a back-off of 5 to 200 ms
//! ```
//!
//! No commit is missed: an emitter that got the lock keeps it until it has committed, and keeps the relay from sleeping;
//! one that came later notifies. Where the connection is lost a relay still polls once a second.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

/// The lock's key: one for each database and schema.
macro_rules! lock_key {
    () => {
        "hashtextextended('eventbus.doorbell', 'eventbus_event'::regclass::oid::bigint)"
    };
}
/// The channel's name.
macro_rules! channel {
    () => {
        "'eventbus_' || 'eventbus_event'::regclass::oid"
    };
}

/// What an emitter's statement begins with and reads: it rings where somebody sleeps. It is evaluated once, however many
/// rows the statement writes, and the lock is kept until the transaction ends.
macro_rules! ring {
    () => {
        concat!(
            "WITH bell (rung) AS MATERIALIZED (SELECT CASE WHEN pg_try_advisory_xact_lock_shared(",
            $crate::store::postgres::bell::lock_key!(),
            ") THEN '' ELSE pg_notify(",
            $crate::store::postgres::bell::channel!(),
            ", '')::text END) "
        )
    };
}
pub(super) use {channel, lock_key, ring};

/// The back-off while emitters are in flight.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

/// How long a listener sleeps before it looks whether the one with the lock is still there.
const ROUND: Duration = Duration::from_secs(1);

/// What the clones of a store share: who waits, and the task that listens for them.
#[derive(Debug, Clone)]
pub(super) struct Bell(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rings: watch::Sender<u64>,
    /// Told of each who begins to wait.
    waits: Arc<Notify>,
    task: Mutex<Option<AbortHandle>>,
}

impl Bell {
    pub(super) fn new() -> Self {
        let (rings, waits) = (watch::Sender::new(0), Arc::default());
        Self(Arc::new(Inner { rings, waits, task: Mutex::default() }))
    }

    /// Waits until something may have been committed.
    pub(super) async fn rung(&self, pool: &PgPool) {
        let mut rings = self.0.rings.subscribe();
        self.start(pool);
        self.0.waits.notify_one();
        // The sender lives as long as this bell does.
        let _ = rings.changed().await;
    }

    /// Starts the task where it does not run.
    fn start(&self, pool: &PgPool) {
        let mut task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let listening = listen(Arc::downgrade(&self.0), pool.clone());
            *task = Some(tokio::spawn(listening).abort_handle());
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

/// Rings for those who wait; whether anybody does.
fn ring_for(bell: &Weak<Inner>) -> bool {
    let Some(bell) = bell.upgrade() else { return false };
    bell.rings.send_modify(|rings| *rings = rings.wrapping_add(1));
    bell.rings.receiver_count() > 0
}

/// Listens as long as the bell is there.
async fn listen(bell: Weak<Inner>, pool: PgPool) {
    let mut patience = SHORTEST;
    while bell.upgrade().is_some() {
        match connect(&pool).await {
            Ok(mut listener) => {
                patience = SHORTEST;
                if let Err(error) = keep(&bell, &mut listener).await {
                    tracing::warn!(%error, "the connection that listens for commits is lost: polling once a second");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen for commits: polling once a second");
            }
        }
        // Whatever was missed meanwhile is found now.
        ring_for(&bell);
        sleep(patience).await;
        patience = (patience * 2).min(Duration::from_secs(10));
    }
}

/// Listens on a connection beside the pool, which may be small and is for others.
async fn connect(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let options = PgConnectOptions::clone(&pool.connect_options());
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&own).await?;
    listener.ignore_pool_close_event(true);
    let channel: String =
        sqlx::query_scalar(concat!("SELECT ", channel!())).fetch_one(&mut listener).await?;
    listener.listen(&channel).await?;
    Ok(listener)
}

/// What came of trying the lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    /// It is this session's.
    Ours,
    /// Another relay sleeps with it.
    Theirs,
    /// An emitter is in flight.
    Busy,
}

/// Sleeps and rings by turns, until the connection fails.
async fn keep(bell: &Weak<Inner>, listener: &mut PgListener) -> Result<(), sqlx::Error> {
    let mut backoff = SHORTEST;
    while let Some(inner) = bell.upgrade() {
        let (sleepers, waits) = (inner.rings.receiver_count(), Arc::clone(&inner.waits));
        drop(inner);
        if sleepers == 0 {
            // Emitters need not notify.
            waits.notified().await;
            continue;
        }
        let lock = try_lock(listener).await?;
        // Once more, now that nothing is missed.
        ring_for(bell);
        if lock == Lock::Busy {
            sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST);
            continue;
        }
        backoff = SHORTEST;
        wait(listener, lock).await?;
        if lock == Lock::Ours {
            sqlx::query(concat!("SELECT pg_advisory_unlock(", lock_key!(), ")"))
                .execute(&mut *listener)
                .await?;
        }
        while listener.next_buffered().is_some() {}
        ring_for(bell);
    }
    Ok(())
}

/// Tries the lock, and finds out who has it where it cannot be had.
async fn try_lock(listener: &mut PgListener) -> Result<Lock, sqlx::Error> {
    let ours: bool = sqlx::query_scalar(concat!("SELECT pg_try_advisory_lock(", lock_key!(), ")"))
        .fetch_one(&mut *listener)
        .await?;
    if ours {
        return Ok(Lock::Ours);
    }
    let shared: bool =
        sqlx::query_scalar(concat!("SELECT pg_try_advisory_xact_lock_shared(", lock_key!(), ")"))
            .fetch_one(&mut *listener)
            .await?;
    Ok(if shared { Lock::Busy } else { Lock::Theirs })
}

/// Sleeps until a commit is notified of; whoever has not the lock looks after it now and then.
async fn wait(listener: &mut PgListener, lock: Lock) -> Result<(), sqlx::Error> {
    let heard = async {
        match listener.try_recv().await? {
            Some(_) => Ok(()),
            None => Err(sqlx::Error::Protocol("the listener was disconnected".to_owned())),
        }
    };
    match lock {
        Lock::Ours => heard.await,
        _ => timeout(ROUND, heard).await.unwrap_or(Ok(())),
    }
}
