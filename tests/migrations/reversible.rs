//! Migrations that can be reverted, one by one and to the last.

use std::fs;

use eventbus_tests::toolchain::Fixture;
use sqlx::migrate::MigrateError;

use crate::SHOP;
use crate::histories::ALL;
use crate::target::{SERVERS, Server, numbers, same};

const REVERSIBLE: &str = "[migrations]\nreversible = true\npostgres = \"migrations/postgres\"\n\
                          sqlite = \"migrations/sqlite\"\n";

/// Everything that can be emitted, of a catalog and a configuration that changed: a new event, the docs of an old one, one role
/// more, and nothing but the tables at last.
fn changed_often(test: &str) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    let all = ALL.replacen("[migrations]", "[migrations]\nreversible = true", 1);
    fixture.configure(&all);
    fixture.codegen();
    fixture.replace("src/lib.rs", "    Shipped", "    Lost { why: String },\n    Shipped");
    fixture.codegen();
    fixture.replace("src/lib.rs", "A customer's order.", "What a customer's order is.");
    fixture.configure(&(all + "pinned = { eventbus_test_files_acme = \"acme\" }\n"));
    fixture.codegen();
    fixture.configure(&REVERSIBLE.replace("[migrations]", "[migrations]\ntenants = false"));
    fixture.codegen();
    fixture
}

#[tokio::test]
async fn each_step_back_leaves_the_schema_of_before() {
    let fixture = changed_often("reversible");
    for server in SERVERS {
        let folder = fixture.path(server.folder());
        let numbers = numbers(&folder).await;
        let target = server.empty().await;
        let mut dumps = vec![];
        for number in &numbers {
            target.apply_to(&folder, number - 1).await;
            dumps.push(target.dump().await);
        }
        target.apply(&folder).await;
        let all = target.dump().await;
        for (number, before) in numbers.iter().zip(&dumps).rev() {
            target.revert_to(&folder, number - 1).await.unwrap();
            same(&target.dump().await, before, &format!("{server:?}, {number} reverted"));
        }
        target.apply(&folder).await;
        same(&target.dump().await, &all, &format!("{server:?}, applied again"));
    }
}

#[tokio::test]
async fn a_step_back_that_would_lose_events_is_refused() {
    let fixture = Fixture::new("reversible-refused", SHOP);
    fixture.configure(REVERSIBLE);
    fixture.codegen();
    for server in [Server::Usual, Server::Sqlite] {
        let folder = fixture.path(server.folder());
        let target = server.empty().await;
        target.apply(&folder).await;
        let place = match server {
            Server::Sqlite => "",
            _ => ", 1, '1:1:', '1:1:', 0, 0, 0",
        };
        let columns = match server {
            Server::Sqlite => "",
            _ => ", epoch, from_snapshot, to_snapshot, from_floor, to_floor, to_ceiling",
        };
        target
            .execute(&format!(
                "INSERT INTO eventbus_subscription (name) VALUES ('reader'); \
                 INSERT INTO eventbus_detour (subscription, shard, tenant, position, priority{columns}) \
                 VALUES ('reader', 0, 'acme', 0, 2{place})"
            ))
            .await;
        refused(target.revert_to(&folder, 9).await, "let a relay catch up");
        target.execute("UPDATE eventbus_detour SET priority = -1").await;
        target.revert_to(&folder, 9).await.unwrap();
        refused(target.revert_to(&folder, 8).await, "let a relay catch up");
        target.execute("DELETE FROM eventbus_detour").await;
        target.revert_to(&folder, 6).await.unwrap();
        let id = "'01890a5d-ac96-774b-bcce-b302099a8057'";
        target
            .execute(&format!(
                "INSERT INTO eventbus_scheduled (id, due_at, shard, version, type, source, aggregate_kind, data) \
                 VALUES ({id}, 0, 0, 1, 'order.placed', '/shop', 'order', '{{}}')"
            ))
            .await;
        refused(target.revert_to(&folder, 5).await, "cancel");
        target.execute("DELETE FROM eventbus_scheduled").await;
        target.revert_to(&folder, 0).await.unwrap();
    }
}

fn refused(reverted: Result<(), MigrateError>, part: &str) {
    let error = format!("{:?}", reverted.expect_err("it is refused"));
    assert!(error.contains(part), "{error}");
}

/// Letters and places of subscriptions go back to where they were before they had tables of their own.
#[tokio::test]
async fn what_a_step_moved_is_moved_back() {
    let fixture = Fixture::new("reversible-rows", SHOP);
    fixture.configure(REVERSIBLE);
    fixture.codegen();
    for server in [Server::Usual, Server::Sqlite] {
        let folder = fixture.path(server.folder());
        let target = server.empty().await;
        target.apply_to(&folder, 1).await;
        let (columns, values) = match server {
            Server::Sqlite => ("", ""),
            _ => (
                ", epoch, from_snapshot, to_snapshot, from_floor, to_floor, to_ceiling",
                ", 1, '7:7:', '9:9:', 3, 4, 5",
            ),
        };
        target
            .execute(&format!(
                "INSERT INTO eventbus_subscription (name, position{columns}) VALUES ('reader', 3{values})"
            ))
            .await;
        let (columns, values) = match server {
            Server::Sqlite => ("", ""),
            _ => (", epoch", ", 1"),
        };
        let id = "'01890a5d-ac96-774b-bcce-b302099a8057'";
        target
            .execute(&format!(
                "INSERT INTO eventbus_event (id, type, version, shard, source, data{columns}) \
                 VALUES ({id}, 'order.placed', 1, 0, '/shop', '{{}}'{values}); \
                 INSERT INTO eventbus_delivery (subscription, position, event_id, state, attempts, kind, message, failed_at) \
                 VALUES ('reader', 1, {id}, 'dead', 3, 'MaxRetries', 'gave up', 12)"
            ))
            .await;
        let rows = "SELECT subscription || position || event_id || state || attempts || kind || message || failed_at \
                    FROM eventbus_delivery";
        let before = target.texts(rows).await;
        assert_eq!(before.len(), 1);
        target.apply(&folder).await;
        assert!(target.texts(rows).await.is_empty());
        target.revert_to(&folder, 1).await.unwrap();
        assert_eq!(target.texts(rows).await, before, "{server:?}");
        let place = match server {
            Server::Sqlite => {
                ("SELECT name || ' ' || position FROM eventbus_subscription", "reader 3")
            }
            _ => (
                "SELECT name || ' ' || to_snapshot::text FROM eventbus_subscription",
                "reader 7:7:",
            ),
        };
        assert_eq!(target.texts(place.0).await, [place.1]);
    }
}

/// sqlx takes a folder with both kinds, and passes over what cannot be reverted.
#[tokio::test]
async fn a_folder_that_began_plain_goes_on_with_what_can_be_reverted() {
    let fixture = Fixture::new("reversible-later", SHOP);
    let plain = REVERSIBLE.replace("reversible = true\n", "");
    fixture.configure(&plain);
    fixture.codegen();
    let before = fixture.generated();
    fixture.configure(REVERSIBLE);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0, "nothing is emitted again");
    fixture.replace("src/lib.rs", "    Shipped", "    Lost { why: String },\n    Shipped");
    fixture.codegen();
    for server in SERVERS {
        let folder = fixture.path(server.folder());
        let mut names: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !before.contains_key(&format!("{}/{name}", server.folder())))
            .collect();
        names.sort();
        let number = numbers(&folder).await.last().copied().unwrap();
        let wanted = ["down", "up"].map(|end| format!("{number:04}_eventbus_types.{end}.sql"));
        assert_eq!(names, wanted);
        let target = server.empty().await;
        target.apply_to(&folder, number - 1).await;
        let dump = target.dump().await;
        target.apply(&folder).await;
        target.revert_to(&folder, 0).await.unwrap();
        same(&target.dump().await, &dump, &format!("{server:?}"));
    }
}
