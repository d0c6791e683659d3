//! Transactions of the bus's own.

use eventbus_runtime::store::Log;
use eventbus_runtime::{BusTx, Error, ErrorKind, EventBus};

use eventbus_runtime::testing::suite::tools::log;

use crate::database::Database;
use crate::events::NoteTorn;

async fn data<S: Log>(bus: &EventBus<S>) -> Vec<String> {
    log(bus).await.into_iter().map(|stored| stored.event.data).collect()
}

async fn commits<S: Log>(bus: EventBus<S>) {
    let greeting = String::from("done");
    let work = async |mut tx: BusTx<S>| {
        let one = tx.emit(NoteTorn(1)).await?;
        bus.emit(&mut tx, [NoteTorn(2), NoteTorn(3)]).await?;
        // Whether it is a duplicate only the database knows: it is written at once, and what waited before it.
        let keyed = tx.emit(NoteTorn(4)).key("4").await?;
        let again = tx.emit(NoteTorn(5)).key("4").await?;
        assert!(again[0].is_duplicate() && again.id() == keyed.id());
        tx.emit(NoteTorn(6)).await?;
        Ok::<_, Error>((greeting, one.id()))
    };
    let (greeting, id) = bus.transaction(work).await.unwrap();
    assert_eq!(greeting, "done");
    assert_eq!(log(&bus).await[0].event.envelope.id, id);
    assert_eq!(data(&bus).await, ["1", "2", "3", "4", "6"]);
}

async fn rolls_back<S: Log>(bus: EventBus<S>) {
    let failed = bus.transaction(async |mut tx| {
        tx.emit(NoteTorn(1)).await?;
        tx.emit(NoteTorn(2)).key("2").await?;
        Err::<(), _>(Error::new(ErrorKind::ValidationFailed, "no"))
    });
    assert_eq!(failed.await.unwrap_err().to_string(), "no");
    let mut kept = None;
    let leaked = bus.transaction(async |tx| {
        kept = Some(tx);
        Ok::<(), Error>(())
    });
    let error = leaked.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionRollback);
    assert!(error.to_string().contains("do not leak the `BusTx`"), "{error}");
    drop(kept);
    assert!(data(&bus).await.is_empty());
}

/// Wherever a caller stops waiting, what comes after finds a bus that works.
async fn survives_callers_who_stop_waiting<S: Log>(bus: EventBus<S>) {
    for polls in 0..40 {
        let work = bus.transaction(async |mut tx| {
            tokio::task::yield_now().await;
            tx.emit(NoteTorn(1)).await?;
            Ok::<(), Error>(())
        });
        let countdown = async {
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = countdown => {}
            done = work => done.unwrap(),
        }
    }
    bus.transaction(async |mut tx| tx.emit(NoteTorn(2)).await.map(drop)).await.unwrap();
    assert!(data(&bus).await.contains(&"2".to_owned()));
}

pub(crate) async fn a_transaction_writes_what_waited_at_its_end<D: Database>() {
    let (_database, bus) = D::migrated().await;
    commits(bus).await;
}

pub(crate) async fn a_failed_or_kept_transaction_is_rolled_back<D: Database>() {
    let (_database, bus) = D::migrated().await;
    rolls_back(bus).await;
}

pub(crate) async fn a_cancelled_transaction_leaves_the_bus_usable<D: Database>() {
    let (_database, bus) = D::migrated().await;
    survives_callers_who_stop_waiting(bus).await;
}

pub(crate) async fn an_insert_at_the_end_that_fails_is_told<D: Database>() {
    let (database, bus) = D::migrated().await;
    database.execute("ALTER TABLE eventbus_event RENAME TO away").await;
    let failed = bus.transaction(async |mut tx| {
        tx.emit(NoteTorn(1)).await.expect("it waits for the end");
        Ok::<(), Error>(())
    });
    assert_eq!(failed.await.unwrap_err().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn in_memory() {
    commits(EventBus::in_memory()).await;
    rolls_back(EventBus::in_memory()).await;
    survives_callers_who_stop_waiting(EventBus::in_memory()).await;
}

#[tokio::test]
async fn its_future_can_be_sent_to_another_thread() {
    let bus = EventBus::in_memory();
    let other = bus.clone();
    let spawned = tokio::spawn(async move {
        let number = 1;
        other.transaction(async |mut tx| tx.emit(NoteTorn(number)).await.map(drop)).await
    });
    spawned.await.unwrap().unwrap();
    assert_eq!(bus.log().len(), 1);
}
