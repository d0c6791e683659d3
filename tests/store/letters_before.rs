//! What was a dead letter before letters had a table of their own.

use eventbus_runtime::migrations::{POSTGRES, SQLITE};
use eventbus_runtime::store::Letters;
use eventbus_runtime::{DeadLetter, EventBus, LetterFilter};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::{AssertSqlSafe, raw_sql};

/// Rows of the first version: one that is dead, one that retries.
const ROWS: &str = "
    INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, message,
        failed_at)
    SELECT 'reader', position, id, 'note//a', 'dead', 5, NULL, 'MaxRetries', 'gave \"up\"', 1700000000000
    FROM eventbus_event WHERE position = 1;
    INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, message,
        failed_at)
    SELECT 'reader', position, id, 'note//a', 'retrying', 1, 5, 'DeliveryFailed', 'no', 4
    FROM eventbus_event WHERE position = 2;";

/// Two events as code of that version wrote them, behind a database's own columns and their values.
fn events(columns: &str, values: &str) -> String {
    let event = |n: u32| {
        let id = format!("01937b5e-7c00-7000-8000-00000000000{n}");
        format!(r#"({values} 7, 2, '{id}', 'note.taken', 'shop', 'a', '["a","{n}"]')"#)
    };
    format!(
        "INSERT INTO eventbus_event ({columns} shard, version, id, type, source, aggregate_id, data) VALUES {}, {}",
        event(1),
        event(2)
    )
}

async fn read<S: Letters>(bus: &EventBus<S>) {
    bus.migrate().await.unwrap();
    let letters = bus.dead_letters().list(&LetterFilter::all(), None, 10).await.unwrap();
    let [letter]: &[DeadLetter; 1] = letters.as_slice().try_into().unwrap();
    assert_eq!((letter.data(), letter.subscription()), (r#"["a","1"]"#, Some("reader")));
    assert_eq!((letter.attempts, letter.kind.as_str()), (5, "MaxRetries"));
    assert_eq!((letter.at, letter.message.as_str()), (1_700_000_000_000, "gave \"up\""));
    let error = &letter.errors[0];
    assert_eq!((error.at, error.attempt, error.message.as_str()), (letter.at, 5, "gave \"up\""));
    assert_eq!(letter.id.get_version_num(), 7);
    let (seconds, nanos) = letter.id.get_timestamp().unwrap().to_unix();
    assert_eq!((seconds, nanos), (1_700_000_000, 0), "its id says when");
}

#[tokio::test]
async fn a_dead_row_becomes_a_letter_on_postgres() {
    let database = PgDatabase::empty().await;
    let bus = database.bus().await;
    raw_sql(POSTGRES[0].sql).execute(bus.pool()).await.unwrap();
    raw_sql("UPDATE eventbus_schema SET cluster = system_identifier FROM pg_control_system()")
        .execute(bus.pool())
        .await
        .unwrap();
    raw_sql(AssertSqlSafe(events("epoch,", "1,"))).execute(bus.pool()).await.unwrap();
    raw_sql(
        "INSERT INTO eventbus_subscription (name, epoch, from_snapshot, to_snapshot, position, from_floor, to_floor, \
             to_ceiling) VALUES ('reader', 1, pg_current_snapshot(), pg_current_snapshot(), 0, 0, 0, 0)",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    raw_sql(ROWS).execute(bus.pool()).await.unwrap();
    read(&bus).await;
    raw_sql(POSTGRES.last().unwrap().sql).execute(bus.pool()).await.unwrap();
    read(&bus).await;
}

#[tokio::test]
async fn a_dead_row_becomes_a_letter_on_sqlite() {
    let file = SqliteFile::new();
    let bus = file.empty_bus().await;
    raw_sql(SQLITE[0].sql).execute(bus.pool()).await.unwrap();
    raw_sql(AssertSqlSafe(events("", ""))).execute(bus.pool()).await.unwrap();
    raw_sql("INSERT INTO eventbus_subscription (name, position) VALUES ('reader', 2)")
        .execute(bus.pool())
        .await
        .unwrap();
    raw_sql(ROWS).execute(bus.pool()).await.unwrap();
    read(&bus).await;
}
