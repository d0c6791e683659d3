//! What emitters lose while old events are archived and dropped beside them.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::EventBus;
use eventbus_runtime::store::Retention;
use eventbus_tests::sqlite::SqliteFile;
use tokio::task::yield_now;

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
    fill(&bus, orders, options.events).await?;
    let each = options.transactions.div_ceil(connections);
    let parts =
        || (0..connections).map(|_| orders.borrow_mut().take(each)).collect::<Vec<Vec<_>>>();
    let sides = vec![
        Side::ours(|| {
            beside(bus.clone(), archive.to_owned(), at_once(&bus, parts(), ours_on_postgres))
        }),
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
    fill(&bus, orders, options.events).await?;
    let parts = || vec![orders.borrow_mut().take(options.transactions)];
    let sides = vec![
        Side::ours(|| {
            beside(bus.clone(), archive.to_owned(), at_once(&bus, parts(), ours_on_sqlite))
        }),
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

/// Emits while one run after the other archives and drops whatever there is.
async fn beside<S: Retention>(
    bus: EventBus<S>,
    archive: PathBuf,
    emitting: impl Future<Output = Result<Duration>>,
) -> Result<Duration> {
    let leaving = async {
        let mut dropped = 0;
        loop {
            let retain = bus.retention().before(i64::MAX).archive_to(&archive);
            match retain.drop().await {
                Ok(retained) => dropped += retained.dropped,
                Err(error) => return (dropped, error),
            }
            yield_now().await;
        }
    };
    tokio::select! {
        time = emitting => time,
        (dropped, error) = leaving => Err(format!("after {dropped} events: {}", error.full()).into()),
    }
}
