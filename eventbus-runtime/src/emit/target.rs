//! Where events are emitted to.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use sqlx::Database;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use sqlx::pool::PoolConnection;

use crate::error::Result;
#[cfg(feature = "relay")]
use crate::handler::Tx;
use crate::store::Store;

/// What [`EventBus::emit`](crate::EventBus::emit) writes to, on a bus whose store is `S`.
///
/// `Kind` tells the implementations apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "events cannot be emitted into `{Self}`",
    label = "neither a transaction nor a connection of this bus's database",
    note = "a transaction is handed over as `&mut tx`, and as `&mut *tx` where `tx` is a reference or a wrapper"
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
