//! The runtime as it is used here: whatever of its API the measurements touch stands in this file.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{Event, EventBus, PgTx, Running, SqliteTx, Start, Tx};
use tokio::sync::mpsc::UnboundedSender;

use crate::Result;
use crate::by_hand;
use crate::events::OrderPlaced;

/// What a handler saw, so that nobody is fast by leaving something out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Totals>);

#[derive(Debug, Default)]
struct Totals {
    events: AtomicU64,
    cents: AtomicI64,
}

impl Tally {
    /// One event was handled: the whole work of most handlers here.
    pub(crate) fn note(&self, order: &OrderPlaced) {
        self.0.events.fetch_add(1, Ordering::Relaxed);
        self.0.cents.fetch_add(order.total_cents, Ordering::Relaxed);
    }

    /// How many events, and the sum of what was ordered.
    pub(crate) fn read(&self) -> (u64, i64) {
        (self.0.events.load(Ordering::Relaxed), self.0.cents.load(Ordering::Relaxed))
    }
}

/// Emits one event inside the caller's transaction.
pub(crate) async fn emit<S: Store>(
    bus: &EventBus<S>,
    connection: &mut S::Connection,
    order: &OrderPlaced,
) -> Result<()> {
    bus.emit(connection, order).await?;
    Ok(())
}

/// Emits several at once.
pub(crate) async fn emit_all<S: Store>(
    bus: &EventBus<S>,
    connection: &mut S::Connection,
    orders: &[OrderPlaced],
) -> Result<()> {
    bus.emit(connection, orders).await?;
    Ok(())
}

/// Hands the whole log to a plain handler.
pub(crate) async fn drain_plain<S: Log>(bus: &EventBus<S>, name: &str, tally: Tally) -> Result<()> {
    let handler = move |event: Event<OrderPlaced>| {
        tally.note(&event);
        ready(Ok(()))
    };
    finish(bus.subscribe(name).handle(handler).start().await?).await
}

/// Hands the whole log to a transactional handler that writes nothing.
pub(crate) async fn drain_transactional<S: Log>(
    bus: &EventBus<S>,
    name: &str,
    tally: Tally,
) -> Result<()> {
    let handler = move |_: Tx<S>, event: Event<OrderPlaced>| {
        tally.note(&event);
        ready(Ok(()))
    };
    finish(bus.subscribe(name).handle(handler).start().await?).await
}

/// Hands the whole log to a transactional handler that writes one row for each event.
pub(crate) async fn drain_writing_postgres(
    bus: &EventBus<eventbus_runtime::PgStore>,
    name: &str,
    tally: Tally,
) -> Result<()> {
    let handler = move |mut tx: PgTx, event: Event<OrderPlaced>| {
        tally.note(&event);
        async move { Ok(by_hand::postgres::project(&mut tx, &event).await?) }
    };
    finish(bus.subscribe(name).handle(handler).start().await?).await
}

/// The same on SQLite.
pub(crate) async fn drain_writing_sqlite(
    bus: &EventBus<eventbus_runtime::SqliteStore>,
    name: &str,
    tally: Tally,
) -> Result<()> {
    let handler = move |mut tx: SqliteTx, event: Event<OrderPlaced>| {
        tally.note(&event);
        async move { Ok(by_hand::sqlite::project(&mut tx, &event).await?) }
    };
    finish(bus.subscribe(name).handle(handler).start().await?).await
}

/// Waits until everything is handled and the progress is stored.
async fn finish<S: Log>(running: Running<S>) -> Result<()> {
    running.settled().await?;
    running.shutdown().await?;
    Ok(())
}

/// Starts a subscription of what comes from now on; its handler sends the moment in which it was called.
pub(crate) async fn listen<S: Log>(
    bus: &EventBus<S>,
    name: &str,
    called: UnboundedSender<Instant>,
) -> Result<Running<S>> {
    let handler = move |_: Event<OrderPlaced>| {
        called.send(Instant::now()).expect("whoever measures waits for it");
        ready(Ok(()))
    };
    Ok(bus.subscribe(name).from(Start::Now).handle(handler).start().await?)
}

/// Tells the subscriptions that the caller's transaction has committed.
pub(crate) fn wake<S: Store>(bus: &EventBus<S>) {
    bus.wake();
}
