//! Subscriptions that are started, moved, waited for and ended by somebody who stops waiting.

use std::process::{Command, id};
use std::time::Duration;

use eventbus_runtime::store::{Handles, Log, Start};
use eventbus_runtime::testing::suite::tools::replica;
use eventbus_runtime::{Event, EventBus, HandlerError, Running};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Mutex;

use crate::cancelled::bench::{Bench, TrialMade, parts};
use crate::cancelled::cutting::cut_off_everywhere;
use crate::cancelled::database::Database;

const OTHER: &str = "other";

/// Rows of shards: all of a subscription that is known, none of one that is not.
const SHARDS: &str = "SELECT count(*) FROM eventbus_shard WHERE subscription = $1";
const KNOWN: &str = "SELECT count(*) FROM eventbus_subscription WHERE name = $1";
const PLACES: &str = "SELECT count(DISTINCT position) FROM eventbus_shard WHERE subscription = $1";

async fn start<D: Database>(bus: &EventBus<D::Store>) -> Running<D::Store> {
    let handler = async |_: Event<TrialMade>| Ok::<_, HandlerError>(());
    bus.subscribe(OTHER).handle(handler).start().await.unwrap()
}

impl<D: Database> Bench<D> {
    /// Everything works, and the other subscription's shards stand at one place, as they do while one replica moves them.
    async fn other_goes_on(&self, trial: &str) {
        self.still_works(trial).await;
        let known = self.count(KNOWN, OTHER).await;
        assert_eq!(self.count(PLACES, OTHER).await, known, "{trial}: at one place");
        self.other_is_whole(trial).await;
    }

    /// The other subscription is known with all its shards, or not at all; it can be started and removed.
    async fn other_is_whole(&self, trial: &str) {
        let known = self.count(KNOWN, OTHER).await;
        assert_eq!(self.count(SHARDS, OTHER).await, known * 16, "{trial}: all of it or nothing");
        let running = start::<D>(&self.bus).await;
        self.bus.resume(OTHER).await.unwrap();
        running.settled().await.unwrap();
        running.shutdown().await.unwrap();
    }
}

/// Nothing of it is left where it is given up, and it can be had afterwards.
pub(crate) async fn a_bus_that_connects<D: Database>() {
    let bench = Bench::<D>::new().await;
    let connecting = async |trial: &str| {
        let bus = bench.connect().await.unwrap();
        bus.emit(bus.store(), parts(trial, 1)).await.unwrap();
        D::pool(&bus).close().await;
    };
    cut_off_everywhere(connecting, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 1, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_subscription_that_starts<D: Database>() {
    let bench = Bench::<D>::new().await;
    let starting = async |_: &str| start::<D>(&bench.bus).await;
    cut_off_everywhere(starting, async |trial, running| {
        if let Some(running) = running {
            running.settled().await.unwrap();
            running.shutdown().await.unwrap();
        }
        bench.other_goes_on(trial).await;
        bench.bus.remove_subscription(OTHER).await.unwrap();
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_subscription_that_is_moved_and_removed<D: Database>() {
    let bench = Bench::<D>::new().await;
    let (bus, first) = (&bench.bus, parts("first", 1));
    let first = bus.emit(bus.store(), first).await.unwrap().id();
    start::<D>(bus).await.shutdown().await.unwrap();
    let moving = async |_: &str| {
        bus.migrate().await.unwrap();
        bus.pause(OTHER).await.unwrap();
        bus.seek(OTHER, Start::After(first)).await.unwrap();
        bus.seek(OTHER, Start::Now).await.unwrap();
        bus.resume(OTHER).await.unwrap();
        bus.remove_subscription(OTHER).await.unwrap();
    };
    cut_off_everywhere(moving, async |trial, _| {
        bench.other_goes_on(trial).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_subscription_that_ends<D: Database>() {
    let bench = Bench::<D>::new().await;
    let ending = async |_: &str| {
        let running = start::<D>(&bench.bus).await;
        running.shutdown().await.unwrap();
    };
    cut_off_everywhere(ending, async |trial, _| {
        // A start that was not cut off runs on, by itself, until somebody ends it.
        let again = start::<D>(&bench.bus).await;
        again.settled().await.unwrap();
        bench.other_is_whole(trial).await;
        again.shutdown().await.unwrap();
        bench.bus.remove_subscription(OTHER).await.unwrap();
        bench.still_works(trial).await;
    })
    .await;
    bench.end().await;
}

/// It ends whether anybody waits for it or not.
pub(crate) async fn a_bus_that_ends<D: Database>() {
    let bench = Bench::<D>::new().await;
    let ending = async |_: &str| {
        let bus = EventBus::on(bench.bus.store().clone());
        let running = start::<D>(&bus).await;
        bus.shutdown_within(Duration::from_secs(5)).await.unwrap();
        running.shutdown().await.unwrap();
    };
    cut_off_everywhere(ending, async |trial, _| {
        bench.other_goes_on(trial).await;
        bench.bus.remove_subscription(OTHER).await.unwrap();
    })
    .await;
    bench.end().await;
}

/// A signal reaches the whole process: where the trials of both databases share one, they take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// Dropped before the signal it leaves everything as it was; after it, what was asked to end does so.
pub(crate) async fn a_bus_that_runs_until_a_signal<D: Database>() {
    let _turn = TURN.lock().await;
    // Whoever listens once is never ended by the signal any more.
    let _listening = signal(SignalKind::terminate()).unwrap();
    let bench = Bench::<D>::new().await;
    let running = async |_: &str| {
        let bus = EventBus::on(bench.bus.store().clone());
        let running = start::<D>(&bus).await;
        let terminate = async {
            // The shell's own `kill`: a bare Debian has no other.
            let kill = format!("kill -TERM {}", id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        };
        let (ended, ()) = tokio::join!(bus.run_until_signal(), terminate);
        ended.unwrap();
        running.shutdown().await.unwrap();
    };
    cut_off_everywhere(running, async |trial, _| {
        bench.other_goes_on(trial).await;
        bench.bus.remove_subscription(OTHER).await.unwrap();
    })
    .await;
    bench.end().await;
}

/// A store of its own has a session of its own: it is opened for the first lease.
pub(crate) async fn a_lease_that_is_renewed<D: Database>() {
    let bench = Bench::<D>::new().await;
    start::<D>(&bench.bus).await.shutdown().await.unwrap();
    let renewing = async |_: &str| {
        let bus = D::beside(&bench.bus);
        let known = bus.store().renew(&replica(OTHER), &Handles::new()).await.unwrap();
        assert!(known);
    };
    cut_off_everywhere(renewing, async |trial, _| {
        bench.still_works(trial).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_wait_for_what_was_emitted<D: Database>() {
    let bench = Bench::<D>::new().await;
    let waiting = async |trial: &str| {
        let receipts = bench.bus.emit(bench.bus.store(), parts(trial, 2)).await.unwrap();
        receipts.handled_by("witness", Duration::from_secs(5)).await.unwrap();
        bench.witness.settled().await.unwrap();
    };
    cut_off_everywhere(waiting, async |trial, ended| {
        bench.still_works(trial).await;
        bench.is_whole(trial, 2, ended.is_some()).await;
    })
    .await;
    bench.end().await;
}
