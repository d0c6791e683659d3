//! A mail sender that fails now and then, and for good: what is tried again, what waits for it, what becomes a dead
//! letter, and what an operator does about it.
//!
//! ```sh
//! cargo run -p dead-letters
//! DATABASE_URL=postgres://user@host/database cargo run -p dead-letters
//! ```
//!
//! Without `DATABASE_URL` it works on an SQLite file in a temporary folder. It prints every call of a handler, and exits
//! with 0 only where everything came out as it says.

mod mail;
mod operator;

use std::error::Error;
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    DomainEvent, ErrorKind, Event, EventBus, LetterFilter, PgBus, Retry, Running, SqliteBus, Start,
};

use crate::mail::Mail;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// The subscription's name.
const MAIL: &str = "example-mail";

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
enum OrderEvent {
    /// A customer placed an order.
    Placed {
        #[event(aggregate_id)]
        order: u32,
        email: String,
    },
    /// The parcel left the warehouse.
    Shipped {
        #[event(aggregate_id)]
        order: u32,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}", folder.path().join("mail.db").display());
    let url = std::env::var("DATABASE_URL").unwrap_or(file);
    if url.starts_with("sqlite:") {
        run(SqliteBus::connect(&url).await?).await
    } else {
        run(PgBus::connect(&url).await?).await
    }
}

async fn run<S: Log>(bus: EventBus<S>) -> Result<()> {
    bus.migrate().await?;
    forget_earlier_runs(&bus).await?;
    let mail = Mail::default();
    let running = start(&bus, &mail).await?;

    println!("five orders are placed, and shipped at once");
    let mut tx = bus.store().begin().await?;
    bus.emit(&mut tx, orders()).await?;
    bus.store().commit(tx).await?;
    running.settled().await?;

    let counts = running.stats().total;
    println!("handled {}, tried again {}, dead {}", counts.handled, counts.retried, counts.dead);
    assert_eq!((counts.handled, counts.retried, counts.dead), (7, 6, 3));
    assert_eq!(mail.sent(2), ["placed", "shipped"], "the later event waited for the earlier one");
    assert_eq!(mail.sent(4), ["shipped"], "nothing waits for a dead letter");

    operator::look(&bus).await?;
    println!("\nthe template is there now");
    mail.fix();
    operator::retry(&bus).await?;
    running.settled().await?;
    assert_eq!(mail.sent(4), ["shipped", "placed"], "retried, after what was handled meanwhile");
    operator::discard(&bus).await?;
    operator::recorded(&bus).await?;
    assert_eq!(bus.dead_letters().count(&LetterFilter::all().subscription(MAIL)).await?, 0);
    bus.shutdown().await?;
    Ok(())
}

/// Three attempts and short waits, so that nobody has to watch this for a minute.
async fn start<S: Log>(bus: &EventBus<S>, mail: &Mail) -> Result<Running<S>> {
    let (confirming, telling) = (mail.clone(), mail.clone());
    let confirm = move |event: Event<OrderPlaced>| {
        let mail = confirming.clone();
        async move { mail.confirm(&event) }
    };
    let tell = move |event: Event<OrderShipped>| {
        let mail = telling.clone();
        async move { mail.tell(&event) }
    };
    let retry = Retry { attempts: 3, first: Duration::from_millis(20), ..Retry::default() };
    let subscription = bus.subscribe(MAIL).from(Start::Now).retry(retry);
    Ok(subscription.handle(confirm).handle(tell).start().await?)
}

fn orders() -> Vec<OrderEvent> {
    let emails =
        ["ada@example.org", "busy@example.org", "nobody", "fr@example.fr", "fr@example.be"];
    let placed = (1..).zip(emails).map(|(order, email)| {
        let email = email.to_owned();
        OrderEvent::Placed { order, email }
    });
    placed.chain((1..=5).map(|order| OrderEvent::Shipped { order })).collect()
}

/// On a database that was there before: this run is to begin as on a new one.
async fn forget_earlier_runs<S: Log>(bus: &EventBus<S>) -> Result<()> {
    let ours = LetterFilter::all().subscription(MAIL);
    let letters = bus.dead_letters();
    if letters.count(&ours).await? > 0 {
        letters.by("the example").discard_where(&ours, "an earlier run was interrupted").await?;
    }
    match bus.remove_subscription(MAIL).await {
        Err(error) if error.kind() != ErrorKind::Configuration => Err(error.into()),
        _ => Ok(()),
    }
}
