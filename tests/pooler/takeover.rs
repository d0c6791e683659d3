//! Without session locks the lease alone tells who is alive.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventbus_runtime::{Event, HandlerError, PgBus, Running};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::{MeterRead, Pooled, read};

/// Which meters somebody was handed.
pub(crate) type Seen = Arc<Mutex<BTreeSet<String>>>;

pub(crate) const METERS: usize = 40;

/// Starts a replica of `shared`, and says so of each event that it handles.
pub(crate) async fn replica(
    bus: &PgBus,
    lease: Duration,
    seen: Seen,
    told: mpsc::UnboundedSender<()>,
) -> Running<eventbus_runtime::PgStore> {
    let handler = move |event: Event<MeterRead>| {
        seen.lock().unwrap().insert(event.meter.clone());
        told.send(()).ok();
        std::future::ready(Ok::<_, HandlerError>(()))
    };
    bus.subscribe("shared").lease(lease).handle(handler).start().await.unwrap()
}

pub(crate) async fn read_all(bus: &PgBus, n: i64) {
    let events: Vec<_> = (0..METERS).map(|meter| read(&meter.to_string(), n)).collect();
    bus.emit(bus.pool(), events).await.unwrap();
}

/// What one replica of two does until it dies, as when its process is killed: on a runtime of its own, which is thrown
/// away.
pub(crate) struct Victim {
    runtime: Runtime,
    pub(crate) seen: Seen,
    told: mpsc::UnboundedReceiver<()>,
}

impl Victim {
    pub(crate) async fn start(
        bus: impl Future<Output = PgBus> + Send + 'static,
        lease: Duration,
    ) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let seen = Seen::default();
        let (tell, told) = mpsc::unbounded_channel();
        let theirs = Arc::clone(&seen);
        let started = runtime.spawn(async move {
            let bus = bus.await;
            let running = replica(&bus, lease, theirs, tell).await;
            tokio::spawn(async move {
                let _kept = (bus, running);
                std::future::pending::<()>().await;
            });
        });
        started.await.unwrap();
        Self { runtime, seen, told }
    }

    /// Waits until it was handed an event, and ends it.
    pub(crate) async fn die(mut self) -> Instant {
        self.told.recv().await.unwrap();
        self.runtime.shutdown_background();
        Instant::now()
    }
}

/// Waits until the survivor was handed an event of each meter.
pub(crate) async fn all_seen(seen: &Seen, told: &mut mpsc::UnboundedReceiver<()>) -> Instant {
    let all = async {
        while seen.lock().unwrap().len() < METERS {
            told.recv().await.unwrap();
        }
    };
    timeout(Duration::from_secs(30), all).await.expect("the survivor takes over");
    Instant::now()
}

#[tokio::test]
async fn a_replica_that_died_is_replaced_when_its_lease_has_run_out() {
    let lease = Duration::from_secs(3);
    let pooled = Pooled::with(3).await;
    let bus = pooled.bus().await;
    let victim = {
        let url = pooled.bouncer.url();
        Victim::start(async move { PgBus::connect(&url).await.unwrap() }, lease).await
    };
    read_all(&bus, 0).await;
    let victims = Arc::clone(&victim.seen);
    let died = victim.die().await;
    let before = victims.lock().unwrap().len();
    assert!(before > 0, "it had shards");
    let seen = Seen::default();
    let (tell, mut told) = mpsc::unbounded_channel();
    let _survivor = replica(&bus, lease, Arc::clone(&seen), tell).await;
    read_all(&bus, 1).await;
    let replaced = all_seen(&seen, &mut told).await;
    // It was renewed a third of the lease before at the earliest.
    assert!(replaced - died >= lease / 2, "{:?}", replaced - died);
    bus.shutdown().await.unwrap();
}
