//! A shop at work whose metrics Prometheus can scrape, and whose health a probe can ask for.
//!
//! ```sh
//! cargo run -p metrics-example                      # until Ctrl-C; prints where to look
//! cargo run -p metrics-example -- --requests 2      # ends after so many answers
//! ```
//!
//! It works on an SQLite file in a temporary folder, and answers on a port of the loopback address: `/metrics` for
//! Prometheus, `/health` for whoever wants to know, with the status 503 where it is red.

mod http;

use std::error::Error;
use std::time::Duration;

use eventbus_runtime::observe::{self, HealthLimits};
use eventbus_runtime::{DomainEvent, Event, HandlerError, Retry, SqliteBus};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;
use tokio::time::interval;

use crate::http::Answer;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
enum OrderEvent {
    /// A customer placed an order.
    Placed {
        #[event(aggregate_id)]
        order: u32,
    },
    /// Nobody paid for it.
    Cancelled {
        #[event(aggregate_id)]
        order: u32,
    },
}

/// Every third order is refused once, every tenth for good.
async fn bill(event: Event<OrderPlaced>) -> Result<(), HandlerError> {
    match event.order {
        order if order % 10 == 0 => Err(HandlerError::terminal("no such customer")),
        order if order % 3 == 0 && event.attempt() == 1 => Err(HandlerError::retryable("busy")),
        _ => Ok(()),
    }
}

async fn forget(_: Event<OrderCancelled>) -> Result<(), HandlerError> {
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    // Before anything is counted: what has been counted earlier, no recorder was told.
    let latencies = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &latencies)?
        .install_recorder()?;
    observe::describe();

    let folder = tempfile::tempdir()?;
    let bus = SqliteBus::connect(&format!("sqlite://{}/shop.db", folder.path().display())).await?;
    bus.migrate().await?;
    let retry = Retry { attempts: 3, first: Duration::from_millis(20), ..Retry::default() };
    let billing = bus.subscribe("billing").retry(retry).handle(bill).handle(forget);
    let running = billing.start().await?;
    // The gauges are what somebody found who looked.
    let observing = bus.observe_every(Duration::from_secs(5), HealthLimits::default());

    place(&bus, 1..=30).await?;
    running.settled().await?;
    bus.health().await;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    println!("http://{address}/metrics\nhttp://{address}/health");
    let mut left = requests()?;
    let (mut next, mut shopping) = (31, interval(Duration::from_millis(500)));
    while left != Some(0) {
        tokio::select! {
            asked = listener.accept() => {
                let answer = async |path: &str| match path {
                    "/metrics" => Answer::text(200, recorder.render()),
                    "/health" => {
                        let health = bus.health().await;
                        let status = if health.is_ready() { 200 } else { 503 };
                        Answer::json(status, serde_json::to_string(&health).unwrap_or_default())
                    }
                    _ => Answer::text(404, "ask for /metrics or /health\n".to_owned()),
                };
                // Whoever asked and went away is no reason to end.
                if let Err(error) = http::serve(asked?.0, answer).await {
                    eprintln!("an answer was not sent: {error}");
                }
                left = left.map(|left| left - 1);
            }
            _ = shopping.tick() => {
                place(&bus, next..=next).await?;
                next += 1;
                recorder.run_upkeep();
            }
            ended = tokio::signal::ctrl_c() => {
                ended?;
                break;
            }
        }
    }
    drop(observing);
    bus.shutdown().await?;
    Ok(())
}

/// Places orders, and cancels every fifth.
async fn place(bus: &SqliteBus, orders: std::ops::RangeInclusive<u32>) -> Result<()> {
    for order in orders {
        bus.emit(bus.pool(), OrderPlaced { order }).key(format!("order {order}")).await?;
        if order % 5 == 0 {
            bus.emit(bus.pool(), OrderCancelled { order }).await?;
        }
    }
    Ok(())
}

/// After how many answers it ends.
fn requests() -> Result<Option<u32>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(None),
        (Some("--requests"), Some(count)) => Ok(Some(count.parse()?)),
        _ => Err("usage: metrics-example [--requests N]".into()),
    }
}
