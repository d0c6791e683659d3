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
//! one that came later notifies. Where the connection is lost a relay still polls once a second, and where a pooler keeps
//! no sessions it does nothing else: nobody holds the lock then, and emitters do not notify.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::time::{sleep, timeout};

use crate::clock::{self, system_time};
use crate::store::Listens;
use crate::store::bell::Ringer;
use crate::store::postgres::reach::{Reach, Sessions, answered};

/// The lock's key: one for each database and schema. The number is that of a table that stays the same: the log gets another
/// one when it becomes partitioned, and whoever sleeps then would be rung for under the new name.
macro_rules! lock_key {
    () => {
        "hashtextextended('eventbus.doorbell', 'eventbus_schema'::regclass::oid::bigint)"
    };
}
/// The channel's name.
macro_rules! channel {
    () => {
        "'eventbus_' || 'eventbus_schema'::regclass::oid"
    };
}

/// What an emitter's statement begins with and reads: it rings where somebody sleeps, and sets the tenant `$tenant` where
/// that is not NULL and none is set. It is evaluated once, however many rows the statement writes, and before any of them
/// is held against a policy. The lock and the setting are kept until the transaction ends.
macro_rules! ring {
    ($tenant:literal) => {
        concat!(
            "WITH bell (rung) AS MATERIALIZED (SELECT CASE WHEN pg_try_advisory_xact_lock_shared(",
            $crate::store::postgres::bell::lock_key!(),
            ") THEN '' ELSE pg_notify(",
            $crate::store::postgres::bell::channel!(),
            ", '')::text END || CASE WHEN ",
            $tenant,
            "::text IS NULL THEN '' ELSE ",
            $crate::store::postgres::tenants::set_unless_set!($tenant),
            " END) "
        )
    };
}
pub(super) use {channel, lock_key, ring};

/// The back-off while emitters are in flight.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(200);

/// How long a listener sleeps before it looks whether the one with the lock is still there, and how long whoever cannot
/// listen sleeps.
const ROUND: Duration = Duration::from_secs(1);

/// How long a listener that hears nothing trusts its connection, and how long it then waits for an answer.
const TRUST: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens as long as the bell is there.
pub(super) async fn listen(bell: Ringer, pool: PgPool, reach: Arc<Reach>) {
    let mut patience = SHORTEST;
    while bell.is_there() {
        match connect(&pool, &reach).await {
            Ok(None) => {
                bell.hears(Listens::Polls);
                return look(&bell).await;
            }
            Ok(Some(mut listener)) => {
                patience = SHORTEST;
                bell.hears(Listens::Yes);
                if let Err(error) = keep(&bell, &mut listener).await {
                    tracing::warn!(%error, "the connection that listens for commits is lost: polling once a second");
                    bell.hears(lost(&error));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen for commits: polling once a second");
                bell.hears(lost(&error));
            }
        }
        // Whatever was missed meanwhile is found now.
        bell.ring();
        sleep(patience).await;
        patience = (patience * 2).min(Duration::from_secs(10));
    }
}

fn lost(error: &sqlx::Error) -> Listens {
    Listens::Lost { since: system_time(clock::now()), error: error.to_string() }
}

/// Wakes whoever sleeps once a second, where no connection listens.
async fn look(bell: &Ringer) {
    while bell.somebody_sleeps().await {
        sleep(ROUND).await;
        bell.ring();
    }
}

/// Listens on a connection beside the pool, which may be small and is for others; `None` where no session can be had.
async fn connect(pool: &PgPool, reach: &Reach) -> Result<Option<PgListener>, sqlx::Error> {
    let options = match reach.sessions(pool).await? {
        None => return Ok(None),
        Some(Sessions::Pool) => PgConnectOptions::clone(&pool.connect_options()),
        Some(Sessions::Direct(options)) => options.clone(),
    };
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&own).await?;
    listener.ignore_pool_close_event(true);
    let channel: String =
        sqlx::query_scalar(concat!("SELECT ", channel!())).fetch_one(&mut listener).await?;
    listener.listen(&channel).await?;
    Ok(Some(listener))
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
async fn keep(bell: &Ringer, listener: &mut PgListener) -> Result<(), sqlx::Error> {
    let mut backoff = SHORTEST;
    // While nobody sleeps, emitters need not notify.
    while bell.somebody_sleeps().await {
        let lock = try_lock(listener).await?;
        // Once more, now that nothing is missed.
        bell.ring();
        if lock == Lock::Busy {
            sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST);
            continue;
        }
        backoff = SHORTEST;
        wait(listener, lock).await?;
        if lock == Lock::Ours {
            let unlock = sqlx::query(concat!("SELECT pg_advisory_unlock(", lock_key!(), ")"));
            answered(PATIENCE, unlock.execute(&mut *listener)).await?;
        }
        while listener.next_buffered().is_some() {}
        bell.ring();
    }
    Ok(())
}

/// Tries the lock, and finds out who has it where it cannot be had.
async fn try_lock(listener: &mut PgListener) -> Result<Lock, sqlx::Error> {
    let ours = sqlx::query_scalar(concat!("SELECT pg_try_advisory_lock(", lock_key!(), ")"));
    if answered(PATIENCE, ours.fetch_one(&mut *listener)).await? {
        return Ok(Lock::Ours);
    }
    let shared =
        sqlx::query_scalar(concat!("SELECT pg_try_advisory_xact_lock_shared(", lock_key!(), ")"));
    let shared: bool = answered(PATIENCE, shared.fetch_one(&mut *listener)).await?;
    Ok(if shared { Lock::Busy } else { Lock::Theirs })
}

/// Sleeps until a commit is notified of. Whoever has not the lock looks after it now and then; whoever has it asks whether
/// the connection still leads anywhere, because one that does not is as silent as one on which nothing happens.
async fn wait(listener: &mut PgListener, lock: Lock) -> Result<(), sqlx::Error> {
    loop {
        let trust = if lock == Lock::Ours { TRUST } else { ROUND };
        match timeout(trust, listener.try_recv()).await {
            Ok(heard) => {
                let lost = || sqlx::Error::Protocol("the listener was disconnected".to_owned());
                return heard?.map(drop).ok_or_else(lost);
            }
            Err(_) if lock == Lock::Ours => {
                answered(PATIENCE, sqlx::query("SELECT 1").execute(&mut *listener)).await?;
            }
            Err(_) => return Ok(()),
        }
    }
}
