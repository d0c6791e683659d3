//! Old events leave the log, and a replay brings them back.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::integrity::Check;
use eventbus_runtime::observe::{HealthLimits, Reason};
use eventbus_runtime::store::{Holder, Log, Retention, Store};
use eventbus_runtime::{
    ErrorKind, Event, HandlerError, LetterFilter, RawEvent, Replay, ReplayFilter, Retained, Retry,
};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;

use crate::desk::{Desk, Seen};
use crate::events::{Any, Posted, noted, posted};
use crate::faulty::Faulty;

const BRIEF: Duration = Duration::from_millis(2);

fn soon() -> Retry {
    Retry { attempts: 3, first: BRIEF, factor: 1, max: BRIEF }
}

fn accounts(numbers: std::ops::RangeInclusive<i64>) -> Vec<RawEvent> {
    numbers.map(|n| posted(&(n % 5).to_string(), n)).collect()
}

/// A replay that notes what it hands over.
fn noting<S: Log>(desk: &Desk<S>, name: &str, seen: &Seen) -> Replay<Faulty<S>> {
    let seen = seen.clone();
    desk.bus.replay(name).retry(soon()).handle(move |event: Event<Any>| {
        seen.note_any(&event);
        async { Ok::<_, HandlerError>(()) }
    })
}

/// A subscription that has handled everything and was shut down.
async fn up_to_date<S: Log>(desk: &Desk<S>, name: &str) {
    let running = desk.subscribe(name).handle(async |_: Event<Posted>| Ok::<_, HandlerError>(()));
    let running = running.start().await.unwrap();
    running.settled().await.unwrap();
    running.shutdown().await.unwrap();
}

/// Archives and drops everything, in small segments and batches.
async fn drop_all<S: Retention>(desk: &Desk<S>, folder: &TempDir) -> Retained {
    let retain = desk.bus.retention().within_partitions().before(i64::MAX).segment(8).batch(3);
    retain.archive_to(folder.path()).drop().await.unwrap()
}

async fn in_log<S: Retention>(desk: &Desk<S>) -> u64 {
    desk.store.count(i64::MAX).await.unwrap()
}

/// The numbers that a replay handed over, each once.
async fn replayed<S: Log>(desk: &Desk<S>, folder: &TempDir, filter: ReplayFilter) -> Vec<i64> {
    let seen = Seen::default();
    let replay = noting(desk, "past", &seen).filter(filter).archive(folder.path()).page(7);
    let count = replay.dry_run().await.unwrap().count;
    let replay = replay.start().await.unwrap();
    replay.finished().await.unwrap();
    let progress = replay.progress().await.unwrap();
    let mut numbers = seen.numbers();
    assert_eq!(count, u64::try_from(numbers.len()).unwrap(), "the dry run counted them");
    assert_eq!((progress.done, progress.total), (count, count));
    numbers.sort_unstable();
    numbers
}

pub(crate) async fn what_was_archived_and_dropped_is_replayed<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=40)).await;
    up_to_date(&desk, "live").await;
    let retained = drop_all(&desk, &folder).await;
    assert_eq!((retained.archived, retained.dropped), (40, 40), "{retained}");
    assert_eq!((retained.blocked.len(), in_log(&desk).await), (0, 0));
    let all: Vec<i64> = (1..=40).collect();
    assert_eq!(replayed(&desk, &folder, ReplayFilter::new()).await, all, "of an empty log");

    desk.emit(&accounts(41..=60)).await;
    let all: Vec<i64> = (1..=60).collect();
    assert_eq!(replayed(&desk, &folder, ReplayFilter::new()).await, all);
    up_to_date(&desk, "live").await;
    let retained = drop_all(&desk, &folder).await;
    assert_eq!((retained.archived, retained.dropped), (20, 20), "it goes on");
    desk.emit(&accounts(61..=70)).await;
    let retain =
        desk.bus.retention().within_partitions().before(i64::MAX).archive_to(folder.path());
    retain.archive().await.unwrap();
    let all: Vec<i64> = (1..=70).collect();
    assert_eq!(
        replayed(&desk, &folder, ReplayFilter::new()).await,
        all,
        "those in both count once"
    );
}

pub(crate) async fn the_last_page_is_archived_where_it_is_full<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=1_001)).await;
    let end = desk.bus.retention().before(i64::MAX).dry_run().await.unwrap().old;
    // A run reads 1,000 events at once.
    let retain = desk.bus.retention().within_partitions().before(end).archive_to(folder.path());
    let retained = retain.drop().await.unwrap();
    assert_eq!((retained.archived, retained.dropped), (1_000, 1_000), "{retained}");
}

pub(crate) async fn order_is_kept_from_the_archive_into_the_log<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=30)).await;
    drop_all(&desk, &folder).await;
    desk.emit(&accounts(31..=50)).await;
    let seen = Seen::default();
    let replay = noting(&desk, "past", &seen).archive(folder.path()).page(4).start().await.unwrap();
    replay.finished().await.unwrap();
    for account in 0..5 {
        let own: Vec<i64> = (1..=50).filter(|n| n % 5 == account).collect();
        assert_eq!(seen.of(&account.to_string()), own);
    }
}

pub(crate) async fn filters_mean_the_same_in_the_archive<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=20)).await;
    desk.emit(&[noted(100), noted(101)]).await;
    let numbers = desk.store.settled(0, i64::MAX, 100).await.unwrap();
    drop_all(&desk, &folder).await;
    desk.emit(&accounts(21..=24)).await;
    let filter = ReplayFilter::new().types(["audit.*"]).unwrap();
    assert_eq!(replayed(&desk, &folder, filter).await, [100, 101]);
    let filter = ReplayFilter::new().positions(numbers[4].position..=numbers[7].position);
    assert_eq!(replayed(&desk, &folder, filter).await, [5, 6, 7, 8], "it ends in the archive");
    let filter = ReplayFilter::new().positions(numbers[17].position..);
    assert_eq!(replayed(&desk, &folder, filter).await, [18, 19, 20, 21, 22, 23, 24, 100, 101]);
    let filter = ReplayFilter::new().positions(numbers[21].position + 1..);
    assert_eq!(replayed(&desk, &folder, filter).await, [21, 22, 23, 24], "it begins in the log");
    let filter = ReplayFilter::new().aggregate("3");
    assert_eq!(replayed(&desk, &folder, filter).await, [3, 8, 13, 18, 23]);
    let since = numbers[0].event.envelope.time().unwrap();
    let filter = ReplayFilter::new().since(since).until(since + Duration::from_hours(1));
    assert_eq!(replayed(&desk, &folder, filter).await.len(), 26);
}

pub(crate) async fn what_fails_out_of_the_archive_is_retried_and_given_up<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=20)).await;
    let stored = desk.store.settled(0, i64::MAX, 100).await.unwrap();
    drop_all(&desk, &folder).await;
    let seen = Seen::default();
    let noted = seen.clone();
    let handler = move |event: Event<Posted>| {
        noted.note(&event);
        let refuses = match event.0 {
            3 => true,
            9 => event.attempt() < 3,
            _ => false,
        };
        async move { if refuses { Err(HandlerError::retryable("down")) } else { Ok(()) } }
    };
    let replay = desk.bus.replay("past").retry(soon()).archive(folder.path()).handle(handler);
    let replay = replay.start().await.unwrap();
    replay.finished().await.unwrap();
    assert_eq!(seen.of("3"), [3, 3, 3, 8, 13, 18], "what is behind it waits for its end");
    assert_eq!(seen.of("4"), [4, 9, 9, 9, 14, 19]);
    assert_eq!(seen.numbers().len(), 24);
    let letters = desk.bus.dead_letters().list(&LetterFilter::all(), None, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].stored(), Some(&stored[2].stored), "it has the whole event");
    let again = drop_all(&desk, &folder).await;
    assert_eq!((again.archived, in_log(&desk).await), (0, 0), "what was put back goes again");
    assert!(again.dropped >= 2, "{again}");
}

pub(crate) async fn stopped_in_the_archive_it_goes_on_there<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=30)).await;
    drop_all(&desk, &folder).await;
    desk.emit(&accounts(31..=40)).await;
    let (sender, mut begun) = unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let gated = |sender: tokio::sync::mpsc::UnboundedSender<i64>| {
        let gate = Arc::clone(&gate);
        move |event: Event<Posted>| {
            let (gate, sender) = (Arc::clone(&gate), sender.clone());
            async move {
                sender.send(event.0).unwrap();
                gate.acquire().await.unwrap().forget();
                Ok::<_, HandlerError>(())
            }
        }
    };
    let replay = |sender| desk.bus.replay("past").page(3).handle(gated(sender));
    let first = replay(sender.clone()).archive(folder.path()).start().await.unwrap();
    begun.recv().await.unwrap();
    let (stopped, ()) = tokio::join!(first.stop(), async { gate.add_permits(1_000) });
    stopped.unwrap();
    let retained = drop_all(&desk, &folder).await;
    assert_eq!(retained.dropped, 0, "{retained}");
    let is_it = |holder: &Holder| matches!(holder, Holder::Shard { subscription, .. } if subscription == "replay:past");
    assert!(retained.blocked.iter().any(|hold| is_it(&hold.holder)), "{retained}");
    let refused = replay(sender.clone()).start().await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("was begun with an archive"), "{refused}");
    let second = replay(sender).archive(folder.path()).start().await.unwrap();
    second.finished().await.unwrap();
    let mut numbers: Vec<i64> = std::iter::from_fn(|| begun.try_recv().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.last(), Some(&40));
    assert!(numbers.len() >= 39, "all but what was received above: {numbers:?}");
}

pub(crate) async fn what_is_in_no_archive_is_named<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=5)).await;
    let stored = desk.store.settled(0, i64::MAX, 100).await.unwrap();
    let (first, last) = (stored[0].position, stored[4].position);
    desk.bus.retention().within_partitions().before(last + 1).drop().await.unwrap();
    desk.emit(&accounts(6..=9)).await;
    drop_all(&desk, &folder).await;
    let replay = noting(&desk, "past", &Seen::default()).archive(folder.path());
    let refused = replay.start().await.map(drop).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let said = format!("the events {} to {last} were dropped", first.min(1));
    assert!(refused.to_string().contains(&said), "{refused}");
    let filter = ReplayFilter::new().positions(last + 1..);
    assert_eq!(replayed(&desk, &folder, filter).await, [6, 7, 8, 9]);
}

pub(crate) async fn who_holds_events_is_named_and_may_be_removed<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    up_to_date(&desk, "slow").await;
    desk.emit(&accounts(1..=6)).await;
    up_to_date(&desk, "quick").await;
    let retained = drop_all(&desk, &folder).await;
    assert_eq!((retained.archived, retained.dropped), (0, 0), "{retained}");
    assert_eq!(retained.blocked[0].subscription(), Some("slow"), "{retained}");
    assert!(retained.to_string().contains("subscription `slow`, shard "), "{retained}");
    let (held_by, _) = desk.store.ledger().await.unwrap().held.unwrap();
    assert_eq!(held_by, "subscription `slow`");
    let day = Duration::from_hours(24);
    let retain =
        || desk.bus.retention().within_partitions().before(i64::MAX).archive_to(folder.path());
    let kept = retain().remove_abandoned(day).drop().await.unwrap();
    assert_eq!((kept.dropped, kept.removed.len()), (0, 0), "its code was alive just now");
    // Its clock counts milliseconds.
    while retain().remove_abandoned(Duration::ZERO).dry_run().await.unwrap().removed.is_empty() {
        tokio::task::yield_now().await;
    }
    let planned = retain().remove_abandoned(Duration::ZERO).dry_run().await.unwrap();
    assert_eq!((planned.archived, planned.dropped), (6, 6), "{planned}");
    let said = planned.to_string();
    assert!(said.contains("would be removed: subscription `slow`"), "{said}");
    assert_eq!(in_log(&desk).await, 6, "a dry run does nothing");
    let removed = retain().remove_abandoned(Duration::ZERO).drop().await.unwrap();
    assert_eq!((removed.dropped, removed.blocked.len()), (6, 0), "{removed}");
    assert!(removed.removed.contains(&"slow".to_owned()));
    assert!(removed.to_string().contains("\nremoved: subscription `slow`"), "{removed}");
    assert!(desk.store.roster("slow").await.unwrap().is_none());
    assert_eq!(desk.store.ledger().await.unwrap().held, None);
}

/// The archive would say that it holds every event of a range, of which it never saw some.
pub(crate) async fn what_another_run_drops_while_it_is_read_ends_the_archiving<S: Retention>(
    store: S,
) {
    let (desk, folder) = (Desk::new(store.clone()), TempDir::new().unwrap());
    let other = Desk::new(store);
    desk.emit(&accounts(1..=20)).await;
    desk.faults.slow.store(true, SeqCst);
    let retain =
        || desk.bus.retention().within_partitions().before(i64::MAX).archive_to(folder.path());
    let drops = async {
        desk.faults.reached.notified().await;
        let dropped =
            other.bus.retention().within_partitions().before(i64::MAX).drop().await.unwrap();
        assert_eq!(dropped.dropped, 20);
        desk.faults.let_go.notify_one();
    };
    let (refused, ()) = tokio::join!(retain().archive(), drops);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("another run dropped events up to"), "{refused}");
    desk.emit(&accounts(21..=25)).await;
    let next = retain().drop().await.unwrap();
    assert_eq!((next.archived, next.dropped), (5, 5), "the next run goes on behind them");
    let report = desk.bus.verify().archive(folder.path()).await.unwrap();
    let checks: Vec<Check> = report.findings().iter().map(|found| found.check()).collect();
    assert_eq!(checks, [Check::ArchiveGap], "and says what it lacks: {report}");
}

pub(crate) async fn only_what_is_old_goes<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=6)).await;
    let retain = || desk.bus.retention().within_partitions().archive_to(folder.path());
    let refused = retain().drop().await.unwrap_err();
    assert!(refused.to_string().contains("which events are old"), "{refused}");
    let young = retain().older_than(Duration::from_hours(1)).drop().await.unwrap();
    assert_eq!((young.archived, young.dropped), (0, 0), "{young}");
    let stored = desk.store.settled(0, i64::MAX, 100).await.unwrap();
    let some = retain().before(stored[4].position).drop().await.unwrap();
    assert_eq!((some.archived, some.dropped), (4, 4), "{some}");
    // What came to be in this very millisecond is not older than it.
    while in_log(&desk).await > 0 {
        retain().older_than(Duration::ZERO).drop().await.unwrap();
    }
    let all: Vec<i64> = (1..=6).collect();
    assert_eq!(replayed(&desk, &folder, ReplayFilter::new()).await, all);
}

pub(crate) async fn delivery_goes_on_while_events_leave<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    let seen = Seen::default();
    let noted = seen.clone();
    let handler = move |event: Event<Posted>| {
        noted.note(&event);
        async { Ok::<_, HandlerError>(()) }
    };
    let running = desk.subscribe("live").page(5).handle(handler).start().await.unwrap();
    let emitting = async {
        for n in 0..40 {
            desk.emit(&accounts(n * 5 + 1..=n * 5 + 5)).await;
        }
    };
    let dropping = async {
        let mut dropped = 0;
        while dropped < 50 {
            dropped += drop_all(&desk, &folder).await.dropped;
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(emitting, dropping);
    running.settled().await.unwrap();
    let mut numbers = seen.numbers();
    numbers.sort_unstable();
    let all: Vec<i64> = (1..=200).collect();
    assert_eq!(numbers, all, "each is handled once");
    running.shutdown().await.unwrap();
    drop_all(&desk, &folder).await;
    assert_eq!(replayed(&desk, &folder, ReplayFilter::new()).await, all);
}

pub(crate) async fn an_archive_is_verified_against_the_log<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    desk.emit(&accounts(1..=20)).await;
    let stored = desk.store.settled(0, i64::MAX, 100).await.unwrap();
    let retain = || desk.bus.retention().within_partitions().segment(8).archive_to(folder.path());
    retain().before(stored[15].position + 1).archive().await.unwrap();
    retain().before(stored[9].position).drop().await.unwrap();
    let found = async || {
        let report = desk.bus.verify().archive(folder.path()).await.unwrap();
        assert!(report.checks().contains(&Check::ArchiveDamaged));
        report.findings().iter().map(|found| (found.check(), found.count())).collect::<Vec<_>>()
    };
    assert_eq!(found().await, [], "what is in both is the same");
    let second = folder.path().join("000002.ndjson.gz");
    let bytes = std::fs::read(&second).unwrap();
    std::fs::write(&second, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(found().await, [(Check::ArchiveDamaged, 1)]);
    let refused = retain().before(i64::MAX).drop().await.unwrap_err();
    assert!(refused.to_string().contains("`000002.ndjson.gz` is damaged"), "{refused}");
    assert_eq!(in_log(&desk).await, 11, "nothing was dropped that no file holds");
    std::fs::write(&second, &bytes).unwrap();
    drop_all(&desk, &folder).await;
    assert_eq!(found().await, []);
    desk.emit(&accounts(21..=24)).await;
    desk.bus.retention().within_partitions().before(i64::MAX).drop().await.unwrap();
    assert_eq!(found().await, [(Check::ArchiveGap, 1)], "they were dropped without it");
    let mut other = stored[3].clone();
    other.stored.event.data = "{\"n\":99}".to_owned();
    let mut tx = desk.store.begin().await.unwrap();
    desk.store.restore(&mut tx, &[other]).await.unwrap();
    desk.store.commit(tx).await.unwrap();
    assert_eq!(found().await, [(Check::ArchiveGap, 1), (Check::ArchiveDiffers, 1)]);
    let elsewhere = TempDir::new().unwrap();
    let report = desk.bus.verify().archive(elsewhere.path()).await.unwrap();
    assert_eq!(report.finding(Check::ArchiveGap).unwrap().count(), 1, "it has nothing at all");
}

pub(crate) async fn health_names_who_holds_old_events<S: Retention>(store: S) {
    let (desk, folder) = (Desk::new(store), TempDir::new().unwrap());
    up_to_date(&desk, "slow").await;
    desk.emit(&accounts(1..=6)).await;
    drop_all(&desk, &folder).await;
    assert_eq!(desk.bus.health().await.findings, [], "not for a day");
    let limits = HealthLimits { held_after: Duration::ZERO, ..HealthLimits::default() };
    loop {
        let findings = desk.bus.health_within(&limits).await.findings;
        // Its clock counts milliseconds.
        if let Some(finding) = findings.first() {
            assert_eq!(finding.reason, Reason::RetentionHeld);
            assert!(finding.message.contains("subscription `slow`"), "{}", finding.message);
            break;
        }
        tokio::task::yield_now().await;
    }
}
