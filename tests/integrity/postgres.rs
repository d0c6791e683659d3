//! Corrupted copies of a PostgreSQL database: constraints and keys dropped, rows edited.

use eventbus_runtime::integrity::Check;
use eventbus_runtime::{ErrorKind, PgBus};
use eventbus_tests::postgres::PgDatabase;
use sqlx::raw_sql;

use crate::sound::{Told, expected, fill, verify};

async fn sound() -> (PgDatabase, PgBus) {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    fill(&bus).await;
    (database, bus)
}

/// Takes away what keeps rows from being wrong.
const UNBOUND: &str = "
    ALTER TABLE eventbus_shard DROP CONSTRAINT eventbus_shard_subscription_fkey;
    ALTER TABLE eventbus_delivery DROP CONSTRAINT eventbus_delivery_subscription_fkey;
    ALTER TABLE eventbus_delivery DROP CONSTRAINT eventbus_delivery_check;
    ALTER TABLE eventbus_event DROP CONSTRAINT eventbus_event_shard_check;
    ALTER TABLE eventbus_event DROP CONSTRAINT eventbus_event_pkey;
    ALTER TABLE eventbus_key DROP CONSTRAINT eventbus_key_pkey;";

/// What is found in a sound database after SQL was run on it.
async fn after(sql: &'static str) -> Vec<Told> {
    let (_database, bus) = sound().await;
    raw_sql(UNBOUND).execute(bus.pool()).await.unwrap();
    raw_sql(sql).execute(bus.pool()).await.unwrap();
    verify(&bus).await
}

/// A copy of an event's row.
macro_rules! copy {
    ($position:literal, $epoch:literal, $xid:literal, $id:literal) => {
        concat!(
            "INSERT INTO eventbus_event (position, epoch, xid, shard, version, id, type, source, aggregate_id, data) \
             OVERRIDING SYSTEM VALUE SELECT ", $position, ", ", $epoch, ", ", $xid, ", shard, version, ", $id,
            ", type, source, aggregate_id, data FROM eventbus_event WHERE position = 4; "
        )
    };
}

#[tokio::test]
async fn a_sound_database_has_no_finding() {
    let (_database, bus) = sound().await;
    let report = bus.verify().await.unwrap();
    assert!(report.is_sound() && report.findings().is_empty(), "{report}");
    assert_eq!((report.looked_at().events, report.looked_at().shards), (8, 32));
    raw_sql(UNBOUND).execute(bus.pool()).await.unwrap();
    assert_eq!(verify(&bus).await, [], "constraints alone make nothing sound");
}

#[tokio::test]
async fn what_is_there_twice_is_found() {
    let found = after(concat!(
        copy!("4", "epoch", "xid", "id"),
        "INSERT INTO eventbus_key SELECT * FROM eventbus_key"
    ));
    let places = [
        (Check::DuplicateEventId, 1, "position 4: 2 times, the last at position 4"),
        (Check::DuplicatePosition, 1, "position 4: 2 times"),
        (Check::DuplicateKey, 1, "key `note.taken:6`: 2 times"),
    ];
    assert_eq!(found.await, expected(&places));
}

#[tokio::test]
async fn an_index_that_lacks_rows_is_found() {
    let (_database, bus) = sound().await;
    let ready = "UPDATE pg_index SET indisready = false WHERE indexrelid = 'eventbus_event_window'::regclass";
    raw_sql(ready).execute(bus.pool()).await.unwrap();
    let again = "INSERT INTO eventbus_event (epoch, shard, version, id, type, source, aggregate_id, data) \
                 SELECT epoch, shard, version, gen_random_uuid(), type, source, aggregate_id, data \
                 FROM eventbus_event WHERE position = 4";
    raw_sql(again).execute(bus.pool()).await.unwrap();
    let ready = "UPDATE pg_index SET indisready = true WHERE indexrelid = 'eventbus_event_window'::regclass";
    raw_sql(ready).execute(bus.pool()).await.unwrap();
    let found = verify(&bus).await;
    let place = "eventbus_event_window has 8 rows, the table has 9";
    assert_eq!(found[0], expected(&[(Check::IndexDisagrees, 1, place)])[0], "{found:?}");
}

#[tokio::test]
async fn a_sequence_that_was_set_back_is_found() {
    let found = after("SELECT setval('eventbus_event_position_seq', 6)").await;
    let place =
        "subscription `audit`, shard 0, position 0: it knows number 8, the last one given out is 6";
    assert_eq!(
        found[0],
        expected(&[(
            Check::PositionAboveSequence,
            2,
            "position 7: the last number given out is 6"
        )])[0]
    );
    assert_eq!(found[1..], expected(&[(Check::CursorAheadOfLog, 32, place)]));
}

#[tokio::test]
async fn cursors_of_the_future_are_found() {
    let found = after(
        "UPDATE eventbus_shard SET epoch = 3 WHERE subscription = 'mail' AND shard = 2; \
         UPDATE eventbus_shard SET from_snapshot = '9000000000:9000000000:' WHERE subscription = 'mail' AND shard = 4",
    )
    .await;
    assert_eq!((found[0].0, found[0].1, found.len()), (Check::CursorAheadOfLog, 2, 1));
    assert!(
        found[0].2.contains("shard 2")
            && found[0].2.ends_with("its epoch is 3, the current one is 1")
    );
}

#[tokio::test]
async fn events_out_of_reach_and_epochs_that_go_down_are_found() {
    let id = "019a0000-0000-7000-8000-000000000001";
    let found = after(concat!(
        copy!("9", "epoch", "'9000000000'::xid8", "'019a0000-0000-7000-8000-000000000001'::uuid"),
        "SELECT setval('eventbus_event_position_seq', 9)"
    ))
    .await;
    let place = "position 9: its transaction 9000000000 is still to come";
    assert!(found.contains(&expected(&[(Check::EventOutOfReach, 1, place)])[0]), "{id}: {found:?}");
    let found = after("UPDATE eventbus_event SET epoch = 2 WHERE position = 6").await;
    let places = [
        (Check::EventOutOfReach, 1, "position 6: its epoch is 2, the current one is 1"),
        (Check::EpochGoesDown, 2, "position 7: epoch 1, a newer one begins at 6"),
    ];
    assert_eq!(found, expected(&places));
}

#[tokio::test]
async fn what_is_wrong_beside_the_log_is_found() {
    let found = after(
        "DELETE FROM eventbus_shard WHERE subscription = 'audit' AND shard = 3; \
        DELETE FROM eventbus_subscription WHERE name = 'mail'; \
        UPDATE eventbus_subscription SET handles = '[]'; \
        UPDATE eventbus_delivery SET errors = '{}', shard = 8 WHERE position = 2; \
        DELETE FROM eventbus_event WHERE position IN (1, 6)",
    );
    let found: Vec<_> = found.await.into_iter().map(|(check, count, _)| (check, count)).collect();
    let checks = [
        (Check::ShardMissing, 1),
        (Check::UnknownSubscription, 18),
        (Check::DeliveryWithoutEvent, 1),
        (Check::DeliveryInWrongShard, 1),
        (Check::StuckBehind, 1),
        (Check::MalformedRecord, 2),
        (Check::KeyWithoutEvent, 1),
    ];
    assert_eq!(found, checks);
}

#[tokio::test]
async fn deliveries_and_letters_that_cannot_be_are_found() {
    let found = after(
        "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, shard, first_at) \
             SELECT subscription, position, event_id, key, 'parked', 0, shard, died_at FROM eventbus_dead_letter; \
         UPDATE eventbus_delivery SET next_at = NULL WHERE position = 1; \
         UPDATE eventbus_delivery SET event_id = gen_random_uuid() WHERE position = 2; \
         UPDATE eventbus_dead_letter SET event_id = gen_random_uuid()",
    );
    let places = [
        (
            Check::DeliveryOfAnotherEvent,
            1,
            "subscription `mail`, position 2, key `a`: the event of this number is ID",
        ),
        (
            Check::DeliveryNeverDue,
            1,
            "subscription `mail`, position 1, key `a`: retrying without a time",
        ),
        (Check::StuckBehind, 1, "subscription `mail`, position 2, key `a`: behind position 1"),
        (Check::LetterAndDelivery, 1, "subscription `mail`, position 7, key `d`: parked"),
        (
            Check::LetterOfAnotherEvent,
            1,
            "subscription `mail`, position 7: the event of this number is ID",
        ),
    ];
    assert_eq!(found.await, expected(&places));
}

#[tokio::test]
async fn rows_that_no_emit_writes_are_found() {
    let found = after(
        "UPDATE eventbus_event SET position = DEFAULT, type = 'Torn', shard = 2000 WHERE position = 5; \
         UPDATE eventbus_event SET metadata = '[1]', traceparent = 'x' WHERE position = 8",
    );
    let places = [
        (Check::MalformedEnvelope, 2, "position 8: column `metadata`"),
        (Check::MalformedTraceparent, 1, "position 8: `x`"),
        (Check::WrongShard, 1, "position 9: 2000 is no shard, they are 0 to 1023"),
    ];
    assert_eq!(found.await, expected(&places));
}

#[tokio::test]
async fn missing_tables_and_columns_say_what_to_do() {
    for (sql, says) in [
        ("DROP TABLE eventbus_key", "call `migrate()`"),
        (
            "ALTER TABLE eventbus_delivery DROP COLUMN first_at",
            "a column of the tables of eventbus is missing",
        ),
        ("UPDATE eventbus_schema SET version = 3", "have version 3, this program needs 10"),
        ("TRUNCATE eventbus_schema", "call `migrate()`"),
    ] {
        let (_database, bus) = sound().await;
        raw_sql(sql).execute(bus.pool()).await.unwrap();
        let refused = bus.verify().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration, "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
}
