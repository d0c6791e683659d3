//! Opening the file.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::error::{Error, ErrorKind, Result};
use crate::store::bell::Bell;
use crate::store::columns;
use crate::store::sqlite::session::Session;
use crate::store::sqlite::{SqliteStore, error, migrate};

/// How long a connection waits for another writer.
const BUSY: Duration = Duration::from_secs(5);

pub(super) async fn pool(url: &str) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(url).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            format!("`{url}` is no SQLite URL: write `sqlite://shop.db`, or `sqlite::memory:`"),
        )
        .with_source(columns::cause(error))
    })?;
    let create = !url.contains("mode=");
    let options = if create { options.create_if_missing(true) } else { options };
    let options =
        options.busy_timeout(BUSY).synchronous(SqliteSynchronous::Full).foreign_keys(true);

    let failed = |what: &str, error| error::error(&options.get_filename().display(), what, error);
    let mut first = options.connect().await.map_err(|error| failed("open it", error))?;
    prepare(&mut first).await.map_err(|error| failed("write to it", error))?;

    migrate::refuse_other(&options.get_filename().display().to_string(), &mut first).await?;

    let pool = SqlitePoolOptions::new();
    let in_memory = is_in_memory(&options);
    // An in-memory database lives as long as some connection to it does.
    let pool = if in_memory {
        pool.min_connections(1).idle_timeout(None).max_lifetime(None)
    } else {
        pool
    };
    let connected =
        pool.connect_with(options.clone()).await.map_err(|error| failed("open it", error))?;
    first.close().await.map_err(|error| failed("close a connection to it", error))?;
    Ok(connected)
}

/// Switches to WAL, which the file remembers, and tries whether it can be written at all. SQLite does not wait for
/// others while the mode changes, so two processes that create one file at once have to.
async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let since = Instant::now();
    loop {
        match write_nothing(connection).await {
            Err(error) if error::is_busy(&error) && since.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            done => return done,
        }
    }
}

/// On a read-only file `BEGIN IMMEDIATE` begins to read and says nothing: only a write finds out.
async fn write_nothing(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("CREATE TABLE eventbus_probe (x)").execute(&mut *transaction).await?;
    transaction.rollback().await
}

impl SqliteStore {
    pub(super) fn new(pool: SqlitePool) -> Self {
        let in_memory = is_in_memory(&pool.connect_options());
        Self { pool, in_memory, session: Session::new(), bell: Bell::new() }
    }

    /// The file, where there is one.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let file = || self.pool.connect_options().get_filename().to_owned();
        (!self.in_memory).then(file)
    }

    /// The file, or the name of the in-memory database.
    pub(super) fn place(&self) -> String {
        self.pool.connect_options().get_filename().display().to_string()
    }

    /// What SQLite said, in words that name the file and the remedy.
    pub(super) fn error(&self, what: &str, error: sqlx::Error) -> Error {
        error::error(&self.place(), what, error)
    }
}

/// sqlx names in-memory databases `file:sqlx-in-memory-7` where the URL did not.
fn is_in_memory(options: &SqliteConnectOptions) -> bool {
    let name = options.get_filename().to_string_lossy();
    name == ":memory:"
        || name.starts_with("file:sqlx-in-memory-")
        || options.to_url_lossy().query().is_some_and(|query| query.contains("mode=memory"))
}
