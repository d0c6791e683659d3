//! A shop reminds of invoices and withdraws orders that nobody pays: events that are scheduled, listed, put off and cancelled.
//! And it recalls goods while its stock is counted: events that come first.
//!
//! ```sh
//! cargo run -p scheduled
//! ```
//!
//! It works on an SQLite file in a temporary folder, and a day of the shop is two seconds. Four orders are placed; each comes
//! with a reminder for the next day and a withdrawal for the day after, scheduled in the transaction that places it. One
//! is paid before the reminder, which takes both out in the transaction of the payment; one is paid after it; one gets a
//! day more; one is never paid. Then ten recalls stand behind five thousand counts, and some statistics that nobody waits for. The
//! program exits with 0 only where each event came when it was due, and no other, and the recalls after a page of the rest.

use std::error::Error;
use std::time::{Duration, SystemTime};

use eventbus_runtime::{
    DomainEvent, Event, HandlerError, Priority, Running, ScheduleFilter, SqliteBus, SqliteStore,
};
use tokio::sync::mpsc;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const DAY: Duration = Duration::from_secs(2);

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
enum OrderEvent {
    /// Somebody wants something.
    Placed {
        #[event(aggregate_id)]
        order: u32,
    },
    /// It is paid.
    Paid {
        #[event(aggregate_id)]
        order: u32,
    },
    /// It should have been paid by now.
    Reminded {
        #[event(aggregate_id)]
        order: u32,
    },
    /// Nobody paid it.
    Withdrawn {
        #[event(aggregate_id)]
        order: u32,
    },
}

/// What is known of the goods.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "stock")]
enum StockEvent {
    /// There are so many of a thing.
    Counted {
        #[event(aggregate_id)]
        item: u32,
    },
    /// A thing must not be sold any more.
    Recalled {
        #[event(aggregate_id)]
        item: u32,
    },
}

/// How many events the stock is handed over at once.
const PAGE: usize = 500;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());
    let bus = SqliteBus::connect(&url).await?;
    bus.migrate().await?;
    let (running, mut seen) = watch(&bus).await?;

    println!("day 0");
    let opened = SystemTime::now();
    for order in 1..=4 {
        place(&bus, order).await?;
    }
    expect(&mut seen, &["placed 1", "placed 2", "placed 3", "placed 4"]).await?;
    for waiting in bus.scheduled().list(&ScheduleFilter::all(), None, 100).await? {
        let days = waiting.due().duration_since(opened)?.as_secs_f32() / DAY.as_secs_f32();
        println!("  waits: {} on day {days:.1}", waiting.event.envelope.event_type);
    }
    pay(&bus, 1).await?;
    expect(&mut seen, &["paid 1"]).await?;
    // An order that was shipped late gets a day more for everything.
    for waiting in bus.scheduled().list(&of(3), None, 10).await? {
        assert!(bus.scheduled().reschedule(bus.store(), waiting.id(), waiting.due() + DAY).await?);
    }

    println!("day 1");
    expect(&mut seen, &["reminded 2", "reminded 4"]).await?;
    assert!(opened.elapsed()? >= DAY, "not before it is due");
    pay(&bus, 2).await?;
    expect(&mut seen, &["paid 2"]).await?;
    println!("day 2");
    expect(&mut seen, &["reminded 3", "withdrawn 4"]).await?;
    println!("day 3");
    expect(&mut seen, &["withdrawn 3"]).await?;
    assert!(opened.elapsed()? >= 3 * DAY);

    assert_eq!(bus.scheduled().count(&ScheduleFilter::all()).await?, 0, "nothing waits any more");
    running.settled().await?;
    assert!(seen.try_recv().is_err(), "and nothing else came");
    println!("every event came on its day");

    let before = recall(&bus).await?;
    println!("{before} of 5,000 counts came before the last of ten recalls");
    assert!(before <= PAGE, "they wait for a page");
    bus.shutdown().await?;
    Ok(())
}

/// What waits of an order.
fn of(order: u32) -> ScheduleFilter {
    ScheduleFilter::all().aggregate(order.to_string())
}

/// Places an order, with what is to happen to it if nothing else does: all of it, or nothing.
async fn place(bus: &SqliteBus, order: u32) -> Result<()> {
    let mut tx = bus.begin().await?;
    bus.emit(&mut tx, OrderPlaced { order }).await?;
    bus.emit(&mut tx, OrderReminded { order }).deliver_after(DAY).await?;
    bus.emit(&mut tx, OrderWithdrawn { order }).deliver_after(2 * DAY).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a payment: from then on nobody is reminded and nothing withdrawn. What came into the log before it cannot be
/// cancelled, and `cancel` says so.
async fn pay(bus: &SqliteBus, order: u32) -> Result<()> {
    let waiting = bus.scheduled().list(&of(order), None, 10).await?;
    let mut tx = bus.begin().await?;
    bus.emit(&mut tx, OrderPaid { order }).await?;
    for waiting in waiting {
        let cancelled = bus.scheduled().cancel(&mut tx, waiting.id()).await?;
        println!("  {} is cancelled: {cancelled}", waiting.event.envelope.event_type);
    }
    tx.commit().await?;
    Ok(())
}

/// Recalls goods behind many counts, and says how many of these came first.
async fn recall(bus: &SqliteBus) -> Result<usize> {
    let mut tx = bus.begin().await?;
    for items in (0..5_000).collect::<Vec<u32>>().chunks(1_000) {
        let counted: Vec<_> = items.iter().map(|item| StockCounted { item: *item }).collect();
        bus.emit(&mut tx, counted).await?;
    }
    let statistics: Vec<_> = (0..1_000).map(|item| StockCounted { item }).collect();
    bus.emit(&mut tx, statistics).priority(Priority::Low).await?;
    for item in 0..10 {
        bus.emit(&mut tx, StockRecalled { item }).priority(Priority::High).await?;
    }
    tx.commit().await?;

    let (tell, mut seen) = mpsc::unbounded_channel();
    let handler = move |event: Event<StockEvent>| {
        tell.send(event.priority()).ok();
        async { Ok::<_, HandlerError>(()) }
    };
    let running = bus.subscribe("stock").page(PAGE).handle(handler).start().await?;
    running.settled().await?;
    let mut order = Vec::new();
    while let Ok(priority) = seen.try_recv() {
        order.push(priority);
    }
    assert_eq!(order.len(), 6_010, "all came, each once");
    let last = order.iter().rposition(|one| *one == Priority::High).ok_or("there are recalls")?;
    Ok(order[..last].iter().filter(|one| **one == Priority::Normal).count())
}

/// A subscription that tells what comes. While it runs, what is due is moved.
async fn watch(bus: &SqliteBus) -> Result<(Running<SqliteStore>, mpsc::UnboundedReceiver<String>)> {
    let (tell, seen) = mpsc::unbounded_channel();
    let handler = move |event: Event<OrderEvent>| {
        let text = match &*event {
            OrderEvent::Placed { order } => format!("placed {order}"),
            OrderEvent::Paid { order } => format!("paid {order}"),
            OrderEvent::Reminded { order } => format!("reminded {order}"),
            OrderEvent::Withdrawn { order } => format!("withdrawn {order}"),
        };
        // Where nobody listens any more, nobody waits for it.
        tell.send(text).ok();
        async { Ok::<_, HandlerError>(()) }
    };
    Ok((bus.subscribe("watch").handle(handler).start().await?, seen))
}

/// Waits for these, in whatever order, as orders have none between them.
async fn expect(seen: &mut mpsc::UnboundedReceiver<String>, expected: &[&str]) -> Result<()> {
    let mut came = Vec::new();
    for _ in expected {
        came.push(seen.recv().await.ok_or("the subscription goes on")?);
    }
    came.sort();
    assert_eq!(came, expected);
    for text in came {
        println!("  {text}");
    }
    Ok(())
}
