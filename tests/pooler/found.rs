//! Who goes through a pooler in transaction mode is told so, once; who does not is told nothing.

use eventbus_runtime::PgBus;
use eventbus_runtime::store::{Capability, Log};
use eventbus_tests::postgres::{PgDatabase, PoolMode};
use sqlx::postgres::PgPool;

use crate::warnings::Warnings;
use crate::{Pooled, read};

/// Uses a bus in each way that needs to know.
async fn use_it(bus: &PgBus) {
    bus.migrate().await.unwrap();
    for n in 0..3 {
        bus.emit(bus.pool(), read("a", n)).await.unwrap();
    }
    let handler = async |_: eventbus_runtime::Event<crate::MeterRead>| Ok(());
    let clone = bus.clone();
    let running = clone.subscribe("reader").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    bus.shutdown().await.unwrap();
}

fn is_told_once(warnings: &Warnings) {
    let said = warnings.of_poolers();
    let [said] = &said[..] else { panic!("{said:#?}") };
    for part in ["transaction mode", "WARN", "PostgreSQL database `", "bus.with_direct(..)"] {
        assert!(said.contains(part), "{said}");
    }
}

#[tokio::test]
async fn a_bus_that_connects_through_one_is_told_once() {
    for (size, settings) in
        [(1, ""), (3, ""), (1, "server_round_robin = 1"), (3, "server_round_robin = 1")]
    {
        let database = PgDatabase::new().await;
        let bouncer = database.bouncer_with(PoolMode::Transaction, size, settings);
        let warnings = Warnings::listen();
        let bus = PgBus::connect(&bouncer.url()).await.unwrap();
        assert!(!bus.store().capabilities().contains(&Capability::NoticesDeath));
        use_it(&bus).await;
        is_told_once(&warnings);
    }
}

#[tokio::test]
async fn a_bus_on_a_pool_through_one_is_told_once() {
    for size in [1, 3] {
        let pooled = Pooled::with(size).await;
        let warnings = Warnings::listen();
        use_it(&PgBus::new(pooled.pool())).await;
        is_told_once(&warnings);
    }
}

#[tokio::test]
async fn it_is_found_out_while_others_keep_it_busy() {
    let pooled = Pooled::with(2).await;
    let others: Vec<_> = (0..8)
        .map(|_| {
            let pool = pooled.pool();
            tokio::spawn(async move { keep_busy(pool).await })
        })
        .collect();
    for _ in 0..200 {
        let bus = pooled.bus().await;
        assert!(!bus.store().capabilities().contains(&Capability::NoticesDeath));
        bus.pool().close().await;
    }
    others.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn keep_busy(pool: PgPool) {
    loop {
        sqlx::raw_sql("SELECT pg_sleep(0.001)").execute(&pool).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_and_a_pooler_in_session_mode_are_no_such_pooler() {
    let database = PgDatabase::new().await;
    let bouncer = database.bouncer(PoolMode::Session, 20);
    let warnings = Warnings::listen();
    for url in [database.url(), bouncer.url()] {
        for _ in 0..5 {
            let bus = PgBus::connect(&url).await.unwrap();
            assert_eq!(bus.store().capabilities(), Capability::ALL);
            bus.pool().close().await;
        }
        let bus = PgBus::connect(&url).await.unwrap();
        use_it(&bus).await;
        bus.pool().close().await;
    }
    assert_eq!(warnings.of_poolers(), [""; 0]);
}
