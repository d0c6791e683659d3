//! What a running subscription counts: in memory, in minutes, and by type and tenant.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::clock::time_of;
use crate::stats::note::{Note, NoteKind};
use crate::stats::{MOST_TENANTS, minute_of};
use crate::store::{Entries, Fate, Series, Stored, Sums, Whose};

/// How long a call takes that is noted as slow.
const SLOW: Duration = Duration::from_secs(1);

/// How many slow events of a minute are noted, the slowest.
const MOST_SLOW: usize = 10;

/// How many failed attempts of a minute are noted, the newest.
const MOST_FAILED: usize = 20;

/// How many pairs of type and tenant are told apart before a minute is over.
const MOST_PAIRS: usize = 1_000;

/// What the events of one step came to.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    lines: BTreeMap<&'static str, BTreeMap<String, Line>>,
    failed: Vec<Note>,
}

/// Those of one type and tenant.
#[derive(Debug, Default)]
struct Line {
    handled: u64,
    /// When those that were handled were emitted, as far as their ids tell.
    emitted: Vec<i64>,
    retried: u64,
    dead: u64,
}

impl Sheet {
    /// An event was handled.
    pub(crate) fn handled(&mut self, event_type: &'static str, stored: &Stored) {
        let line = self.line(event_type, stored);
        line.handled += 1;
        line.emitted.extend(time_of(stored.event.envelope.id));
    }

    /// An attempt failed, and this is what becomes of the event.
    pub(crate) fn failed(&mut self, event_type: &'static str, stored: &Stored, fate: &Fate) {
        let line = self.line(event_type, stored);
        let (attempt, failure, given_up) = match fate {
            Fate::Retrying { attempts, failure, .. } => {
                line.retried += 1;
                (*attempts, failure, false)
            }
            Fate::Dead { attempts, failure, .. } => {
                line.dead += 1;
                (*attempts, failure, true)
            }
            Fate::Handled | Fate::Parked => return,
        };
        let failed = Note {
            attempt,
            given_up,
            error_kind: Some(failure.kind.as_str().to_owned()),
            error: Some(failure.message.clone()),
            ..note(NoteKind::Failed, failure.at, event_type, stored)
        };
        newest(&mut self.failed, failed);
    }

    fn line(&mut self, event_type: &'static str, stored: &Stored) -> &mut Line {
        let tenants = self.lines.entry(event_type).or_default();
        let tenant = stored.event.envelope.tenant.as_deref().unwrap_or("");
        if !tenants.contains_key(tenant) {
            tenants.insert(tenant.to_owned(), Line::default());
        }
        tenants.get_mut(tenant).expect("it was just inserted")
    }
}

/// The note of an event, of a subscription that is not named yet.
fn note(kind: NoteKind, at: i64, event_type: &str, stored: &Stored) -> Note {
    let envelope = &stored.event.envelope;
    Note {
        id: Uuid::now_v7(),
        kind,
        at,
        subscription: String::new(),
        position: stored.position,
        event_id: envelope.id,
        event_type: event_type.to_owned(),
        tenant: envelope.tenant.clone(),
        aggregate_id: envelope.aggregate_id.clone(),
        attempt: 1,
        took: None,
        given_up: false,
        error_kind: None,
        error: None,
    }
}

fn newest(failed: &mut Vec<Note>, note: Note) {
    if failed.len() >= MOST_FAILED {
        failed.remove(0);
    }
    failed.push(note);
}

/// What one subscription counted since it was last asked.
#[derive(Debug)]
pub(crate) struct Ledger {
    subscription: String,
    /// Whether an event's age says nothing of how fast it is, because it comes once more.
    replays: bool,
    minutes: Mutex<BTreeMap<i64, Account>>,
}

/// That of one minute. A tenant's name is empty where there is none.
#[derive(Debug, Clone, Default)]
struct Account {
    types: HashMap<String, HashMap<String, Sums>>,
    /// How many pairs of type and tenant there are.
    pairs: usize,
    /// The tenants that came when there were too many.
    others: HashMap<String, Sums>,
    slow: Vec<Note>,
    failed: Vec<Note>,
}

impl Ledger {
    pub(crate) fn new(subscription: &str, replays: bool) -> Self {
        Self { subscription: subscription.to_owned(), replays, minutes: Mutex::default() }
    }

    /// Enters what a step brought that was committed now.
    pub(crate) fn step(&self, now: i64, sheet: Sheet) {
        if sheet.lines.is_empty() {
            return;
        }
        let mut minutes = self.minutes();
        let account = minutes.entry(minute_of(now)).or_default();
        for (event_type, tenants) in sheet.lines {
            for (tenant, line) in tenants {
                let sums = account.sums(event_type, &tenant);
                sums.handled += line.handled;
                sums.retried += line.retried;
                sums.dead += line.dead;
                for emitted in line.emitted.iter().filter(|_| !self.replays) {
                    let age = u64::try_from(now.saturating_sub(*emitted)).unwrap_or(0);
                    sums.latency.record(Duration::from_millis(age));
                }
            }
        }
        for failed in sheet.failed {
            let subscription = self.subscription.clone();
            newest(&mut account.failed, Note { subscription, ..failed });
        }
    }

    /// A call of a handler with an event ended now.
    pub(crate) fn took(
        &self,
        now: i64,
        event_type: &str,
        (stored, attempt): (&Stored, u32),
        took: Duration,
    ) {
        let mut minutes = self.minutes();
        let account = minutes.entry(minute_of(now)).or_default();
        let tenant = stored.event.envelope.tenant.as_deref().unwrap_or("");
        account.sums(event_type, tenant).duration.record(took);
        if took >= SLOW && account.is_slow(took) {
            let subscription = self.subscription.clone();
            let slow = note(NoteKind::Slow, now, event_type, stored);
            account.slow.push(Note { subscription, attempt, took: Some(took), ..slow });
        }
    }

    /// What was counted, which is forgotten here.
    pub(crate) fn take(&self) -> Entries {
        let minutes = std::mem::take(&mut *self.minutes());
        self.entries(minutes)
    }

    /// What was counted.
    pub(crate) fn copy(&self) -> Entries {
        let minutes = self.minutes().clone();
        self.entries(minutes)
    }

    fn entries(&self, minutes: BTreeMap<i64, Account>) -> Entries {
        let mut entries = Entries::default();
        for (minute, mut account) in minutes {
            entries.notes.append(&mut account.slow);
            entries.notes.append(&mut account.failed);
            for (event_type, whose, sums) in account.told_apart() {
                let subscription = self.subscription.clone();
                let series = Series { subscription, event_type, whose };
                entries.sums.entry((minute, series)).or_default().merge(&sums);
            }
        }
        entries
    }

    fn minutes(&self) -> MutexGuard<'_, BTreeMap<i64, Account>> {
        self.minutes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn sums(&mut self, event_type: &str, tenant: &str) -> &mut Sums {
        let is_known = self.types.get(event_type).is_some_and(|of| of.contains_key(tenant));
        if !is_known && !tenant.is_empty() && self.pairs >= MOST_PAIRS {
            return of(&mut self.others, event_type);
        }
        self.pairs += usize::from(!is_known);
        of(of(&mut self.types, event_type), tenant)
    }

    /// Whether a call that took this long is one of the slowest; makes room for it.
    fn is_slow(&mut self, took: Duration) -> bool {
        if self.slow.len() < MOST_SLOW {
            return true;
        }
        let quickest = self.slow.iter().enumerate().min_by_key(|(_, note)| note.took);
        match quickest.map(|(at, note)| (at, note.took)) {
            Some((at, slow)) if slow < Some(took) => {
                self.slow.remove(at);
                true
            }
            _ => false,
        }
    }

    /// The sums by type and tenant, those of all but the tenants with the most events under one name.
    fn told_apart(self) -> impl Iterator<Item = (String, Whose, Sums)> {
        let mut events: HashMap<&str, u64> = HashMap::new();
        for (tenant, sums) in self.types.values().flatten() {
            *events.entry(tenant).or_default() += sums.handled + sums.retried + sums.dead;
        }
        events.remove("");
        let mut largest: Vec<(u64, &str)> =
            events.into_iter().map(|(tenant, events)| (events, tenant)).collect();
        largest.sort_unstable_by(|one, next| next.0.cmp(&one.0).then(one.1.cmp(next.1)));
        let largest: Vec<String> =
            largest.into_iter().take(MOST_TENANTS).map(|(_, tenant)| tenant.to_owned()).collect();
        let others = self.others.into_iter().map(|(of, sums)| (of, Whose::Others, sums));
        let each = self.types.into_iter().flat_map(move |(event_type, tenants)| {
            let largest = largest.clone();
            tenants.into_iter().map(move |(tenant, sums)| {
                let whose = match tenant.as_str() {
                    "" => Whose::Nobody,
                    name if largest.iter().any(|large| large == name) => Whose::Tenant(tenant),
                    _ => Whose::Others,
                };
                (event_type.clone(), whose, sums)
            })
        });
        each.chain(others)
    }
}

/// What a map has under a name, which is copied the first time only.
fn of<'m, T: Default>(map: &'m mut HashMap<String, T>, name: &str) -> &'m mut T {
    if !map.contains_key(name) {
        map.insert(name.to_owned(), T::default());
    }
    map.get_mut(name).expect("it was just inserted")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use uuid::Uuid;

    use super::{Ledger, MOST_FAILED, MOST_PAIRS, MOST_SLOW, Sheet};
    use crate::clock::time_of;
    use crate::envelope::{Envelope, RawEvent};
    use crate::error::ErrorKind;
    use crate::stats::{MOST_TENANTS, NoteKind};
    use crate::store::{Failure, Fate, Stored, Whose};

    const TYPE: &str = "parcel.sent";

    fn event(tenant: Option<&str>) -> Stored {
        let envelope = Envelope {
            id: Uuid::now_v7(),
            tenant: tenant.map(str::to_owned),
            ..Envelope::default()
        };
        Stored { position: 7, slot: 0, event: RawEvent { envelope, data: String::new() } }
    }

    fn handle(ledger: &Ledger, now: i64, stored: &Stored, times: usize) {
        let mut sheet = Sheet::default();
        (0..times).for_each(|_| sheet.handled(TYPE, stored));
        ledger.step(now, sheet);
    }

    #[test]
    fn events_are_counted_in_their_minute_and_their_latency_is_their_age() {
        let (ledger, stored) = (Ledger::new("s", false), event(None));
        let emitted = time_of(stored.event.envelope.id).unwrap();
        handle(&ledger, emitted + 250, &stored, 2);
        handle(&ledger, emitted + 60_250, &stored, 1);
        let entries = ledger.copy();
        let sums: Vec<_> = entries.sums.values().collect();
        assert_eq!(sums.iter().map(|sums| sums.handled).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(sums[0].latency.longest(), Duration::from_millis(250));
        assert_eq!(ledger.take(), entries);
        assert!(ledger.take().is_empty(), "it was taken");
    }

    #[test]
    fn a_replay_has_no_latency() {
        let (ledger, stored) = (Ledger::new("s", true), event(None));
        handle(&ledger, i64::MAX / 2, &stored, 1);
        let entries = ledger.take();
        let sums = entries.sums.values().next().unwrap();
        assert_eq!((sums.handled, sums.latency.count()), (1, 0));
    }

    #[test]
    fn the_tenants_with_the_most_events_are_told_apart() {
        let ledger = Ledger::new("s", false);
        for tenant in 0..MOST_PAIRS + 50 {
            handle(&ledger, 0, &event(Some(&format!("t{tenant}"))), 1 + usize::from(tenant < 5));
        }
        handle(&ledger, 0, &event(None), 1);
        let entries = ledger.take();
        let by_whose: BTreeMap<_, _> =
            entries.sums.iter().map(|((_, series), sums)| (&series.whose, sums.handled)).collect();
        assert_eq!(by_whose.len(), MOST_TENANTS + 2);
        assert_eq!(by_whose[&Whose::Tenant("t4".to_owned())], 2);
        assert_eq!(by_whose[&Whose::Nobody], 1);
        let all: u64 = by_whose.values().sum();
        assert_eq!(all, u64::try_from(MOST_PAIRS + 50 + 5 + 1).unwrap(), "none is lost");
    }

    #[test]
    fn the_slowest_calls_of_a_minute_are_noted() {
        let (ledger, stored) = (Ledger::new("s", false), event(Some("acme")));
        for millis in (990..1_100).rev() {
            ledger.took(0, TYPE, (&stored, 2), Duration::from_millis(millis));
        }
        let entries = ledger.take();
        let mut took: Vec<_> = entries.notes.iter().map(|note| note.took.unwrap()).collect();
        took.sort_unstable();
        assert_eq!(took.len(), MOST_SLOW);
        assert_eq!(took[0], Duration::from_millis(1_090));
        let note = &entries.notes[0];
        assert_eq!((note.kind, note.subscription.as_str(), note.attempt), (NoteKind::Slow, "s", 2));
        let sums = entries.sums.values().next().unwrap();
        assert_eq!(sums.duration.count(), 110, "all of them are counted");
    }

    #[test]
    fn the_newest_failures_of_a_minute_are_noted() {
        let (ledger, stored) = (Ledger::new("s", false), event(None));
        for attempts in 1..=30 {
            let kind = ErrorKind::DeliveryFailed;
            let failure = Failure { kind, message: attempts.to_string(), at: 5 };
            let fate = match attempts {
                30 => Fate::Dead { attempts, failure, retry_at: None },
                _ => Fate::Retrying { attempts, next_at: 0, failure },
            };
            let mut sheet = Sheet::default();
            sheet.failed(TYPE, &stored, &fate);
            ledger.step(0, sheet);
        }
        let entries = ledger.take();
        assert_eq!(entries.notes.len(), MOST_FAILED);
        let last = entries.notes.last().unwrap();
        assert_eq!((last.error.as_deref(), last.attempt, last.given_up), (Some("30"), 30, true));
        let sums = entries.sums.values().next().unwrap();
        assert_eq!((sums.retried, sums.dead), (29, 1));
    }
}
