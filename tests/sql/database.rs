//! A PostgreSQL database and a SQLite file with the same migrations and the same events.

use std::collections::BTreeMap;
use std::fs;

use eventbus_codegen::testing;
use eventbus_runtime::Document;
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool};
use uuid::Uuid;

pub(crate) struct Both {
    pub(crate) postgres: PgPool,
    pub(crate) sqlite: SqlitePool,
    pub(crate) database: PgDatabase,
    _file: SqliteFile,
}

/// The migrations of `history`, for PostgreSQL and for SQLite.
pub(crate) fn migrations(history: &[(Document, &str)]) -> [BTreeMap<String, String>; 2] {
    let history: Vec<(Document, &str)> =
        history.iter().map(|(document, options)| (document.clone(), *options)).collect();
    testing::migrations(&history).unwrap()
}

async fn migrator(files: &BTreeMap<String, String>) -> Migrator {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Migrator::new(folder.path()).await.unwrap()
}

impl Both {
    /// Both after every step of `history`.
    pub(crate) async fn after(history: &[(Document, &str)]) -> Self {
        let (database, file) = (PgDatabase::empty().await, SqliteFile::new());
        let postgres = PgPool::connect(&database.url()).await.unwrap();
        let options = SqliteConnectOptions::new().filename(file.path()).create_if_missing(true);
        // Nothing of it outlives the test.
        let options = options.synchronous(SqliteSynchronous::Off);
        let sqlite = SqlitePool::connect_with(options).await.unwrap();
        let both = Self { postgres, sqlite, database, _file: file };
        both.migrate(history).await;
        both
    }

    /// Applies what `history` has more than was applied, as `sqlx migrate run` does.
    pub(crate) async fn migrate(&self, history: &[(Document, &str)]) {
        let [postgres, sqlite] = migrations(history);
        migrator(&postgres).await.run(&self.postgres).await.unwrap();
        migrator(&sqlite).await.run(&self.sqlite).await.unwrap();
    }

    /// Appends an event to both logs, and tells what each says.
    pub(crate) async fn append(
        &self,
        event_type: &str,
        version: u32,
        data: &str,
    ) -> [Result<i64, sqlx::Error>; 2] {
        let (id, version) = (Uuid::now_v7(), i32::try_from(version).unwrap());
        let postgres = sqlx::query_scalar(
            "INSERT INTO eventbus_event (epoch, shard, version, id, correlation_id, type, source, data) \
             VALUES (1, 0, $1, $2, $2, $3, 'test', $4::text::json) RETURNING position",
        );
        let sqlite = sqlx::query_scalar(
            "INSERT INTO eventbus_event (shard, version, id, correlation_id, type, source, data) \
             VALUES (0, $1, $2, $2, $3, 'test', $4) RETURNING position",
        );
        [
            postgres
                .bind(version)
                .bind(id)
                .bind(event_type)
                .bind(data)
                .fetch_one(&self.postgres)
                .await,
            sqlite
                .bind(version)
                .bind(id.to_string())
                .bind(event_type)
                .bind(data)
                .fetch_one(&self.sqlite)
                .await,
        ]
    }

    /// The columns of each view on PostgreSQL, each with its type, in their order.
    pub(crate) async fn views(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let rows = sqlx::query(
            "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class AS c \
             JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.relkind = 'v' \
             AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attnum",
        );
        let mut views: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in rows.fetch_all(&self.postgres).await.unwrap() {
            views.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
        }
        views
    }

    /// The first column of the first row, on PostgreSQL.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&self.postgres).await.unwrap()
    }

    /// The same on SQLite.
    pub(crate) async fn number_of_sqlite(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&self.sqlite).await.unwrap()
    }
}

/// A name that is spelt as it is.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
