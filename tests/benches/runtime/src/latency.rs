//! From the commit of an event to its handler, in one process, while nothing else happens.

use std::time::{Duration, Instant};

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::quantile;
use eventbus_runtime::{PgBus, SqliteBus};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::sleep;

use crate::Result;
use crate::events::{OrderPlaced, Orders};
use crate::options::{Database, Options};
use crate::ours;
use crate::place;

/// How long nothing happens before an emit, in milliseconds. A subscription that found nothing looks again after 5 ms, 10
/// ms and so on, for half a second in all, and only then sleeps until it is woken: an earlier emit would be found by chance.
const PAUSE: std::ops::Range<u64> = 600..700;

/// What the emitter tells the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// That it emits, which it does before it commits.
    Emit,
    /// That, and afterwards that it committed.
    Commit,
}

pub(crate) async fn rows(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (told, how) in [(Told::Emit, "emit alone"), (Told::Commit, "emit, then wake()")] {
        if options.on(Database::Postgres) {
            let (bus, _database) = place::postgres(4).await?;
            let (sender, receiver) = unbounded_channel();
            let running = ours::listen(&bus, "bench", sender).await?;
            let mut emitter = Emitter::new(options, seed, receiver)?;
            let what = format!("PostgreSQL, {how}");
            rows.extend(
                emitter.measure(&what, async |order| on_postgres(&bus, told, order).await).await?,
            );
            running.shutdown().await?;
            bus.pool().close().await;
        }
        if options.on(Database::Sqlite) {
            let (bus, _file) = place::sqlite().await?;
            let (sender, receiver) = unbounded_channel();
            let running = ours::listen(&bus, "bench", sender).await?;
            let mut emitter = Emitter::new(options, seed, receiver)?;
            let what = format!("SQLite, {how}");
            rows.extend(
                emitter.measure(&what, async |order| on_sqlite(&bus, told, order).await).await?,
            );
            running.shutdown().await?;
            bus.pool().close().await;
        }
    }
    Ok(rows)
}

/// Emits one event after the other, each after a pause.
struct Emitter {
    samples: usize,
    orders: Orders,
    random: StdRng,
    called: UnboundedReceiver<Instant>,
}

impl Emitter {
    fn new(options: &Options, seed: u64, called: UnboundedReceiver<Instant>) -> Result<Self> {
        let orders = Orders::new(seed, options.payload)?;
        Ok(Self { samples: options.samples, orders, random: StdRng::seed_from_u64(seed), called })
    }

    /// `emit` returns the moment at which its commit returned.
    async fn measure(
        &mut self,
        what: &str,
        emit: impl AsyncFn(&OrderPlaced) -> Result<Instant>,
    ) -> Result<[Row; 2]> {
        eprint!("latency: {what} ");
        let mut samples = Vec::new();
        for sample in 0..=self.samples {
            sleep(Duration::from_millis(self.random.random_range(PAUSE))).await;
            let committed = emit(&self.orders.next()).await?;
            let called = self.called.recv().await.ok_or("the subscription ended")?;
            // The first one fills the caches. A handler may be called before the emitter hears of its commit.
            if sample > 0 {
                samples.push(called.saturating_duration_since(committed).as_secs_f64() * 1e6);
            }
            if sample.is_multiple_of(10) {
                eprint!(".");
            }
        }
        let row = |name: &str, percent| Row {
            part: "latency",
            what: format!("{what}, {name}"),
            against: String::new(),
            unit: "µs",
            ours: quantile(samples.clone(), percent),
            theirs: None,
            spread: None,
            goal: Goal::None,
        };
        let rows = [row("p50", 50), row("p99", 99)];
        eprintln!(" {:.0} µs", rows[0].ours);
        Ok(rows)
    }
}

async fn on_postgres(bus: &PgBus, told: Told, order: &OrderPlaced) -> Result<Instant> {
    let mut tx = bus.begin().await?;
    ours::emit(bus, &mut tx, order).await?;
    tx.commit().await?;
    let committed = Instant::now();
    if told == Told::Commit {
        ours::wake(bus);
    }
    Ok(committed)
}

async fn on_sqlite(bus: &SqliteBus, told: Told, order: &OrderPlaced) -> Result<Instant> {
    let mut tx = bus.begin().await?;
    ours::emit(bus, &mut tx, order).await?;
    tx.commit().await?;
    let committed = Instant::now();
    if told == Told::Commit {
        ours::wake(bus);
    }
    Ok(committed)
}
