//! A process that handles: a replica of a subscription whose handler writes a row for each event, and one of a subscription
//! whose handler has no transaction.

use std::time::Duration;

use clap::Args;
use eventbus_runtime::store::Log;
use eventbus_runtime::{
    Event, EventBus, HandlerError, PgStore, PgTx, Retry, SqliteStore, SqliteTx, Subscribe,
};
use rand::random_bool;
use tokio::time::sleep;

use crate::chaos::events::{LedgerWritten, Teller};
use crate::chaos::history::{PLAIN, ROWS, What};
use crate::chaos::worker::{self, Bus, Failure, PAUSE, Worker};

/// Short, so that a run sees many of them run out.
pub(super) const LEASE: Duration = Duration::from_secs(2);

/// Handles until its input ends.
#[derive(Debug, Clone, Args)]
pub(super) struct Relay {
    #[command(flatten)]
    worker: Worker,
}

/// Now and then a handler fails.
fn may_fail() -> Result<(), HandlerError> {
    if random_bool(0.005) {
        Err(HandlerError::retryable("once in a while it fails"))
    } else {
        Ok(())
    }
}

fn handled(teller: &Teller, subscription: &str, event: &str) {
    let (subscription, event) = (subscription.to_owned(), event.to_owned());
    teller.tell(What::Handled { subscription, event });
}

macro_rules! writing {
    ($name:ident, $store:ty, $tx:ty) => {
        fn $name(bus: &EventBus<$store>, teller: &Teller) -> Subscribe<$store> {
            /// No constraint keeps a second row away: only the cursor does.
            async fn write(
                mut tx: $tx,
                event: Event<LedgerWritten>,
                teller: Teller,
            ) -> Result<(), HandlerError> {
                let sql = "INSERT INTO effect (event, worker) VALUES ($1, $2)";
                let write = sqlx::query(sql).persistent(false).bind(&event.id).bind(&teller.by);
                write.execute(&mut *tx).await?;
                may_fail()?;
                handled(&teller, ROWS, &event.id);
                Ok(())
            }
            let teller = teller.clone();
            subscribe(bus, ROWS).handle(move |tx: $tx, event: Event<LedgerWritten>| {
                write(tx, event, teller.clone())
            })
        }
    };
}

writing!(on_postgres, PgStore, PgTx);
writing!(on_sqlite, SqliteStore, SqliteTx);

async fn note(event: Event<LedgerWritten>, teller: Teller) -> Result<(), HandlerError> {
    may_fail()?;
    handled(&teller, PLAIN, &event.id);
    Ok(())
}

fn subscribe<S: Log>(bus: &EventBus<S>, name: &str) -> Subscribe<S> {
    let retry = Retry { first: Duration::from_millis(50), ..Retry::default() };
    bus.subscribe(name).lease(LEASE).poll(Duration::from_millis(200)).page(100).retry(retry)
}

async fn serve<S: Log>(
    bus: EventBus<S>,
    teller: &Teller,
    writing: impl Fn(&EventBus<S>, &Teller) -> Subscribe<S>,
) -> Result<(), Failure> {
    let mut told = worker::told_to_end();
    loop {
        let teller_of_notes = teller.clone();
        let noting = subscribe(&bus, PLAIN)
            .handle(move |event: Event<LedgerWritten>| note(event, teller_of_notes.clone()));
        // Where one of them is running already, it is the database's fault that the other is not.
        let started = async {
            let plain = noting.start().await?;
            match writing(&bus, teller).start().await {
                Ok(rows) => Ok((plain, rows)),
                Err(error) => {
                    plain.shutdown().await?;
                    Err(error)
                }
            }
        };
        match started.await {
            Ok(_running) => {
                told.wait_for(|ends| *ends).await?;
                return Ok(bus.shutdown().await?);
            }
            Err(error) if *told.borrow() => return Err(error.into()),
            Err(error) => {
                eprintln!("{error:?}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Runs it.
///
/// # Errors
/// For a database that it cannot work on.
pub(super) async fn run(options: Relay) -> Result<(), Failure> {
    let teller = Teller { by: options.worker.name };
    match worker::connect(&options.worker.url).await {
        Bus::Postgres(bus) => serve(bus, &teller, on_postgres).await,
        Bus::Sqlite(bus) => serve(bus, &teller, on_sqlite).await,
    }
}
