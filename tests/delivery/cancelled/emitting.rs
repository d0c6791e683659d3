//! Emits that are cut off.

use eventbus_runtime::{BusTx, Error};

use crate::cancelled::bench::{Bench, parts};
use crate::cancelled::cutting::{Cut, cut_off_everywhere, poll_times};
use crate::cancelled::database::Database;

/// Enough for several statements on SQLite.
const MANY: i64 = 120;

const BUSINESS: &str = "INSERT INTO business (trial) SELECT $1 WHERE $2 = 0";
const ROWS: &str = "SELECT count(*) FROM business WHERE trial = $1";
const KEYS: &str = "SELECT count(*) FROM eventbus_key WHERE key = $1";

pub(crate) async fn an_emit_of_its_own<D: Database>() {
    let bench = Bench::<D>::new().await;
    let emit = async |trial: &str| bench.bus.emit(bench.bus.store(), parts(trial, MANY)).await;
    cut_off_everywhere(emit, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, MANY, ended.map(Result::unwrap).is_some()).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn an_emit_with_a_key<D: Database>() {
    let bench = Bench::<D>::new().await;
    let emit =
        async |trial: &str| bench.bus.emit(bench.bus.store(), parts(trial, 1)).key(trial).await;
    cut_off_everywhere(emit, async |trial, ended| {
        bench.still_works(trial).await;
        let written = bench.is_whole(trial, 1, ended.map(Result::unwrap).is_some()).await;
        assert_eq!(bench.count(KEYS, trial).await, i64::from(written), "{trial}: key and event");
        let again = emit(trial).await.unwrap();
        assert_eq!(again[0].is_duplicate(), written, "{trial}: nobody has a key for nothing");
    })
    .await;
    bench.end().await;
}

/// On a connection without a transaction an emit with a key is several statements on SQLite.
pub(crate) async fn an_emit_on_a_connection<D: Database>() {
    let bench = Bench::<D>::new().await;
    let emit = async |trial: &str| {
        let mut connection = D::pool(&bench.bus).acquire().await.unwrap();
        bench.bus.emit(&mut connection, parts(trial, 1)).key(trial).await
    };
    cut_off_everywhere(emit, async |trial, ended| {
        bench.still_works(trial).await;
        let written = bench.is_whole(trial, 1, ended.map(Result::unwrap).is_some()).await;
        assert_eq!(bench.count(KEYS, trial).await, i64::from(written), "{trial}: key and event");
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_transaction_of_sqlx<D: Database>() {
    let bench = Bench::<D>::new().await;
    let work = async |trial: &str| {
        let mut tx = D::begin(&bench.bus).await.unwrap();
        D::run(&mut tx, BUSINESS, trial, 0).await.unwrap();
        bench.bus.emit(&mut tx, parts(trial, MANY)).await.unwrap();
        tx.commit().await.unwrap();
    };
    cut_off_everywhere(work, async |trial, ended| {
        bench.still_works(trial).await;
        let written = bench.is_whole(trial, MANY, ended.is_some()).await;
        assert_eq!(bench.count(ROWS, trial).await, i64::from(written), "{trial}: row and events");
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_transaction_of_the_bus<D: Database>() {
    let bench = Bench::<D>::new().await;
    let work = async |trial: &str| {
        let done = bench.bus.transaction(async |mut tx: BusTx<D::Store>| {
            D::run(&mut tx, BUSINESS, trial, 0).await.unwrap();
            tx.emit(parts(trial, MANY - 1)).await?;
            tx.emit(parts(trial, MANY).split_off(119)).key(trial).await?;
            Ok::<(), Error>(())
        });
        done.await.unwrap();
    };
    cut_off_everywhere(work, async |trial, ended| {
        bench.still_works(trial).await;
        let written = bench.is_whole(trial, MANY, ended.is_some()).await;
        assert_eq!(bench.count(ROWS, trial).await, i64::from(written), "{trial}: row and events");
        assert_eq!(bench.count(KEYS, trial).await, i64::from(written), "{trial}: key and events");
    })
    .await;
    bench.end().await;
}

/// The emit alone is cut off, and its transaction goes on to its commit.
pub(crate) async fn an_emit_in_a_transaction_that_goes_on<D: Database>() {
    let bench = Bench::<D>::new().await;
    for polls in 0..1_000 {
        let mut is_over = false;
        for cut in [Cut::Waiting, Cut::Woken] {
            let trial = format!("{cut:?} {polls}");
            let mut tx = D::begin(&bench.bus).await.unwrap();
            D::run(&mut tx, BUSINESS, &trial, 0).await.unwrap();
            let emit = async {
                bench.bus.emit(&mut tx, parts(&trial, MANY)).await.unwrap();
            };
            is_over = poll_times(emit, polls, cut).await.is_some();
            let keyed = async {
                let trial = format!("key {trial}");
                bench.bus.emit(&mut tx, parts(&trial, 1)).key(&trial).await.unwrap();
            };
            let is_keyed_over = poll_times(keyed, polls, cut).await.is_some();
            tx.commit().await.unwrap();
            bench.still_works(&trial).await;
            bench.is_whole(&trial, MANY, is_over).await;
            assert_eq!(
                bench.count(ROWS, &trial).await,
                1,
                "{trial}: what was written is committed"
            );
            let trial = format!("key {trial}");
            let written = bench.is_whole(&trial, 1, is_keyed_over).await;
            assert_eq!(bench.count(KEYS, &trial).await, i64::from(written), "{trial}: and event");
            is_over &= is_keyed_over;
        }
        if is_over {
            return bench.end().await;
        }
    }
    panic!("it does not come to its end");
}

/// The same inside a transaction of the bus: whether what waited was written is not known, so nothing is committed.
pub(crate) async fn an_emit_that_writes_what_waited<D: Database>() {
    let bench = Bench::<D>::new().await;
    for polls in 0..1_000 {
        let mut is_over = false;
        for cut in [Cut::Waiting, Cut::Woken] {
            let trial = format!("{cut:?} {polls}");
            let done = bench.bus.transaction(async |mut tx: BusTx<D::Store>| {
                tx.emit(parts(&trial, MANY)).await?;
                let keyed = format!("key {trial}");
                let emit = async {
                    tx.emit(parts(&keyed, 1)).key(&keyed).await.unwrap();
                };
                is_over = poll_times(emit, polls, cut).await.is_some();
                Ok::<(), Error>(())
            });
            let done = done.await;
            bench.still_works(&trial).await;
            let written = bench.is_whole(&trial, MANY, done.is_ok()).await;
            assert_eq!(written, done.is_ok(), "{trial}: {done:?}");
            let keyed = bench.is_whole(&format!("key {trial}"), 1, is_over).await;
            assert!(written || !keyed, "{trial}: all of it or none");
        }
        if is_over {
            return bench.end().await;
        }
    }
    panic!("it does not come to its end");
}
