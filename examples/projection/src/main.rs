//! A projection that its handler keeps in the database, orders per customer, and that is rebuilt from the beginning of
//! the log while everything else goes on.
//!
//! ```sh
//! cargo run -p projection
//! ```
//!
//! It works on an SQLite file in a temporary folder. The handler takes the transaction in which its subscription moves
//! on, so what it writes counts once, although it fails at times after it wrote. The program exits with 0 only where the
//! rebuilt projection is what it was, what the orders themselves say, and where another subscription was not moved.

mod shop;

use std::error::Error;
use std::sync::Arc;

use eventbus_runtime::{Event, Running, SqliteBus, SqliteStore, SqliteTx, Start};
use tokio::sync::watch;

use crate::shop::OrderEvent;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// How often the projection's handler was called.
type Calls = Arc<watch::Sender<usize>>;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());
    let bus = SqliteBus::connect(&url).await?;
    bus.migrate().await?;
    shop::create_tables(&bus).await?;
    let calls = Calls::default();
    let projection = project(&bus, &calls).await?;
    let mail = send_mail(&bus).await?;

    let events = shop::trade(&bus).await?;
    projection.settled().await?;
    mail.settled().await?;
    let before = shop::projection(&bus).await?;
    println!("{events} events, {} calls of the projection's handler", *calls.borrow());
    show(&before);
    assert!(*calls.borrow() > events, "the handler failed at times, after it wrote");
    assert_eq!(before, shop::orders(&bus).await?, "and yet each event counts once");
    let mailed = mail.stats().total.handled;

    println!("\nrebuilding");
    let called = *calls.borrow();
    rebuild(&bus).await?;
    // Settled says nothing of a move that the subscription has not noticed yet; its calls show that it has.
    calls.subscribe().wait_for(|calls| *calls >= called + events).await?;
    projection.settled().await?;
    let after = shop::projection(&bus).await?;
    println!("{} more calls of the projection's handler", *calls.borrow() - called);
    show(&after);
    assert_eq!(after, before, "rebuilt, and as it was");

    shop::place(&bus, 1_000, "ada", 4_200).await?;
    projection.settled().await?;
    mail.settled().await?;
    assert_eq!(shop::projection(&bus).await?, shop::orders(&bus).await?, "it goes on");
    assert_eq!(mail.stats().total.handled, mailed + 1, "nobody else was moved");
    println!("\n`mail` handled {mailed} events before, and one more since: it was not moved");
    bus.shutdown().await?;
    Ok(())
}

/// Empties the projection and has it filled again, whichever processes run it meanwhile.
///
/// No transaction spans all of this, and none has to, because of the order:
///
/// 1. `pause`: from now on nobody takes a shard of it.
/// 2. `seek`: every shard stands before the first event, and its fence is raised. A handler's transaction that is still
///    open got its shards under an older fence, and is not committed.
/// 3. Between these two and `resume` nobody can commit to the projection, so emptying it is one plain transaction.
/// 4. `resume`: the first who takes a shard begins with the first event.
///
/// Where this ends half-way the subscription stays paused, and doing all of it again is right. Readers see a projection
/// that is not complete for a while; for a large one, fill a new table under a new name beside it and then switch.
async fn rebuild(bus: &SqliteBus) -> Result<()> {
    bus.pause("projection").await?;
    bus.seek("projection", Start::Beginning).await?;
    shop::empty_projection(bus).await?;
    bus.resume("projection").await?;
    Ok(())
}

async fn project(bus: &SqliteBus, calls: &Calls) -> Result<Running<SqliteStore>> {
    let calls = Arc::clone(calls);
    let handler = move |mut tx: SqliteTx, event: Event<OrderEvent>| {
        calls.send_modify(|calls| *calls += 1);
        async move { shop::count(&mut tx, &event).await }
    };
    Ok(bus.subscribe("projection").retry(shop::soon()).handle(handler).start().await?)
}

/// Another subscription of the same events, which has sent its mails and must not send them again.
async fn send_mail(bus: &SqliteBus) -> Result<Running<SqliteStore>> {
    let handler = |_: Event<OrderEvent>| async { Ok(()) };
    Ok(bus.subscribe("mail").handle(handler).start().await?)
}

fn show(projection: &[shop::Line]) {
    for (customer, orders, cents) in projection {
        println!("  {customer:8} {orders:3} orders {cents:7} cents");
    }
}
