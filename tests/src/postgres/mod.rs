//! PostgreSQL databases for tests.
//!
//! The server is a cluster of our own, started once per test process, or the one that `EVENTBUS_TEST_POSTGRES_URL`
//! names: a URL of a role that may create databases. `EVENTBUS_TEST_POSTGRES_BIN` names the folder of the `initdb` and
//! the `postgres` that a cluster of our own is to be of, in place of those on the PATH. Runners that give each test a process of its own, as cargo-nextest
//! does, are faster with a server that is running already.

mod bouncer;
mod savepoints;
mod server;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Command, Stdio};

use eventbus_runtime::{PgBus, migrations};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use uuid::Uuid;

pub use crate::postgres::bouncer::{Bouncer, PoolMode};
pub use crate::postgres::savepoints::{listed, set_savepoints};
use crate::postgres::server::{
    Server, another, another_durable, another_like, durable, elsewhere, newest, server,
};

/// Names a server to use instead of a cluster of our own.
pub const URL_VARIABLE: &str = "EVENTBUS_TEST_POSTGRES_URL";

/// The URL of the server, for another process to use; a cluster of our own lives as long as this process.
///
/// # Panics
/// When there is no PostgreSQL.
#[must_use]
pub fn server_url() -> String {
    server().url("postgres")
}

/// A database of its own; it goes when this is dropped.
#[derive(Debug)]
pub struct PgDatabase {
    server: &'static Server,
    name: String,
}

impl PgDatabase {
    /// A database without tables.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    pub async fn empty() -> Self {
        Self::create("template0").await
    }

    /// A database with the tables of the runtime, copied from one that was migrated once.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    pub async fn new() -> Self {
        Self::create(&template(server()).await).await
    }

    /// The same in a cluster of our own with the durability that PostgreSQL has by default, to measure on.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    pub async fn durable() -> Self {
        Self::create_on(durable(), &template(durable()).await).await
    }

    /// The same in a cluster of our own that nobody else uses.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    pub async fn alone() -> Self {
        let server = another();
        Self::create_on(server, &template(server).await).await
    }

    /// The same with the durability that PostgreSQL has by default, to be killed and started again.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    pub async fn alone_and_durable() -> Self {
        let server = another_durable();
        Self::create_on(server, &template(server).await).await
    }

    /// A database without tables in a cluster of our own, of the newest major version.
    ///
    /// # Panics
    /// When its programs are not installed.
    pub async fn empty_on_newest() -> Self {
        Self::create_on(newest(), "template0").await
    }

    /// Its name in its cluster.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// A bus on it with connections of its own.
    ///
    /// # Panics
    /// When the server cannot be reached.
    pub async fn bus(&self) -> PgBus {
        PgBus::connect(&self.url()).await.expect("the test server answers")
    }

    /// A copy of it in another cluster, made by `pg_dump` and `psql`.
    ///
    /// # Panics
    /// When one of them is missing or fails.
    pub async fn restored_elsewhere(&self) -> Self {
        let copy = Self::create_on(elsewhere(), "template0").await;
        self.restore_into(&copy);
        copy
    }

    /// A copy that can take its place, in a cluster that nobody else uses. Others go on meanwhile, on a runtime with
    /// several threads.
    ///
    /// # Panics
    /// When `pg_dump` or `psql` is missing or fails.
    pub async fn copied(&self) -> Self {
        let copy =
            Self::create_named(self.name.clone(), another_like(self.server), "template0").await;
        tokio::task::block_in_place(|| self.restore_into(&copy));
        copy
    }

    /// Stops the cluster of this one, which is [`alone`](Self::alone), and lets a copy listen in its place: whoever
    /// connects to this one's URL is connected to the copy, which does not know what was committed after it was made.
    ///
    /// # Panics
    /// When a cluster does not stop or start.
    pub fn replace_with(&self, copy: &Self) {
        tokio::task::block_in_place(|| self.server.replace_with(copy.server));
    }

    /// Ends the cluster of this one, which is alone in it, as a crash would: nobody is told, and nothing is written down.
    ///
    /// # Panics
    /// When it does not end.
    pub fn kill(&self) {
        tokio::task::block_in_place(|| self.server.kill());
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self) {
        tokio::task::block_in_place(|| self.server.start());
    }

    fn restore_into(&self, copy: &Self) {
        let dump = Command::new("pg_dump").arg(self.url()).stdout(Stdio::piped()).spawn();
        let mut dump = dump.expect("pg_dump is on the PATH");
        let restored = Command::new("psql")
            .args(["--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", &copy.url()])
            .stdin(dump.stdout.take().expect("stdout is a pipe"))
            .status()
            .expect("psql is on the PATH");
        let dumped = dump.wait().expect("pg_dump ends");
        assert!(dumped.success() && restored.success(), "the database is dumped and restored");
    }

    async fn create(template: &str) -> Self {
        Self::create_on(server(), template).await
    }

    async fn create_on(server: &'static Server, template: &str) -> Self {
        Self::create_named(format!("eventbus_test_{}", Uuid::now_v7().simple()), server, template)
            .await
    }

    async fn create_named(name: String, server: &'static Server, template: &str) -> Self {
        let mut admin = server.admin().await;
        execute(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        admin.close().await.expect("the test server answers");
        Self { server, name }
    }
}

/// The cluster of our own goes as a whole; on a server that stays, each database is dropped.
impl Drop for PgDatabase {
    fn drop(&mut self) {
        if self.server.is_ours() {
            return;
        }
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server;
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async move {
                execute(&mut server.admin().await, sql).await;
            });
        });
        if dropped.join().is_err() {
            eprintln!("the test database {} could not be dropped", self.name);
        }
    }
}

/// The migrated database that others are copied from. It belongs to one text of the migrations and gets its name only
/// when it is complete; a lock lets one process make it.
async fn template(server: &Server) -> String {
    let mut hasher = DefaultHasher::new();
    migrations::POSTGRES.iter().for_each(|step| step.sql.hash(&mut hasher));
    let name = format!("eventbus_template_{:016x}", hasher.finish());
    let mut admin = server.admin().await;
    execute(
        &mut admin,
        "SELECT pg_advisory_lock(hashtextextended('eventbus.template', 0))".to_owned(),
    )
    .await;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .expect("the test server answers");
    if !exists {
        execute(&mut admin, format!("DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")).await;
        execute(&mut admin, format!("CREATE DATABASE {name}_new TEMPLATE template0")).await;
        let bus = PgBus::connect(&server.url(&format!("{name}_new")))
            .await
            .expect("the test server answers");
        bus.migrate().await.expect("the tables are made");
        bus.pool().close().await;
        execute(&mut admin, format!("ALTER DATABASE {name}_new RENAME TO {name}")).await;
    }
    admin.close().await.expect("the test server answers");
    name
}

async fn execute(connection: &mut PgConnection, sql: String) {
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await;
    if let Err(error) = done {
        panic!("{sql}: {error}");
    }
}
