//! A store that fails on request and counts what the relay asks of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use eventbus_runtime::store::{
    Claim, DeadLetter, Duplicates, Log, NewEvent, Owner, Page, Start, Step, Store, Troubles,
};
use eventbus_runtime::{Error, ErrorKind, Result, TypeSet};

/// A store with faults.
#[derive(Clone)]
pub(crate) struct Faulty<S> {
    inner: S,
    pub(crate) faults: Arc<Faults>,
}

/// What goes wrong, and what was counted.
#[derive(Default)]
pub(crate) struct Faults {
    /// The next step finds its fence stale.
    pub(crate) fenced: AtomicBool,
    /// The transaction open now is refused at its end.
    pub(crate) poisoned: AtomicBool,
    /// The answer to the next commit is lost: it took place, and an error is returned.
    pub(crate) lost: AtomicBool,
    /// The connection of the transaction open now is lost.
    pub(crate) broken: AtomicBool,
    /// The log cannot be reached.
    pub(crate) down: AtomicBool,
    /// The database takes questions and answers none.
    pub(crate) silent: AtomicBool,
    pub(crate) discards: AtomicUsize,
    pub(crate) pages: AtomicUsize,
    pub(crate) claims: AtomicUsize,
    pub(crate) commits: AtomicUsize,
    pub(crate) looks: AtomicUsize,
}

impl Faults {
    async fn answer(&self) {
        if self.silent.load(SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    async fn reach(&self) -> Result<()> {
        self.answer().await;
        match self.down.load(SeqCst) {
            true => Err(refused("unreachable")),
            false => Ok(()),
        }
    }
}

impl<S> Faulty<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, faults: Arc::default() }
    }
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Store, message)
}

impl<S: Store> Store for Faulty<S> {
    type Connection = S::Connection;
    type Transaction = S::Transaction;

    const NAME: &'static str = S::NAME;

    async fn migrate(&self) -> Result<()> {
        self.inner.migrate().await
    }

    async fn append(
        &self,
        connection: &mut S::Connection,
        events: &[NewEvent],
    ) -> Result<Duplicates> {
        self.inner.append(connection, events).await
    }

    async fn begin(&self) -> Result<S::Transaction> {
        self.faults.answer().await;
        self.faults.poisoned.store(false, SeqCst);
        self.inner.begin().await
    }

    async fn commit(&self, transaction: S::Transaction) -> Result<()> {
        self.faults.commits.fetch_add(1, SeqCst);
        self.faults.answer().await;
        if self.faults.poisoned.swap(false, SeqCst) {
            self.inner.rollback(transaction).await?;
            return Err(refused("deferred constraint"));
        }
        self.inner.commit(transaction).await?;
        match self.faults.lost.swap(false, SeqCst) {
            true => Err(refused("connection lost")),
            false => Ok(()),
        }
    }

    async fn rollback(&self, transaction: S::Transaction) -> Result<()> {
        self.inner.rollback(transaction).await?;
        match self.faults.broken.swap(false, SeqCst) {
            true => Err(refused("connection lost")),
            false => Ok(()),
        }
    }

    async fn discard(&self, transaction: S::Transaction) {
        self.faults.discards.fetch_add(1, SeqCst);
        self.inner.discard(transaction).await;
    }
}

impl<S: Log> Log for Faulty<S> {
    type Cursor = S::Cursor;
    type Lease = S::Lease;

    async fn claim(
        &self,
        subscription: &str,
        start: Start,
    ) -> Result<Option<Claim<S::Cursor, S::Lease>>> {
        self.faults.claims.fetch_add(1, SeqCst);
        self.faults.reach().await?;
        self.inner.claim(subscription, start).await
    }

    async fn page(
        &self,
        cursor: &S::Cursor,
        types: &TypeSet,
        limit: usize,
    ) -> Result<Page<S::Cursor>> {
        self.faults.pages.fetch_add(1, SeqCst);
        self.faults.reach().await?;
        self.inner.page(cursor, types, limit).await
    }

    async fn troubles(&self, subscription: &str, now: i64, limit: usize) -> Result<Troubles> {
        self.faults.looks.fetch_add(1, SeqCst);
        self.inner.troubles(subscription, now, limit).await
    }

    async fn advance(
        &self,
        connection: &mut S::Connection,
        owner: &Owner,
        step: &Step<S::Cursor>,
    ) -> Result<()> {
        if self.faults.fenced.swap(false, SeqCst) {
            return Err(Error::new(ErrorKind::Fenced, "stale"));
        }
        self.inner.advance(connection, owner, step).await
    }

    async fn dead_letters(&self, subscription: Option<&str>) -> Result<Vec<DeadLetter>> {
        self.inner.dead_letters(subscription).await
    }
}
