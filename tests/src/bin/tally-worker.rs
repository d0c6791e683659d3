//! One process of `tests/store/processes.rs`: it emits into an SQLite file and runs a replica of a subscription there.
//!
//! `tally-worker URL NAME` says `ready` when its replica runs. Then each line of its input is a number of events to
//! emit, answered by `emitted`; the end of its input ends it.

use std::error::Error;
use std::io::{BufRead, stdin};
use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::{DomainEvent, Event, HandlerError, SqliteBus, SqliteTx};
use tokio::sync::mpsc;

/// The events of the test.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "tally")]
enum TallyEvent {
    /// A tally was raised to `n`.
    Raised {
        /// The tally.
        #[event(aggregate_id)]
        tally: String,
        /// Its new value, one more than before.
        n: i64,
    },
}

/// Fails on a gap, on a repetition and on a step back, and notes who handled it.
async fn follow(
    mut tx: SqliteTx,
    event: Event<TallyRaised>,
    worker: Arc<str>,
) -> Result<(), HandlerError> {
    let moved = sqlx::query("UPDATE follower SET n = ?2 WHERE tally = ?1 AND n = ?2 - 1")
        .bind(&event.tally)
        .bind(event.n)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        let text = format!("{} reached {} out of turn", event.tally, event.n);
        return Err(HandlerError::terminal(text));
    }
    sqlx::query("INSERT INTO handled (tally, n, worker) VALUES (?1, ?2, ?3)")
        .bind(&event.tally)
        .bind(event.n)
        .bind(&*worker)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Raises the tally that is lowest and emits that, in one transaction.
async fn raise(bus: &SqliteBus) -> Result<(), Box<dyn Error>> {
    let mut tx = bus.begin().await?;
    let (tally, n): (String, i64) = sqlx::query_as(
        "UPDATE tally SET n = n + 1 WHERE tally = (SELECT tally FROM tally ORDER BY n, tally LIMIT 1) \
         RETURNING tally, n",
    )
    .fetch_one(&mut *tx)
    .await?;
    bus.emit(&mut tx, TallyRaised { tally, n }).await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, name] = arguments.as_slice() else {
        return Err("usage: tally-worker URL NAME".into());
    };
    let bus = SqliteBus::connect(url).await?;
    let worker: Arc<str> = name.as_str().into();
    // Longer than the test may take: whoever takes over did not wait for it.
    let lease = Duration::from_secs(600);
    let running = bus
        .subscribe("follower")
        .lease(lease)
        .poll(Duration::from_millis(20))
        .page(16)
        .handle(move |tx: SqliteTx, event: Event<TallyRaised>| follow(tx, event, worker.clone()))
        .start()
        .await?;
    println!("ready");
    let (lines, mut commands) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        stdin().lock().lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
    });
    while let Some(count) = commands.recv().await {
        for _ in 0..count.parse::<u32>()? {
            raise(&bus).await?;
            bus.wake();
        }
        println!("emitted");
    }
    running.shutdown().await?;
    Ok(())
}
