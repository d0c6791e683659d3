//! Who made the tables goes on with them: the emitted files or `migrate()`, and a bus that fits neither is refused.

use eventbus_runtime::migrations::{POSTGRES, SQLITE};
use eventbus_runtime::{ErrorKind, PgBus, Result, SqliteBus};
use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::histories::as_of;
use crate::target::{Server, Target};

const SERVERS: [Server; 2] = [Server::Usual, Server::Sqlite];

/// Connects, as a program does when it starts.
async fn connect(target: &Target) -> Result<()> {
    match target {
        Target::Postgres { .. } => PgBus::connect(&target.url()).await.map(drop),
        Target::Sqlite { .. } => SqliteBus::connect(&target.url()).await.map(drop),
    }
}

/// Connects and migrates.
async fn migrate(target: &Target) -> Result<()> {
    match target {
        Target::Postgres { .. } => PgBus::connect(&target.url()).await?.migrate().await,
        Target::Sqlite { .. } => SqliteBus::connect(&target.url()).await?.migrate().await,
    }
}

fn refused(answer: Result<()>, parts: &[&str]) {
    let error = answer.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let text = error.to_string();
    parts.iter().for_each(|part| assert!(text.contains(part), "`{part}` is not in: {text}"));
}

fn emitted(test: &str) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    fixture.configure(
        "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n",
    );
    fixture.codegen();
    fixture
}

#[tokio::test]
async fn migrate_keeps_out_where_the_files_ran() {
    let fixture = emitted("installed-files");
    for server in SERVERS {
        let target = server.empty().await;
        target.apply(&fixture.path(server.folder())).await;
        let before = target.dump().await;
        connect(&target).await.unwrap();
        refused(migrate(&target).await, &["made by migration files", "sqlx migrate run"]);
        assert_eq!(target.dump().await, before);
    }
}

#[tokio::test]
async fn older_tables_of_files_are_refused_with_the_commands_that_bring_them_up() {
    let fixture = emitted("installed-older");
    as_of(&fixture, POSTGRES.len() - 1);
    for server in SERVERS {
        let target = server.empty().await;
        target.apply(&fixture.path(server.folder())).await;
        let versions =
            [format!("have version {}", POSTGRES.len() - 1), format!("needs {}", POSTGRES.len())];
        let parts = [&*versions[0], &*versions[1], "cargo eventbus codegen", "sqlx migrate run"];
        refused(connect(&target).await, &parts);
        refused(migrate(&target).await, &parts);
    }
    fixture.codegen();
    for server in SERVERS {
        let target = server.empty().await;
        target.apply(&fixture.path(server.folder())).await;
        connect(&target).await.unwrap();
    }
}

#[tokio::test]
async fn older_tables_of_migrate_are_brought_up_by_it() {
    for server in SERVERS {
        let target = server.empty().await;
        let steps = if server == Server::Sqlite { SQLITE } else { POSTGRES };
        for step in &steps[..steps.len() - 1] {
            target.execute(step.sql).await;
        }
        migrate(&target).await.unwrap();
        connect(&target).await.unwrap();
        let version = "SELECT 'version ' || version FROM eventbus_schema";
        assert_eq!(target.texts(version).await, [format!("version {}", steps.len())]);
    }
}

#[tokio::test]
async fn newer_tables_are_refused_whoever_made_them() {
    let fixture = emitted("installed-newer");
    for server in SERVERS {
        for by_files in [true, false] {
            let target = server.empty().await;
            if by_files {
                target.apply(&fixture.path(server.folder())).await;
            } else {
                migrate(&target).await.unwrap();
            }
            target.execute("UPDATE eventbus_schema SET version = 99").await;
            refused(connect(&target).await, &["have version 99", "deploy the newer one"]);
        }
    }
}

/// An emitter may read the version, and not who made the tables.
#[tokio::test]
async fn who_may_not_migrate_is_told_both_ways() {
    let target = Server::Usual.empty().await;
    migrate(&target).await.unwrap();
    let Target::Postgres { database, .. } = &target else { panic!("it is PostgreSQL") };
    let role = format!("eventbus_test_{}", uuid::Uuid::now_v7().simple());
    target
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT SELECT ON eventbus_schema TO {role}; \
             UPDATE eventbus_schema SET version = 1"
        ))
        .await;
    let url = database.url().replace("postgres@", &format!("{role}@"));
    let connected = PgBus::connect(&url).await.map(drop);
    target.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    refused(connected, &["have version 1", "call `migrate()` as their owner", "sqlx migrate run"]);
}
