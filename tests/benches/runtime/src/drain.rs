//! Stored events into one handler, with progress that is stored durably.
//!
//! The loops by hand hold one connection, read pages of 1,000 between two snapshots (on SQLite behind the last number),
//! read each row into the struct as it arrives, and write the cursor under its fence after each page.

use std::cell::Cell;
use std::future::Future;
use std::time::{Duration, Instant};

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::{PgBus, SqliteBus};

use crate::Result;
use crate::by_hand::{self, Columns};
use crate::events::Orders;
use crate::options::{Database, Options};
use crate::ours::{self, Tally};
use crate::place;
use crate::turns::{Side, compare};

const GOAL: Goal = Goal::AtLeast(0.9);

/// Of a handler that writes one row for each event.
const WRITING_GOAL: Goal = Goal::AtLeast(0.85);

/// Handlers that write take as many events fewer.
const WRITING_SHARE: usize = 10;

/// How many events are stored in one transaction.
const CHUNK: usize = 1_000;

/// What everybody who drains the log must have seen: so many events, and the sum of what was ordered.
type Expected = (u64, i64);

pub(crate) async fn rows(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    if options.on(Database::Postgres) {
        rows.extend(postgres(options, seed).await?);
        rows.extend(writing_postgres(options, seed).await?);
    }
    if options.on(Database::Sqlite) {
        rows.extend(sqlite(options, seed).await?);
        rows.extend(writing_sqlite(options, seed).await?);
    }
    Ok(rows)
}

async fn postgres(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let (bus, _database) = place::postgres(4).await?;
    let expected = store_on_postgres(&bus, options, options.events, seed).await?;
    let (names, count) = (Names::default(), (options.rounds, options.events));
    let by_hand = |columns| {
        let (pool, name) = (bus.pool().clone(), names.next());
        timed(expected, move |tally| by_hand::postgres::drain_plain(pool, name, columns, tally))
    };
    let ours = || {
        let (bus, name) = (bus.clone(), names.next());
        timed(expected, async move |tally| ours::drain_plain(&bus, &name, tally).await)
    };
    let sides = vec![
        Side::ours(ours),
        Side::other("window loop by hand", GOAL, || by_hand(Columns::Needed)),
        Side::other("the same, whole envelope", Goal::None, || by_hand(Columns::All)),
    ];
    let mut rows = compare("drain", "PostgreSQL, plain handler", count, sides).await?;
    let sides = vec![
        Side::ours(|| {
            let (bus, name) = (bus.clone(), names.next());
            timed(expected, async move |tally| ours::drain_transactional(&bus, &name, tally).await)
        }),
        Side::other("window loop by hand", GOAL, || {
            let (pool, name) = (bus.pool().clone(), names.next());
            timed(expected, move |tally| {
                by_hand::postgres::drain_transactional(pool, name, false, tally)
            })
        }),
    ];
    rows.extend(compare("drain", "PostgreSQL, transactional handler", count, sides).await?);
    bus.pool().close().await;
    Ok(rows)
}

async fn writing_postgres(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let (bus, _database) = place::postgres(4).await?;
    let events = options.events.div_ceil(WRITING_SHARE);
    let expected = store_on_postgres(&bus, options, events, seed).await?;
    let names = Names::default();
    let sides = vec![
        Side::ours(|| {
            let (bus, name) = (bus.clone(), names.next());
            timed(expected, async move |tally| {
                ours::drain_writing_postgres(&bus, &name, tally).await
            })
        }),
        Side::other("window loop by hand", WRITING_GOAL, || {
            let (pool, name) = (bus.pool().clone(), names.next());
            timed(expected, move |tally| {
                by_hand::postgres::drain_transactional(pool, name, true, tally)
            })
        }),
    ];
    let what = "PostgreSQL, handler that writes a row";
    let rows = compare("drain", what, (options.rounds, events), sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

async fn sqlite(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let (bus, _file) = place::sqlite().await?;
    let expected = store_on_sqlite(&bus, options, options.events, seed).await?;
    let (names, count) = (Names::default(), (options.rounds, options.events));
    let by_hand = |columns| {
        let (pool, name) = (bus.pool().clone(), names.next());
        timed(expected, move |tally| by_hand::sqlite::drain_plain(pool, name, columns, tally))
    };
    let sides = vec![
        Side::ours(|| {
            let (bus, name) = (bus.clone(), names.next());
            timed(expected, async move |tally| ours::drain_plain(&bus, &name, tally).await)
        }),
        Side::other("loop by hand", GOAL, || by_hand(Columns::Needed)),
        Side::other("the same, whole envelope", Goal::None, || by_hand(Columns::All)),
    ];
    let mut rows = compare("drain", "SQLite, plain handler", count, sides).await?;
    let sides = vec![
        Side::ours(|| {
            let (bus, name) = (bus.clone(), names.next());
            timed(expected, async move |tally| ours::drain_transactional(&bus, &name, tally).await)
        }),
        Side::other("loop by hand", GOAL, || {
            let (pool, name) = (bus.pool().clone(), names.next());
            timed(expected, move |tally| {
                by_hand::sqlite::drain_transactional(pool, name, false, tally)
            })
        }),
    ];
    rows.extend(compare("drain", "SQLite, transactional handler", count, sides).await?);
    bus.pool().close().await;
    Ok(rows)
}

async fn writing_sqlite(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let (bus, _file) = place::sqlite().await?;
    let events = options.events.div_ceil(WRITING_SHARE);
    let expected = store_on_sqlite(&bus, options, events, seed).await?;
    let names = Names::default();
    let sides = vec![
        Side::ours(|| {
            let (bus, name) = (bus.clone(), names.next());
            timed(expected, async move |tally| ours::drain_writing_sqlite(&bus, &name, tally).await)
        }),
        Side::other("loop by hand", WRITING_GOAL, || {
            let (pool, name) = (bus.pool().clone(), names.next());
            timed(expected, move |tally| {
                by_hand::sqlite::drain_transactional(pool, name, true, tally)
            })
        }),
    ];
    let what = "SQLite, handler that writes a row";
    let rows = compare("drain", what, (options.rounds, events), sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

/// A subscription of its own for each turn, so that each begins with the oldest event.
#[derive(Default)]
struct Names(Cell<u32>);

impl Names {
    fn next(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("bench-{}", self.0.get())
    }
}

/// The time of one drain, which must have seen everything.
async fn timed<F>(expected: Expected, drain: impl FnOnce(Tally) -> F) -> Result<Duration>
where
    F: Future<Output = Result<()>> + Send,
{
    let tally = Tally::default();
    let start = Instant::now();
    drain(tally.clone()).await?;
    let taken = start.elapsed();
    let seen = tally.read();
    if seen == expected { Ok(taken) } else { Err(format!("{seen:?} of {expected:?}").into()) }
}

/// Fills the log. It is vacuumed afterwards, or the first to read it would do the server's housekeeping for the others.
async fn store_on_postgres(
    bus: &PgBus,
    options: &Options,
    events: usize,
    seed: u64,
) -> Result<Expected> {
    let mut orders = Orders::new(seed, options.payload)?;
    let mut expected = (u64::try_from(events)?, 0);
    for begun in (0..events).step_by(CHUNK) {
        let chunk = orders.take(CHUNK.min(events - begun));
        expected.1 += chunk.iter().map(|order| order.total_cents).sum::<i64>();
        by_hand::postgres::emit_all(&mut *bus.pool().acquire().await?, &chunk).await?;
    }
    sqlx::query("VACUUM (ANALYZE) eventbus_event").execute(bus.pool()).await?;
    sqlx::query("CHECKPOINT").execute(bus.pool()).await?;
    Ok(expected)
}

async fn store_on_sqlite(
    bus: &SqliteBus,
    options: &Options,
    events: usize,
    seed: u64,
) -> Result<Expected> {
    let mut orders = Orders::new(seed, options.payload)?;
    let mut expected = (u64::try_from(events)?, 0);
    for begun in (0..events).step_by(CHUNK) {
        let chunk = orders.take(CHUNK.min(events - begun));
        expected.1 += chunk.iter().map(|order| order.total_cents).sum::<i64>();
        let mut tx = bus.begin().await?;
        by_hand::sqlite::emit_all(&mut tx, &chunk).await?;
        tx.commit().await?;
    }
    Ok(expected)
}
