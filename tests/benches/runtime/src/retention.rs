//! What emitters lose while old events are archived and dropped beside them.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::EventBus;
use eventbus_runtime::store::Retention;
use eventbus_tests::sqlite::SqliteFile;

use crate::Result;
use crate::emit::{at_once, ours_on_postgres, ours_on_sqlite};
use crate::events::Orders;
use crate::options::{Database, Options};
use crate::ours;
use crate::place;
use crate::turns::{Side, compare};

const GOAL: Goal = Goal::AtLeast(0.9);

/// How many events one transaction of the filling writes.
const MANY: usize = 1_000;

/// How many events one run archives and drops.
const A_FEW: i64 = 5_000;

pub(crate) async fn rows(options: &Options, seed: u64) -> Result<Vec<Row>> {
    let orders = RefCell::new(Orders::new(seed, options.payload)?);
    // What keeps a folder keeps the archive in it.
    let (postgres, sqlite) = (SqliteFile::new(), SqliteFile::new());
    let mut rows = Vec::new();
    if options.on(Database::Postgres) {
        for connections in &options.connections {
            let archive = postgres.path().with_file_name(format!("archive-{connections}"));
            rows.extend(on_postgres(options, &orders, *connections, &archive).await?);
        }
    }
    if options.on(Database::Sqlite) {
        let archive = sqlite.path().with_file_name("archive");
        rows.extend(on_sqlite(options, &orders, &archive).await?);
    }
    Ok(rows)
}

async fn on_postgres(
    options: &Options,
    orders: &RefCell<Orders>,
    connections: usize,
    archive: &Path,
) -> Result<Vec<Row>> {
    let (bus, _database) = place::postgres(connections + 1).await?;
    let leaving = Leaving::new(&bus, archive).await?;
    fill(&bus, orders, options.events).await?;
    let each = options.transactions.div_ceil(connections);
    let parts =
        || (0..connections).map(|_| orders.borrow_mut().take(each)).collect::<Vec<Vec<_>>>();
    let sides = vec![
        Side::ours(|| Arc::clone(&leaving).beside(at_once(&bus, parts(), ours_on_postgres))),
        Side::other("without", GOAL, || at_once(&bus, parts(), ours_on_postgres)),
    ];
    let plural = if connections == 1 { "" } else { "s" };
    let what = format!("PostgreSQL, {connections} connection{plural}");
    let rows = compare("retention", &what, (options.rounds, each * connections), sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

async fn on_sqlite(
    options: &Options,
    orders: &RefCell<Orders>,
    archive: &Path,
) -> Result<Vec<Row>> {
    let (bus, _file) = place::sqlite().await?;
    let leaving = Leaving::new(&bus, archive).await?;
    fill(&bus, orders, options.events).await?;
    let parts = || vec![orders.borrow_mut().take(options.transactions)];
    let sides = vec![
        Side::ours(|| Arc::clone(&leaving).beside(at_once(&bus, parts(), ours_on_sqlite))),
        Side::other("without", GOAL, || at_once(&bus, parts(), ours_on_sqlite)),
    ];
    let count = (options.rounds, options.transactions);
    let rows = compare("retention", "SQLite, 1 connection", count, sides).await?;
    bus.pool().close().await;
    Ok(rows)
}

async fn fill<S: Retention>(
    bus: &EventBus<S>,
    orders: &RefCell<Orders>,
    events: usize,
) -> Result<()> {
    for _ in 0..events.div_ceil(MANY) {
        let many = orders.borrow_mut().take(MANY);
        let mut tx = bus.store().begin().await?;
        ours::emit_all(bus, &mut tx, &many).await?;
        bus.store().commit(tx).await?;
    }
    Ok(())
}

/// Old events on their way out, a few after the other.
struct Leaving<S: Retention> {
    bus: EventBus<S>,
    archive: PathBuf,
    /// Everything below this position is out.
    out: AtomicI64,
}

impl<S: Retention> Leaving<S> {
    /// From the end of the log.
    async fn new(bus: &EventBus<S>, archive: &Path) -> Result<Arc<Self>> {
        let end = bus.retention().before(i64::MAX).dry_run().await?.upto;
        let (bus, archive) = (bus.clone(), archive.to_owned());
        Ok(Arc::new(Self { bus, archive, out: AtomicI64::new(end + 1) }))
    }

    /// Emits while one run after the other archives and drops. The last run comes to its end, but its time is not counted.
    async fn beside(
        self: Arc<Self>,
        emitting: impl Future<Output = Result<Duration>> + Send,
    ) -> Result<Duration> {
        let ended = AtomicBool::new(false);
        let emitting = async {
            let time = emitting.await;
            ended.store(true, Relaxed);
            time
        };
        let (time, left) = tokio::join!(emitting, self.until(&ended));
        left.and(time)
    }

    async fn until(&self, ended: &AtomicBool) -> Result<()> {
        while !ended.load(Relaxed) {
            let before = self.out.load(Relaxed) + A_FEW;
            let retain = self.bus.retention().before(before).archive_to(&self.archive);
            let retained = retain.drop().await?;
            if retained.dropped == 0 {
                return Err(
                    format!("nothing is left to archive, raise --events: {retained}").into()
                );
            }
            self.out.store(before, Relaxed);
        }
        Ok(())
    }
}
