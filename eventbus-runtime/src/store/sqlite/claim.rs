//! Owning a subscription.
//!
//! Two things hold an owner apart from another: a lock of the operating system on a small file beside the database,
//! which ends with the process whatever ends it, so that the next owner can take over at once; and the fence in the
//! subscription's row, which is raised by each owner and decides at commit. The lock file stays: removing it while
//! another process opens it would let two own the subscription.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use sqlx::Row;

use crate::error::{Error, ErrorKind, Result};
use crate::store::sqlite::{SqliteCursor, SqliteStore};
use crate::store::{Claim, Owner, Start, columns};

/// Ownership of a subscription: a file lock, or for an in-memory database, which one process alone can have, an entry
/// in a table of this process.
#[derive(Debug)]
pub struct SqliteLease {
    _lock: Lock,
}

#[derive(Debug)]
enum Lock {
    File { _file: File },
    Memory { _entry: Entry },
}

pub(super) async fn claim(
    store: &SqliteStore,
    subscription: &str,
    start: Start,
) -> Result<Option<Claim<SqliteCursor, SqliteLease>>> {
    let Some(lock) = lock(store, subscription)? else {
        return Ok(None);
    };
    let row = sqlx::query(
        "INSERT INTO eventbus_subscription (name, fence, position) VALUES (?1, 1, \
         CASE WHEN ?2 THEN (SELECT coalesce(max(position), 0) FROM eventbus_event) ELSE 0 END) \
         ON CONFLICT (name) DO UPDATE SET fence = fence + 1 RETURNING fence, position",
    )
    .bind(subscription)
    .bind(start == Start::Now)
    .fetch_one(&store.pool)
    .await;
    let owned = row.and_then(|row| Ok((row.try_get("fence")?, row.try_get("position")?)));
    let (fence, position) = owned
        .map_err(|error| store.error(&format!("claim subscription `{subscription}`"), error))?;
    tracing::debug!(subscription, fence, position, "claimed the subscription");
    Ok(Some(Claim {
        owner: Owner { subscription: subscription.to_owned(), fence },
        cursor: SqliteCursor { position },
        lease: SqliteLease { _lock: lock },
    }))
}

/// `None` where somebody holds it.
fn lock(store: &SqliteStore, subscription: &str) -> Result<Option<Lock>> {
    if store.in_memory {
        return Ok(
            Entry::take(store.place(), subscription).map(|entry| Lock::Memory { _entry: entry })
        );
    }
    let path = lock_path(store, subscription);
    let refused = |error: std::io::Error| {
        Error::new(
            ErrorKind::Configuration,
            format!(
                "cannot lock `{}`: a subscription's owner holds a lock file beside the database, so this process must be \
                 allowed to write there, on a file system with locks",
                path.display()
            ),
        )
        .with_source(error)
    };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock::File { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    }
}

/// `shop.db-billing-1f2e3d4c5b6a7988.lock`: readable, and still its own for every name. It lies beside the file itself,
/// whichever link or relative path led there.
fn lock_path(store: &SqliteStore, subscription: &str) -> PathBuf {
    let readable: String = subscription
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .take(40)
        .collect();
    let options = store.pool.connect_options();
    let named = options.get_filename();
    let file = named.canonicalize().unwrap_or_else(|_| named.to_owned());
    let mut path = file.into_os_string();
    path.push(format!("-{readable}-{:016x}.lock", columns::hash(subscription)));
    PathBuf::from(path)
}

/// The subscriptions of in-memory databases that are owned.
static OWNED: LazyLock<Mutex<HashSet<(String, String)>>> = LazyLock::new(Mutex::default);

/// One of them; it goes when this is dropped.
#[derive(Debug)]
struct Entry(String, String);

impl Entry {
    fn take(database: String, subscription: &str) -> Option<Self> {
        let entry = (database, subscription.to_owned());
        let mut owned = OWNED.lock().unwrap_or_else(PoisonError::into_inner);
        owned.insert(entry.clone()).then(|| Self(entry.0, entry.1))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let entry = (std::mem::take(&mut self.0), std::mem::take(&mut self.1));
        OWNED.lock().unwrap_or_else(PoisonError::into_inner).remove(&entry);
    }
}
