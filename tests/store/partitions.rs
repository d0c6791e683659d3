//! A log of partitions on PostgreSQL: how it comes to be, how partitions are made and leave, and what is there for when none
//! was made in time.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use eventbus_runtime::store::{Cursor, Holder, Log, Old, Retention, Start};
use eventbus_runtime::testing::suite::tools::{
    advance, apply, change, claim, claim_at, commit, drain, emit, notes, read_page, retrying, to,
    torn,
};
use eventbus_runtime::{ErrorKind, PgBus};
use eventbus_tests::postgres::PgDatabase;
use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};

use crate::events::NoteTorn;

/// A log whose first partition ends at `size`, and a bus on it.
async fn parted(size: u32) -> (PgDatabase, PgBus) {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    bus.partition_log(size).await.unwrap();
    (database, bus)
}

async fn run(bus: &PgBus, sql: &str) {
    raw_sql(AssertSqlSafe(sql.to_owned())).execute(bus.pool()).await.unwrap();
}

async fn texts(bus: &PgBus, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(bus.pool()).await.unwrap()
}

/// The tables that are or were of the log.
async fn tables(bus: &PgBus) -> Vec<String> {
    texts(
        bus,
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND (relname LIKE 'eventbus\\_event\\_%' \
         OR relname LIKE 'eventbus\\_dropped%') ORDER BY length(relname), relname",
    )
    .await
}

/// What is in the log, read without a subscription, which would hold it.
async fn everything(bus: &PgBus) -> Vec<Old> {
    bus.store().settled(0, i64::MAX, 1_000).await.unwrap()
}

async fn many(bus: &PgBus, first: u32, count: u32) {
    let events: Vec<_> = (first..first + count).map(torn).collect();
    commit(bus, &events).await;
}

/// A subscription that has handled everything up to a number.
async fn past(bus: &PgBus, name: &str, upto: i64) {
    let claim = claim(bus, name).await;
    let (_, end) = drain(bus, claim.cursor.clone()).await;
    let page = read_page(bus.store(), &claim.cursor, &notes(), 1_000).await.unwrap();
    let end = if upto == i64::MAX { end } else { page.window.at(upto) };
    advance(bus, &claim.owner, &to(end)).await.unwrap();
}

/// A log that is written to and read from becomes partitioned: each event is there once, and is read once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_becomes_partitioned_while_others_write_and_read() {
    const BEFORE: u32 = 10_000;
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    for first in (0..BEFORE).step_by(1_000) {
        many(&bus, first, 1_000).await;
    }
    let reader = claim(&bus, "reader").await;
    let is_over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (1..=4)
        .map(|writer| {
            let (bus, is_over) = (bus.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                let mut next = writer * 1_000_000;
                let mut rest = 5;
                while rest > 0 {
                    rest -= u32::from(is_over.load(SeqCst));
                    let mut tx = bus.begin().await.unwrap();
                    bus.emit(&mut tx, NoteTorn(next)).await.unwrap();
                    tx.commit().await.unwrap();
                    numbers.push(next);
                    next += 1;
                }
                numbers
            })
        })
        .collect();
    let reading = {
        let (bus, is_over) = (bus.clone(), Arc::clone(&is_over));
        let mut cursor = reader.cursor.clone();
        tokio::spawn(async move {
            let mut read = Vec::new();
            loop {
                let was_over = is_over.load(SeqCst);
                let (events, end) = drain(&bus, cursor).await;
                read.extend(events);
                cursor = end;
                if was_over {
                    return (read, cursor);
                }
            }
        })
    };
    let found = database.bus().await.partition_log(5_000).await.unwrap();
    assert_eq!((found.default_bytes, found.count >= 5), (0, true), "{found}");
    is_over.store(true, SeqCst);
    let mut emitted: HashSet<u32> = (0..BEFORE).collect();
    for writer in writers {
        emitted.extend(writer.await.unwrap());
    }
    let (mut read, cursor) = reading.await.unwrap();
    read.extend(drain(&bus, cursor).await.0);
    let numbers: HashSet<i64> = read.iter().map(|stored| stored.position).collect();
    let said: HashSet<u32> = read.iter().map(|stored| stored.event.data.parse().unwrap()).collect();
    assert_eq!((read.len(), numbers.len()), (emitted.len(), emitted.len()));
    assert_eq!(said, emitted);
    let report = bus.verify().await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    assert_eq!(bus.partition_log(5_000).await.unwrap().default_bytes, 0);
}

/// What is on the table is on its successor, as far as it can be, and nobody reaches the partitions by themselves.
#[tokio::test]
async fn what_was_added_to_the_table_comes_over() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    run(
        &bus,
        "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TRIGGER shouting AFTER INSERT ON eventbus_event FOR EACH ROW EXECUTE FUNCTION shout(); \
         ALTER TABLE eventbus_event ADD COLUMN mine text DEFAULT 'x' CHECK (length(mine) < 3); \
         CREATE INDEX mine ON eventbus_event (mine); COMMENT ON INDEX mine IS 'whose'; \
         GRANT SELECT (id), INSERT ON eventbus_event TO pg_monitor",
    )
    .await;
    emit(&bus, &["1"]).await;
    // What `columns` and the rest say of a table, whatever its name is. Constraints are all checked before it.
    let shape = "SELECT attname || format_type(atttypid, atttypmod) || attnotnull::text || attidentity::text || coalesce(attacl::text, '') \
             || coalesce(col_description(attrelid, attnum), '') FROM pg_attribute \
             WHERE attrelid = 'eventbus_event'::regclass AND attnum > 0 \
         UNION ALL SELECT relname || coalesce(obj_description(oid, 'pg_class'), '') || coalesce(relacl::text, '') FROM pg_class \
             WHERE relname IN ('eventbus_event', 'eventbus_event_position_seq') \
             OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'eventbus_event'::regclass) \
         UNION ALL SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index \
             WHERE indrelid = 'eventbus_event'::regclass \
         UNION ALL SELECT conname || replace(pg_get_constraintdef(oid), ' NOT VALID', '') FROM pg_constraint WHERE conrelid = 'eventbus_event'::regclass \
         UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'eventbus_event'::regclass ORDER BY 1";
    let before = texts(&bus, shape).await;
    bus.partition_log(10).await.unwrap();
    assert_eq!(texts(&bus, shape).await, before);
    emit(&bus, &["2"]).await;
    assert_eq!(everything(&bus).await.len(), 2);
    let reached = "SELECT relname::text FROM pg_class WHERE relispartition AND relacl::text LIKE '%pg_monitor%'";
    assert!(texts(&bus, reached).await.is_empty());
    bus.migrate().await.unwrap();
    run(&bus, "ALTER TABLE eventbus_event ADD COLUMN later smallint NOT NULL DEFAULT 1").await;
    emit(&bus, &["3"]).await;
    assert_eq!(everything(&bus).await.len(), 3);
}

#[tokio::test]
async fn views_go_on_with_the_whole_log() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    run(
        &bus,
        "CREATE VIEW \"Placed\" WITH (security_invoker = true) AS SELECT id, position AS \"at\" FROM eventbus_event AS e \
             WHERE e.position > 0; \
         CREATE VIEW twice AS SELECT p.id FROM \"Placed\" AS p JOIN eventbus_event AS e USING (id); \
         COMMENT ON COLUMN \"Placed\".\"at\" IS 'where'; GRANT SELECT ON \"Placed\" TO pg_monitor",
    )
    .await;
    let shape = "SELECT relname || coalesce(relacl::text, '') || coalesce(reloptions::text, '') || pg_get_viewdef(oid) \
             || coalesce(col_description(oid, 2), '') FROM pg_class WHERE relname IN ('Placed', 'twice') ORDER BY 1";
    let before = texts(&bus, shape).await;
    many(&bus, 0, 30).await;
    bus.partition_log(10).await.unwrap();
    many(&bus, 30, 30).await;
    assert_eq!(texts(&bus, shape).await, before);
    let counted =
        "SELECT count(*)::text FROM \"Placed\" UNION ALL SELECT count(*)::text FROM twice";
    assert_eq!(texts(&bus, counted).await, ["60", "60"]);
}

#[tokio::test]
async fn what_would_stay_with_the_first_partition_is_named() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    run(&bus, "CREATE MATERIALIZED VIEW placed AS SELECT id FROM eventbus_event").await;
    let refused = bus.partition_log(10).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("materialized view placed"), "{refused}");
    assert_eq!(bus.partition_log(0).await.unwrap_err().kind(), ErrorKind::Configuration);
    assert!(tables(&bus).await.is_empty());
    many(&bus, 0, 30).await;
    run(&bus, "DROP MATERIALIZED VIEW placed").await;
    bus.partition_log(10).await.unwrap();
    assert_eq!(everything(&bus).await.len(), 30);
}

/// A transaction that keeps the log for too long lets nothing be left behind that would stop emitters later.
#[tokio::test]
async fn a_conversion_that_gets_no_lock_leaves_the_log_as_it_was() {
    // Nothing settles in the whole cluster meanwhile.
    let database = PgDatabase::alone().await;
    let bus = database.bus().await;
    let mut open = bus.begin().await.unwrap();
    bus.emit(&mut open, NoteTorn(1)).await.unwrap();
    let store = database.bus().await;
    let mut partitioning = pin!(store.partition_log(10));
    let told = tokio::select! {
        told = &mut partitioning => told.unwrap_err(),
        () = async { loop { emit(&bus, &["x"]).await } } => unreachable!(),
    };
    assert!(told.to_string().contains("has been open for long"), "{told}");
    open.commit().await.unwrap();
    let bounds = "SELECT conname::text FROM pg_constraint WHERE conname = 'eventbus_event_upto'";
    assert!(texts(&bus, bounds).await.is_empty());
    bus.partition_log(10).await.unwrap();
    assert!(!tables(&bus).await.is_empty());
}

/// Ten to a partition, 35 events: three go, the fourth stays with what is old in it.
#[tokio::test]
async fn partitions_go_as_a_whole() {
    let (_database, bus) = parted(10).await;
    many(&bus, 0, 35).await;
    let planned = bus.retention().before(36).dry_run().await.unwrap();
    assert_eq!((planned.upto, planned.dropped), (30, 30), "{planned}");
    let dropped = bus.retention().before(36).drop().await.unwrap();
    assert_eq!((dropped.upto, dropped.dropped, dropped.partitions), (30, 30, 3), "{dropped}");
    assert!(dropped.to_string().ends_with("30 dropped, with 3 partitions"), "{dropped}");
    assert_eq!(bus.store().ledger().await.unwrap().dropped, 30);
    let left = everything(&bus).await;
    assert_eq!(left.iter().map(|old| old.position).collect::<Vec<_>>(), [31, 32, 33, 34, 35]);
    let tables = tables(&bus).await;
    let ahead = ["31", "41", "51", "61", "71"].map(|from| format!("eventbus_event_{from}"));
    assert_eq!(tables[..5], ahead, "those ahead of the log were made");
    let again = bus.retention().before(36).drop().await.unwrap();
    assert_eq!((again.dropped, again.partitions), (0, 0));
    let within = bus.retention().before(34).within_partitions().drop().await.unwrap();
    assert_eq!((within.upto, within.dropped, within.partitions), (33, 3, 0), "{within}");
}

/// A subscription, an event in trouble and an open transaction each keep their partition, and what is behind it.
#[tokio::test]
async fn a_partition_that_is_held_stays() {
    let (_database, bus) = parted(10).await;
    many(&bus, 0, 25).await;
    past(&bus, "slow", 14).await;
    let held = bus.retention().before(21).drop().await.unwrap();
    assert_eq!((held.dropped, held.partitions), (10, 1), "{held}");
    assert_eq!(held.blocked[0].subscription(), Some("slow"));
    assert_eq!(bus.store().drop_partition(20).await.unwrap(), None, "whoever asks for more");
    bus.remove_subscription("slow").await.unwrap();

    let reader = claim(&bus, "reader").await;
    let (events, end) = drain(&bus, reader.cursor.clone()).await;
    let fate = retrying(1, "busy", i64::MAX);
    apply(&bus, &reader, vec![change(&events[3], fate)]).await;
    advance(&bus, &reader.owner, &to(end)).await.unwrap();
    let held = bus.retention().before(21).drop().await.unwrap();
    assert_eq!((held.dropped, held.partitions), (0, 0), "{held}");
    assert!(matches!(held.blocked[0].holder, Holder::Delivery { .. }), "{held}");
    assert_eq!(bus.store().drop_partition(20).await.unwrap(), None);
    bus.remove_subscription("reader").await.unwrap();

    let mut open = bus.begin().await.unwrap();
    bus.emit(&mut open, NoteTorn(99)).await.unwrap();
    many(&bus, 26, 20).await;
    let held = bus.retention().before(i64::MAX).dry_run().await.unwrap();
    assert_eq!((held.upto, &held.blocked[0].holder), (20, &Holder::Transaction), "{held}");
    open.commit().await.unwrap();
    assert!(everything(&bus).await.iter().any(|stored| stored.event.data == "99"));
    let free = bus.retention().before(41).drop().await.unwrap();
    assert_eq!((free.upto, free.blocked.len()), (40, 0), "{free}");
    assert_eq!(everything(&bus).await.len(), 6);
}

/// A reader keeps the lock on what it read: the drop waits for it by turns, and keeps nobody else waiting.
#[tokio::test]
async fn a_drop_that_waits_for_a_reader_keeps_nobody_waiting() {
    let (database, bus) = parted(10).await;
    many(&bus, 0, 25).await;
    let mut reader = PgConnection::connect(&database.url()).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let count = "SELECT count(*) FROM eventbus_event";
    let seen: i64 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    let store = bus.store().clone();
    let dropping = tokio::spawn(async move { store.drop_partition(20).await });
    for _ in 0..20 {
        emit(&bus, &["meanwhile"]).await;
        claim_at(&bus, "other", Start::Now).await.release(bus.store()).await;
        assert!(!dropping.is_finished(), "a transaction has it");
    }
    let again: i64 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    assert_eq!((seen, again), (25, 45));
    bus.remove_subscription("other").await.unwrap();
    reading.commit().await.unwrap();
    assert_eq!(dropping.await.unwrap().unwrap(), Some(10));
}

/// Nobody made partitions for what came: it is emitted and read like everything, told, and leaves in batches.
#[tokio::test]
async fn what_has_no_partition_goes_to_the_default_one() {
    let (_database, bus) = parted(2).await;
    let reader = claim(&bus, "reader").await;
    many(&bus, 0, 40).await;
    let (events, end) = drain(&bus, reader.cursor.clone()).await;
    assert_eq!(events.len(), 40);
    advance(&bus, &reader.owner, &to(end)).await.unwrap();
    let found = bus.partition_log(10).await.unwrap();
    assert!(found.default_bytes > 0 && found.upto >= 80, "{found}");
    assert!(found.to_string().contains("are in the default partition"), "{found}");
    many(&bus, 40, 30).await;
    assert_eq!(everything(&bus).await.len(), 70);
    let (events, end) = drain(&bus, reader.cursor).await;
    assert_eq!(events.len(), 70);
    advance(&bus, &reader.owner, &to(end)).await.unwrap();
    let report = bus.verify().await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    let dropped = bus.retention().before(60).drop().await.unwrap();
    assert_eq!((dropped.upto, dropped.dropped, dropped.partitions), (50, 50, 5), "{dropped}");
    assert_eq!(everything(&bus).await.len(), 20);
}

/// Whoever is on the way to the default partition while the one is made that the event belongs to does not fail. A reader
/// holds both up, so that they meet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_fails_while_a_partition_is_made() {
    let (database, bus) = parted(1).await;
    many(&bus, 0, 20).await;
    let mut reader = PgConnection::connect(&database.url()).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let count = "SELECT count(*) FROM eventbus_event_default";
    let _: i64 = sqlx::query_scalar(count).fetch_one(&mut *reading).await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let (emitter, over) = (bus.clone(), Arc::clone(&is_over));
    let writing = tokio::spawn(async move {
        let mut count = 20;
        while !over.load(SeqCst) {
            emitter.emit(emitter.store(), NoteTorn(1)).await.unwrap();
            count += 1;
        }
        count
    });
    let maker = database.bus().await;
    let making = tokio::spawn(async move { maker.partition_log(100).await });
    let both = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(both).fetch_one(bus.pool()).await.unwrap() < 2 {
        assert!(!writing.is_finished());
    }
    reading.commit().await.unwrap();
    making.await.unwrap().unwrap();
    is_over.store(true, SeqCst);
    let count = writing.await.unwrap();
    assert_eq!(bus.store().count(i64::MAX).await.unwrap(), count);
}

/// Whoever is killed between taking a partition out and dropping it leaves that to the next run.
#[tokio::test]
async fn what_was_taken_out_and_not_dropped_is_dropped_by_the_next_run() {
    let (_database, bus) = parted(10).await;
    many(&bus, 0, 25).await;
    run(
        &bus,
        "ALTER TABLE eventbus_event DETACH PARTITION eventbus_event_0; \
         ALTER TABLE eventbus_event_0 RENAME TO eventbus_dropped_0; UPDATE eventbus_retention SET dropped = 10",
    )
    .await;
    let dropped = bus.retention().before(21).drop().await.unwrap();
    assert_eq!((dropped.dropped, dropped.partitions), (20, 1), "{dropped}");
    assert!(!tables(&bus).await.iter().any(|table| table.contains("dropped")));
}

#[tokio::test]
async fn what_is_remembered_of_moved_events_goes_with_their_partition() {
    let (_database, bus) = parted(2).await;
    many(&bus, 0, 6).await;
    run(
        &bus,
        "INSERT INTO eventbus_moved (id, moved_at) SELECT id, position FROM eventbus_event WHERE position IN (1, 5)",
    )
    .await;
    bus.retention().before(5).drop().await.unwrap();
    let kept = "SELECT moved_at::text FROM eventbus_moved";
    assert_eq!(texts(&bus, kept).await, ["5"]);
}

/// A dump has the partitions, and a log that is restored goes on with them.
#[tokio::test]
async fn a_restored_log_has_its_partitions() {
    let (database, bus) = parted(10).await;
    many(&bus, 0, 25).await;
    past(&bus, "reader", 15).await;
    let restored = database.restored_elsewhere().await;
    let bus = restored.bus().await;
    assert_eq!(everything(&bus).await.len(), 25);
    many(&bus, 25, 10).await;
    let reader = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(drain(&bus, reader.shards[0].cursor.clone()).await.0.len(), 20);
    bus.remove_subscription("reader").await.unwrap();
    let dropped = bus.retention().before(31).drop().await.unwrap();
    assert_eq!((dropped.dropped, dropped.partitions), (30, 3), "{dropped}");
    assert_eq!(bus.partition_log(10).await.unwrap().default_bytes, 0);
}
