//! Emits in transactions of the bus's own: who comes while a commit is in flight shares the next one.

use std::future::ready;

use eventbus_runtime::store::Log;
use eventbus_runtime::{ErrorKind, EventBus};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use tokio::task::JoinSet;

use eventbus_runtime::testing::suite::tools::log;

use crate::database::Database;
use crate::events::{NoteTorn, note};

async fn everybody_is_written<S: Log>(bus: EventBus<S>) {
    bus.emit(bus.store(), NoteTorn(0)).await.unwrap();
    assert_eq!(log(&bus).await.len(), 1, "it is committed when the emit returns");
    let mut callers = JoinSet::new();
    // More than have a place in the queue.
    for n in 1..=1_500 {
        let bus = bus.clone();
        callers.spawn(async move {
            let receipts = bus.emit(bus.store(), [NoteTorn(n), NoteTorn(n)]).await.unwrap();
            let key = (n % 3).to_string();
            (receipts.ids(), bus.emit(bus.store(), NoteTorn(n)).key(key).await.unwrap())
        });
    }
    let (mut ids, mut firsts) = (Vec::new(), 0);
    for (pair, keyed) in callers.join_all().await {
        ids.extend(pair);
        if !keyed[0].is_duplicate() {
            firsts += 1;
            ids.push(keyed.id());
        }
    }
    assert_eq!(firsts, 3, "each key has one first, whoever shares a transaction");
    let mut logged: Vec<_> = log(&bus).await[1..].iter().map(|it| it.event.envelope.id).collect();
    ids.sort_unstable();
    logged.sort_unstable();
    assert_eq!(ids, logged);
}

pub(crate) async fn everybody_who_emits_at_once_is_written<D: Database>() {
    let (_database, bus) = D::migrated().await;
    everybody_is_written(bus).await;
}

#[tokio::test]
async fn everybody_who_emits_at_once_is_written_in_memory() {
    everybody_is_written(EventBus::in_memory()).await;
}

pub(crate) async fn one_bad_event_fails_only_its_own_caller<D: Database>() {
    let (database, bus) = D::migrated().await;
    database.execute("CREATE UNIQUE INDEX once ON eventbus_event (aggregate_id)").await;
    let names = ["a", "b", "a", "c", "d"];
    let mut callers = JoinSet::new();
    for name in names {
        let bus = bus.clone();
        callers.spawn(async move { bus.emit(bus.store(), note(name, "")).await });
    }
    let done = callers.join_all().await;
    let refused: Vec<_> = done.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(log(&bus).await.len(), 4);
}

pub(crate) async fn an_emit_that_nobody_waits_for_may_be_carried_out<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let emit = bus.emit(bus.store(), NoteTorn(1)).into_future();
    tokio::select! {
        biased;
        _ = emit => {}
        () = ready(()) => {}
    }
    while log(&bus).await.is_empty() {
        tokio::task::yield_now().await;
    }
    bus.emit(bus.store(), NoteTorn(2)).await.unwrap();
}

pub(crate) async fn an_emit_of_several_tenants_is_refused_on_the_pool<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let again = |tenant: &str| {
        let envelope = eventbus_runtime::Envelope {
            id: uuid::Uuid::now_v7(),
            event_type: "note.torn".to_owned(),
            tenant: Some(tenant.to_owned()),
            ..eventbus_runtime::Envelope::default()
        };
        eventbus_runtime::RawEvent { envelope, data: "1".to_owned() }
    };
    let mixed = bus.emit(bus.store(), [again("a"), again("b")]).await.unwrap_err();
    assert_eq!(mixed.kind(), ErrorKind::ValidationFailed);
    assert!(mixed.to_string().contains("several tenants"), "{mixed}");
    bus.emit(bus.store(), [again("a"), again("a")]).await.unwrap();
}

#[tokio::test]
async fn callers_share_transactions_and_tenants_do_not() {
    let database = crate::database::Postgres(PgDatabase::new().await);
    let bus = database.bus().await;
    let mut callers = JoinSet::new();
    for n in 0..60 {
        let bus = bus.clone();
        callers.spawn(async move {
            let emit = bus.emit(bus.pool(), NoteTorn(n));
            let emit = if n % 3 == 0 { emit } else { emit.tenant((n % 3).to_string()) };
            emit.await.unwrap();
        });
    }
    callers.join_all().await;
    let number = async |sql| database.number(sql).await;
    assert_eq!(number("SELECT count(*) FROM eventbus_event").await, 60);
    let transactions = number("SELECT count(DISTINCT xid) FROM eventbus_event").await;
    assert!(transactions <= 20, "{transactions} transactions for 60 callers");
    let mixed = "SELECT count(*) FROM (SELECT xid FROM eventbus_event GROUP BY xid \
                 HAVING count(DISTINCT coalesce(tenant, '')) > 1) AS mixed";
    assert_eq!(number(mixed).await, 0);
}

#[tokio::test]
async fn only_the_buss_own_pool_is_taken() {
    let file = SqliteFile::new();
    let (bus, other) = (file.bus().await, file.bus().await);
    bus.emit(bus.pool(), NoteTorn(1)).await.unwrap();
    bus.emit(&bus.pool().clone(), NoteTorn(2)).await.unwrap();
    let refused = bus.emit(other.pool(), NoteTorn(3)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert_eq!(log(&bus).await.len(), 2);
}
