//! What each subscription handled, held against the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::chaos::check::fates::Fates;
use crate::chaos::check::{Anomaly, Kind, Log};
use crate::chaos::history::{Entry, Noted, PLAIN, REPLAY, ROWS, What};

/// Entries are in the order of their times.
pub(super) fn check(
    entries: &[&Entry],
    fates: &Fates<'_>,
    log: &Log<'_>,
    found: &mut Vec<Anomaly>,
) {
    let accounts = accounts(log);
    let effects = entries.iter().filter_map(|entry| match &entry.what {
        What::Effect { event } => Some(&**event),
        _ => None,
    });
    let effects: Vec<&str> = effects.collect();
    let mut once = BTreeSet::new();
    for event in effects.iter().filter(|event| !once.insert(**event)) {
        let text = format!("{event} has more than one effect");
        found.push(Anomaly::new(Kind::Duplicate, text));
    }
    let rows = Subscription { name: ROWS, log, accounts: &accounts };
    rows.check(&effects, &|_| false, found);
    // What was handled of a database that was thrown away is in no log.
    let is_gone = |event: &str| fates.was_replaced && fates.may_be_committed(event);
    let plain = Subscription { name: PLAIN, log, accounts: &accounts };
    plain.check(&handled(entries, PLAIN), &is_gone, found);
    if entries.iter().any(|entry| entry.what == What::Replayed) {
        let replay = Subscription { name: REPLAY, log, accounts: &accounts };
        replay.check(&handled(entries, REPLAY), &|_| false, found);
    }
}

fn handled<'a>(entries: &[&'a Entry], of: &str) -> Vec<&'a str> {
    let handled = entries.iter().filter_map(|entry| match &entry.what {
        What::Handled { subscription, event } if subscription == of => Some(&**event),
        _ => None,
    });
    handled.collect()
}

/// The events of each account by their places in it.
type Accounts<'a> = BTreeMap<&'a str, BTreeMap<i64, &'a str>>;

fn accounts<'a>(log: &Log<'a>) -> Accounts<'a> {
    let mut accounts = Accounts::new();
    for event in log.values() {
        accounts.entry(&event.account).or_default().insert(event.n, &event.id);
    }
    accounts
}

struct Subscription<'a> {
    name: &'a str,
    log: &'a Log<'a>,
    accounts: &'a Accounts<'a>,
}

impl Subscription<'_> {
    /// `handled` are the ids of events in the order in which they were handled.
    fn check(&self, handled: &[&str], is_gone: &dyn Fn(&str) -> bool, found: &mut Vec<Anomaly>) {
        let (mut seen, mut furthest) = (BTreeSet::new(), BTreeMap::new());
        for id in handled {
            let Some(event) = self.log.get(id) else {
                if !is_gone(id) && seen.insert(*id) {
                    let text = format!("{}: {id} was handled, and is in no log", self.name);
                    found.push(Anomaly::new(Kind::AbortedRead, text));
                }
                continue;
            };
            if seen.insert(&event.id) {
                let before = furthest.entry(&*event.account).or_insert(0);
                found.extend(self.out_of_turn(event, *before, &seen));
                *before = event.n.max(*before);
            }
        }
        let missing = self.log.values().filter(|event| !seen.contains(&*event.id));
        for event in missing {
            let after = furthest.get(&*event.account).copied().unwrap_or_default();
            let (kind, more) = if after > event.n {
                (Kind::LostWrite, format!(", but event {after} was"))
            } else {
                (Kind::Unseen, String::new())
            };
            found.push(Anomaly::new(
                kind,
                format!("{}: {} was not handled{more}", self.name, told(event)),
            ));
        }
    }

    /// What is wrong with handling an event for the first time when the account had come so far.
    fn out_of_turn(&self, event: &Noted, before: i64, seen: &BTreeSet<&str>) -> Option<Anomaly> {
        if event.n <= before {
            let text =
                format!("{}: {} was first handled behind event {before}", self.name, told(event));
            return Some(Anomaly::new(Kind::Nonmonotonic, text));
        }
        let between = self.accounts[&*event.account].range(before + 1..event.n);
        let skipped: Vec<i64> =
            between.filter(|(_, id)| !seen.contains(*id)).map(|(n, _)| *n).collect();
        (!skipped.is_empty()).then(|| {
            let text = format!("{}: {} was handled before {skipped:?}", self.name, told(event));
            Anomaly::new(Kind::PollSkip, text)
        })
    }
}

fn told(event: &Noted) -> String {
    format!("{} (event {} of {})", event.id, event.n, event.account)
}
