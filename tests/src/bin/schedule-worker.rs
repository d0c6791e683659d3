//! One process of `tests/delivery/schedule.rs`: it moves what is due, and schedules.
//!
//! `schedule-worker URL` says `ready` and moves until it is killed. Its input are lines: `clock` is answered by the seconds
//! since 1970 that this process sees, and `after MILLIS N` by `scheduled`, once event N is.

use std::error::Error;
use std::io::{BufRead, stdin};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{DomainEvent, EventBus, PgBus, SqliteBus};
use tokio::sync::mpsc;

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
        /// Its new value.
        n: i64,
    },
}

async fn answer<S: Store>(bus: &EventBus<S>, line: &str) -> Result<String, Box<dyn Error>> {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["clock"] => Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string()),
        ["after", millis, n] => {
            let event = CounterRaised { counter: "worker".to_owned(), n: n.parse()? };
            let delay = Duration::from_millis(millis.parse()?);
            bus.emit(bus.store(), event).deliver_after(delay).await?;
            Ok("scheduled".to_owned())
        }
        _ => Err(format!("`{line}` is no command").into()),
    }
}

async fn work<S: Log>(bus: EventBus<S>) -> Result<(), Box<dyn Error>> {
    let (lines, mut commands) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        stdin().lock().lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
    });
    println!("ready");
    let scheduled = bus.scheduled();
    let answers = async {
        while let Some(line) = commands.recv().await {
            println!("{}", answer(&bus, &line).await?);
        }
        Ok::<(), Box<dyn Error>>(())
    };
    tokio::select! {
        () = scheduled.run() => Ok(()),
        ended = answers => ended,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: schedule-worker URL")?;
    if url.starts_with("sqlite:") {
        return work(SqliteBus::connect(&url).await?).await;
    }
    work(PgBus::connect(&url).await?).await
}
