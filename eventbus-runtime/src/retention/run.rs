//! A run, step by step.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::archive::{Archive, MOST_BYTES, Writer};
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::retention::{Retain, Retained};
use crate::store::{Hold, Holder, Old, Retention};
use crate::to_the_end::blocking;

/// How many events are read at once.
const PAGE: usize = 1_000;

/// The longest rest. A step that took long has waited for others.
const MOST_REST: Duration = Duration::from_secs(5);

/// What is to be done, as far as the database tells.
struct Plan {
    retained: Retained,
    log: Uuid,
    /// Events up to this number were dropped before.
    dropped: i64,
}

pub(super) async fn dry_run<S: Retention>(retain: Retain<'_, S>) -> Result<Retained> {
    let Plan { mut retained, log, .. } = plan(&retain, false).await?;
    let store = retain.store;
    retained.dropped = store.count(retained.upto).await?;
    if let Some(folder) = retain.folder {
        let archive = blocking(move || Archive::read(&folder, log)).await?;
        let there = store.count(archive.manifest.end().min(retained.upto)).await?;
        retained.archived = retained.dropped - there;
    }
    Ok(retained)
}

pub(super) async fn run<S: Retention>(retain: Retain<'_, S>, drops: bool) -> Result<Retained> {
    let mut pace = Pace { rest: retain.rest, owed: Duration::ZERO };
    let plan = pace.step(plan(&retain, true)).await?;
    let Plan { retained: Retained { old, upto, .. }, log, dropped } = plan;
    let (store, mut retained) = (retain.store, plan.retained);
    let mut free = upto;
    // The archive is this run's until it is done.
    let mut kept = None;
    if let Some(folder) = retain.folder.clone() {
        let (writer, events) = archive(&retain, &mut pace, folder, log, (dropped, upto)).await?;
        free = free.min(writer.archive.manifest.end());
        retained.archived = events;
        kept = Some(writer);
    }
    if drops {
        while let Some(events) = pace.step(store.drop_partition(free)).await? {
            retained.partitions += 1;
            retained.dropped += events;
        }
        loop {
            let batch = pace.step(store.drop_events(free, retain.batch)).await?;
            retained.dropped += batch.events;
            if !batch.more {
                break;
            }
        }
        let holds = pace.step(store.holds()).await?;
        let transaction = retained.blocked.iter().find(|hold| hold.holder == Holder::Transaction);
        retained.blocked =
            transaction.cloned().into_iter().chain(blocking_holds(holds, old)).collect();
        retained.blocked.sort_by_key(|hold| hold.upto);
        store.note_hold(retained.blocked.first().map(name).as_deref()).await?;
    }
    drop(kept);
    tracing::info!(
        archived = retained.archived,
        dropped = retained.dropped,
        partitions = retained.partitions,
        blocked = retained.blocked.len(),
        "old events left the log"
    );
    Ok(retained)
}

/// How a run leaves the database, and the machine, to others most of the time.
struct Pace {
    rest: u32,
    /// How long nothing is to be done before the next step.
    owed: Duration,
}

impl Pace {
    async fn step<T>(&mut self, step: impl Future<Output = T>) -> T {
        if !self.owed.is_zero() {
            sleep(self.owed).await;
        }
        let began = Instant::now();
        let done = step.await;
        self.owed = began.elapsed().saturating_mul(self.rest).min(MOST_REST);
        done
    }
}

/// Which events are old, which of them may go, and what holds the others.
async fn plan<S: Retention>(retain: &Retain<'_, S>, acts: bool) -> Result<Plan> {
    let store = retain.store;
    let ledger = store.ledger().await?;
    let settled = store.settle().await?;
    // What is behind the end of the log is nobody's to hold.
    let end = if settled.waits { i64::MAX } else { settled.upto };
    let old = old(retain).await?.map_or(settled.upto, |old| old.min(end));
    let mut retained = Retained { planned: !acts, old, ..Retained::default() };
    let mut holds = blocking_holds(store.holds().await?, retained.old);
    if let Some(limit) = retain.abandoned {
        let is_abandoned = |hold: &Hold| hold.unseen.is_some_and(|unseen| unseen > limit);
        let abandoned = holds.iter().filter(|hold| is_abandoned(hold));
        let mut names: Vec<String> =
            abandoned.filter_map(|hold| hold.subscription().map(str::to_owned)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            if acts {
                // It may have come back since it was looked at.
                if !store.remove_unseen(&name, limit).await? {
                    continue;
                }
                tracing::warn!(
                    subscription = name,
                    "removed, because it was abandoned and held old events"
                );
            }
            retained.removed.push(name);
        }
        let is_gone = |name: &str| retained.removed.iter().any(|removed| removed == name);
        holds.retain(|hold| !hold.subscription().is_some_and(is_gone));
    }
    if settled.waits && settled.upto < retained.old {
        holds.push(Hold { upto: settled.upto, holder: Holder::Transaction, unseen: None });
        holds.sort_by_key(|hold| hold.upto);
    }
    let free = holds.iter().map(|hold| hold.upto);
    retained.upto = free.fold(retained.old.min(settled.upto), i64::min);
    if !retain.within {
        retained.upto = store.whole(retained.upto).await?;
    }
    retained.blocked = holds;
    Ok(Plan { retained, log: ledger.log, dropped: ledger.dropped })
}

/// The number up to which events are old; `None` for all.
async fn old<S: Retention>(retain: &Retain<'_, S>) -> Result<Option<i64>> {
    if retain.age.is_none() && retain.before.is_none() {
        let message =
            "retention does not know which events are old: say `older_than(..)` or `before(..)`";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let mut old = retain.before.map(|before| before.saturating_sub(1));
    if let Some(age) = retain.age {
        let now = u64::try_from(clock::now()).unwrap_or(0);
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now);
        let since = now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let first = retain.store.first_since(since).await?;
        old = [old, first.map(|first| first.saturating_sub(1))].into_iter().flatten().min();
    }
    Ok(old)
}

fn blocking_holds(holds: Vec<Hold>, old: i64) -> Vec<Hold> {
    holds.into_iter().filter(|hold| hold.upto < old).collect()
}

/// What is written down of a hold: the same as long as the same one holds.
fn name(hold: &Hold) -> String {
    match hold.subscription() {
        Some(subscription) => format!("subscription `{subscription}`"),
        None => "an open transaction".to_owned(),
    }
}

/// Writes what the archive lacks up to a number; how many events that are.
async fn archive<S: Retention>(
    retain: &Retain<'_, S>,
    pace: &mut Pace,
    folder: PathBuf,
    log: Uuid,
    (dropped, upto): (i64, i64),
) -> Result<(Writer, u64)> {
    let mut writer = pace.step(blocking(move || Writer::open(&folder, log))).await?;
    refuse_other(retain, pace, &writer.archive, dropped).await?;
    let mut after = writer.archive.manifest.end().max(dropped);
    let (mut read, mut events, mut bytes, mut count) = (after, Vec::new(), 0, 0);
    while read < upto {
        let limit = PAGE.min(retain.segment - events.len());
        let page = pace.step(retain.store.settled(read, upto, limit)).await?;
        let mut is_last = page.len() < limit;
        let mut is_full = false;
        let mut page = page.into_iter().peekable();
        while let Some(stored) = page.next() {
            read = stored.position;
            bytes += stored.event.data.len();
            events.push(stored);
            is_full = events.len() >= retain.segment || bytes >= MOST_BYTES;
            if is_full {
                // The rest of the page is read again, for the next segment.
                is_last &= page.peek().is_none();
                break;
            }
        }
        // The last page may be full as well.
        is_last |= read >= upto;
        if is_last {
            read = upto;
        }
        if (is_full || is_last) && !events.is_empty() {
            let segment = std::mem::take(&mut events);
            count += u64::try_from(segment.len()).unwrap_or(u64::MAX);
            let adding = async {
                refuse_gone(retain, after).await?;
                blocking(move || add(writer, (after, read), &segment)).await
            };
            writer = pace.step(adding).await?;
            (after, bytes) = (read, 0);
        }
    }
    Ok((writer, count))
}

/// Verifies what an earlier run wrote and did not come to drop, and that it is what the log has: a database that was restored
/// from a backup gives numbers out again, and what has them now is in no archive.
async fn refuse_other<S: Retention>(
    retain: &Retain<'_, S>,
    pace: &mut Pace,
    archive: &Archive,
    dropped: i64,
) -> Result<()> {
    let kept = archive.manifest.segments.iter().filter(|segment| segment.upto > dropped);
    for segment in kept.cloned() {
        let (after, upto) = (segment.after.max(dropped), segment.upto);
        let loaded = archive.clone();
        let archived = pace.step(blocking(move || loaded.load(&segment))).await?;
        let mut archived = archived.iter().filter(|stored| stored.position > after).map(named);
        let mut read = after;
        loop {
            let page = pace.step(retain.store.settled(read, upto, PAGE)).await?;
            let differs = page.iter().map(named).find(|event| archived.next() != Some(*event));
            let is_last = page.len() < PAGE;
            let missing = if is_last && differs.is_none() { archived.next() } else { None };
            if let Some((position, _)) = differs.or(missing) {
                let message = format!(
                    "the archive and the log differ from event {position} on, and nothing was dropped: was the database \
                     restored from a backup, or is this a copy of it? Name another folder, or run `verify()` with this one"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            if is_last {
                break;
            }
            read = page.last().map_or(upto, |stored| stored.position);
        }
    }
    Ok(())
}

fn named(old: &Old) -> (i64, Uuid) {
    (old.position, old.event.envelope.id)
}

/// Refuses to write a segment of which another run dropped events while they were read.
async fn refuse_gone<S: Retention>(retain: &Retain<'_, S>, after: i64) -> Result<()> {
    let dropped = retain.store.ledger().await?.dropped;
    if dropped <= after {
        return Ok(());
    }
    let message = format!(
        "another run dropped events up to {dropped} while this one archived those behind {after}: let one run be at a time, \
         and name the same folder in each"
    );
    Err(Error::new(ErrorKind::Store, message))
}

fn add(mut writer: Writer, range: (i64, i64), events: &[Old]) -> Result<Writer> {
    writer.add(range, events)?;
    Ok(writer)
}
