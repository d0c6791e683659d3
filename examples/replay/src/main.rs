//! A projection that was invented later, turnover per customer, is filled by a replay of the log, while a subscription
//! that sends mails goes on and repeats none of them.
//!
//! ```sh
//! cargo run -p replay
//! ```
//!
//! It works on an SQLite file in a temporary folder. First a dry run says what would be handed over, then the replay is
//! stopped half-way and goes on where it was. The program exits with 0 only where the projection holds what the orders
//! themselves say, and where nobody got a second mail, although the same replay goes to the mails' handler, too.

mod shop;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::{
    Event, HandlerError, RateLimit, Replay, ReplayFilter, Running, SqliteBus, SqliteStore, SqliteTx,
};
use tokio::sync::watch;

use crate::shop::{OrderEvent, OrderPlaced};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// How often something happened.
type Count = Arc<watch::Sender<usize>>;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());
    let bus = SqliteBus::connect(&url).await?;
    bus.migrate().await?;
    shop::create_tables(&bus).await?;
    let (mails, repeated) = (Count::default(), Count::default());
    let mail = send_mail(&bus, &mails, &repeated).await?;
    let placed = shop::trade(&bus, 1..=200).await?;
    mail.settled().await?;
    println!("{placed} orders, {} mails", *mails.borrow());

    println!("\na dry run");
    let calls = Count::default();
    let dry = fill(&bus, &calls)?.dry_run().await?;
    println!("  {} events at {:?}, of each type {:?}", dry.count, dry.positions, dry.by_type);
    assert_eq!(dry.count, u64::try_from(placed)?);

    println!("\na replay into the new projection");
    // Sixty at once, and then none for long: so it is surely half-way when it is stopped.
    let slow = RateLimit::new(1, Duration::from_hours(24)).burst(60);
    let replay = fill(&bus, &calls)?.rate_limit(slow).start().await?;
    calls.subscribe().wait_for(|calls| *calls >= 60).await?;
    replay.stop().await?;
    let progress = replay.progress().await?;
    println!("  stopped after {} of {}", progress.done, progress.total);
    assert_eq!((progress.done, progress.total), (60, 200));
    // Orders that come now are no part of it; whoever keeps the projection from now on handles them.
    shop::trade(&bus, 201..=210).await?;
    let replay = fill(&bus, &calls)?.start().await?;
    replay.finished().await?;
    let progress = replay.progress().await?;
    println!("  finished: {} of {}, {} failed", progress.done, progress.total, progress.failed);
    assert_eq!(shop::projection(&bus).await?, shop::orders(&bus, 200).await?, "each order once");

    println!("\na replay into the subscription that sends mails");
    mail.settled().await?;
    let sent = *mails.borrow();
    mail.replay("mails-again").start().await?.finished().await?;
    println!("  {} events handed over again, {} mails", *repeated.borrow(), *mails.borrow());
    assert_eq!(
        (*repeated.borrow(), *mails.borrow()),
        (210, sent),
        "its handler looks before it sends"
    );
    shop::trade(&bus, 211..=211).await?;
    mail.settled().await?;
    assert_eq!(*mails.borrow(), sent + 1, "and it goes on where it was");
    bus.shutdown().await?;
    Ok(())
}

/// Fills the projection. What the handler writes is committed with the replay's own place, so that each event counts once,
/// however often it is stopped.
fn fill(bus: &SqliteBus, calls: &Count) -> Result<Replay<SqliteStore>> {
    let calls = Arc::clone(calls);
    let handler = move |mut tx: SqliteTx, event: Event<OrderPlaced>| {
        let calls = Arc::clone(&calls);
        async move {
            shop::add(&mut tx, &event).await?;
            calls.send_modify(|calls| *calls += 1);
            Ok::<_, HandlerError>(())
        }
    };
    let orders = ReplayFilter::new().types(["order.placed"])?;
    Ok(bus.replay("turnover").filter(orders).handle(handler))
}

/// A subscription with an effect that cannot be taken back.
async fn send_mail(
    bus: &SqliteBus,
    mails: &Count,
    repeated: &Count,
) -> Result<Running<SqliteStore>> {
    let (mails, repeated) = (Arc::clone(mails), Arc::clone(repeated));
    let handler = move |event: Event<OrderEvent>| {
        let count = if event.is_replay() { &repeated } else { &mails };
        count.send_modify(|count| *count += 1);
        async { Ok::<_, HandlerError>(()) }
    };
    Ok(bus.subscribe("mail").handle(handler).start().await?)
}
