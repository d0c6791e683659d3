//! The runtime under row level security: emitters, a relay and operators that own nothing.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::{
    DomainEvent, Event, HandlerError, LetterFilter, PgBus, PgTx, ReplayFilter, Retry,
    ScheduleFilter, State,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::fixture::{
    ACME, EMITTER, OPERATOR, OWNER, RELAY, Tenants, acme, globex, number, run, security,
};
use crate::{OrderEvent, OrderPlaced, OrderShipped, placed};

/// What handlers got: of which tenant, and which order.
type Seen = Arc<Mutex<Vec<(String, u32)>>>;

fn note(seen: &Seen, tenant: Option<&str>, order: u32) {
    seen.lock().unwrap().push((tenant.unwrap_or("nobody").to_owned(), order));
}

fn sorted(seen: &Seen) -> Vec<(String, u32)> {
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    seen
}

/// Emits orders in every way there is, as a tenant: in its context, and with the setting alone.
async fn emit_in_every_way(bus: &PgBus) {
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, placed(1)).await.unwrap();
    bus.emit(&mut tx, [placed(2), placed(3)]).await.unwrap();
    tx.commit().await.unwrap();
    bus.emit(bus.pool(), placed(4)).await.unwrap();
    bus.emit(bus.store(), [placed(5), placed(6)]).await.unwrap();
    let work = async |mut tx: eventbus_runtime::BusTx<eventbus_runtime::PgStore>| {
        tx.emit(placed(7)).await?;
        tx.emit(placed(8)).key("eight").await.map(drop)
    };
    bus.transaction::<_, eventbus_runtime::Error, _, _>(work).await.unwrap();
    let first = bus.emit(bus.store(), placed(9)).key("nine").await.unwrap();
    assert!(!first[0].is_duplicate());
    for _ in 0..2 {
        let again = bus.emit(bus.store(), placed(9)).key("nine").await.unwrap();
        assert!(again[0].is_duplicate());
        assert_eq!(again.id(), first.id());
    }
}

#[tokio::test]
async fn a_tenant_emits_in_every_way_and_the_relay_hands_it_to_all() {
    let tenants = Tenants::new().await;
    let (emitter, relay) = (tenants.bus(EMITTER).await, tenants.bus(RELAY).await);
    let seen = Seen::default();
    let notes = Arc::clone(&seen);
    let handler = move |event: Event<OrderPlaced>| {
        note(&notes, event.envelope().tenant.as_deref(), event.order);
        ready(Ok::<_, HandlerError>(()))
    };
    let running = relay.subscribe("all").handle(handler).start().await.unwrap();
    acme().scope(emit_in_every_way(&emitter)).await;
    globex().scope(emit_in_every_way(&emitter)).await;
    running.settled().await.unwrap();
    let of = |tenant: &str| (1..=9).map(|order| (tenant.to_owned(), order)).collect::<Vec<_>>();
    assert_eq!(sorted(&seen), [of("acme"), of("globex")].concat());
    relay.shutdown().await.unwrap();
}

#[tokio::test]
async fn tenants_that_emit_at_once_on_one_pool_get_into_nobodys_way() {
    let tenants = Tenants::new().await;
    let emitter = tenants.bus(EMITTER).await;
    let emits = (0..200u32).map(|n| {
        let bus = emitter.clone();
        let tenant = ["acme", "globex", "initech"][usize::try_from(n % 3).unwrap()];
        tokio::spawn(async move {
            bus.emit(bus.store(), placed(n)).tenant(tenant).key((n / 6).to_string()).await.unwrap();
        })
    });
    for emit in emits.collect::<Vec<_>>() {
        emit.await.unwrap();
    }
    let keys = "SELECT count(*) FROM eventbus_event AS e JOIN eventbus_key AS k ON k.event_id = e.id AND k.tenant = e.tenant";
    assert_eq!(tenants.number(keys).await, 34 * 3 - 1);
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_event").await, 34 * 3 - 1);
    let mut connections = Vec::new();
    while let Some(mut connection) = emitter.pool().try_acquire() {
        let left = "SELECT count(*) FROM eventbus_event";
        assert_eq!(number(&mut connection, left).await.unwrap(), 0, "no setting stays in the pool");
        connections.push(connection);
    }
    assert!(!connections.is_empty());
}

#[tokio::test]
async fn a_pinned_role_needs_no_setting() {
    let tenants = Tenants::new().await;
    let bus = tenants.bus(ACME).await;
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, placed(1)).tenant("acme").key("1").await.unwrap();
    tx.commit().await.unwrap();
    bus.emit(bus.store(), placed(2)).tenant("acme").await.unwrap();
    bus.emit(bus.store(), placed(3)).tenant("globex").await.unwrap_err();
    assert_eq!(
        tenants.number("SELECT count(*) FROM eventbus_event WHERE tenant = 'acme'").await,
        2
    );
}

/// What a handler emits is its event's tenant's, plain or in the relay's transaction.
#[tokio::test]
async fn what_follows_from_a_tenants_event_is_the_tenants() {
    let tenants = Tenants::new().await;
    let (emitter, relay) = (tenants.bus(EMITTER).await, tenants.bus(RELAY).await);
    let seen = Seen::default();
    let ship = {
        let bus = relay.clone();
        move |mut tx: PgTx, event: Event<OrderPlaced>| {
            let bus = bus.clone();
            async move {
                bus.emit(&mut tx, OrderShipped { order: event.order }).await?;
                Ok::<_, HandlerError>(())
            }
        }
    };
    let notes = Arc::clone(&seen);
    let look = move |event: Event<OrderShipped>| {
        note(&notes, event.envelope().tenant.as_deref(), event.order);
        ready(Ok::<_, HandlerError>(()))
    };
    let shipping = relay.subscribe("shipping").handle(ship).start().await.unwrap();
    let looking = relay.subscribe("looking").handle(look).start().await.unwrap();
    let receipts = emitter.emit(emitter.store(), placed(1)).tenant("acme").await.unwrap();
    receipts.handled_by("shipping", Duration::from_secs(30)).await.unwrap();
    relay.emit(relay.store(), placed(2)).await.unwrap();
    shipping.settled().await.unwrap();
    looking.settled().await.unwrap();
    assert_eq!(sorted(&seen), [("acme".to_owned(), 1), ("nobody".to_owned(), 2)]);
    relay.shutdown().await.unwrap();
}

#[tokio::test]
async fn operators_look_after_what_the_relay_gave_up() {
    let tenants = Tenants::new().await;
    let (emitter, relay) = (tenants.bus(EMITTER).await, tenants.bus(RELAY).await);
    let operator = tenants.bus(OPERATOR).await;
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fails = Arc::clone(&broken);
    let handler = move |_: Event<OrderPlaced>| {
        let fails = fails.load(std::sync::atomic::Ordering::SeqCst);
        ready(if fails { Err(HandlerError::terminal("no")) } else { Ok(()) })
    };
    let running = relay.subscribe("mail").retry(Retry::default()).handle(handler).start().await;
    let running = running.unwrap();
    acme()
        .scope(async { emitter.emit(emitter.store(), [placed(1), placed(2)]).await })
        .await
        .unwrap();
    globex().scope(async { emitter.emit(emitter.store(), placed(3)).await }).await.unwrap();
    running.settled().await.unwrap();

    let all = LetterFilter::all();
    let count = async |bus: &PgBus| bus.dead_letters().count(&all).await.unwrap();
    assert_eq!(count(&operator).await, 3);
    assert_eq!(count(&emitter).await, 0, "nobody's context");
    assert_eq!(acme().scope(count(&emitter)).await, 2);
    assert_eq!(globex().scope(count(&emitter)).await, 1);
    let refused = acme().scope(emitter.dead_letters().by("eve").discard_where(&all, "mine")).await;
    assert!(refused.unwrap_err().to_string().contains("lacks a privilege"));

    broken.store(false, std::sync::atomic::Ordering::SeqCst);
    let alice = operator.dead_letters().by("alice");
    assert_eq!(alice.retry_where(&LetterFilter::all().tenant("acme")).await.unwrap().retried, 2);
    running.settled().await.unwrap();
    alice.discard_where(&LetterFilter::all().tenant("globex"), "nobody waits").await.unwrap();
    assert_eq!(count(&operator).await, 0);
    assert_eq!(operator.dead_letters().actions(None, 9).await.unwrap().len(), 2);

    let health = relay.health().await;
    assert!(health.is_ready(), "{health}");
    let report = operator.verify().await.unwrap();
    assert!(report.is_sound(), "{report}");
    operator.pause("mail").await.unwrap();
    operator.resume("mail").await.unwrap();
    operator.seek("mail", eventbus_runtime::Start::Beginning).await.unwrap();
    running.settled().await.unwrap();
    operator.remove_subscription("mail").await.unwrap();
    relay.shutdown().await.unwrap();
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_shard").await, 0);
}

#[tokio::test]
async fn replays_and_streams_read_all_tenants() {
    let tenants = Tenants::filled().await;
    let relay = tenants.bus(RELAY).await;
    let seen = Seen::default();
    let notes = Arc::clone(&seen);
    let handler = move |event: Event<OrderPlaced>| {
        note(&notes, event.envelope().tenant.as_deref(), event.order);
        ready(Ok::<_, HandlerError>(()))
    };
    let globex = ReplayFilter::new().tenant("globex");
    let replay = relay.replay("again").filter(globex).handle(handler).start().await.unwrap();
    replay.finished().await.unwrap();
    assert_eq!(sorted(&seen), [("globex".to_owned(), 2), ("globex".to_owned(), 3)]);
    let filter = OrderEvent::filter().tenant("acme");
    let mut stream =
        relay.stream::<OrderEvent>().filter(filter).replay_last().start().await.unwrap();
    let event = stream.next().await.unwrap().unwrap();
    assert_eq!(event.envelope().tenant.as_deref(), Some("acme"));
    drop(stream);
    relay.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_emitter_removes_the_expired_keys_of_its_tenant() {
    let tenants = Tenants::new().await;
    let keys = "INSERT INTO eventbus_key SELECT t, n::text, gen_random_uuid(), now() FROM generate_series(1, 9) AS n, \
                unnest(ARRAY['acme', 'globex']) AS t";
    tenants.run(keys).await;
    let emitter = tenants.bus(EMITTER).await;
    // One in 64 removes some.
    while tenants
        .number("SELECT count(*) FROM eventbus_key WHERE tenant = 'acme' AND expires_at < now()")
        .await
        > 0
    {
        emitter
            .emit(emitter.store(), placed(1))
            .tenant("acme")
            .key(uuid::Uuid::now_v7().to_string())
            .await
            .unwrap();
    }
    assert_eq!(
        tenants.number("SELECT count(*) FROM eventbus_key WHERE tenant = 'globex'").await,
        9
    );
}

/// Whoever runs as the owner sees the log until it is protected, and nothing after: what comes then must not be passed.
#[tokio::test]
async fn a_relay_that_loses_sight_of_the_log_passes_nothing() {
    let tenants = Tenants::open().await;
    let owner = tenants.bus(OWNER).await;
    let (seen, later) = (Seen::default(), Seen::default());
    let handler = |seen: &Seen| {
        let seen = Arc::clone(seen);
        move |event: Event<OrderPlaced>| {
            note(&seen, event.envelope().tenant.as_deref(), event.order);
            ready(Ok::<_, HandlerError>(()))
        }
    };
    let blind = owner.subscribe("mail").poll(Duration::from_millis(20)).handle(handler(&seen));
    let blind = blind.start().await.unwrap();
    owner.emit(owner.store(), placed(1)).tenant("acme").await.unwrap();
    blind.settled().await.unwrap();
    let admin = tenants.bus(OWNER).await;
    admin.protect_tenants(&security()).await.unwrap();
    let relay = tenants.bus(RELAY).await;
    relay.emit(relay.store(), [placed(2), placed(3)]).tenant("acme").await.unwrap();
    let told = async {
        while blind.state() != State::Waiting {
            tenants.number("SELECT count(*) FROM eventbus_replica").await;
        }
    };
    timeout(Duration::from_secs(30), told).await.expect("it may take no shard again");
    owner.shutdown().await.ok();
    let sees = relay.subscribe("mail").poll(Duration::from_millis(20)).handle(handler(&later));
    let sees = sees.start().await.unwrap();
    sees.settled().await.unwrap();
    let got = [sorted(&seen), sorted(&later)].concat();
    assert_eq!(got, (1..=3).map(|n| ("acme".to_owned(), n)).collect::<Vec<_>>());
    relay.shutdown().await.unwrap();
}

/// A team's own policies on its own tables use the same setting.
#[tokio::test]
async fn rows_and_events_of_a_tenant_commit_together() {
    let tenants = Tenants::new().await;
    let mut owner = tenants.connection(OWNER).await;
    let orders = format!(
        "CREATE TABLE orders (id int, tenant text NOT NULL DEFAULT current_setting('eventbus.tenant')); \
         ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; \
         CREATE POLICY own ON orders USING (tenant = current_setting('eventbus.tenant', true)); \
         GRANT SELECT, INSERT ON orders TO {EMITTER}"
    );
    run(&mut owner, &orders).await.unwrap();
    let bus = tenants.bus(EMITTER).await;
    for (n, tenant) in [(1, acme()), (2, globex())] {
        let order = async {
            let mut tx = bus.begin().await.unwrap();
            run(&mut tx, &format!("INSERT INTO orders (id) VALUES ({n})")).await.unwrap();
            bus.emit(&mut tx, placed(n)).await.unwrap();
            assert_eq!(number(&mut tx, "SELECT count(*) FROM orders").await.unwrap(), 1);
            tx.commit().await.unwrap();
        };
        tenant.scope(order).await;
    }
    let both = "SELECT count(*) FROM orders AS o JOIN eventbus_event AS e ON e.tenant = o.tenant AND e.aggregate_id = o.id::text";
    assert_eq!(tenants.number(both).await, 2);
}

/// Scheduled events wait under their tenant's eyes alone, and whoever moves them is the relay.
#[tokio::test]
async fn a_tenant_schedules_for_itself_and_the_relay_moves() {
    let tenants = Tenants::new().await;
    let (emitter, relay) = (tenants.bus(EMITTER).await, tenants.bus(RELAY).await);
    let (moved, mut handled) = mpsc::unbounded_channel();
    let handler = move |event: Event<OrderPlaced>| {
        moved.send((event.envelope().tenant.clone(), event.order)).unwrap();
        ready(Ok::<_, HandlerError>(()))
    };
    let later = Duration::from_secs(3600);
    let kept = emitter.emit(emitter.store(), placed(1)).tenant("acme").deliver_after(later).await;
    let kept = kept.unwrap().id();
    let due = acme()
        .scope(async {
            let mut tx = emitter.begin().await.unwrap();
            let receipts = emitter.emit(&mut tx, placed(2)).deliver_after(Duration::ZERO).await;
            tx.commit().await.unwrap();
            assert!(emitter.scheduled().count(&ScheduleFilter::all()).await.unwrap() >= 1);
            receipts.unwrap()
        })
        .await;
    globex()
        .scope(async {
            assert_eq!(emitter.scheduled().count(&ScheduleFilter::all()).await.unwrap(), 0);
            let mut tx = emitter.begin().await.unwrap();
            assert!(!emitter.scheduled().cancel(&mut tx, kept).await.unwrap());
            tx.commit().await.unwrap();
        })
        .await;
    relay.subscribe("all").handle(handler).start().await.unwrap();
    let first = timeout(Duration::from_secs(60), handled.recv()).await.expect("it is due");
    assert_eq!(first, Some((Some("acme".to_owned()), 2)));
    due.handled_by("all", Duration::from_secs(60)).await.unwrap();
    let mut acme = tenants.connection(ACME).await;
    let hold = "UPDATE eventbus_scheduled SET held_until = 1";
    run(&mut acme, hold).await.expect_err("others of the shard would wait");
    relay.shutdown().await.unwrap();
}

/// Old events go from under all tenants, and come back for a replay where they are wanted.
#[tokio::test]
async fn operators_drop_what_is_old_and_the_relay_replays_it() {
    let tenants = Tenants::filled().await;
    let (operator, relay) = (tenants.bus(OPERATOR).await, tenants.bus(RELAY).await);
    let stored = tenants.number("SELECT count(*) FROM eventbus_event").await;
    let folder = tempfile::tempdir().unwrap();
    let retention = operator.retention().older_than(Duration::ZERO).archive_to(folder.path());
    let retained = retention.drop().await.unwrap();
    assert_eq!((i64::try_from(retained.dropped).unwrap(), retained.blocked.len()), (stored, 0));
    assert_eq!(tenants.number("SELECT count(*) FROM eventbus_event").await, 0);
    let report = operator.verify().archive(folder.path()).await.unwrap();
    assert!(report.is_sound(), "{report}");
    let seen = Seen::default();
    let notes = Arc::clone(&seen);
    let handler = move |event: Event<OrderPlaced>| {
        note(&notes, event.envelope().tenant.as_deref(), event.order);
        ready(Ok::<_, HandlerError>(()))
    };
    let replay = relay.replay("again").archive(folder.path()).handle(handler).start().await;
    replay.unwrap().finished().await.unwrap();
    assert_eq!(i64::try_from(sorted(&seen).len()).unwrap(), stored);
    relay.shutdown().await.unwrap();
    let figures = operator.stats().await.unwrap();
    assert_eq!(figures.total.handled, seen.lock().unwrap().len() as u64);
}
