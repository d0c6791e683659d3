//! Replays: a part of the log once more, beside everything else.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, UNIX_EPOCH};

use eventbus_runtime::store::{Log, Shard, Store};
use eventbus_runtime::{
    DomainEvent, ErrorKind, Event, HandlerError, LetterFilter, RateLimit, RawEvent, Replay,
    ReplayFilter, Replaying, Retry, Running, State, Tx,
};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::desk::{Desk, Seen};
use crate::events::{Any, Noted, Posted, noted, posted};
use crate::faulty::Faulty;

const BRIEF: Duration = Duration::from_millis(2);

fn soon() -> Retry {
    Retry { attempts: 3, first: BRIEF, factor: 1, max: BRIEF }
}

fn accounts(numbers: std::ops::RangeInclusive<i64>) -> Vec<RawEvent> {
    numbers.map(|n| posted(&n.to_string(), n)).collect()
}

/// A replay that notes what it hands over; whatever it does is a replay's.
fn noting<S: Log>(desk: &Desk<S>, name: &str, seen: &Seen) -> Replay<Faulty<S>> {
    let seen = seen.clone();
    desk.bus.replay(name).retry(soon()).handle(move |event: Event<Posted>| {
        assert!(event.is_replay());
        seen.note(&event);
        async { Ok::<_, HandlerError>(()) }
    })
}

/// A live subscription that notes numbers, and whether a replay handed them over.
async fn live<S: Log>(
    desk: &Desk<S>,
    name: &str,
) -> (Running<Faulty<S>>, UnboundedReceiver<(i64, bool)>) {
    let (sender, seen) = unbounded_channel();
    let handler = move |event: Event<Posted>| {
        sender.send((event.0, event.is_replay())).unwrap();
        async { Ok::<_, HandlerError>(()) }
    };
    (desk.subscribe(name).handle(handler).start().await.unwrap(), seen)
}

fn all<T>(seen: &mut UnboundedReceiver<T>) -> Vec<T> {
    std::iter::from_fn(|| seen.try_recv().ok()).collect()
}

/// Where its shards stand, and under which fences.
async fn shards<S: Log>(desk: &Desk<S>, name: &str) -> Vec<Shard<S::Cursor>> {
    desk.store.roster(name).await.unwrap().unwrap().shards
}

/// Whether each shard is as it was.
fn untouched<C: PartialOrd>(before: &[Shard<C>], after: &[Shard<C>]) -> bool {
    before.len() == after.len()
        && before.iter().zip(after).all(|(before, after)| {
            before.held == after.held
                && before.owner == after.owner
                && before.cursor == after.cursor
        })
}

async fn is_known<S: Log>(desk: &Desk<S>, name: &str) -> bool {
    let name = format!("replay:{name}");
    let known = desk.store.roster(&name).await.unwrap().is_some();
    assert_eq!(known, desk.store.replay(&name).await.unwrap().is_some());
    known
}

pub(crate) async fn it_hands_over_what_was_there_and_ends<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=30)).await;
    let seen = Seen::default();
    let replay = noting(&desk, "again", &seen).page(7).start().await.unwrap();
    assert_eq!((replay.name(), replay.subscription()), ("again", "replay:again"));
    replay.finished().await.unwrap();
    let mut numbers = seen.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<_>>());
    assert!(!is_known(&desk, "again").await, "its place is gone");
    assert_eq!(replay.state(), State::Ended);
    let second = noting(&desk, "again", &seen).start().await.unwrap();
    second.finished().await.unwrap();
    assert_eq!(seen.numbers().len(), 60, "one of its name begins anew");
}

/// Waits with each event until the test lets it go.
fn gated<S: Log>(
    desk: &Desk<S>,
    name: &str,
) -> (Replay<Faulty<S>>, UnboundedReceiver<i64>, Arc<Semaphore>) {
    let (sender, begun) = unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let handler = move |event: Event<Posted>| {
        let (opened, sender) = (Arc::clone(&opened), sender.clone());
        async move {
            sender.send(event.0).unwrap();
            opened.acquire().await.unwrap().forget();
            Ok::<_, HandlerError>(())
        }
    };
    (desk.bus.replay(name).retry(soon()).handle(handler), begun, gate)
}

pub(crate) async fn what_comes_later_is_no_part_of_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let replay = replay.start().await.unwrap();
    assert_eq!(begun.recv().await, Some(1));
    desk.emit(&[posted("a", 3), posted("b", 4)]).await;
    gate.add_permits(9);
    replay.finished().await.unwrap();
    assert_eq!(all(&mut begun), [2]);
}

/// What another system did to its users: a replay into a subscription moved the subscription's own cursor.
pub(crate) async fn a_replay_moves_no_live_cursor<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=12)).await;
    let (running, mut seen) = live(&desk, "billing").await;
    let (other, mut others) = live(&desk, "again").await;
    running.settled().await.unwrap();
    other.settled().await.unwrap();
    let first = all(&mut seen);
    assert!(first.len() == 12 && first.iter().all(|(_, replay)| !replay));
    let before = [shards(&desk, "billing").await, shards(&desk, "again").await];
    // It has the name of a subscription, too: the two have nothing in common.
    let replay = running.replay("again").start().await.unwrap();
    replay.finished().await.unwrap();
    let mut again = all(&mut seen);
    again.sort_unstable();
    assert_eq!(again, (1..=12).map(|n| (n, true)).collect::<Vec<_>>());
    for (before, name) in before.iter().zip(["billing", "again"]) {
        assert!(untouched(before, &shards(&desk, name).await), "`{name}` was not moved");
    }
    assert_eq!(running.stats().total.handled, 12, "it is no work of the subscription's");
    assert_eq!(all(&mut others).len(), 12, "and nobody else sees it");
    desk.emit(&[posted("a", 13)]).await;
    assert_eq!(seen.recv().await, Some((13, false)), "it goes on where it was");
}

pub(crate) async fn a_subscriptions_own_filter_holds<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=6)).await;
    let seen = Seen::default();
    let noted = seen.clone();
    let handler = move |event: Event<Posted>| {
        if event.is_replay() {
            noted.note(&event);
        }
        async { Ok::<_, HandlerError>(()) }
    };
    let even = Posted::filter().and(|event: &Event<Posted>| event.0 % 2 == 0);
    let running = desk.subscribe("even").filter(even).handle(handler).start().await.unwrap();
    let replay = running.replay("again").start().await.unwrap();
    replay.finished().await.unwrap();
    let mut numbers = seen.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 4, 6]);
    let progress = replay.progress().await.unwrap();
    assert_eq!((progress.done, progress.total, progress.estimated), (6, 6, true));
}

/// Stops it while its handler works on an event, which it finishes.
async fn stop_in_the_middle<S: Log>(replay: &Replaying<S>, gate: &Semaphore) {
    let (stopped, ()) = tokio::join!(replay.stop(), async { gate.add_permits(1) });
    stopped.unwrap();
}

pub(crate) async fn stopped_it_goes_on_where_it_was<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&(1..=5).map(|n| posted("a", n)).collect::<Vec<_>>()).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let replay = replay.start().await.unwrap();
    assert_eq!(begun.recv().await, Some(1));
    gate.add_permits(2);
    assert_eq!((begun.recv().await, begun.recv().await), (Some(2), Some(3)));
    stop_in_the_middle(&replay, &gate).await;
    let refused = replay.finished().await.unwrap_err();
    assert!(refused.to_string().contains("ended before it was finished"), "{refused}");
    assert!(is_known(&desk, "again").await);
    desk.emit(&[posted("a", 6)]).await;
    // As another process does it.
    let (replay, mut begun, gate) = gated(&desk, "again");
    gate.add_permits(9);
    let replay = replay.start().await.unwrap();
    replay.finished().await.unwrap();
    assert_eq!(all(&mut begun), [4, 5], "the end is where it was");
    assert!(!is_known(&desk, "again").await);
}

pub(crate) async fn progress_says_how_far_it_is<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[noted(7)]).await;
    desk.emit(&(1..=4).map(|n| posted("a", n)).collect::<Vec<_>>()).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let first = replay.page(2).start().await.unwrap();
    assert_eq!(begun.recv().await, Some(1));
    let progress = first.progress().await.unwrap();
    assert_eq!((progress.done, progress.total, progress.failed), (0, 4, 0));
    assert!(!progress.estimated);
    let next = progress.position.unwrap();
    gate.add_permits(2);
    assert_eq!((begun.recv().await, begun.recv().await), (Some(2), Some(3)));
    stop_in_the_middle(&first, &gate).await;
    let progress = first.progress().await.unwrap();
    assert_eq!((progress.done, progress.total), (3, 4));
    assert_eq!(progress.position, Some(next + 3));
    assert!(progress.rate > 0.0);
    let (replay, _begun, gate) = gated(&desk, "again");
    gate.add_permits(9);
    let second = replay.start().await.unwrap();
    second.finished().await.unwrap();
    let progress = second.progress().await.unwrap();
    assert_eq!((progress.done, progress.total, progress.position), (4, 4, None));
    let gone = first.progress().await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Configuration, "the first one knows nothing of that");
}

pub(crate) async fn another_filter_is_refused_while_it_is_not_finished<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("b", 2)]).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let of_a = || ReplayFilter::new().aggregate("a");
    let replay = replay.filter(of_a()).start().await.unwrap();
    begun.recv().await.unwrap();
    let seen = Seen::default();
    let of_b = || noting(&desk, "again", &seen).filter(ReplayFilter::new().aggregate("b"));
    let refused = of_b().start().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let told = refused.to_string();
    assert!(told.contains(r#""aggregate":"a"}"#) && told.contains(r#""aggregate":"b"}"#), "{told}");
    assert!(told.contains("cancel_replay"), "{told}");
    stop_in_the_middle(&replay, &gate).await;
    assert!(is_known(&desk, "again").await);
    of_b().start().await.unwrap_err();
    desk.bus.cancel_replay("again").await.unwrap();
    of_b().start().await.unwrap().finished().await.unwrap();
    assert_eq!(seen.numbers(), [2]);
}

pub(crate) async fn a_cancelled_replay_begins_anew<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3)]).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let replay = replay.start().await.unwrap();
    assert_eq!(begun.recv().await, Some(1));
    gate.add_permits(1);
    assert_eq!(begun.recv().await, Some(2));
    let (cancelled, ()) = tokio::join!(replay.cancel(), async { gate.add_permits(1) });
    cancelled.unwrap();
    assert!(!is_known(&desk, "again").await);
    replay.finished().await.unwrap_err();
    replay.cancel().await.unwrap();
    let unknown = desk.bus.cancel_replay("again").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Configuration);
    let seen = Seen::default();
    noting(&desk, "again", &seen).start().await.unwrap().finished().await.unwrap();
    assert_eq!(seen.numbers(), [1, 2, 3]);
}

pub(crate) async fn one_that_is_cancelled_elsewhere_ends_where_it_runs<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let replay = replay.start().await.unwrap();
    begun.recv().await.unwrap();
    desk.bus.cancel_replay("again").await.unwrap();
    gate.add_permits(9);
    let ended = replay.finished().await.unwrap_err();
    assert!(ended.to_string().contains("cancelled"), "{ended}");
}

pub(crate) async fn it_ends_when_what_failed_is_handled_or_dead<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("b", 2), posted("a", 3)]).await;
    let seen = Seen::default();
    let noted = seen.clone();
    let handler = move |event: Event<Posted>| {
        assert!(event.is_replay(), "also where it is tried again");
        noted.note(&event);
        let fails = event.0 == 2 || event.attempt() == 1;
        async move { if fails { Err(HandlerError::retryable("busy")) } else { Ok(()) } }
    };
    let replay = desk.bus.replay("again").retry(soon()).handle(handler).start().await.unwrap();
    replay.finished().await.unwrap();
    assert_eq!(seen.of("a").iter().filter(|n| **n == 1).count(), 2, "tried again");
    assert_eq!(seen.of("a").last(), Some(&3), "and its sibling after it");
    let progress = replay.progress().await.unwrap();
    assert_eq!((progress.done, progress.total, progress.failed), (3, 3, 1));
    let filter = LetterFilter::all().subscription("replay:again");
    let letters = desk.bus.dead_letters().list(&filter, None, 10).await.unwrap();
    assert_eq!(letters.len(), 1, "its letter stays");
    // Letters are told apart by the millisecond.
    let died = Duration::from_millis(letters[0].at.unsigned_abs());
    while UNIX_EPOCH.elapsed().unwrap() < died + Duration::from_millis(1) {
        tokio::task::yield_now().await;
    }
    let again = noting(&desk, "again", &seen).start().await.unwrap();
    again.finished().await.unwrap();
    assert_eq!(again.progress().await.unwrap().failed, 0, "that of a former one is not its own");
}

pub(crate) async fn effects_of_a_replay_happen_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=9)).await;
    let store = desk.store.clone();
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let store = store.clone();
        async move {
            store.append(&mut tx, &[noted(event.0).into()]).await?;
            match event.0 % 4 == 3 && event.attempt() == 1 {
                true => Err(HandlerError::retryable("after it wrote")),
                false => Ok(()),
            }
        }
    };
    let replay = desk.bus.replay("again").retry(soon()).handle(handler).start().await.unwrap();
    replay.finished().await.unwrap();
    let mut audits = desk.audits().await;
    audits.sort_unstable();
    assert_eq!(audits, (1..=9).collect::<Vec<_>>());
}

pub(crate) async fn its_rate_limit_is_its_own<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=5)).await;
    let (running, mut seen) = live(&desk, "billing").await;
    running.settled().await.unwrap();
    assert_eq!(all(&mut seen).len(), 5);
    let slow = RateLimit::new(1, Duration::from_secs(86_400)).burst(2);
    let replay = running.replay("again").rate_limit(slow).start().await.unwrap();
    let two = [seen.recv().await.unwrap(), seen.recv().await.unwrap()];
    assert!(two.iter().all(|(_, replay)| *replay));
    desk.emit(&accounts(6..=20)).await;
    running.settled().await.unwrap();
    let live = all(&mut seen);
    assert!(live.len() == 15 && live.iter().all(|(_, replay)| !replay), "{live:?}");
    replay.stop().await.unwrap();
    assert_eq!(replay.stats().total.handled, 2, "no more had their turn");
    running
        .replay("again")
        .rate_limit(slow.burst(9))
        .start()
        .await
        .unwrap()
        .finished()
        .await
        .unwrap();
    assert_eq!(all(&mut seen).len(), 3);
}

pub(crate) async fn replicas_share_a_replay<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=60)).await;
    let seen = Seen::default();
    let start = || async { noting(&desk, "again", &seen).page(2).start().await };
    let mut replicas = vec![start().await.unwrap()];
    // The first may be through before others are there; they begin anew then.
    for _ in 0..2 {
        replicas.extend(start().await.ok());
    }
    let mut finished = 0;
    for replica in &replicas {
        finished += usize::from(replica.finished().await.is_ok());
    }
    assert!(finished > 0 && !is_known(&desk, "again").await);
    let numbers = seen.numbers();
    assert!((1..=60).all(|n| numbers.contains(&n)));
}

pub(crate) async fn a_failure_of_the_store_is_waited_out<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=9)).await;
    let (replay, mut begun, gate) = gated(&desk, "again");
    let replay = replay.start().await.unwrap();
    begun.recv().await.unwrap();
    desk.faults.refused.store(true, SeqCst);
    gate.add_permits(100);
    replay.finished().await.unwrap();
    assert!(!is_known(&desk, "again").await);
}

pub(crate) async fn nothing_to_replay_is_finished_at_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    noting(&desk, "again", &seen).start().await.unwrap().finished().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    let filter = ReplayFilter::new().tenant("nobody");
    let replay = noting(&desk, "again", &seen).filter(filter).start().await.unwrap();
    replay.finished().await.unwrap();
    assert!(seen.numbers().is_empty());
    assert_eq!(replay.progress().await.unwrap().total, 0);
}

pub(crate) async fn a_dry_run_counts_and_remembers_nothing<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), noted(2), posted("b", 3), posted("a", 4)]).await;
    let seen = Seen::default();
    let counted = noting(&desk, "again", &seen).dry_run().await.unwrap();
    assert_eq!((counted.count, &counted.by_type), (3, &[("account.posted".to_owned(), 3)].into()));
    let positions = counted.positions.unwrap();
    assert_eq!(positions.end() - positions.start(), 3);
    assert!(counted.oldest.unwrap() <= counted.newest.unwrap());
    let bare = desk.bus.replay("again").dry_run().await.unwrap();
    assert_eq!(
        (bare.count, bare.by_type.len()),
        (4, 2),
        "without a handler: what the filter means"
    );
    let filter = ReplayFilter::new().types(["payment.*"]).unwrap();
    let nothing = desk.bus.replay("again").filter(filter).dry_run().await.unwrap();
    assert_eq!((nothing.count, nothing.positions), (0, None));
    assert!(!is_known(&desk, "again").await && seen.numbers().is_empty());
}

pub(crate) async fn contradictions_are_refused<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let audits = ReplayFilter::new().types(["audit.*"]).unwrap();
    let refusals = [
        (noting(&desk, "again", &seen).filter(audits), "it would hand nothing over"),
        (noting(&desk, "replay:again", &seen), "a name is"),
        (desk.bus.replay("again"), "it has no handler"),
        (
            noting(&desk, "again", &seen)
                .handle(|_: Event<Any>| async { Ok::<_, HandlerError>(()) }),
            "both",
        ),
    ];
    for (replay, expected) in refusals {
        let refused = replay.start().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Configuration);
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    assert!(!is_known(&desk, "again").await);
    let handler = |_: Event<Noted>| async { Ok::<_, HandlerError>(()) };
    let refused = desk.bus.subscribe("replay:again").handle(handler).start().await.unwrap_err();
    assert!(
        refused.to_string().contains("a name is"),
        "no subscription is taken for one: {refused}"
    );
}
