//! Three tenants in one database. Row level security keeps each in its own rows, orders and events alike, while one relay
//! that owns no table hands the events of all of them over.
//!
//! ```sh
//! cargo run -p tenants
//! ```
//!
//! It starts a PostgreSQL server of its own in a temporary folder, which has to be installed; with
//! `EVENTBUS_TEST_POSTGRES_URL` it makes a database on that one. The program exits with 0 only where every try to leave
//! a tenant failed and every tenant's events were handled.

mod shop;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex};

use eventbus_runtime::{Context, Event, HandlerError, PgBus};
use eventbus_tests::postgres::PgDatabase;

use crate::shop::{Connections, OrderEvent};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const TENANTS: [&str; 3] = ["acme", "globex", "initech"];

#[tokio::main]
async fn main() -> Result<()> {
    let database = PgDatabase::empty().await;
    let connections = Connections::to(&database.url())?;
    shop::set_up(&connections).await?;

    println!("a request of each tenant, on one pool");
    let app = connections.of("tenants_app").await?;
    for (tenant, order) in TENANTS.iter().zip(1..) {
        // Where a server knows whose request it is, once: whatever the bus opens inside is this tenant's.
        let request = Context::new().with_tenant(*tenant);
        let orders = request.scope(shop::order(&app, order)).await?;
        println!("  {tenant} ordered and sees {orders} order");
        assert_eq!(orders, 1);
    }

    println!("a mistake: a request of acme writes an event of globex");
    let mistake = async {
        let mut tx = app.begin().await?;
        let placed = shop::OrderPlaced { order: 4 };
        app.emit(&mut tx, placed).tenant("globex").await.map(drop)
    };
    let refused =
        Context::new().with_tenant("acme").scope(mistake).await.expect_err("a policy refuses it");
    println!("  {refused}");

    println!("a program of acme's own, which runs whatever SQL it likes");
    let own = connections.of("tenants_acme").await?;
    for sql in shop::TRIES {
        let (events, told) = shop::attempt(&own, sql).await?;
        println!("  {sql}\n    {told}, and it sees {events} event");
        assert_eq!(events, 1, "it stays where it is");
    }

    println!("one relay for all of them");
    let relay = connections.of("tenants_relay").await?;
    let handled = count(&relay).await?;
    for (tenant, events) in &handled {
        println!("  {tenant}: {events}");
    }
    assert_eq!(handled, TENANTS.iter().map(|tenant| ((*tenant).to_owned(), 1)).collect());
    Ok(())
}

/// Hands over what is there; how many events of each tenant.
async fn count(relay: &PgBus) -> Result<BTreeMap<String, u32>> {
    let counts: Arc<Mutex<BTreeMap<String, u32>>> = Arc::default();
    let inside = Arc::clone(&counts);
    let handler = move |event: Event<OrderEvent>| {
        let tenant = event.envelope().tenant.clone().unwrap_or_default();
        *inside.lock().expect("nobody panics with it").entry(tenant).or_default() += 1;
        std::future::ready(Ok::<_, HandlerError>(()))
    };
    let running = relay.subscribe("count").handle(handler).start().await?;
    running.settled().await?;
    relay.shutdown().await?;
    let counts = counts.lock().expect("nobody panics with it").clone();
    Ok(counts)
}
