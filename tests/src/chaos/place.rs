//! The database of a run, the ways to it, and what is read from it.

use std::path::PathBuf;
use std::sync::Arc;

use eventbus_runtime::store::Log;
use eventbus_runtime::{EventBus, PgBus, SqliteBus};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::sync::Mutex;

use crate::chaos::crew::Book;
use crate::chaos::emitter::ACCOUNTS;
use crate::chaos::faults::Fault;
use crate::chaos::history::{Noted, What};
use crate::chaos::options::Database;
use crate::chaos::proxy::Proxy;
use crate::chaos::worker::{Bus, Failure};
use crate::postgres::{Bouncer, PgDatabase, PoolMode};
use crate::sqlite::SqliteFile;

/// The database of a run.
pub(super) enum Place {
    Postgres(Cluster),
    Sqlite(SqliteFile),
}

/// A cluster that is killed, and replaced by copies of itself that listen where it did.
pub(super) struct Cluster {
    first: Arc<PgDatabase>,
    /// Held by whoever does something to the server.
    pub(super) current: Mutex<Arc<PgDatabase>>,
    pub(super) proxy: Proxy,
    bouncer: Option<Bouncer>,
}

/// The tables of the application, with a row for each account; `number` is how a column is numbered by itself.
fn tables(number: &str) -> AssertSqlSafe<String> {
    let accounts = ACCOUNTS.map(|account| format!("('{account}', 0)")).join(", ");
    AssertSqlSafe(format!(
        "CREATE TABLE account (account text PRIMARY KEY, n bigint NOT NULL);
        CREATE TABLE effect (number {number}, event text NOT NULL, worker text NOT NULL);
        CREATE TABLE held (n bigint);
        INSERT INTO account VALUES {accounts}"
    ))
}

const CURSORS: &str = "SELECT json_build_object('subscription', subscription, 'shard', shard, 'place', json_build_array(
        epoch, pg_snapshot_xmin(from_snapshot)::text::bigint, pg_snapshot_xmax(from_snapshot)::text::bigint,
        -(SELECT count(*) FROM pg_snapshot_xip(from_snapshot)), pg_snapshot_xmin(to_snapshot)::text::bigint,
        pg_snapshot_xmax(to_snapshot)::text::bigint, -(SELECT count(*) FROM pg_snapshot_xip(to_snapshot)), position))::text
    FROM eventbus_shard WHERE subscription IN ('rows', 'plain') ORDER BY subscription, shard";

const SQLITE_CURSORS: &str = "SELECT json_object('subscription', subscription, 'shard', shard, 'place', json_array(position))
    FROM eventbus_shard WHERE subscription IN ('rows', 'plain') ORDER BY subscription, shard";

/// How far a shard has come. Of two snapshots the later one has the greater `xmin`, or else the greater `xmax`, or else fewer
/// transactions that run.
#[derive(Deserialize)]
struct Cursor {
    subscription: String,
    shard: i64,
    place: Vec<i64>,
}

impl Place {
    pub(super) async fn new(database: Database, faults: &[Fault]) -> Result<Self, Failure> {
        if database == Database::Sqlite {
            let file = SqliteFile::new();
            let bus = file.bus().await;
            let tables = tables("INTEGER PRIMARY KEY AUTOINCREMENT");
            sqlx::raw_sql(tables).execute(bus.pool()).await?;
            bus.pool().close().await;
            return Ok(Self::Sqlite(file));
        }
        let first = Arc::new(PgDatabase::alone_and_durable().await);
        let bus = first.bus().await;
        let tables = tables("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY");
        sqlx::raw_sql(tables).execute(bus.pool()).await?;
        let options = bus.pool().connect_options();
        let folder =
            options.get_socket().ok_or_else(|| Failure::terminal("the cluster is our own"))?;
        let proxy = Proxy::to(folder.join(format!(".s.PGSQL.{}", options.get_port()))).await?;
        bus.pool().close().await;
        // It tries again sooner than it does by itself when the server is back.
        let settings = "server_login_retry = 1\nquery_wait_timeout = 10\n";
        let is_pooled = faults.contains(&Fault::Pooler);
        let bouncer = is_pooled.then(|| first.bouncer_with(PoolMode::Transaction, 20, settings));
        let current = Mutex::new(Arc::clone(&first));
        Ok(Self::Postgres(Cluster { first, current, proxy, bouncer }))
    }

    /// The URL for the process of a number: the first goes through the proxy, the second through PgBouncer if there is
    /// one, the third straight.
    pub(super) fn url(&self, number: usize) -> String {
        match self {
            Self::Sqlite(file) => file.url(),
            Self::Postgres(cluster) => match (number % 3, &cluster.bouncer) {
                (0, _) => cluster.proxied(),
                (1, Some(bouncer)) => bouncer.url(),
                _ => cluster.first.url(),
            },
        }
    }

    /// Whether the process of a number goes through PgBouncer.
    pub(super) fn is_pooled(&self, number: usize) -> bool {
        matches!(self, Self::Postgres(Cluster { bouncer: Some(_), .. }) if number % 3 == 1)
    }

    /// The file, where it is one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(file) => Some(file.path()),
            Self::Postgres(_) => None,
        }
    }

    pub(super) async fn bus(&self) -> Result<Bus, Failure> {
        Ok(match self {
            Self::Sqlite(file) => Bus::Sqlite(SqliteBus::connect(&file.url()).await?),
            Self::Postgres(cluster) => Bus::Postgres(PgBus::connect(&cluster.first.url()).await?),
        })
    }

    /// Notes how far each shard has come. Nobody may replace the database meanwhile.
    pub(super) async fn note_cursors(&self, book: &Book) -> Result<(), Failure> {
        let rows: Vec<String> = match self {
            Self::Sqlite(file) => {
                let mut connection = SqliteConnection::connect(&file.url()).await?;
                let rows = sqlx::query_scalar(SQLITE_CURSORS).fetch_all(&mut connection).await?;
                connection.close().await?;
                rows
            }
            Self::Postgres(cluster) => {
                let mut connection = PgConnection::connect(&cluster.first.url()).await?;
                let rows = sqlx::query_scalar(CURSORS).fetch_all(&mut connection).await?;
                connection.close().await?;
                rows
            }
        };
        for row in rows {
            let Cursor { subscription, shard, place } = serde_json::from_str(&row)?;
            book.tell(What::Cursor { subscription, shard, place });
        }
        Ok(())
    }

    /// Notes what stands in the database.
    pub(super) async fn note_end(&self, book: &Book) -> Result<(), Failure> {
        const LOG: &str = "SELECT position, CAST(data AS text) FROM eventbus_event";
        const EFFECTS: &str = "SELECT event FROM effect ORDER BY number";
        const COUNTS: &str = "SELECT account, n FROM account";
        type Rows = (Vec<(i64, String)>, Vec<String>, Vec<(String, i64)>);
        let (log, effects, counts): Rows = match self.bus().await? {
            Bus::Postgres(bus) => (
                sqlx::query_as(LOG).fetch_all(bus.pool()).await?,
                sqlx::query_scalar(EFFECTS).fetch_all(bus.pool()).await?,
                sqlx::query_as(COUNTS).fetch_all(bus.pool()).await?,
            ),
            Bus::Sqlite(bus) => (
                sqlx::query_as(LOG).fetch_all(bus.pool()).await?,
                sqlx::query_scalar(EFFECTS).fetch_all(bus.pool()).await?,
                sqlx::query_as(COUNTS).fetch_all(bus.pool()).await?,
            ),
        };
        for (position, data) in log {
            let event: Noted = serde_json::from_str(&data)?;
            book.tell(What::Stored { event, position });
        }
        for event in effects {
            book.tell(What::Effect { event });
        }
        for (account, n) in counts {
            book.tell(What::Counted { account, n });
        }
        Ok(())
    }
}

impl Cluster {
    pub(super) fn url(&self) -> String {
        self.first.url()
    }

    fn proxied(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.proxy.port(), self.first.name())
    }
}

/// How many events are still to be handled, and how many were given up.
pub(super) async fn pending<S: Log>(bus: &EventBus<S>) -> Result<(u64, u64), Failure> {
    let total = bus.stats().await?.total;
    Ok((total.pending.events, total.dead.events))
}
