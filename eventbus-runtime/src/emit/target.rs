//! Where events are emitted to.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use sqlx::Database;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use sqlx::pool::PoolConnection;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgPool;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqlitePool;

use crate::emit::transaction::Buffer;
use crate::error::Result;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::error::{Error, ErrorKind};
#[cfg(feature = "relay")]
use crate::handler::Tx;
use crate::store::Store;
#[cfg(feature = "postgres")]
use crate::store::postgres::PgStore;
#[cfg(feature = "sqlite")]
use crate::store::sqlite::SqliteStore;

/// What [`EventBus::emit`](crate::EventBus::emit) writes to, on a bus whose store is `S`.
///
/// `Kind` tells the implementations apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "events cannot be emitted into `{Self}`",
    label = "neither a transaction, a connection nor the pool of this bus's database",
    note = "a transaction is handed over as `&mut tx`, and as `&mut *tx` where `tx` is a reference or a wrapper",
    note = "for a transaction of the bus's own: `bus.pool()`, or `bus.store()` of any store"
)]
pub trait Target<'a, S: Store, Kind> {
    /// Finds the place.
    #[doc(hidden)]
    fn place(self, store: &S) -> Result<Place<'a, S>>;
}

/// Where the events of one emit go.
#[doc(hidden)]
pub enum Place<'a, S: Store> {
    /// Into whatever transaction is open there.
    Connection(&'a mut S::Connection),
    /// Into a transaction of the bus's, just before its end.
    Buffer(&'a mut S::Connection, &'a mut Buffer),
    /// Into a transaction of their own.
    Alone,
}

/// A [`Target`] that is the connection itself.
#[doc(hidden)]
#[derive(Debug)]
pub enum Direct {}

/// A [`Target`] that is a transaction which the store opened.
#[doc(hidden)]
#[derive(Debug)]
pub enum Opened {}

/// A [`Target`] that is a transaction of sqlx's own.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(hidden)]
#[derive(Debug)]
pub enum Begun {}

/// A [`Target`] that is a connection out of a pool.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(hidden)]
#[derive(Debug)]
pub enum Acquired {}

/// A [`Target`] that is the bus's pool.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(hidden)]
#[derive(Debug)]
pub enum Pooled {}

/// A [`Target`] that is the bus's store.
#[doc(hidden)]
#[derive(Debug)]
pub enum Stored {}

/// A [`Target`] that is a handler's transaction.
#[cfg(feature = "relay")]
#[doc(hidden)]
#[derive(Debug)]
pub enum Lent {}

impl<'a, S: Store> Target<'a, S, Direct> for &'a mut S::Connection {
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Connection(self))
    }
}

impl<'a, S: Store> Target<'a, S, Opened> for &'a mut S::Transaction {
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Connection(&mut **self))
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl<'a, S, DB> Target<'a, S, Begun> for &'a mut sqlx::Transaction<'_, DB>
where
    DB: Database,
    S: Store<Connection = DB::Connection>,
{
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Connection(&mut **self))
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl<'a, S, DB> Target<'a, S, Acquired> for &'a mut PoolConnection<DB>
where
    DB: Database,
    S: Store<Connection = DB::Connection>,
{
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Connection(&mut **self))
    }
}

#[cfg(feature = "relay")]
impl<'a, S: Store> Target<'a, S, Lent> for &'a mut Tx<S> {
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Connection(&mut **self))
    }
}

#[cfg(feature = "postgres")]
impl<'a> Target<'a, PgStore, Pooled> for &PgPool {
    fn place(self, store: &PgStore) -> Result<Place<'a, PgStore>> {
        own(store.is_on(self))
    }
}

#[cfg(feature = "sqlite")]
impl<'a> Target<'a, SqliteStore, Pooled> for &SqlitePool {
    fn place(self, store: &SqliteStore) -> Result<Place<'a, SqliteStore>> {
        own(store.is_on(self))
    }
}

/// The bus's store itself, for what holds of any store.
impl<'a, S: Store> Target<'a, S, Stored> for &S {
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(Place::Alone)
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn own<'a, S: Store>(is_own: bool) -> Result<Place<'a, S>> {
    if is_own {
        return Ok(Place::Alone);
    }
    Err(Error::new(
        ErrorKind::Configuration,
        "this is not the pool that the bus is on: emit into `bus.pool()`, or make a bus on this pool",
    ))
}
