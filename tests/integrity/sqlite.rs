//! Corrupted copies of an SQLite file, damaged by SQL.

use eventbus_runtime::integrity::Check;
use eventbus_runtime::{ErrorKind, SqliteBus};
use eventbus_tests::sqlite::SqliteFile;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, raw_sql};

use crate::sound::{Told, expected, fill, verify};

/// A sound file that nobody has open.
pub(crate) async fn sound() -> SqliteFile {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    fill(&bus).await;
    bus.pool().close().await;
    file
}

/// A copy of a file, on which SQL was run that no constraint keeps from doing harm.
pub(crate) async fn damaged(file: &SqliteFile, sql: &'static str) -> SqliteFile {
    let copy = SqliteFile::new();
    std::fs::copy(file.path(), copy.path()).unwrap();
    let options = SqliteConnectOptions::new().filename(copy.path()).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    raw_sql("PRAGMA ignore_check_constraints = ON").execute(&mut connection).await.unwrap();
    raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    copy
}

/// What is found in a sound file after SQL was run on a copy of it.
async fn after(sql: &'static str) -> Vec<Told> {
    let copy = damaged(&sound().await, sql).await;
    verify(&copy.empty_bus().await).await
}

#[tokio::test]
async fn a_sound_file_has_no_finding() {
    let file = sound().await;
    let bus = file.empty_bus().await;
    let report = bus.verify().await.unwrap();
    assert!(report.is_sound() && report.findings().is_empty(), "{report}");
    let looked_at = report.looked_at();
    assert_eq!(
        (looked_at.events, looked_at.first_position, looked_at.last_position),
        (8, Some(1), Some(8))
    );
    assert_eq!((looked_at.subscriptions, looked_at.shards, looked_at.deliveries), (2, 32, 2));
    assert_eq!((looked_at.dead_letters, looked_at.keys), (1, 1));
}

#[tokio::test]
async fn an_event_that_is_there_twice_is_found() {
    let found = after(
        "INSERT INTO eventbus_event (id, type, version, shard, source, tenant, aggregate_id, data) \
         SELECT id, type, version, shard, source, tenant, aggregate_id, data FROM eventbus_event WHERE position = 4",
    );
    let places = [(Check::DuplicateEventId, 1, "position 4: 2 times, the last at position 9")];
    assert_eq!(found.await, expected(&places));
}

#[tokio::test]
async fn a_number_that_was_not_given_out_is_found() {
    let found = after("UPDATE sqlite_sequence SET seq = 6 WHERE name = 'eventbus_event'").await;
    let places = [(Check::PositionAboveSequence, 2, "position 7: the last number given out is 6")];
    assert_eq!(found, expected(&places));
}

#[tokio::test]
async fn a_number_that_nobody_reads_is_found() {
    let found = after("UPDATE eventbus_event SET position = 0 WHERE position = 5").await;
    assert_eq!(found, expected(&[(Check::PositionBelowOne, 1, "position 0")]));
}

#[tokio::test]
async fn a_cursor_ahead_of_the_log_is_found() {
    let found = after(
        "UPDATE eventbus_shard SET position = 100 WHERE subscription = 'mail' AND shard > 13",
    )
    .await;
    let place = "subscription `mail`, shard 14, position 100: the last number given out is 8";
    assert_eq!(found, expected(&[(Check::CursorAheadOfLog, 2, place)]));
    let found = after(
        "DELETE FROM eventbus_event WHERE position > 6; DELETE FROM sqlite_sequence; \
         DELETE FROM eventbus_shard WHERE subscription = 'audit'; DELETE FROM eventbus_subscription WHERE name = 'audit'",
    );
    let log = [
        (Check::PositionAboveSequence, 6, "position 1: the last number given out is 0"),
        (
            Check::CursorAheadOfLog,
            16,
            "subscription `mail`, shard 0, position 8: the last number given out is 6",
        ),
    ];
    assert_eq!(found.await, expected(&log), "the log alone came from an older backup");
}

#[tokio::test]
async fn shards_with_a_gap_are_found() {
    let found =
        after("DELETE FROM eventbus_shard WHERE subscription = 'audit' AND shard = 3").await;
    let place = "subscription `audit`: it has 15, the last is number 15";
    assert_eq!(found, expected(&[(Check::ShardMissing, 1, place)]));
    let found = after("DELETE FROM eventbus_shard WHERE subscription = 'audit'").await;
    assert_eq!(found, expected(&[(Check::ShardMissing, 1, "subscription `audit`: it has none")]));
}

#[tokio::test]
async fn rows_of_a_subscription_that_is_not_there_are_found() {
    let found = after("DELETE FROM eventbus_subscription WHERE name = 'mail'").await;
    let place = "subscription `mail`, position 1: eventbus_delivery";
    assert_eq!(found, expected(&[(Check::UnknownSubscription, 18, place)]));
}

#[tokio::test]
async fn a_delivery_without_its_event_is_found_with_what_waits_behind_it() {
    let found = after("DELETE FROM eventbus_event WHERE position = 1").await;
    let places = [
        (Check::DeliveryWithoutEvent, 1, "subscription `mail`, position 1, key `a`: retrying"),
        (Check::StuckBehind, 1, "subscription `mail`, position 2, key `a`: behind position 1"),
    ];
    assert_eq!(found, expected(&places));
}

#[tokio::test]
async fn a_delivery_of_another_event_is_found() {
    let found = after(
        "UPDATE eventbus_delivery SET event_id = '019a0000-0000-7000-8000-000000000000' WHERE position = 1",
    );
    let place = "subscription `mail`, position 1, key `a`: the event of this number is ID";
    assert_eq!(found.await, expected(&[(Check::DeliveryOfAnotherEvent, 1, place)]));
}

#[tokio::test]
async fn a_delivery_in_another_shard_is_found() {
    let found = after(
        "UPDATE eventbus_delivery SET shard = 8 WHERE position = 1; UPDATE eventbus_event SET shard = 9 \
         WHERE aggregate_id = 'a' AND tenant IS NULL; UPDATE eventbus_delivery SET shard = 9 WHERE position = 2",
    );
    let found = found.await;
    let place = "subscription `mail`, position 1, key `a`: it is in 8, the event is in 9";
    assert!(found.contains(&expected(&[(Check::DeliveryInWrongShard, 1, place)])[0]), "{found:?}");
}

#[tokio::test]
async fn a_delivery_that_is_never_due_is_found() {
    let found = after("UPDATE eventbus_delivery SET next_at = NULL WHERE position = 1").await;
    let places = [
        (Check::DamagedFile, 1, "CHECK constraint failed in eventbus_delivery"),
        (
            Check::DeliveryNeverDue,
            1,
            "subscription `mail`, position 1, key `a`: retrying without a time",
        ),
        (Check::StuckBehind, 1, "subscription `mail`, position 2, key `a`: behind position 1"),
    ];
    assert_eq!(found, expected(&places));
    let found = after(
        "UPDATE eventbus_delivery SET state = 'dead', kind = 'k', message = 'm', failed_at = 1, next_at = NULL",
    );
    let place = "subscription `mail`, position 1, key `a`: its state is `dead`";
    assert_eq!(found.await, expected(&[(Check::DeliveryNeverDue, 2, place)]));
}

#[tokio::test]
async fn a_letter_that_is_tried_again_as_if_it_were_none_is_told() {
    let insert = "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, shard, first_at) \
                  SELECT subscription, position, event_id, key, 'parked', 0, shard, died_at + 0 FROM eventbus_dead_letter";
    let place = "subscription `mail`, position 7, key `d`: parked";
    assert_eq!(after(insert).await, expected(&[(Check::LetterAndDelivery, 1, place)]));
    let later = "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, shard, first_at) \
                 SELECT subscription, position, event_id, key, 'parked', 0, shard, died_at + 1 FROM eventbus_dead_letter";
    assert_eq!(after(later).await, [], "the subscription was moved back");
}

#[tokio::test]
async fn a_letter_of_a_number_that_came_back_is_found() {
    let found =
        after("UPDATE eventbus_dead_letter SET event_id = '019a0000-0000-7000-8000-000000000000'");
    let place = "subscription `mail`, position 7: the event of this number is ID";
    assert_eq!(found.await, expected(&[(Check::LetterOfAnotherEvent, 1, place)]));
}

#[tokio::test]
async fn records_that_cannot_be_read_are_found() {
    let found = after(
        "UPDATE eventbus_dead_letter SET errors = '{}', data = '[', id = 'letter'; \
         UPDATE eventbus_subscription SET handles = 'x' WHERE name = 'audit'; \
         UPDATE eventbus_delivery SET errors = '' WHERE position = 2",
    );
    let place = "subscription `mail`, position 7: eventbus_dead_letter.data";
    assert_eq!(found.await, expected(&[(Check::MalformedRecord, 5, place)]));
}

#[tokio::test]
async fn a_key_without_its_event_is_told() {
    let found = after("DELETE FROM eventbus_event WHERE position = 6").await;
    assert_eq!(found, expected(&[(Check::KeyWithoutEvent, 1, "key `note.taken:6`")]));
    let found = after(
        "DELETE FROM eventbus_event WHERE position = 6; UPDATE eventbus_key SET expires_at = 1",
    );
    assert_eq!(found.await, [], "it has expired");
}

#[tokio::test]
async fn envelopes_that_no_emit_writes_are_found() {
    let found = after(
        "UPDATE eventbus_event SET type = 'Torn' WHERE position = 5; \
         UPDATE eventbus_event SET metadata = '[1]', correlation_id = 'x' WHERE position = 8; \
         UPDATE eventbus_event SET id = 'three', tenant = CAST(x'ff' AS TEXT) WHERE position = 3",
    );
    let place = "position 3: column `tenant`";
    assert_eq!(found.await, expected(&[(Check::MalformedEnvelope, 5, place)]));
}

#[tokio::test]
async fn payloads_that_are_no_json_are_found() {
    let found = after(
        "UPDATE eventbus_event SET data = '{\"a\"' WHERE position = 4; \
         UPDATE eventbus_event SET data = CAST(x'22ff22' AS TEXT) WHERE position = 5",
    );
    let place = "position 4: EOF while parsing an object at line 1 column 4";
    assert_eq!(found.await, expected(&[(Check::MalformedPayload, 2, place)]));
}

#[tokio::test]
async fn what_may_be_as_it_should_is_a_warning() {
    let found = after(
        "UPDATE eventbus_event SET traceparent = '00-1-2-01' WHERE position = 8; \
         UPDATE eventbus_event SET id = '5f0c2a54-6d8f-4a4e-9a3a-0d2f5a1b2c3d' WHERE position = 4",
    );
    let places = [
        (Check::MalformedTraceparent, 1, "position 8: `00-1-2-01`"),
        (Check::IdWithoutTime, 1, "position 4"),
    ];
    assert_eq!(found.await, expected(&places));
    let copy =
        damaged(&sound().await, "UPDATE eventbus_event SET traceparent = 'x' WHERE position = 8")
            .await;
    assert!(copy.empty_bus().await.verify().await.unwrap().is_sound(), "warnings are no errors");
}

#[tokio::test]
async fn a_shard_that_cannot_be_is_found() {
    let found = after("UPDATE eventbus_event SET shard = 2000 WHERE position IN (4, 5)").await;
    let places = [
        (Check::DamagedFile, 2, "CHECK constraint failed in eventbus_event"),
        (Check::WrongShard, 2, "position 4: 2000 is no shard, they are 0 to 1023"),
    ];
    assert_eq!(found, expected(&places));
    let found =
        after("UPDATE eventbus_event SET shard = (shard + 1) % 1024 WHERE position = 5").await;
    assert_eq!((found[0].0, found[0].1, found.len()), (Check::WrongShard, 1, 1));
}

#[tokio::test]
async fn a_type_in_the_shards_of_two_kinds_is_told() {
    let found = after("UPDATE eventbus_event SET shard = 7 WHERE position = 4").await;
    let place = "position 4: `note.taken` in 7, its name says 546";
    assert_eq!(found, expected(&[(Check::MixedShards, 1, place)]));
}

#[tokio::test]
async fn an_aggregate_that_goes_back_in_time_is_told() {
    let old =
        "UPDATE eventbus_event SET id = '00000000-03e8-7000-8000-000000000000' WHERE position = 3";
    let found = after(old).await;
    assert_eq!((found[0].0, found[0].1, found.len()), (Check::TimeGoesBack, 1, 1));
    assert!(found[0].2.ends_with("s older than the event at position 2"), "{found:?}");
}

#[tokio::test]
async fn only_the_wanted_numbers_are_looked_at() {
    let sql = "UPDATE eventbus_event SET data = 'x'; DELETE FROM eventbus_event WHERE position = 1";
    let copy = damaged(&sound().await, sql).await;
    let bus = copy.empty_bus().await;
    let report = bus.verify().positions(3..6).samples(2).await.unwrap();
    assert_eq!((report.looked_at().events, report.findings().len()), (3, 1), "{report}");
    let payloads = report.finding(Check::MalformedPayload).unwrap();
    assert_eq!((payloads.count(), payloads.places().len()), (3, 2));
}

#[tokio::test]
async fn missing_tables_and_columns_are_an_error_that_says_what_to_do() {
    let sound = sound().await;
    for (sql, says) in [
        ("DROP TABLE eventbus_key", "the tables of eventbus are missing: call `migrate()`"),
        (
            "ALTER TABLE eventbus_delivery DROP COLUMN first_at",
            "a column of the tables of eventbus is missing",
        ),
        (
            "UPDATE eventbus_schema SET version = 3",
            "have version 3, this program needs 10: call `migrate()`",
        ),
    ] {
        let copy = damaged(&sound, sql).await;
        let bus = SqliteBus::connect(&copy.url()).await.unwrap();
        let refused = bus.verify().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration, "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
}
