//! How the server is reached: directly, or through a pooler that keeps no sessions.
//!
//! A pooler in transaction mode, such as PgBouncer's, lends a connection of the server to each transaction anew. What a
//! session would keep between transactions is then somebody else's. It is found out when the bus connects, said once,
//! and worked around:
//!
//! | what does not last | what is done without it |
//! |---|---|
//! | a session's advisory lock | the lease alone tells who is alive |
//! | LISTEN, and the lock of the doorbell | the log is looked at once a second |
//! | a named statement | all statements of the store are without a name |
//! | a statement between its preparation and its execution, which sqlx sends one after the other | what would be committed by itself is a transaction of its own ([`Errand`], [`Inside`]) |
//!
//! Locks and LISTEN are as ever where a connection to the server itself is given beside the pool.
//!
//! [`Errand`]: crate::store::postgres::errand::Errand
//! [`Inside`]: crate::store::postgres::errand::Inside

use std::fmt;
use std::io;
use std::mem::swap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, raw_sql};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use uuid::Uuid;

use crate::store::postgres::error::place;

/// How long a connection may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// How often two connections together look once more where they lead to.
const LOOKS: usize = 8;

/// The ways to the server that the clones of a store share.
#[derive(Default)]
pub(super) struct Reach {
    /// Whether the pool's connections go through a pooler in transaction mode, once it is known.
    pooled: OnceCell<bool>,
    said: AtomicBool,
    /// A connection that is given for sessions, and how it is opened; not at all where it goes through such a pooler as
    /// well.
    direct: Option<(PgConnectOptions, OnceCell<Option<PgConnectOptions>>)>,
}

/// How a session is opened.
pub(super) enum Sessions<'r> {
    /// As the pool's connections are.
    Pool,
    /// By the connection that is given for them.
    Direct(&'r PgConnectOptions),
}

impl Reach {
    /// What was found out when the pool was made.
    pub(super) fn found(pooled: bool) -> Self {
        Self { pooled: OnceCell::new_with(Some(pooled)), ..Self::default() }
    }

    /// The same pool, with a connection for sessions.
    pub(super) fn with_direct(&self, options: PgConnectOptions) -> Self {
        let pooled = OnceCell::new_with(self.pooled.get().copied());
        Self { pooled, said: AtomicBool::new(false), direct: Some((options, OnceCell::new())) }
    }

    /// Whether the pool keeps no sessions; it is found out where that is not known.
    pub(super) async fn is_pooled(&self, pool: &PgPool) -> Result<bool, sqlx::Error> {
        let pooled = *self.pooled.get_or_try_init(|| ask_pool(pool)).await?;
        if pooled && !self.said.swap(true, Ordering::Relaxed) {
            self.say(pool);
        }
        Ok(pooled)
    }

    /// Whether statements may have names. While nothing is known they have none, which is right in either case.
    pub(super) fn keeps_names(&self) -> bool {
        self.pooled.get() == Some(&false)
    }

    /// Whether a session can be had, as far as that is known.
    pub(super) fn has_sessions(&self) -> bool {
        match &self.direct {
            Some((_, usable)) => !matches!(usable.get(), Some(None)),
            None => self.pooled.get() != Some(&true),
        }
    }

    /// How to open a session that lasts; `None` where none can be had.
    pub(super) async fn sessions(
        &self,
        pool: &PgPool,
    ) -> Result<Option<Sessions<'_>>, sqlx::Error> {
        let Some((options, usable)) = &self.direct else {
            return Ok((!self.is_pooled(pool).await?).then_some(Sessions::Pool));
        };
        let usable = usable.get_or_try_init(|| ask_direct(options)).await?;
        Ok(usable.as_ref().map(Sessions::Direct))
    }

    fn say(&self, pool: &PgPool) {
        let place = place(&pool.connect_options());
        if self.direct.is_some() {
            tracing::debug!(
                place,
                "this pool's connections go through a pooler in transaction mode"
            );
            return;
        }
        tracing::warn!(
            place,
            "connections go through a pooler in transaction mode, which keeps no session locks, no LISTEN and no named \
             statements: others take over from a process that died only when its lease has run out, and commits of other \
             processes are looked for once a second; where subscriptions run, give the bus a connection to the server \
             itself, `bus.with_direct(..)`, or use a pooler in session mode"
        );
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("pooled", &self.pooled.get()).finish_non_exhaustive()
    }
}

/// An answer of the server. A connection that gives none within `patience` is lost, whatever the operating system knows of
/// it: one that is open and leads nowhere says neither yes nor no for a quarter of an hour.
pub(super) async fn answered<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let silent = || io::Error::from(io::ErrorKind::TimedOut).into();
    timeout(patience, asked).await.unwrap_or_else(|_| Err(silent()))
}

/// Opens a connection.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    timeout(PATIENCE, options.connect()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// The same, and the options that did it: a pooler may refuse `extra_float_digits`, which sqlx asks for so that floats
/// keep all their digits. Servers do that by themselves.
pub(super) async fn connect_anyhow(
    options: &PgConnectOptions,
) -> Result<(PgConnectOptions, PgConnection), sqlx::Error> {
    match connect(options).await {
        Err(sqlx::Error::Database(refused)) if refused.message().contains("extra_float_digits") => {
            let options = options.clone().extra_float_digits(None);
            let connection = connect(&options).await?;
            Ok((options, connection))
        }
        connected => Ok((options.clone(), connected?)),
    }
}

/// How the connection that is given for sessions is opened; `None` where it keeps none.
async fn ask_direct(options: &PgConnectOptions) -> Result<Option<PgConnectOptions>, sqlx::Error> {
    let (options, mut one) = connect_anyhow(options).await?;
    if !ask(&mut one, &mut connect(&options).await?).await? {
        return Ok(Some(options));
    }
    tracing::warn!(
        place = place(&options),
        "the connection that was given for sessions goes through a pooler in transaction mode as well: give one to the \
         server itself"
    );
    Ok(None)
}

/// Asks by idle connections of the pool, and by others where it has none: nobody waits for one that is in use, because
/// the one who asks may have it.
async fn ask_pool(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let options = pool.connect_options();
    match (pool.try_acquire(), pool.try_acquire()) {
        (Some(mut one), Some(mut other)) => ask(&mut one, &mut other).await,
        (Some(mut one), None) => ask(&mut one, &mut connect(&options).await?).await,
        _ => ask(&mut connect(&options).await?, &mut connect(&options).await?).await,
    }
}

/// Whether two connections go through a pooler in transaction mode.
///
/// Of two connections that are open at once, each leads to a process of the server that is its own, stays its own and
/// does nothing else. With such a pooler they lead to the same one, where it lends the one that was used last or has
/// only one; to another one each time, where it lends them in turn; and where others keep it busy, the process that one
/// was led to is doing their work when the other looks. That is a matter of moments, and so both look several times.
pub(super) async fn ask<'c>(
    mut one: &'c mut PgConnection,
    mut other: &'c mut PgConnection,
) -> Result<bool, sqlx::Error> {
    let mut first = look(one, None).await?;
    let mut second = look(other, Some(&first)).await?;
    let mut pooled = first.is(&second) || second.saw_others;
    for _ in 0..LOOKS {
        if pooled {
            break;
        }
        let again = look(other, Some(&first)).await?;
        pooled = again.saw_others || !again.is(&second);
        second = again;
        swap(&mut one, &mut other);
        swap(&mut first, &mut second);
    }
    Ok(pooled)
}

/// What a connection leads to.
struct Process {
    pid: i32,
    /// A balancer may lead to several servers, whose processes may have the same numbers.
    server: String,
    /// The statement that it was found by, as the server shows it.
    mark: String,
    /// Whether the other connection's process was seen with a statement of somebody else's.
    saw_others: bool,
}

impl Process {
    fn is(&self, other: &Self) -> bool {
        (self.pid, &self.server) == (other.pid, &other.server)
    }
}

/// Looks where a connection leads to, and what the other one's process did last, by a simple query, which needs no
/// preparation.
async fn look(
    connection: &mut PgConnection,
    other: Option<&Process>,
) -> Result<Process, sqlx::Error> {
    let mark = format!("/* eventbus {} */", Uuid::now_v7().simple());
    // No process has the number 0.
    let known = other.map_or(0, |other| other.pid);
    let statement = format!(
        "{mark} SELECT pg_backend_pid(), extract(epoch FROM pg_postmaster_start_time())::text, \
         (SELECT query FROM pg_stat_get_activity({known}))"
    );
    let row: PgRow = raw_sql(AssertSqlSafe(statement)).fetch_one(connection).await?;
    let (pid, server): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
    let doing: Option<String> = row.try_get(2)?;
    let saw_others = other.is_some_and(|other| {
        // The server may keep to itself what a process does.
        let doing = doing.filter(|doing| !doing.is_empty() && !doing.starts_with('<'));
        other.server == server && doing.is_some_and(|doing| !doing.starts_with(&other.mark))
    });
    Ok(Process { pid, server, mark, saw_others })
}
