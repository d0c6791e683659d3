//! One process of `tests/delivery/split_brain.rs`: a replica of a subscription on PostgreSQL that may stop itself.
//!
//! `stopped-worker URL NAME` says `ready` when its replica runs; the end of its input ends it. The one that is named
//! `first` stops with `SIGSTOP` inside the transaction of the second event of a counter, once, and says `stopping`
//! before and `continued` after.

use std::error::Error;
use std::io::{Read, stdin};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::{DomainEvent, Event, HandlerError, PgBus, PgTx};

/// The events of the test, as `tests/delivery/writers.rs` has them.
#[derive(Debug, Clone, DomainEvent)]
enum TallyEvent {
    /// Of one counter.
    Counter(CounterEvent),
}

/// The events of a counter.
#[derive(Debug, Clone, DomainEvent)]
enum CounterEvent {
    /// A counter was raised to `n`.
    Raised {
        /// The counter.
        #[event(aggregate_id)]
        counter: String,
        /// Its new value, one more than before.
        n: i64,
    },
}

/// Notes the event without any guard: only the fence keeps a second row away.
async fn note(
    mut tx: PgTx,
    event: Event<CounterRaised>,
    worker: Arc<str>,
    stops: Arc<AtomicBool>,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO handled (counter, n, worker) VALUES ($1, $2, $3)")
        .bind(&event.counter)
        .bind(event.n)
        .bind(&*worker)
        .execute(&mut *tx)
        .await?;
    if event.n == 2 && stops.swap(false, SeqCst) {
        println!("stopping");
        Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status()?;
        println!("continued");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, name] = arguments.as_slice() else {
        return Err("usage: stopped-worker URL NAME".into());
    };
    let bus = PgBus::connect(url).await?;
    let (worker, stops) =
        (Arc::<str>::from(name.as_str()), Arc::new(AtomicBool::new(name == "first")));
    let running = bus
        .subscribe("noting")
        .lease(Duration::from_millis(500))
        .poll(Duration::from_millis(20))
        .handle(move |tx: PgTx, event: Event<CounterRaised>| {
            note(tx, event, worker.clone(), stops.clone())
        })
        .start()
        .await?;
    println!("ready");
    tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new())).await??;
    running.shutdown().await?;
    Ok(())
}
