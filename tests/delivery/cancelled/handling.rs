//! Handlers that are cut off, and emits that a handler cuts off.

use std::time::Duration;

use eventbus_runtime::{Event, HandlerError, Retry, Tx};

use crate::cancelled::bench::{Bench, TrialMade, parts};
use crate::cancelled::cutting::{Cut, poll_times};
use crate::cancelled::database::Database;

const BUSINESS: &str = "INSERT INTO business (trial) SELECT $1 WHERE $2 = 0";
const ROWS: &str = "SELECT count(*) FROM business WHERE trial = $1";
const KEYS: &str = "SELECT count(*) FROM eventbus_key WHERE key = $1";

/// Its connection is in the middle of a statement: it is closed, and what was written on it is gone.
pub(crate) async fn a_handler_that_takes_too_long<D: Database>() {
    let bench = Bench::<D>::new().await;
    let handler = async |mut tx: Tx<D::Store>, event: Event<TrialMade>| {
        if event.trial != "slow" {
            return Ok(());
        }
        D::run(&mut tx, BUSINESS, "slow", 0).await?;
        if event.attempt() == 1 {
            D::mark(&mut tx).await?;
            D::run(&mut tx, D::SLOW, "slow", 0).await?;
        }
        Ok::<_, HandlerError>(())
    };
    let retry = Retry { attempts: 5, first: Duration::from_millis(1), ..Retry::default() };
    let subscription = bench.bus.subscribe("slow").retry(retry).timeout(Duration::from_millis(200));
    let running = subscription.handle(handler).start().await.unwrap();
    bench.bus.emit(bench.bus.store(), parts("slow", 1)).await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(running.stats().total.retried, 1, "the first attempt was cut off");
    assert_eq!(bench.count(ROWS, "slow").await, 1, "only the second attempt wrote");
    running.shutdown().await.unwrap();
    bench.still_works("after it").await;
    bench.end().await;
}

/// The handler goes on after the cut and ends well: its transaction commits with all of the emit or with nothing of it.
pub(crate) async fn an_emit_of_a_handler<D: Database>() {
    const MANY: i64 = 120;
    let bench = Bench::<D>::new().await;
    let bus = bench.bus.clone();
    let handler = move |mut tx: Tx<D::Store>, event: Event<TrialMade>| {
        let bus = bus.clone();
        async move {
            let Some(polls) = event.trial.strip_prefix("cut ") else { return Ok(()) };
            let polls = polls.parse().expect("the trial is a number");
            let (emitted, keyed) = (format!("emitted {polls}"), format!("keyed {polls}"));
            let emit = bus.emit(&mut tx, parts(&emitted, MANY)).into_future();
            poll_times(emit, polls, Cut::Waiting).await.transpose()?;
            let emit = bus.emit(&mut tx, parts(&keyed, 1)).key(&keyed).into_future();
            poll_times(emit, polls, Cut::Woken).await.transpose()?;
            Ok::<_, HandlerError>(())
        }
    };
    let running = bench.bus.subscribe("cutting").handle(handler).start().await.unwrap();
    for polls in 0..12 {
        let trial = format!("cut {polls}");
        bench.bus.emit(bench.bus.store(), parts(&trial, 1)).await.unwrap();
        running.settled().await.unwrap();
        bench.is_whole(&format!("emitted {polls}"), MANY, false).await;
        let keyed = format!("keyed {polls}");
        let written = bench.is_whole(&keyed, 1, false).await;
        assert_eq!(bench.count(KEYS, &keyed).await, i64::from(written), "{trial}: key and event");
    }
    assert_eq!((running.stats().total.retried, running.stats().total.dead), (0, 0));
    running.shutdown().await.unwrap();
    bench.still_works("after it").await;
    bench.end().await;
}
