//! A transaction on a connection that the relay owns.

use std::fmt;
use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool, SqlStr};
use sqlx_core::transaction::TransactionManager;

use crate::error::{Error, ErrorKind, Result};
pub(crate) use crate::to_the_end::to_the_end;

/// A transaction that the relay opens, lends to a handler and ends; it derefs to the connection.
///
/// Nobody can cancel its begin or commit half-way: both run to their end in a task of their own, whether somebody
/// still waits for them or not. A transaction that is dropped instead of ended closes its connection, because nobody
/// knows what state a handler that was cut off left it in.
pub struct Transaction<DB: Database> {
    connection: Option<PoolConnection<DB>>,
    abandoned: Abandoned,
}

/// What becomes of the connection of a transaction that was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Abandoned {
    /// It is closed.
    Close,
    /// It is rolled back and goes back to the pool: the last connection of an in-memory database is its life.
    #[cfg(feature = "sqlite")]
    RollBack,
}

impl<DB: Database> Transaction<DB> {
    /// Opens one with `statement`, or the database's default.
    pub(crate) async fn begin(
        pool: &Pool<DB>,
        statement: Option<SqlStr>,
        abandoned: Abandoned,
    ) -> Result<Result<Self, sqlx::Error>> {
        let pool = pool.clone();
        to_the_end(async move {
            let connection = pool.acquire().await?;
            let mut transaction = Self { connection: Some(connection), abandoned };
            DB::TransactionManager::begin(&mut transaction, statement).await?;
            Ok(transaction)
        })
        .await
    }

    /// Commits. A connection whose commit failed is closed, and one on which this would commit something else.
    pub(crate) async fn commit(mut self, place: &str) -> Result<Result<(), sqlx::Error>> {
        is_outermost::<DB>(&self, place)?;
        to_the_end(async move {
            DB::TransactionManager::commit(&mut self).await?;
            drop(self.connection.take());
            Ok(())
        })
        .await
    }

    /// Rolls back. A connection whose rollback failed is closed, and one on which this would end something else.
    pub(crate) async fn rollback(mut self) -> Result<Result<(), sqlx::Error>> {
        to_the_end(async move {
            if depth::<DB>(&self) != 1 {
                return Ok(());
            }
            DB::TransactionManager::rollback(&mut self).await?;
            drop(self.connection.take());
            Ok(())
        })
        .await
    }
}

impl<DB: Database> Deref for Transaction<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        self.connection.as_ref().expect("only its end takes the connection")
    }
}

impl<DB: Database> DerefMut for Transaction<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        self.connection.as_mut().expect("only its end takes the connection")
    }
}

impl<DB: Database> Drop for Transaction<DB> {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match self.abandoned {
            Abandoned::Close => connection.close_on_drop(),
            #[cfg(feature = "sqlite")]
            Abandoned::RollBack => {
                for _ in 0..depth::<DB>(&connection) {
                    DB::TransactionManager::start_rollback(&mut connection);
                }
            }
        }
    }
}

impl<DB: Database> fmt::Debug for Transaction<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transaction<{}>", DB::NAME)
    }
}

/// How many transactions are open, the outermost and those nested in it, as far as sqlx knows.
pub(crate) fn depth<DB: Database>(connection: &DB::Connection) -> usize {
    DB::TransactionManager::get_transaction_depth(connection)
}

/// That a transaction is open and none nested in it: else a commit would do nothing, or release a savepoint.
pub(crate) fn is_outermost<DB: Database>(connection: &DB::Connection, place: &str) -> Result<()> {
    let what = match depth::<DB>(connection) {
        1 => return Ok(()),
        0 => {
            "this transaction was rolled back before its end: whoever drops a `begin()` on it that has not completed \
             rolls all of it back, and what was written after that is committed already: let it complete, without \
             `select!` or a timeout around it"
        }
        _ => {
            "a transaction nested in this one is still open: commit what `begin()` gave or roll it back, and do not \
             leak it"
        }
    };
    Err(Error::new(ErrorKind::TransactionRollback, format!("{place}: cannot commit: {what}")))
}

/// What is said where the transaction that was begun is gone and sqlx does not know it.
pub(crate) fn ended_by_a_statement(place: &str) -> Error {
    Error::new(
        ErrorKind::TransactionRollback,
        format!(
            "{place}: cannot commit: a statement ended this transaction before its end, and what was written after that \
             is committed already: use `begin()` instead of `BEGIN`, `COMMIT` and `ROLLBACK`, and do not swallow the \
             failure of a statement that rolls back (`OR ROLLBACK`, `RAISE(ROLLBACK)`)"
        ),
    )
}
