//! What is PostgreSQL's own: commits in another order than positions, clusters, and what a server can say.

use eventbus_runtime::store::{
    Cursor, Handles, LOOK_AHEAD, Log, Retention, Shards, Start, Step, Store, Track, Tracks, Waits,
    Way,
};
use eventbus_runtime::testing::suite::tools::{
    SHARDS, advance, claim, drain, emit, notes, read_page, register, replica, to, try_claim,
};
use eventbus_runtime::{ErrorKind, PgBus, Priority, TypeSet};
use eventbus_tests::postgres::{PgDatabase, listed, set_savepoints};

use crate::events::{NoteEvent, NoteTaken, NoteTorn, note};

async fn fresh() -> (PgDatabase, PgBus) {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    (database, bus)
}

/// Reads on from a cursor: what the notes say, and where it ends.
async fn read<C>(bus: &PgBus, cursor: C) -> (Vec<String>, C)
where
    eventbus_runtime::PgStore: Log<Cursor = C>,
{
    let (events, end) = drain(bus, cursor).await;
    (events.into_iter().map(|stored| stored.event.data).collect(), end)
}

/// A batch that queued for its lock would keep everybody behind it waiting for as long as it waits itself.
#[tokio::test]
async fn a_batch_that_waits_for_its_lock_keeps_nobody_waiting() {
    let (_database, bus) = fresh().await;
    emit(&bus, &["1", "2"]).await;
    let upto = bus.store().settle().await.unwrap().upto;
    let mut others = bus.begin().await.unwrap();
    let lock = "LOCK TABLE eventbus_subscription IN ROW EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *others).await.unwrap();
    let store = bus.store().clone();
    let dropping = tokio::spawn(async move { store.drop_events(upto, 10).await });
    for n in 0..20 {
        // It comes to its end while the batch still asks for its lock.
        register(bus.store(), &format!("other-{n}"), Start::Now).await;
        assert!(!dropping.is_finished());
    }
    others.commit().await.unwrap();
    assert_eq!(dropping.await.unwrap().unwrap().events, 2);
}

#[tokio::test]
async fn a_transaction_with_many_savepoints_is_not_lost() {
    let (_database, bus) = fresh().await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut open = bus.begin().await.unwrap();
    bus.emit(&mut open, NoteTorn(1)).await.unwrap();
    let savepoints = set_savepoints(&mut open).await;
    let (data, cursor) = read(&bus, cursor).await;
    assert!(data.is_empty());
    let listed = listed(&cursor, &savepoints);
    assert!(listed <= 1_000, "the savepoints are not listed: {listed}");
    open.commit().await.unwrap();
    assert_eq!(read(&bus, cursor).await.0, ["1"]);
}

/// The younger transaction emits first, the older one waits for it: their ids are in the other order than their events.
#[tokio::test]
async fn transactions_that_wait_for_each_other_keep_the_order_of_their_aggregate() {
    let (_database, bus) = fresh().await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut older = bus.begin().await.unwrap();
    let xid = "SELECT pg_current_xact_id()::text";
    let first: String = sqlx::query_scalar(xid).fetch_one(&mut *older).await.unwrap();
    let mut younger = bus.begin().await.unwrap();
    let second: String = sqlx::query_scalar(xid).fetch_one(&mut *younger).await.unwrap();
    assert!(first.parse::<u64>().unwrap() < second.parse::<u64>().unwrap());
    bus.emit(&mut younger, note("a", "first")).await.unwrap();
    younger.commit().await.unwrap();
    bus.emit(&mut older, note("a", "second")).await.unwrap();
    older.commit().await.unwrap();
    assert_eq!(read(&bus, cursor).await.0, [r#"["a","first"]"#, r#"["a","second"]"#]);
}

/// What waits is looked for from the place on, not from where its window begins, which may be far behind.
#[tokio::test]
async fn what_waits_far_inside_a_window_is_counted() {
    let (_database, bus) = fresh().await;
    let cursor = claim(&bus, "reader").await.cursor;
    for number in [1, LOOK_AHEAD - 1, 2 * LOOK_AHEAD - 2] {
        let next = "SELECT setval(pg_get_serial_sequence('eventbus_event', 'position'), $1, false)";
        sqlx::query(next).bind(number).execute(bus.pool()).await.unwrap();
        emit(&bus, &["x"]).await;
    }
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let page = read_page(bus.store(), &cursor, &types, 10).await.unwrap();
    let inside = page.window.at(LOOK_AHEAD - 1);
    let found = bus
        .store()
        .pending(
            &inside,
            Waits { types: &types, shards: &shards, tracks: &Tracks::all(), at_most: 10 },
        )
        .await
        .unwrap();
    assert_eq!((found.events, found.more), (1, false));
    let at_most = usize::try_from(LOOK_AHEAD).unwrap();
    let waits = Waits { types: &types, shards: &shards, tracks: &Tracks::all(), at_most };
    let found = bus.store().waiting(&inside, waits).await.unwrap();
    assert_eq!((found.groups[0].events, found.left), (1, 0));
}

/// Stragglers below the floor, more than fit a page, with places between them and other events above.
#[tokio::test]
async fn many_stragglers_come_page_by_page_before_what_is_newer() {
    let (_database, bus) = fresh().await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut slow = bus.begin().await.unwrap();
    let mut slower = bus.begin().await.unwrap();
    for n in 0..5 {
        bus.emit(&mut slow, NoteTorn(n * 2)).await.unwrap();
        bus.emit(&mut slower, NoteTorn(n * 2 + 1)).await.unwrap();
        emit(&bus, &["between"]).await;
    }
    let (data, cursor) = read(&bus, cursor).await;
    assert_eq!(data.len(), 5);
    slow.commit().await.unwrap();
    bus.emit(&mut slower, NoteTorn(11)).await.unwrap();
    slower.commit().await.unwrap();
    emit(&bus, &["after"]).await;
    let (data, end) = read(&bus, cursor.clone()).await;
    let numbers = (0..10).chain([11]).map(|n| n.to_string());
    assert_eq!(data, numbers.chain([r#"["a","after"]"#.to_owned()]).collect::<Vec<_>>());
    assert!(read(&bus, end).await.0.is_empty());

    let filter = TypeSet::of::<NoteTaken>();
    let page = read_page(bus.store(), &cursor, &filter, 10).await.unwrap();
    let rest = read_page(bus.store(), &page.end, &filter, 10).await.unwrap();
    assert_eq!(page.events.len() + rest.events.len(), 1, "a filter passes over the stragglers");
}

#[tokio::test]
async fn a_lost_lock_does_not_allow_two_committers() {
    let (database, bus) = fresh().await;
    let other = database.bus().await;
    emit(&bus, &["1"]).await;
    let first = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, first.cursor.clone()).await;
    sqlx::query(
        "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
         WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid()",
    )
    .execute(other.pool())
    .await
    .unwrap();
    let second = claim(&other, "reader").await;
    let refused = advance(&bus, &first.owner, &to(end.clone())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    advance(&other, &second.owner, &to(end)).await.unwrap();
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_leaves_no_lock_in_the_pool() {
    let (database, bus) = fresh().await;
    register(bus.store(), "reader", Start::Beginning).await;
    for _ in 0..10 {
        let store = bus.store().clone();
        let abandoned = tokio::spawn(async move {
            store.renew(&replica("reader"), &Handles::new()).await.unwrap();
        });
        tokio::task::yield_now().await;
        abandoned.abort();
        abandoned.await.ok();
    }
    let held = claim(&bus, "reader").await;
    let other = database.bus().await;
    assert!(try_claim(other.store(), "reader", Start::Beginning).await.is_none());
    drop((held, bus));
    claim(&other, "reader").await;
}

/// Transaction ids begin anew in a new cluster, so those of old and new events overlap.
#[tokio::test]
async fn a_restored_log_is_read_to_its_end_and_then_the_new_epoch() {
    let (database, bus) = fresh().await;
    let reader = claim(&bus, "reader").await;
    let mut open = bus.begin().await.unwrap();
    bus.emit(&mut open, note("a", "1")).await.unwrap();
    emit(&bus, &["2", "3", "4"]).await;
    let page =
        read_page(bus.store(), &reader.cursor, &TypeSet::of::<NoteEvent>(), 2).await.unwrap();
    assert_eq!(page.events.len(), 2);
    advance(&bus, &reader.owner, &to(page.end)).await.unwrap();
    open.commit().await.unwrap();
    emit(&bus, &["5"]).await;

    let restored = database.restored_elsewhere().await;
    let bus = restored.bus().await;
    emit(&bus, &["6"]).await;
    let last_epoch = "SELECT epoch FROM eventbus_event ORDER BY position DESC LIMIT 1";
    let epoch: i32 = sqlx::query_scalar(last_epoch).fetch_one(bus.pool()).await.unwrap();
    assert_eq!(epoch, 2, "an emitter notices, whether or not a relay did");

    let text = |notes: &[&str]| -> Vec<String> {
        notes.iter().map(|note| format!(r#"["a","{note}"]"#)).collect()
    };
    let (data, cursor) = read(&bus, claim(&bus, "reader").await.cursor).await;
    assert_eq!(data, text(&["4", "1", "5", "6"]), "each once, and nothing is lost");
    emit(&bus, &["7"]).await;
    assert_eq!(read(&bus, cursor).await.0, text(&["7"]));
    let all = read(&bus, claim(&bus, "new reader").await.cursor).await.0;
    assert_eq!(all, text(&["1", "2", "3", "4", "5", "6", "7"]));
}

#[tokio::test]
async fn an_unreachable_server_is_named_with_its_place() {
    let refused = PgBus::connect("postgres://shop:secret@127.0.0.1:1/shop").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Store);
    let text = refused.full();
    assert!(
        text.contains("database `shop` at 127.0.0.1:1: cannot connect: nothing listens"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let refused = PgBus::connect("postgres://shop:secret@host:port/shop").await.unwrap_err().full();
    assert!(refused.contains("no PostgreSQL URL") && !refused.contains("secret"), "{refused}");
}

#[tokio::test]
async fn a_missing_database_is_named() {
    let database = PgDatabase::new().await;
    let nowhere = database.url().replace("eventbus_test_", "eventbus_none_");
    let refused = PgBus::connect(&nowhere).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("does not exist: create it"), "{refused}");
}

#[tokio::test]
async fn a_server_without_tls_or_a_client_without_it_is_told_which_feature_to_enable() {
    let database = PgDatabase::new().await;
    let url = database.url();
    let separator = if url.contains('?') { '&' } else { '?' };
    let refused = PgBus::connect(&format!("{url}{separator}sslmode=require")).await.unwrap_err();
    assert!(refused.to_string().contains("sqlx/tls-rustls"), "{refused}");
}

#[tokio::test]
async fn a_serialization_failure_is_a_rolled_back_transaction() {
    let (_database, bus) = fresh().await;
    let reader = claim(&bus, "reader").await;
    let mut late = bus.store().begin().await.unwrap();
    let snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM eventbus_schema";
    sqlx::raw_sql(snapshot).execute(&mut *late).await.unwrap();
    advance(&bus, &reader.owner, &to(reader.cursor.clone())).await.unwrap();
    let refused =
        bus.store().advance(&mut late, &reader.owner, &to(reader.cursor)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TransactionRollback);
    assert!(refused.to_string().contains("run it again"), "{refused}");
}

#[tokio::test]
async fn an_emptied_schema_row_is_named_with_the_remedy() {
    let (_database, bus) = fresh().await;
    let cursor = claim(&bus, "reader").await.cursor;
    sqlx::query("TRUNCATE eventbus_schema").execute(bus.pool()).await.unwrap();

    let refused =
        read_page(bus.store(), &cursor, &TypeSet::of::<NoteEvent>(), 10).await.unwrap_err();
    assert!(refused.full().contains("call `migrate()`"), "{refused:?}");
    let mut tx = bus.begin().await.unwrap();
    let refused = bus.emit(&mut tx, NoteTorn(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("call `migrate()`"), "{refused}");
    tx.rollback().await.unwrap();

    bus.migrate().await.unwrap();
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(read(&bus, cursor).await.0, ["2"]);
}

/// The epoch alone tells: the fences of the rows are those of before, as they are in a database that was restored.
#[tokio::test]
async fn an_owner_from_before_an_epoch_commits_nothing() {
    let (_database, bus) = fresh().await;
    let old = claim(&bus, "reader").await;
    let elsewhere = "UPDATE eventbus_schema SET cluster = 'another one'";
    sqlx::query(elsewhere).execute(bus.pool()).await.unwrap();
    emit(&bus, &["1"]).await;
    let refused = advance(&bus, &old.owner, &to(old.cursor.clone())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    assert_eq!(bus.store().take(&old.replica, &old.owner.held).await.unwrap(), []);
    bus.store().give("reader", &old.owner.held).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert!(roster.shards.iter().all(|shard| shard.owner == Some(old.replica.id)));
}

fn big() -> Track {
    Track::of(Priority::Normal).with_tenant("big")
}

/// What code from before detours says to take a shard. It would deliver what the shard's cursor passes over.
#[tokio::test]
async fn code_that_knows_no_detours_cannot_own_a_shard_that_has_some() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let first = claim(&bus, "reader").await;
    let take = "UPDATE eventbus_shard SET owner = gen_random_uuid(), fence = fence + 1 WHERE subscription = 'reader'";
    let step = |way| Step { cursor: Some(first.cursor.clone()), way, changes: Vec::new() };
    advance(&bus, &first.owner, &step(Way::Begin { track: big(), from: None })).await.unwrap();
    let refused = sqlx::query(take).execute(bus.pool()).await.unwrap_err();
    assert!(refused.to_string().contains("eventbus_shard_knows_detours"), "{refused}");
    advance(&bus, &first.owner, &step(Way::End { track: big(), into: None })).await.unwrap();
    assert_eq!(sqlx::query(take).execute(bus.pool()).await.unwrap().rows_affected(), 16);
}

/// What code says that knows detours of tenants in all priorities, and none of a priority.
#[tokio::test]
async fn code_that_knows_no_priorities_cannot_own_a_shard_that_has_detours_of_one() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let first = claim(&bus, "reader").await;
    let take = "UPDATE eventbus_shard AS s SET owner = o.id, fence = fence + 1, \
        detours_of = CASE WHEN s.detours_of IS NOT NULL THEN o.id END \
        FROM (SELECT gen_random_uuid() AS id) AS o WHERE subscription = 'reader'";
    let step = |way| Step { cursor: Some(first.cursor.clone()), way, changes: Vec::new() };
    for track in [Track::of(Priority::Low), big()] {
        let begin = Way::Begin { track: track.clone(), from: None };
        advance(&bus, &first.owner, &step(begin)).await.unwrap();
        let refused = sqlx::query(take).execute(bus.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("eventbus_shard_knows_priorities"), "{refused}");
        advance(&bus, &first.owner, &step(Way::End { track, into: None })).await.unwrap();
    }
    assert_eq!(sqlx::query(take).execute(bus.pool()).await.unwrap().rows_affected(), 16);
}

/// What such code wrote is read as what it meant: a tenant in all priorities.
#[tokio::test]
async fn a_detour_of_code_that_knows_no_priorities_is_of_all_of_them() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    claim(&bus, "reader").await;
    sqlx::raw_sql(
        "INSERT INTO eventbus_detour (subscription, shard, tenant, epoch, from_snapshot, to_snapshot, position, from_floor, \
             to_floor, to_ceiling) \
         SELECT subscription, shard, 'big', epoch, from_snapshot, to_snapshot, position, from_floor, to_floor, to_ceiling \
         FROM eventbus_shard",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    let whole = Track { priority: None, tenant: Some("big".to_owned()) };
    assert!(roster.shards.iter().all(|shard| shard.detours.keys().eq([&whole])));
}
