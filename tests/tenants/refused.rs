//! What cannot work under row level security is refused, and told what to do.

use std::time::Duration;

use eventbus_runtime::store::Schedule;
use eventbus_runtime::{ErrorKind, Event, HandlerError, PgBus};
use sqlx::ConnectOptions;

use crate::fixture::{EMITTER, OPERATOR, OWNER, RELAY, Tenants, acme, run};
use crate::{OrderEvent, OrderPlaced, placed};

async fn nothing(_: Event<OrderPlaced>) -> Result<(), HandlerError> {
    Ok(())
}

fn told(refused: &eventbus_runtime::Error, text: &str) {
    assert_eq!(refused.kind(), ErrorKind::Configuration, "{refused}");
    assert!(refused.to_string().contains(text), "{refused}");
}

#[tokio::test]
async fn an_emit_without_its_tenants_setting_is_told_how_to_set_it() {
    let tenants = Tenants::new().await;
    let bus = tenants.bus(EMITTER).await;
    for key in [false, true] {
        let mut tx = bus.begin().await.unwrap();
        let emit = bus.emit(&mut tx, placed(1)).tenant("acme");
        let refused = if key { emit.key("k").await } else { emit.await }.unwrap_err();
        told(&refused, "`eventbus.tenant`");
        tx.rollback().await.unwrap();
    }
    let several = acme().scope(async {
        let mut tx = bus.begin().await.unwrap();
        bus.emit(&mut tx, placed(1)).await.unwrap();
        bus.emit(&mut tx, placed(2)).tenant("globex").await.unwrap_err()
    });
    told(&several.await, "emit each tenant's events by themselves");
    let of_nobody = bus.emit(bus.store(), placed(1)).await.unwrap_err();
    assert!(of_nobody.full().contains("events of no tenant as the relay's role"), "{of_nobody:?}");
    let park = bus.dead_letters().park("webhook", "{}", HandlerError::retryable("busy")).await;
    told(&park.unwrap_err(), "`eventbus.tenant`");
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_event").await, 0);
}

/// A pool may be made for one tenant: what is emitted on it for another is not the other's setting to change.
#[tokio::test]
async fn an_emit_on_another_tenants_connections_is_refused() {
    let tenants = Tenants::new().await;
    let options = tenants.options(EMITTER).options([("eventbus.tenant", "acme")]);
    let bus = PgBus::new(sqlx::PgPool::connect_with(options).await.unwrap());
    bus.emit(bus.store(), placed(1)).tenant("acme").key("k").await.unwrap();
    let again = bus.emit(bus.store(), placed(1)).tenant("acme").key("k").await.unwrap();
    assert!(again[0].is_duplicate());
    bus.emit(bus.store(), placed(2)).tenant("globex").await.unwrap_err();
    bus.emit(bus.store(), placed(2)).tenant("globex").key("k").await.unwrap_err();
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_event").await, 1);
}

/// It would take what it does not see for what is not there.
#[tokio::test]
async fn who_sees_a_part_of_the_log_reads_it_for_nobody() {
    let tenants = Tenants::filled().await;
    for role in [OWNER, EMITTER] {
        let bus = tenants.bus(role).await;
        let hidden = "row level security hides rows of eventbus_";
        let refused = bus.subscribe("mail").handle(nothing).start().await.unwrap_err();
        told(&refused, hidden);
        let refused = bus.replay("again").handle(nothing).start().await.unwrap_err();
        told(&refused, if role == OWNER { hidden } else { "lacks a privilege" });
        let refused = bus.stream::<OrderEvent>().start().await.unwrap_err();
        told(&refused, hidden);
        told(&bus.verify().await.unwrap_err(), hidden);
        told(&bus.stats().await.unwrap_err(), hidden);
        // Who moves asks this first, and tells the error again and again.
        told(&bus.store().next_due().await.unwrap_err(), hidden);
        let health = bus.health().await;
        assert!(health.to_string().contains(hidden), "{health}");
        let refused = bus.retention().older_than(Duration::ZERO).drop().await.unwrap_err();
        told(&refused, if role == OWNER { hidden } else { "lacks a privilege" });
    }
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_subscription").await, 0);
    assert_eq!(tenants.number("SELECT dropped FROM eventbus_retention").await, 0);
}

/// A restrictive policy takes away what another one gives.
#[tokio::test]
async fn a_relay_with_a_policy_of_ones_own_is_looked_at() {
    let tenants = Tenants::filled().await;
    let restricted = format!(
        "CREATE POLICY less ON eventbus_delivery AS RESTRICTIVE TO {RELAY} USING (shard < 9)"
    );
    run(&mut tenants.connection(OWNER).await, &restricted).await.unwrap();
    let bus = tenants.bus(RELAY).await;
    let refused = bus.subscribe("mail").handle(nothing).start().await.unwrap_err();
    told(&refused, "row level security hides rows of eventbus_delivery");
}

/// Nobody but the owner makes tables, and nobody needs to where they are.
#[tokio::test]
async fn migrating_what_is_migrated_takes_no_rights() {
    let tenants = Tenants::new().await;
    for role in [EMITTER, RELAY, OPERATOR, OWNER] {
        tenants.bus(role).await.migrate().await.unwrap();
    }
    let relay = tenants.bus(RELAY).await;
    tenants.run("UPDATE eventbus_schema SET version = 4").await;
    told(&relay.migrate().await.unwrap_err(), "are migrated by their owner");
    let url = tenants.options(RELAY).to_url_lossy();
    let refused = PgBus::connect(url.as_str()).await.map(drop).unwrap_err();
    told(&refused, "call `migrate()` as their owner");
}

/// A step that moved rows as a role that sees a part of them would leave the others behind.
#[tokio::test]
async fn a_migration_that_would_see_a_part_of_the_rows_fails() {
    let tenants = Tenants::filled().await;
    tenants.run("UPDATE eventbus_schema SET version = 1").await;
    let refused = tenants.bus(OWNER).await.migrate().await.unwrap_err();
    told(&refused, "migrate as a superuser or a role with BYPASSRLS");
    tenants.database.bus().await.migrate().await.unwrap();
}

#[tokio::test]
async fn a_new_cluster_is_noticed_by_whoever_may_write_it() {
    let tenants = Tenants::new().await;
    tenants.run("UPDATE eventbus_schema SET cluster = 'another one'").await;
    let emitter = tenants.bus(EMITTER).await;
    let refused = emitter.emit(emitter.store(), placed(1)).tenant("acme").await.unwrap_err();
    assert!(
        refused.full().contains("call `migrate()` as their owner, or start a relay"),
        "{refused:?}"
    );
    let relay = tenants.bus(RELAY).await;
    relay.subscribe("mail").handle(nothing).start().await.unwrap();
    emitter.emit(emitter.store(), placed(1)).tenant("acme").await.unwrap();
    relay.shutdown().await.unwrap();
}
