//! One emit of many events, in a transaction of its own.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::{PgBus, SqliteBus};

use crate::Result;
use crate::by_hand;
use crate::events::{OrderPlaced, Orders};
use crate::options::{Database, Options};
use crate::ours;
use crate::place;
use crate::turns::{Side, compare};

/// Events of one emit on PostgreSQL.
const THOUSAND: usize = 1_000;

pub(crate) async fn rows(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let orders = RefCell::new(Orders::new(seed, options.payload)?);
    let batches = |of: usize| {
        let mut orders = orders.borrow_mut();
        (0..options.batches).map(|_| orders.take(of)).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    if options.on(Database::Postgres) {
        let (bus, _database) = place::postgres(1).await?;
        let sides = vec![
            Side::ours(|| ours_on_postgres(bus.clone(), batches(THOUSAND))),
            Side::other("UNNEST by hand", Goal::AtLeast(0.95), || {
                by_hand_on_postgres(bus.clone(), batches(THOUSAND))
            }),
        ];
        let count = (options.rounds, options.batches * THOUSAND);
        rows.extend(
            compare("batch", "PostgreSQL, events in batches of 1,000", count, sides).await?,
        );
        bus.pool().close().await;
    }
    if options.on(Database::Sqlite) {
        let (bus, _file) = place::sqlite().await?;
        let of = by_hand::sqlite::BATCH;
        let sides = vec![
            Side::ours(|| ours_on_sqlite(bus.clone(), batches(of))),
            Side::other("VALUES of 100 rows by hand", Goal::AtLeast(0.9), || {
                by_hand_on_sqlite(bus.clone(), batches(of))
            }),
        ];
        let count = (options.rounds, options.batches * of);
        rows.extend(compare("batch", "SQLite, events in batches of 100", count, sides).await?);
        bus.pool().close().await;
    }
    Ok(rows)
}

macro_rules! batches {
    ($name:ident, $bus:ty, |$of:ident, $tx:ident, $orders:ident| $emit:expr) => {
        async fn $name($of: $bus, batches: Vec<Vec<OrderPlaced>>) -> Result<Duration> {
            let start = Instant::now();
            for $orders in &batches {
                let mut $tx = $of.begin().await?;
                $emit.await?;
                $tx.commit().await?;
            }
            Ok(start.elapsed())
        }
    };
}

batches!(ours_on_postgres, PgBus, |bus, tx, orders| ours::emit_all(&bus, &mut tx, orders));
batches!(by_hand_on_postgres, PgBus, |bus, tx, orders| by_hand::postgres::emit_all(
    &mut tx, orders
));
batches!(ours_on_sqlite, SqliteBus, |bus, tx, orders| ours::emit_all(&bus, &mut tx, orders));
batches!(by_hand_on_sqlite, SqliteBus, |bus, tx, orders| by_hand::sqlite::emit_all(
    &mut tx, orders
));
