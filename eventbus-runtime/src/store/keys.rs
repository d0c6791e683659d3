//! Event keys, as every store treats them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use uuid::Uuid;

use crate::store::{Duplicates, NewEvent};

/// The longest window: more would be later than databases can tell.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// How long the event's key is kept.
pub(crate) fn window(new: &NewEvent) -> Duration {
    new.key.as_ref().map_or(Duration::ZERO, |key| key.window.min(LONGEST))
}

/// Tenant and key; an empty tenant stands for none.
pub(crate) type Name<'a> = (&'a str, &'a str);

/// The tenant and the key of an event that has one.
pub(crate) fn name(new: &NewEvent) -> Option<Name<'_>> {
    let key = new.key.as_ref()?;
    Some((new.event.envelope.tenant.as_deref().unwrap_or_default(), &key.text))
}

/// The events of one append, of each key only the first.
#[derive(Debug)]
pub(crate) struct Keyed<'a> {
    /// What is to be written where no key turns out to be taken.
    pub(crate) firsts: Vec<&'a NewEvent>,
    /// Where the first of each key stands in the append. Sorted, because two emitters that take keys in one order never
    /// wait for each other in a circle.
    names: BTreeMap<Name<'a>, usize>,
    /// The others, with their key.
    repeated: Vec<(usize, Name<'a>)>,
    events: &'a [NewEvent],
}

impl<'a> Keyed<'a> {
    /// `None` where no event has a key.
    pub(crate) fn of(events: &'a [NewEvent]) -> Option<Self> {
        if events.iter().all(|new| new.key.is_none()) {
            return None;
        }
        let mut keyed =
            Self { firsts: Vec::new(), names: BTreeMap::new(), repeated: Vec::new(), events };
        for (index, new) in events.iter().enumerate() {
            match name(new) {
                Some(name) if keyed.names.contains_key(&name) => keyed.repeated.push((index, name)),
                name => {
                    keyed.names.extend(name.map(|name| (name, index)));
                    keyed.firsts.push(new);
                }
            }
        }
        Some(keyed)
    }

    /// Each key with the first event that has it, in the order in which keys are taken.
    pub(crate) fn names(&self) -> impl Iterator<Item = (Name<'a>, &'a NewEvent)> {
        self.names.iter().map(|(name, index)| (*name, &self.events[*index]))
    }

    /// What is a duplicate, given the keys that others have.
    pub(crate) fn duplicates(&self, winners: &HashMap<Name<'_>, Uuid>) -> Duplicates {
        let taken =
            self.names.iter().filter_map(|(name, index)| Some((*index, *winners.get(name)?)));
        let mut duplicates: Duplicates = taken.collect();
        for (index, name) in &self.repeated {
            let first = || self.events[self.names[name]].event.envelope.id;
            duplicates.insert(*index, winners.get(name).copied().unwrap_or_else(first));
        }
        duplicates
    }
}
