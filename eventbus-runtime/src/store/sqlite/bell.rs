//! How a relay learns that another process has written: SQLite counts the commits of others for each connection.
//!
//! While somebody waits, one connection asks for that count now and then, which reads a few bytes of shared memory.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// How often it asks.
const EVERY: Duration = Duration::from_millis(20);

/// How long it waits after a failure.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the clones of a store share: who waits, and the task that asks for them.
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

    /// Waits until another connection has committed.
    pub(super) async fn rung(&self, pool: &SqlitePool) {
        let mut rings = self.0.rings.subscribe();
        self.start(pool);
        self.0.waits.notify_one();
        // The sender lives as long as this bell does.
        let _ = rings.changed().await;
    }

    /// Starts the task where it does not run.
    fn start(&self, pool: &SqlitePool) {
        let mut task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let watching = watch_commits(Arc::downgrade(&self.0), pool.clone());
            *task = Some(tokio::spawn(watching).abort_handle());
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

async fn watch_commits(bell: Weak<Inner>, pool: SqlitePool) {
    while bell.upgrade().is_some() {
        if let Err(error) = compare(&bell, &pool).await {
            tracing::warn!(%error, "cannot ask SQLite for the commits of others: polling once a second");
        }
        sleep(PATIENCE).await;
    }
}

/// Rings whenever the count has changed.
async fn compare(bell: &Weak<Inner>, pool: &SqlitePool) -> Result<(), sqlx::Error> {
    // Beside the pool, which may be small and is for others.
    let mut connection = pool.connect_options().connect().await?;
    let mut last = None;
    while let Some(inner) = bell.upgrade() {
        let (sleepers, waits) = (inner.rings.receiver_count(), Arc::clone(&inner.waits));
        drop(inner);
        if sleepers == 0 {
            waits.notified().await;
            continue;
        }
        let now = Some(version(&mut connection).await?);
        if now != last
            && let Some(inner) = bell.upgrade()
        {
            inner.rings.send_modify(|rings| *rings = rings.wrapping_add(1));
        }
        last = now;
        sleep(EVERY).await;
    }
    Ok(())
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await
}
