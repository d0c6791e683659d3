//! One process of `tests/delivery/detour_killed.rs`: a replica of a subscription that stops inside a transaction.
//!
//! `detour-worker URL COUNT` handles so many events and says `stopped` in the transaction of the last one, which it never
//! ends; where there are fewer, it says `settled` when all are handled, and ends.

use std::error::Error;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::{DomainEvent, Event, HandlerError, PgBus, PgTx, SqliteBus, SqliteTx};

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

/// Notes events without any guard: only the cursors keep a second row away.
const NOTE: &str = "INSERT INTO handled (lane, tally, n) VALUES ($1, $2, $3)";

/// A page that a test can fill many times.
const PAGE: usize = 20;

macro_rules! run {
    ($bus:expr, $tx:ty, $count:expr) => {{
        let (bus, count, handled) = ($bus, $count, Arc::new(AtomicUsize::new(0)));
        let note = move |mut tx: $tx, event: Event<TallyRaised>| {
            let handled = Arc::clone(&handled);
            async move {
                let tenant = event.envelope().tenant.as_deref().unwrap_or_default();
                let lane = format!("{} {tenant}", event.priority());
                let note = sqlx::query(NOTE).bind(lane).bind(&event.tally).bind(event.n);
                note.execute(&mut *tx).await?;
                if handled.fetch_add(1, SeqCst) + 1 == count {
                    println!("stopped");
                    pending::<()>().await;
                }
                Ok::<_, HandlerError>(())
            }
        };
        let subscription = bus.subscribe("fair").page(PAGE).poll(Duration::from_millis(20));
        // Longer than the test may take: whoever takes over did not wait for either.
        let patient =
            subscription.lease(Duration::from_secs(600)).timeout(Duration::from_secs(600));
        let running = patient.handle(note).start().await?;
        running.settled().await?;
        running.shutdown().await?;
        println!("settled");
    }};
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, count] = arguments.as_slice() else {
        return Err("usage: detour-worker URL COUNT".into());
    };
    let count: usize = count.parse()?;
    if url.starts_with("sqlite") {
        run!(SqliteBus::connect(url).await?, SqliteTx, count);
    } else {
        run!(PgBus::connect(url).await?, PgTx, count);
    }
    Ok(())
}
