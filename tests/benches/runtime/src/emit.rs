//! One event in the caller's transaction, beside one business row.

use std::cell::RefCell;
use std::future::Future;
use std::time::{Duration, Instant};

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::{PgBus, SqliteBus};
use tokio::task::JoinSet;

use crate::Result;
use crate::by_hand;
use crate::events::{OrderPlaced, Orders};
use crate::options::{Database, Options};
use crate::ours;
use crate::place;
use crate::turns::{Side, compare};

const GOAL: Goal = Goal::AtLeast(0.95);

pub(crate) async fn rows(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let orders = RefCell::new(Orders::new(seed, options.payload)?);
    let mut rows = Vec::new();
    if options.on(Database::Postgres) {
        for connections in &options.connections {
            rows.extend(postgres(options, &orders, *connections).await?);
        }
    }
    if options.on(Database::Sqlite) {
        rows.extend(sqlite(options, &orders).await?);
    }
    Ok(rows)
}

async fn postgres(
    options: &Options,
    orders: &RefCell<Orders>,
    connections: usize,
) -> Result<Vec<Row>> {
    let (bus, _database) = place::postgres(connections).await?;
    let one = orders.borrow_mut().next();
    agree_on_postgres(&bus, &one).await?;
    let each = options.transactions.div_ceil(connections);
    let parts =
        || (0..connections).map(|_| orders.borrow_mut().take(each)).collect::<Vec<Vec<_>>>();
    let sides = vec![
        Side::ours(|| at_once(&bus, parts(), ours_on_postgres)),
        Side::other("by hand, epoch read at connect", GOAL, || {
            at_once(&bus, parts(), by_hand_on_postgres)
        }),
        Side::other("by hand, epoch read with each", Goal::None, || {
            at_once(&bus, parts(), checked_on_postgres)
        }),
    ];
    let plural = if connections == 1 { "" } else { "s" };
    let what = format!("PostgreSQL, {connections} connection{plural}");
    let rows = compare("emit", &what, (options.rounds, each * connections), sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

async fn sqlite(options: &Options, orders: &RefCell<Orders>) -> Result<Vec<Row>> {
    let (bus, _file) = place::sqlite().await?;
    let one = orders.borrow_mut().next();
    agree_on_sqlite(&bus, &one).await?;
    let parts = || vec![orders.borrow_mut().take(options.transactions)];
    let sides = vec![
        Side::ours(|| at_once(&bus, parts(), ours_on_sqlite)),
        Side::other("by hand", GOAL, || at_once(&bus, parts(), by_hand_on_sqlite)),
    ];
    let count = (options.rounds, options.transactions);
    let rows = compare("emit", "SQLite, 1 connection", count, sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

/// The time that tasks take, one for each part, all at once.
pub(crate) fn at_once<B, F>(
    bus: &B,
    parts: Vec<Vec<OrderPlaced>>,
    work: fn(B, Vec<OrderPlaced>) -> F,
) -> impl Future<Output = Result<Duration>> + Send + use<B, F>
where
    B: Clone + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let bus = bus.clone();
    async move {
        let start = Instant::now();
        let mut tasks: JoinSet<_> = parts.into_iter().map(|part| work(bus.clone(), part)).collect();
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(start.elapsed())
    }
}

/// One task of a side: the same transactions one after the other, but for how they write the event.
macro_rules! transactions {
    ($name:ident, $bus:ty, $business:path, |$of:ident, $tx:ident, $order:ident| $emit:expr) => {
        pub(crate) async fn $name($of: $bus, orders: Vec<OrderPlaced>) -> Result<()> {
            for $order in &orders {
                let mut $tx = $of.begin().await?;
                $business(&mut $tx, $order).await?;
                $emit.await?;
                $tx.commit().await?;
            }
            Ok(())
        }
    };
}

transactions!(ours_on_postgres, PgBus, by_hand::postgres::order, |bus, tx, order| {
    ours::emit(&bus, &mut tx, order)
});
transactions!(by_hand_on_postgres, PgBus, by_hand::postgres::order, |bus, tx, order| {
    by_hand::postgres::emit(&mut tx, order)
});
transactions!(checked_on_postgres, PgBus, by_hand::postgres::order, |bus, tx, order| {
    by_hand::postgres::emit_checked(&mut tx, order)
});
transactions!(ours_on_sqlite, SqliteBus, by_hand::sqlite::order, |bus, tx, order| {
    ours::emit(&bus, &mut tx, order)
});
transactions!(by_hand_on_sqlite, SqliteBus, by_hand::sqlite::order, |bus, tx, order| {
    by_hand::sqlite::emit(&mut tx, order)
});

/// All ways write the same row, or the comparison would say nothing.
async fn agree_on_postgres(bus: &PgBus, order: &OrderPlaced) -> Result<()> {
    let mut tx = bus.begin().await?;
    ours::emit(bus, &mut tx, order).await?;
    by_hand::postgres::emit(&mut tx, order).await?;
    by_hand::postgres::emit_checked(&mut tx, order).await?;
    by_hand::postgres::emit_all(&mut tx, std::slice::from_ref(order)).await?;
    let different = by_hand::postgres::different_rows(&mut tx).await?;
    tx.rollback().await?;
    agreed(different)
}

async fn agree_on_sqlite(bus: &SqliteBus, order: &OrderPlaced) -> Result<()> {
    let mut tx = bus.begin().await?;
    ours::emit(bus, &mut tx, order).await?;
    by_hand::sqlite::emit(&mut tx, order).await?;
    by_hand::sqlite::emit_all(&mut tx, std::slice::from_ref(order)).await?;
    let different = by_hand::sqlite::different_rows(&mut tx).await?;
    tx.rollback().await?;
    agreed(different)
}

fn agreed(different: i64) -> Result<()> {
    if different == 1 { Ok(()) } else { Err("what is emitted by hand differs".into()) }
}
