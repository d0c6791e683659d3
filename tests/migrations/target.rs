//! A database that migration files are applied to, and what its schema is.

use std::path::Path;
use std::process::Command;

use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use eventbus_tests::toolchain::Fixture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Connection, raw_sql};

/// A database of its own.
pub(crate) enum Target {
    /// On a server that has a `pg_dump` of its version, or not.
    Postgres {
        database: PgDatabase,
        pool: PgPool,
        dumps: bool,
    },
    Sqlite {
        file: SqliteFile,
        pool: SqlitePool,
    },
}

/// On which server a [`Target`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// The one of the other suites, Debian's in CI.
    Usual,
    /// One of the newest major version.
    Newest,
    /// A file.
    Sqlite,
}

pub(crate) const SERVERS: [Server; 3] = [Server::Usual, Server::Newest, Server::Sqlite];

impl Server {
    /// The folder of its migrations.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Usual | Self::Newest => "migrations/postgres",
            Self::Sqlite => "migrations/sqlite",
        }
    }

    /// An empty database.
    pub(crate) async fn empty(self) -> Target {
        let (database, dumps) = match self {
            Self::Usual => (PgDatabase::empty().await, true),
            Self::Newest => (PgDatabase::empty_on_newest().await, false),
            Self::Sqlite => {
                let file = SqliteFile::new();
                let options = SqliteConnectOptions::new().filename(file.path());
                let options = options.create_if_missing(true);
                let pool = SqlitePool::connect_with(options).await.unwrap();
                return Target::Sqlite { file, pool };
            }
        };
        let pool = PgPool::connect(&database.url()).await.unwrap();
        Target::Postgres { database, pool, dumps }
    }

    /// What the schema is after all migrations of the fixture.
    pub(crate) async fn fresh(self, fixture: &Fixture) -> String {
        let target = self.empty().await;
        target.apply(&fixture.path(self.folder())).await;
        target.dump().await
    }
}

async fn migrator(folder: &Path) -> Migrator {
    Migrator::new(folder).await.expect("the files are migrations")
}

/// The numbers of the migrations in a folder, in their order.
pub(crate) async fn numbers(folder: &Path) -> Vec<i64> {
    let mut numbers: Vec<i64> = migrator(folder).await.iter().map(|one| one.version).collect();
    numbers.dedup();
    numbers
}

impl Target {
    /// The URL, for a bus.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres { database, .. } => database.url(),
            Self::Sqlite { file, .. } => file.url(),
        }
    }

    /// Runs what is missing, as `sqlx migrate run` does.
    pub(crate) async fn apply(&self, folder: &Path) {
        self.apply_to(folder, i64::MAX).await;
    }

    /// The same up to a number.
    pub(crate) async fn apply_to(&self, folder: &Path, last: i64) {
        let migrator = migrator(folder).await;
        let done = match self {
            Self::Postgres { pool, .. } => migrator.run_to(last, pool).await,
            Self::Sqlite { pool, .. } => migrator.run_to(last, pool).await,
        };
        if let Err(error) = done {
            panic!("{}: {error:?}", folder.display());
        }
    }

    /// Reverts everything above a number, as `sqlx migrate revert` does: on a connection of its own, because one on which that
    /// failed keeps the lock.
    pub(crate) async fn revert_to(&self, folder: &Path, last: i64) -> Result<(), MigrateError> {
        let migrator = migrator(folder).await;
        match self {
            Self::Postgres { database, .. } => {
                let mut connection = PgConnection::connect(&database.url()).await.unwrap();
                migrator.undo(&mut connection, last).await
            }
            Self::Sqlite { pool, .. } => migrator.undo(pool, last).await,
        }
    }

    /// Runs SQL.
    pub(crate) async fn execute(&self, sql: &str) {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Postgres { pool, .. } => drop(sql.execute(pool).await.unwrap()),
            Self::Sqlite { pool, .. } => drop(sql.execute(pool).await.unwrap()),
        }
    }

    /// Asks for texts.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        match self {
            Self::Postgres { pool, .. } => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            Self::Sqlite { pool, .. } => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        }
    }

    /// Whether the table is there.
    async fn has(&self, table: &str) -> bool {
        let tables = match self {
            Self::Postgres { .. } => "SELECT tablename::text FROM pg_tables",
            Self::Sqlite { .. } => "SELECT name FROM sqlite_schema",
        };
        self.texts(tables).await.iter().any(|name| name == table)
    }

    /// The schema, its version and the registered types, as text.
    pub(crate) async fn dump(&self) -> String {
        let mut dump = match self {
            Self::Postgres { database, dumps, .. } => {
                let own = if *dumps { pg_dump(&database.url()) } else { String::new() };
                format!("{own}{}", self.texts(include_str!("catalog.sql")).await.join("\n"))
            }
            Self::Sqlite { .. } => self
                .texts(
                    "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema \
                     WHERE name NOT LIKE '%\\_sqlx%' ESCAPE '\\' AND name <> 'sqlite_sequence' ORDER BY type, name",
                )
                .await
                .join("\n"),
        };
        let rows = [
            ("eventbus_schema", "SELECT 'version ' || version FROM eventbus_schema"),
            (
                "eventbus_type",
                "SELECT 'type ' || type || ' ' || version || ' ' || coalesce(aggregate_id, '-') || ' ' || docs \
                 FROM eventbus_type ORDER BY type, version",
            ),
        ];
        for (table, rows) in rows {
            if self.has(table).await {
                dump.push('\n');
                dump.push_str(&self.texts(rows).await.join("\n"));
            }
        }
        dump
    }
}

/// What `pg_dump` prints of the schema, but for the lines with a word that it makes up for each dump.
fn pg_dump(url: &str) -> String {
    let output = Command::new("pg_dump").args(["--schema-only", url]).output();
    let output = output.expect("pg_dump is on the PATH");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let is_random =
        |line: &&str| line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
    text.lines().filter(|line| !is_random(line)).map(|line| format!("{line}\n")).collect()
}

/// Asserts that two dumps are the same, and shows the lines that are not.
#[track_caller]
pub(crate) fn same(found: &str, wanted: &str, what: &str) {
    if found != wanted {
        panic!("{what}:\n{}", difference(wanted, found));
    }
}

fn difference(wanted: &str, found: &str) -> String {
    let diff = similar::TextDiff::from_lines(wanted, found);
    diff.unified_diff().context_radius(1).header("wanted", "found").to_string()
}
