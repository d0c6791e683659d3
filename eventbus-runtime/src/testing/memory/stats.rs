//! The statistics of the store in memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::error::Result;
use crate::stats::{MOST_NOTES, Note};
use crate::store::{
    Entries, Figures, Group, Link, Noted, Series, Stored, Stuck, StuckGroup, Sums, Waiting, Waits,
    Whose, looked_through,
};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::{MemoryCursor, State};

/// What is kept.
#[derive(Default)]
pub(super) struct Kept {
    sums: BTreeMap<(i64, Series), Sums>,
    /// The newest first.
    notes: Vec<Note>,
}

impl Figures for MemoryStore {
    async fn keep(&self, entries: &Entries, oldest: i64) -> Result<()> {
        let mut state = self.state();
        let kept = &mut state.figures;
        for (series, sums) in &entries.sums {
            kept.sums.entry(series.clone()).or_default().merge(sums);
        }
        kept.sums.retain(|(minute, _), _| *minute >= oldest);
        kept.notes.extend(entries.notes.iter().cloned());
        kept.notes.sort_by_key(|note| Reverse(note.id));
        let mut newer: HashMap<(String, &str), usize> = HashMap::new();
        kept.notes.retain(|note| {
            let count = newer.entry((note.subscription.clone(), note.kind.as_str())).or_default();
            *count += 1;
            *count <= MOST_NOTES && note.at >= oldest * 60_000
        });
        Ok(())
    }

    async fn sums(&self, since: i64, subscription: Option<&str>) -> Result<BTreeMap<Series, Sums>> {
        let mut sums: BTreeMap<Series, Sums> = BTreeMap::new();
        for ((minute, series), of_minute) in &self.state().figures.sums {
            if *minute >= since && subscription.is_none_or(|name| name == series.subscription) {
                sums.entry(series.clone()).or_default().merge(of_minute);
            }
        }
        Ok(sums)
    }

    async fn notes(&self, wanted: &Noted<'_>) -> Result<Vec<Note>> {
        let state = self.state();
        let mut notes: Vec<Note> =
            state.figures.notes.iter().filter(|note| wanted.means(note)).cloned().collect();
        wanted.sort(&mut notes);
        Ok(notes)
    }

    async fn subscriptions(&self) -> Result<Vec<String>> {
        Ok(self.state().subscriptions.keys().cloned().collect())
    }

    async fn stuck(
        &self,
        subscription: Option<&str>,
        tenant: Option<&str>,
        at_most: usize,
    ) -> Result<Stuck> {
        Ok(self.state().stuck(subscription, tenant, at_most))
    }

    async fn correlated(&self, id: Uuid, limit: usize) -> Result<Vec<Link>> {
        let state = self.state();
        let is_of = |stored: &&Stored| {
            let envelope = &stored.event.envelope;
            envelope.id == id || envelope.correlation_id == Some(id)
        };
        Ok(state.log.iter().filter(is_of).take(limit).map(link).collect())
    }
}

fn link(stored: &Stored) -> Link {
    let envelope = stored.event.envelope.clone();
    Link {
        position: stored.position,
        id: envelope.id,
        event_type: envelope.event_type,
        tenant: envelope.tenant,
        aggregate_id: envelope.aggregate_id,
        causation_id: envelope.causation_id,
    }
}

impl State {
    pub(super) fn waiting(&self, cursor: MemoryCursor, waits: Waits<'_>) -> Waiting {
        let (first, newest) = (cursor.0, self.newest());
        let ranges = looked_through(first, newest, waits.at_most);
        let is_wanted = |stored: &&Stored| {
            let envelope = &stored.event.envelope;
            ranges.iter().any(|(after, upto)| (*after + 1..=*upto).contains(&stored.position))
                && waits.shards.contains(stored.slot)
                && waits.types.contains(&envelope.event_type)
                && waits.tracks.contain(envelope.priority, envelope.tenant.as_deref())
        };
        let mut groups: BTreeMap<(&str, Whose), Group> = BTreeMap::new();
        for stored in self.log.iter().filter(is_wanted) {
            let envelope = &stored.event.envelope;
            let whose = whose(envelope.tenant.as_deref());
            let group = groups.entry((&envelope.event_type, whose.clone()));
            let group = group.or_insert_with(|| Group {
                event_type: envelope.event_type.clone(),
                whose,
                events: 0,
                oldest: Some(self.agenda.as_old(envelope.id))
                    .filter(|id| id.get_version_num() == 7),
            });
            group.events += 1;
        }
        let count = |numbers: i64| u64::try_from(numbers).unwrap_or(0);
        let groups = groups.into_values().collect();
        let looked: i64 = ranges.iter().map(|(after, upto)| upto - after).sum();
        Waiting { groups, looked: count(looked), left: count(newest - first - looked) }
    }

    fn stuck(&self, subscription: Option<&str>, tenant: Option<&str>, at_most: usize) -> Stuck {
        let is_meant = |name: &str, stored: &Stored| {
            subscription.is_none_or(|wanted| wanted == name)
                && tenant.is_none_or(|of| stored.event.envelope.tenant.as_deref() == Some(of))
        };
        let mut stuck = Stuck::default();
        let mut groups: BTreeMap<Series, StuckGroup> = BTreeMap::new();
        let rows = self.subscriptions.iter().flat_map(|(name, found)| {
            found.rows.iter().map(move |(position, row)| (name, *position, row.retrying.is_some()))
        });
        for (at, (name, position, retrying)) in rows.take(at_most).enumerate() {
            stuck.more_open = at + 1 == at_most;
            let stored = self.event(position);
            if is_meant(name, &stored) {
                let group = group_of(&mut groups, name, &stored);
                *(if retrying { &mut group.retrying } else { &mut group.parked }) += 1;
                let id = Some(self.agenda.as_old(stored.event.envelope.id));
                let id = id.filter(|id| id.get_version_num() == 7);
                group.oldest = [group.oldest, id].into_iter().flatten().min();
            }
        }
        let letters = self.desk.letters.values().map(|entry| &entry.letter);
        let letters = letters.filter_map(|letter| Some((letter.subscription()?, letter.stored()?)));
        for (at, (name, stored)) in letters.take(at_most).enumerate() {
            stuck.more_dead = at + 1 == at_most;
            if is_meant(name, stored) {
                group_of(&mut groups, name, stored).dead += 1;
            }
        }
        Stuck { groups: groups.into_values().collect(), ..stuck }
    }
}

fn whose(tenant: Option<&str>) -> Whose {
    tenant.map_or(Whose::Nobody, |tenant| Whose::Tenant(tenant.to_owned()))
}

fn group_of<'g>(
    groups: &'g mut BTreeMap<Series, StuckGroup>,
    subscription: &str,
    stored: &Stored,
) -> &'g mut StuckGroup {
    let envelope = &stored.event.envelope;
    let series = Series {
        subscription: subscription.to_owned(),
        event_type: envelope.event_type.clone(),
        whose: whose(envelope.tenant.as_deref()),
    };
    groups.entry(series.clone()).or_insert(StuckGroup {
        series,
        retrying: 0,
        parked: 0,
        dead: 0,
        oldest: None,
    })
}
