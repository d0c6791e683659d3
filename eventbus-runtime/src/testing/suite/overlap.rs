//! Transactions that are open at the same time.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::testing::suite::tools::{append, claim, claim_at, data, drain, emit, note, torn};
use crate::testing::suite::{StoreFixture, bus};
use crate::{EventBus, Start};

/// The number that comes first may belong to the transaction that commits last.
pub(super) async fn an_event_that_commits_later_is_not_lost<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut slow = bus.store().begin().await.unwrap();
    append(&bus, &mut slow, &[torn(1)]).await;
    let mut quick = bus.store().begin().await.unwrap();
    append(&bus, &mut quick, &[torn(2)]).await;
    bus.store().commit(quick).await.unwrap();

    let (events, cursor) = drain(&bus, cursor).await;
    assert_eq!(data(&events), ["2"]);
    bus.store().commit(slow).await.unwrap();
    let (events, cursor) = drain(&bus, cursor).await;
    assert_eq!(data(&events), ["1"]);
    assert_eq!(drain(&bus, cursor).await.0, []);
}

pub(super) async fn a_subscription_that_starts_now_misses_nothing_open<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let late = claim_at(&bus, "late", Start::Now).await;
    let mut open = bus.store().begin().await.unwrap();
    append(&bus, &mut open, &[torn(1)]).await;
    let later = claim_at(&bus, "later", Start::Now).await;
    bus.store().commit(open).await.unwrap();
    for cursor in [late.cursor, later.cursor] {
        assert_eq!(data(&drain(&bus, cursor).await.0), ["1"]);
    }
}

pub(super) async fn a_long_transaction_stalls_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut cursor = claim(&bus, "reader").await.cursor;
    let mut long = bus.store().begin().await.unwrap();
    for round in 0..20_u32 {
        append(&bus, &mut long, &[torn(1_000 + round)]).await;
        emit(&bus, &[&round.to_string()]).await;
        let events;
        (events, cursor) = drain(&bus, cursor).await;
        assert_eq!(data(&events), [format!(r#"["a","{round}"]"#)]);
    }
    bus.store().commit(long).await.unwrap();
    let (events, cursor) = drain(&bus, cursor).await;
    assert_eq!(data(&events), (1_000..1_020).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(drain(&bus, cursor).await.0, []);
}

pub(super) async fn a_rollback_leaves_a_gap_and_nothing_else<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut failing = bus.store().begin().await.unwrap();
    append(&bus, &mut failing, &[torn(1)]).await;
    emit(&bus, &["2"]).await;
    let (events, cursor) = drain(&bus, cursor).await;
    assert_eq!(events.len(), 1);
    bus.store().rollback(failing).await.unwrap();
    emit(&bus, &["3"]).await;
    assert_eq!(data(&drain(&bus, cursor).await.0), [r#"["a","3"]"#]);
}

const WRITERS: u32 = 8;

/// Commits or rolls back transactions of one aggregate that are open for different times; what it committed.
async fn write<S: Store>(bus: EventBus<S>, writer: u32) -> Vec<String> {
    let mut committed = Vec::new();
    for round in 0..40 {
        let mut tx = bus.store().begin().await.unwrap();
        let mut written = Vec::new();
        for n in 0..=(writer + round) % 3 {
            let event = note(&writer.to_string(), &format!("{round}.{n}"));
            append(&bus, &mut tx, std::slice::from_ref(&event)).await;
            written.push(event.event.data);
            tokio::task::yield_now().await;
        }
        match (writer * round) % 5 {
            4 => bus.store().rollback(tx).await.unwrap(),
            _ => {
                bus.store().commit(tx).await.unwrap();
                committed.append(&mut written);
            }
        }
    }
    committed
}

/// Writers that hold on to their transactions for different times, and a reader that goes on all the while.
pub(super) async fn nothing_is_lost_or_read_twice_while_writers_overlap<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let mut cursor = claim(&bus, "reader").await.cursor;
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(bus.clone(), writer))).collect();
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let finished = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let events;
        (events, cursor) = drain(&bus, cursor).await;
        for stored in events {
            let aggregate = stored.event.envelope.aggregate_id.unwrap_or_default();
            seen.entry(aggregate).or_default().push(stored.event.data);
        }
        if finished {
            break;
        }
        tokio::task::yield_now().await;
    }
    for (writer, written) in writers.into_iter().enumerate() {
        let read = seen.remove(&writer.to_string()).unwrap_or_default();
        assert_eq!(read, written.await.unwrap(), "each once, in the order of its aggregate");
    }
}
