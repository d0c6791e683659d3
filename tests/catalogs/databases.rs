//! PostgreSQL and SQLite take what is generated for them, and hold what the catalog says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use eventbus_runtime::{GroupDocument, LeafDocument, Node};
use eventbus_tests::postgres::PgDatabase;
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::catalogs::{Catalog, all};
use crate::generated;

/// Type, version, the field of the aggregate's id, and docs.
type Row = (String, i32, Option<String>, String);

const ROWS: &str =
    "SELECT type, version, aggregate_id, docs FROM eventbus_type ORDER BY type, version";

/// The rows hold each type of today's code as it is there, and no other type.
fn hold(catalog: &Catalog, rows: &[Row]) {
    let mut leaves = BTreeMap::new();
    collect(&catalog.history.last().unwrap().root, &mut leaves);
    let names: BTreeSet<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(names, leaves.keys().copied().collect(), "{}", catalog.name);
    for (name, leaf) in leaves {
        let version = i32::try_from(leaf.version).unwrap();
        let row = (name.to_owned(), version, leaf.aggregate_id.clone(), leaf.docs.clone());
        assert!(rows.contains(&row), "{row:?} of {}", catalog.name);
    }
}

fn collect<'a>(group: &'a GroupDocument, leaves: &mut BTreeMap<&'a str, &'a LeafDocument>) {
    for member in &group.members {
        match member {
            Node::Group(nested) => collect(nested, leaves),
            Node::Leaf(leaf) => {
                leaves.insert(&leaf.event_type, leaf);
            }
        }
    }
}

/// The migrations of a database, in a folder as `sqlx migrate run` finds it.
async fn migrations(catalog: &Catalog, database: &str) -> (TempDir, Migrator) {
    let folder = TempDir::new().unwrap();
    for (path, text) in generated(catalog) {
        if let Some(file) = path.strip_prefix(&format!("{database}/")) {
            fs::write(folder.path().join(file), text).unwrap();
        }
    }
    let migrator = Migrator::new(folder.path()).await.unwrap();
    assert!(migrator.iter().count() > 1, "{database} of {}", catalog.name);
    (folder, migrator)
}

#[tokio::test]
async fn sqlite_runs_the_migrations_of_every_catalog() {
    for catalog in all() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let (_folder, migrator) = migrations(&catalog, "sqlite").await;
        migrator.run(&mut connection).await.unwrap();
        let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(&mut connection).await.unwrap();
        hold(&catalog, &rows);
    }
}

#[tokio::test]
async fn postgres_runs_the_migrations_of_every_catalog() {
    for catalog in all() {
        let database = PgDatabase::empty().await;
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        let (_folder, migrator) = migrations(&catalog, "postgres").await;
        migrator.run(&mut connection).await.unwrap();
        let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(&mut connection).await.unwrap();
        hold(&catalog, &rows);
        connection.close().await.unwrap();
    }
}
