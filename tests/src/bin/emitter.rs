//! The other process of `tests/delivery/watching.rs`: it emits, and listens to nothing.
//!
//! `emitter URL` says `ready`. Then each line of its input is a counter to raise: it emits that in a transaction and says
//! `committed`; or, of a line `open COUNTER`, it says `open` and leaves the transaction open until its input ends.

use std::error::Error;
use std::io::{BufRead, stdin};

use eventbus_runtime::store::Store;
use eventbus_runtime::{DomainEvent, EventBus, PgBus, SqliteBus};

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

async fn serve<S: Store>(bus: EventBus<S>) -> Result<(), Box<dyn Error>> {
    println!("ready");
    let mut left_open = Vec::new();
    for line in stdin().lock().lines() {
        let line = line?;
        let (open, counter) = match line.strip_prefix("open ") {
            Some(counter) => (true, counter.to_owned()),
            None => (false, line),
        };
        let mut transaction = bus.store().begin().await?;
        bus.emit(&mut *transaction, CounterRaised { counter, n: 1 }).await?;
        if open {
            left_open.push(transaction);
            println!("open");
        } else {
            bus.store().commit(transaction).await?;
            println!("committed");
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: emitter URL")?;
    match url.starts_with("sqlite:") {
        true => serve(SqliteBus::connect(&url).await?).await,
        false => serve(PgBus::connect(&url).await?).await,
    }
}
