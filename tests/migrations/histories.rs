//! Every way to the newest schema leads to the same one.

use std::collections::BTreeMap;
use std::fs;

use eventbus_runtime::PgBus;
use eventbus_runtime::migrations::{POSTGRES, SQLITE};
use eventbus_tests::toolchain::Fixture;
use serde_json::{Value, json};

use crate::SHOP;
use crate::target::{SERVERS, Server, Target, same};

const MIGRATIONS: &str =
    "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n";

/// Everything that can be asked for.
pub(crate) const ALL: &str = "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n\
                              views = true\nchecks = true\n[migrations.tenants]\n\
                              emitter = \"eventbus_test_files_emitter\"\nrelay = \"eventbus_test_files_relay\"\n\
                              operator = \"eventbus_test_files_operator\"\n";

const MANIFEST: &str = "schemas/manifest.json";

/// Changes what the manifest says of the emitted migrations.
pub(crate) fn edit_migrations(fixture: &Fixture, edit: impl FnOnce(&mut Value)) {
    let mut manifest: Value = serde_json::from_str(&fixture.read(MANIFEST)).unwrap();
    edit(&mut manifest["migrations"]);
    fixture.write(MANIFEST, &serde_json::to_string_pretty(&manifest).unwrap());
}

/// Everything emitted anew, as a repository that begins today would have it.
fn anew(fixture: &Fixture) {
    fs::remove_dir_all(fixture.path("migrations")).unwrap();
    edit_migrations(fixture, |migrations| *migrations = json!({}));
    fixture.codegen();
}

/// What a toolchain emitted that knew the first `steps` of the runtime's tables, and neither views nor checks nor tenants.
pub(crate) fn as_of(fixture: &Fixture, steps: usize) {
    edit_migrations(fixture, |migrations| {
        for (database, files) in migrations.as_object_mut().unwrap() {
            let path = |file: &str| fixture.path(&format!("migrations/{database}/{file}"));
            let mut kept = Vec::new();
            for mut migration in files.as_array().unwrap().iter().cloned() {
                let file = migration["file"].as_str().unwrap().to_owned();
                if migration.get("objects").is_some() {
                    fs::remove_file(path(&file)).unwrap();
                    continue;
                }
                match migration["schema"].as_u64() {
                    Some(schema) if schema > steps as u64 => fs::remove_file(path(&file)).unwrap(),
                    Some(_) => kept.push(migration),
                    None => {
                        let (_, description) = file.split_once('_').unwrap();
                        let earlier = format!("{:04}_{description}", kept.len() + 1);
                        if earlier != file {
                            fs::rename(path(&file), path(&earlier)).unwrap();
                        }
                        migration["file"] = json!(earlier);
                        kept.push(migration);
                    }
                }
            }
            *files = Value::Array(kept);
        }
    });
}

/// The files of a fixture, to begin again from.
struct Saved(BTreeMap<String, String>);

impl Saved {
    fn of(fixture: &Fixture) -> Self {
        let files = fixture.generated().into_iter().map(|(file, (text, _))| (file, text));
        Self(files.collect())
    }

    fn restore(&self, fixture: &Fixture) {
        fs::remove_dir_all(fixture.path("migrations")).unwrap();
        self.0.iter().for_each(|(file, text)| fixture.write(file, text));
    }
}

#[tokio::test]
async fn whichever_toolchain_emitted_the_first_files() {
    assert_eq!(POSTGRES.len(), SQLITE.len());
    let fixture = Fixture::new("history-steps", SHOP);
    fixture.configure(ALL);
    fixture.codegen();
    let whole = Saved::of(&fixture);
    let mut fresh = Vec::new();
    for server in SERVERS {
        fresh.push(server.fresh(&fixture).await);
    }
    for steps in 1..POSTGRES.len() {
        whole.restore(&fixture);
        as_of(&fixture, steps);
        let mut targets = Vec::new();
        for server in SERVERS {
            let target = server.empty().await;
            target.apply(&fixture.path(server.folder())).await;
            targets.push(target);
        }
        fixture.codegen();
        for ((server, target), fresh) in SERVERS.iter().zip(targets).zip(&fresh) {
            target.apply(&fixture.path(server.folder())).await;
            same(&target.dump().await, fresh, &format!("{server:?} after {steps} steps"));
        }
    }
}

/// The rows of the types, too, are those of a catalog that was always as it is now.
#[tokio::test]
async fn however_often_the_catalog_changed() {
    let fixture = Fixture::new("history-catalog", SHOP);
    fixture.configure(MIGRATIONS);
    fixture.codegen();
    let mut targets = Vec::new();
    for server in SERVERS {
        targets.push((server, server.empty().await));
    }
    let changes = [
        ["", ""],
        ["    Shipped {", "    Lost { why: String },\n    Shipped {"],
        ["A customer's order.", "What a customer's order is."],
        ["        total_cents", "        note: Option<String>,\n        total_cents"],
        ["What a customer's order is.", "A customer's order."],
    ];
    for [from, to] in changes {
        fixture.replace("src/lib.rs", from, to);
        fixture.codegen();
        for (server, target) in &targets {
            target.apply(&fixture.path(server.folder())).await;
        }
    }
    anew(&fixture);
    for (server, target) in targets {
        same(&target.dump().await, &server.fresh(&fixture).await, &format!("{server:?}"));
    }
}

/// Views, checks and tenants that were asked for, given up and asked for again.
#[tokio::test]
async fn however_often_somebody_changed_their_mind() {
    let fixture = Fixture::new("history-asked", SHOP);
    let without = format!("{MIGRATIONS}tenants = false\n");
    let mut targets = Vec::new();
    for server in SERVERS {
        targets.push((server, server.empty().await));
    }
    let mut never = Vec::new();
    let more = ALL.to_owned() + "pinned = { eventbus_test_files_acme = \"acme\" }\n";
    for options in [&*without, ALL, &*without, &*more, ALL] {
        fixture.configure(options);
        fixture.codegen();
        for (at, (server, target)) in targets.iter().enumerate() {
            target.apply(&fixture.path(server.folder())).await;
            let dump = target.dump().await;
            if never.len() < targets.len() {
                never.push(dump);
            } else if options == without {
                same(&dump, &never[at], &format!("{server:?}, as if it had never been"));
            }
        }
    }
    anew(&fixture);
    for (server, target) in targets {
        same(&target.dump().await, &server.fresh(&fixture).await, &format!("{server:?}"));
    }
}

/// The runtime made partitions of the log before the later steps came.
#[tokio::test]
async fn with_a_log_of_partitions() {
    let fixture = Fixture::new("history-partitions", SHOP);
    fixture.configure(MIGRATIONS);
    fixture.codegen();
    let whole = Saved::of(&fixture);
    for server in [Server::Usual, Server::Newest] {
        let fresh = server.empty().await;
        fresh.apply(&fixture.path(server.folder())).await;
        partitioned(&fresh).await;
        let fresh = fresh.dump().await;
        for steps in 8..POSTGRES.len() {
            as_of(&fixture, steps);
            let target = server.empty().await;
            target.apply(&fixture.path(server.folder())).await;
            partitioned(&target).await;
            fixture.codegen();
            target.apply(&fixture.path(server.folder())).await;
            // What partitioning looked at in every row, and said of the part that had been the log, it does not say of what
            // comes later.
            target
                .execute(
                    "ALTER TABLE eventbus_event VALIDATE CONSTRAINT eventbus_event_priority_check; \
                     COMMENT ON COLUMN eventbus_event_0.priority IS '0 for high, 1 for normal, 2 for low.'",
                )
                .await;
            same(&target.dump().await, &fresh, &format!("{server:?} after {steps} steps"));
            whole.restore(&fixture);
        }
    }
}

async fn partitioned(target: &Target) {
    let Target::Postgres { pool, .. } = target else { panic!("partitions are PostgreSQL's") };
    PgBus::new(pool.clone()).partition_log(1_000).await.unwrap();
}
