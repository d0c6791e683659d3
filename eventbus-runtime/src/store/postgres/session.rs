//! The connection by which others see that this process is there.
//!
//! Its session holds an advisory lock. The server releases it with the connection, so that whoever wants a shard of a
//! process that died needs not wait for the lease to run out. It is a matter of speed alone: a half-open connection may
//! keep the lock for hours, a pooler in transaction mode keeps no session at all, and the fence decides either way.

use std::fmt;
use std::sync::Arc;

use sqlx::postgres::PgConnection;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::store::postgres::reach::Sessions;
use crate::store::postgres::{PgStore, reach};

/// What the clones of a store share: one id, and one connection where one is needed.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) id: Uuid,
    connection: Arc<Mutex<Option<PgConnection>>>,
}

impl Session {
    pub(super) fn new() -> Self {
        Self { id: Uuid::now_v7(), connection: Arc::default() }
    }

    /// The connection, with the lock on it; it is opened where there is none. `None` where no session can be had, and
    /// where its lock is held by somebody else, which only a pooler can bring about that was not found out.
    pub(super) async fn hold(&self, store: &PgStore) -> Result<Option<Held<'_>>, sqlx::Error> {
        let mut held = self.connection.lock().await;
        if held.is_none() {
            let opened = match store.reach.sessions(&store.pool).await? {
                None => None,
                Some(Sessions::Pool) => {
                    // Taken out of the pool before it is locked: where this is cut off in between, it is closed.
                    let mut connection = store.pool.acquire().await?.detach();
                    self.lock(&mut connection).await?.then_some(connection)
                }
                Some(Sessions::Direct(options)) => {
                    let mut connection = reach::connect(options).await?;
                    self.lock(&mut connection).await?.then_some(connection)
                }
            };
            if opened.is_none() {
                return Ok(None);
            }
            *held = opened;
        }
        Ok(Some(Held(held)))
    }

    async fn lock(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT pg_try_advisory_lock(hashtextextended($1, 'eventbus_replica'::regclass::oid::bigint))",
        )
        .bind(self.id.to_string())
        .fetch_one(connection)
        .await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.id).finish()
    }
}

/// The connection of the session, in use.
pub(super) struct Held<'a>(MutexGuard<'a, Option<PgConnection>>);

impl Held<'_> {
    /// Lends it. A connection that is not put back, because something failed on it or its user stopped waiting, is
    /// closed: the next user opens another one.
    pub(super) fn lend(&mut self) -> PgConnection {
        self.0.take().expect("it was opened when it was held")
    }

    /// Puts it back.
    pub(super) fn put_back(mut self, connection: PgConnection) {
        *self.0 = Some(connection);
    }
}
