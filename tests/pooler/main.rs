//! Behind a real PgBouncer: what keeps no sessions is found out, said once, and loses nothing.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod delivery;
mod direct;
mod emit;
mod found;
mod takeover;
mod warnings;

use eventbus_runtime::testing::suite::StoreFixture;
use eventbus_runtime::{DomainEvent, PgBus, PgStore};
use eventbus_tests::postgres::{Bouncer, PgDatabase, PoolMode};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// The events of these tests.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "meter")]
pub(crate) enum MeterEvent {
    /// A meter was read for the `n`th time.
    Read {
        #[event(aggregate_id)]
        meter: String,
        n: i64,
    },
}

pub(crate) fn read(meter: &str, n: i64) -> MeterRead {
    MeterRead { meter: meter.to_owned(), n }
}

/// A database with a PgBouncer in transaction mode in front of it.
pub(crate) struct Pooled {
    pub(crate) bouncer: Bouncer,
    pub(crate) database: PgDatabase,
}

impl Pooled {
    pub(crate) async fn with(size: u32) -> Self {
        let database = PgDatabase::new().await;
        Self { bouncer: database.bouncer(PoolMode::Transaction, size), database }
    }

    pub(crate) async fn bus(&self) -> PgBus {
        PgBus::connect(&self.bouncer.url()).await.unwrap()
    }

    /// A pool through the bouncer as an application may have one.
    pub(crate) fn pool(&self) -> PgPool {
        let options: PgConnectOptions = self.bouncer.url().parse().unwrap();
        PgPoolOptions::new().connect_lazy_with(options.extra_float_digits(None))
    }

    /// How many session locks and listeners are left on the connections of the server.
    pub(crate) async fn left(&self) -> i64 {
        let direct = self.database.bus().await;
        let locks = "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
             WHERE l.locktype = 'advisory' AND d.datname = current_database()";
        let listeners = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' \
             AND datname = current_database()";
        let locks: i64 = sqlx::query_scalar(locks).fetch_one(direct.pool()).await.unwrap();
        let listeners: i64 = sqlx::query_scalar(listeners).fetch_one(direct.pool()).await.unwrap();
        locks + listeners
    }
}

impl StoreFixture for Pooled {
    type Store = PgStore;

    async fn fresh() -> Self {
        Self::with(4).await
    }

    async fn store(&self) -> PgStore {
        self.bus().await.store().clone()
    }
}

/// What every store must do.
mod suite {
    use crate::Pooled;

    eventbus_runtime::store_suite!(Pooled);
}
