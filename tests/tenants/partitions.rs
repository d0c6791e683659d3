//! A log of partitions under row level security.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use eventbus_runtime::{Event, HandlerError};
use sqlx::AssertSqlSafe;

use crate::fixture::{ACME, EMITTER, OPERATOR, OWNER, RELAY, Tenants, acme, number, run, security};
use crate::{OrderPlaced, placed};

const PARTS: &str = "SELECT relname::text FROM pg_class WHERE relispartition AND relkind = 'r' \
                     OR relname LIKE 'eventbus\\_dropped%' ORDER BY 1";

async fn parts(tenants: &Tenants) -> Vec<String> {
    let mut connection = tenants.connection(OWNER).await;
    sqlx::query_scalar(PARTS).fetch_all(&mut connection).await.unwrap()
}

/// A log of two tenants, protected before it was partitioned or after that.
async fn parted(is_protected_first: bool) -> Tenants {
    let tenants = if is_protected_first { Tenants::filled().await } else { Tenants::open().await };
    tenants.bus(OWNER).await.partition_log(3).await.unwrap();
    if !is_protected_first {
        tenants.bus(OWNER).await.protect_tenants(&security()).await.unwrap();
        let relay = tenants.bus(RELAY).await;
        relay.emit(relay.store(), placed(1)).tenant("acme").await.unwrap();
        for order in 2..=4 {
            relay.emit(relay.store(), placed(order)).tenant("globex").await.unwrap();
        }
    }
    let emitter = tenants.bus(EMITTER).await;
    for order in 5..=30 {
        acme().scope(async { emitter.emit(emitter.store(), placed(order)).await }).await.unwrap();
    }
    tenants
}

#[tokio::test]
async fn nobody_reaches_a_partition_by_its_own_name() {
    for is_protected_first in [true, false] {
        let tenants = parted(is_protected_first).await;
        let parts = parts(&tenants).await;
        assert!(parts.len() >= 5, "{parts:?}");
        let mut owner = tenants.connection(OWNER).await;
        for part in &parts {
            let count = format!("SELECT count(*) FROM {part}");
            assert_eq!(number(&mut owner, &count).await.unwrap(), 0, "the owner sees nothing");
            for role in [EMITTER, ACME, RELAY, OPERATOR] {
                let mut connection = tenants.connection(role).await;
                let refused = number(&mut connection, &count).await.unwrap_err();
                assert!(refused.to_string().contains("permission denied"), "{role}: {refused}");
                let write = format!("INSERT INTO {part} DEFAULT VALUES");
                assert!(run(&mut connection, &write).await.is_err(), "{role} writes {part}");
            }
        }
        for mut acme in tenants.of_acme().await {
            let count = "SELECT count(*) FROM eventbus_event";
            assert_eq!(number(&mut acme, count).await.unwrap(), 27);
            let next = "SELECT nextval('eventbus_event_position_seq')";
            assert!(number(&mut acme, next).await.is_err(), "no number is the emitter's to take");
        }
        let rules = "SELECT count(*) FROM pg_policies WHERE tablename IN ('eventbus_event', 'eventbus_delivery')";
        assert_eq!(tenants.number(rules).await, 8);
        assert_eq!(tenants.number("SELECT count(*) FROM eventbus_event").await, 30);
    }
}

/// A delivery is seen by whoever sees its event, wherever the event is by then.
#[tokio::test]
async fn deliveries_are_seen_with_events_of_any_partition() {
    let tenants = parted(true).await;
    let relay = tenants.bus(RELAY).await;
    let seen = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&seen);
    let handler = move |event: Event<OrderPlaced>| {
        counted.fetch_add(1, SeqCst);
        ready(if event.order.is_multiple_of(2) {
            Ok(())
        } else {
            Err(HandlerError::retryable("odd"))
        })
    };
    let running = relay.subscribe("all").handle(handler).start().await.unwrap();
    while tenants.number("SELECT count(*) FROM eventbus_delivery").await < 15 {
        tokio::task::yield_now().await;
    }
    for mut acme in tenants.of_acme().await {
        let count = "SELECT count(*) FROM eventbus_delivery";
        assert_eq!(number(&mut acme, count).await.unwrap(), 14);
    }
    running.shutdown().await.unwrap();
    assert!(seen.load(SeqCst) >= 30);
}

/// Partitions are their owner's: whoever looks after the log and owns nothing deletes what is old, and one who is both drops
/// whole partitions.
#[tokio::test]
async fn operators_delete_and_owners_who_see_all_drop() {
    let tenants = parted(true).await;
    let operator = tenants.bus(OPERATOR).await;
    let deleted = operator.retention().before(9).drop().await.unwrap();
    assert_eq!((deleted.upto, deleted.dropped, deleted.partitions), (8, 8, 0), "{deleted}");
    let owner = tenants.bus(OWNER).await;
    let blind = owner.retention().before(9).drop().await.unwrap_err();
    assert!(blind.to_string().contains("row level security hides"), "{blind}");

    let both = format!("eventbus_test_{}", uuid::Uuid::now_v7().simple());
    let role = format!("CREATE ROLE {both} LOGIN PASSWORD '{both}' IN ROLE {OWNER}, {OPERATOR}");
    tenants.run(&role).await;
    let keeper = tenants.bus(&both).await;
    let dropped = keeper.retention().before(15).drop().await.unwrap();
    assert!(dropped.partitions >= 3 && dropped.dropped >= 4, "{dropped}");
    let left = parts(&tenants).await;
    assert!(!left.iter().any(|part| part.contains("dropped")), "{left:?}");
    // What was made ahead is covered as well.
    let open = "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)";
    assert_eq!(tenants.number(open).await, 0);
    keeper.pool().close().await;
    let gone =
        format!("REASSIGN OWNED BY {both} TO {OWNER}; DROP OWNED BY {both}; DROP ROLE {both}");
    sqlx::raw_sql(AssertSqlSafe(gone)).execute(tenants.database.bus().await.pool()).await.unwrap();
}
