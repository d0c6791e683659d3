//! Locks that others would queue behind: asked for only for a moment, and asked for again.

use std::time::Duration;

use sqlx::SqlSafeStr;
use sqlx::postgres::Postgres;
use tokio::time::sleep;

use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::PgStore;
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{Store, columns};

/// How long is waited for a lock: whoever asks for the same one meanwhile waits behind it.
pub(super) const LOCK: &str = "SET LOCAL lock_timeout = '100ms'";

/// How often one is asked for.
const TRIES: u32 = 50;

/// After a first try; it grows with each.
const REST: Duration = Duration::from_millis(10);

/// How often it was tried.
pub(super) struct Patience {
    what: &'static str,
    tries: u32,
}

impl Patience {
    pub(super) const fn new(what: &'static str) -> Self {
        Self { what, tries: 1 }
    }

    /// Rests after a try that got no lock.
    ///
    /// # Errors
    /// What is told of another failure, and of the last try.
    pub(super) async fn again(&mut self, store: &PgStore, error: sqlx::Error) -> Result<()> {
        if !is_busy(&error) {
            return Err(store.error(self.what, error));
        }
        if self.tries >= TRIES {
            let message = format!(
                "{}: cannot {}: another session keeps a lock on eventbus_subscription or eventbus_event: look for a \
                 transaction that has been open for long, and run it again",
                store.place(),
                self.what
            );
            return Err(Error::new(ErrorKind::Store, message).with_source(columns::cause(error)));
        }
        tracing::debug!(tries = self.tries, what = self.what, "waits for its lock");
        sleep(REST * self.tries).await;
        self.tries += 1;
        Ok(())
    }
}

/// Whether a lock was not to be had.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}

/// Our own error in the place of the database's.
pub(super) fn failed(error: Error) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(error))
}

/// A transaction whose statements each see what was committed while an earlier one waited, and which waits for no lock for
/// long.
pub(super) async fn begin(store: &PgStore) -> Result<Transaction<Postgres>, sqlx::Error> {
    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED".into_sql_str();
    let begun = Transaction::<Postgres>::begin(&store.pool, Some(begin), Abandoned::Close).await;
    let mut transaction = begun.map_err(failed)??;
    store.query(LOCK).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Ends it with what came of it.
pub(super) async fn end<T>(
    store: &PgStore,
    transaction: Transaction<Postgres>,
    outcome: Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    if outcome.as_ref().is_err_and(|error| error.as_database_error().is_some()) {
        // The server answered, so that the connection is whole; a rollback that fails closes it.
        transaction.rollback().await.map_err(failed)?.ok();
        return outcome;
    }
    let value = outcome?;
    store.commit(transaction).await.map_err(failed)?;
    Ok(value)
}
