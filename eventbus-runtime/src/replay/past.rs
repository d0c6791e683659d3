//! The part of a replay that comes from an archive.
//!
//! Events up to a number come from segments, and the rest from the log. Both are in one window of the store, the one that
//! begins with the oldest event: its places have numbers, and the place at which the archive ends is the one from which the
//! log goes on. The number is written down when the replay begins, so that an archive that grows meanwhile changes nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::{Archive, Segment};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Change, Cursor, Fate, Ledger, Old, Page, Selection, Shards, Stored, Tallies, Tally,
};
use crate::to_the_end::blocking;

/// An archive that a replay reads.
#[derive(Debug)]
pub(crate) struct Past {
    archive: Archive,
    /// Events up to this number come from it.
    pub(crate) upto: i64,
    selection: Selection,
    /// The segment that was read last.
    kept: Mutex<Option<(String, Events)>>,
}

type Events = Arc<Vec<Old>>;

/// Where a replay of an archive begins.
pub(super) struct Beginning {
    pub(super) past: Past,
    /// Behind this number.
    pub(super) after: i64,
}

impl Past {
    /// The archive in a folder, for a replay that was not begun yet; `None` where it has nothing of what is meant.
    pub(super) async fn begin(
        folder: PathBuf,
        ledger: &Ledger,
        selection: &Selection,
    ) -> Result<Option<Beginning>> {
        let log = ledger.log;
        let archive = blocking(move || Archive::read(&folder, log)).await?;
        let manifest = &archive.manifest;
        let end = manifest.end();
        // What is older than the first segment of that time is not meant.
        let of_time = |since| {
            let first = manifest.segments.iter().find(|segment| segment.max_id >= since);
            first.map_or(end, |segment| segment.after)
        };
        let after = (selection.first.saturating_sub(1)).max(selection.since.map_or(0, of_time));
        if let Some((first, last)) = manifest.gap(after, ledger.dropped.min(selection.last)) {
            let message = format!(
                "the events {first} to {last} were dropped and are not in this archive: name the archive that has them, or \
                 replay `.positions({}..)`",
                last.saturating_add(1)
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let past =
            Self { archive, upto: end, selection: selection.clone(), kept: Mutex::default() };
        Ok((after < end).then_some(Beginning { past, after }))
    }

    /// The archive in a folder, for a replay that reads from one up to a number.
    pub(super) async fn go_on(
        folder: PathBuf,
        ledger: &Ledger,
        selection: &Selection,
        upto: i64,
    ) -> Result<Self> {
        let log = ledger.log;
        let archive = blocking(move || Archive::read(&folder, log)).await?;
        let end = archive.manifest.end();
        if end < upto {
            let message = format!(
                "the replay was begun with an archive of the events up to {upto}, this one goes up to {end}: name that one"
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        Ok(Self { archive, upto, selection: selection.clone(), kept: Mutex::default() })
    }

    /// The number of a place that is still in the archive.
    pub(crate) fn number<C: Cursor>(&self, place: &C) -> Option<i64> {
        place.number().filter(|number| *number < self.upto)
    }

    /// A page of what is meant behind a place with this number, up to where it is to meet another.
    pub(crate) async fn page<C: Cursor>(
        &self,
        (place, number): (&C, i64),
        (shards, limit): (&Shards, usize),
        meet: Option<&C>,
    ) -> Result<Page<C>> {
        let meet = meet.and_then(Cursor::number).filter(|meet| *meet > number);
        let last = meet.unwrap_or(self.upto).min(self.upto);
        let page = |events, end| {
            Ok(Page { window: place.clone(), events, end: place.at(end), more: true })
        };
        for segment in self.segments(number, last) {
            let events = self.load(segment).await?;
            let meant = |stored: &&Old| {
                (number < stored.position && stored.position <= last)
                    && shards.contains(stored.slot)
                    && self.selection.matches(stored)
            };
            let mut meant = events.iter().filter(meant);
            let page_of = meant.by_ref().take(limit);
            let events: Vec<Stored> = page_of.map(|old| old.stored.clone()).collect();
            match events.last() {
                None => {}
                Some(newest) if meant.next().is_some() => {
                    let end = newest.position;
                    return page(events, end);
                }
                Some(_) => return page(events, segment.upto.min(last)),
            }
        }
        page(Vec::new(), last)
    }

    /// Counts what is meant behind a number and up to another, in some shards.
    pub(crate) async fn survey(
        &self,
        (after, upto): (i64, i64),
        shards: &Shards,
    ) -> Result<Tallies> {
        let mut tallies = Tallies::new();
        for segment in self.segments(after, upto.min(self.upto)) {
            let events = self.load(segment).await?;
            let meant = events.iter().filter(|stored| {
                (after < stored.position && stored.position <= upto.min(self.upto))
                    && shards.contains(stored.slot)
                    && self.selection.matches(stored)
            });
            for stored in meant {
                let one = Tally::of(stored);
                let name = stored.event.envelope.event_type.clone();
                tallies.entry(name).and_modify(|tally| *tally = tally.and(one)).or_insert(one);
            }
        }
        Ok(tallies)
    }

    /// The events that get a row or a letter although they are in the archive alone.
    pub(crate) async fn in_trouble(&self, changes: &[Change]) -> Result<Vec<Old>> {
        let mut troubled = Vec::new();
        let from_here = changes.iter().filter(|change| {
            change.position <= self.upto && change.was.is_none() && change.fate != Fate::Handled
        });
        for Change { position, .. } in from_here {
            for segment in self.segments(position - 1, *position) {
                let events = self.load(segment).await?;
                let at = events.binary_search_by_key(position, |old| old.position);
                troubled.extend(at.ok().map(|at| events[at].clone()));
            }
        }
        Ok(troubled)
    }

    /// The segments that may hold what is meant in a range of numbers.
    fn segments(&self, after: i64, upto: i64) -> impl Iterator<Item = &Segment> {
        let segments = self.archive.manifest.segments.iter();
        segments.filter(move |segment| {
            segment.last > after && segment.first <= upto && segment.may_hold(&self.selection)
        })
    }

    async fn load(&self, segment: &Segment) -> Result<Events> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((file, events)) = &*kept()
            && *file == segment.file
        {
            return Ok(Arc::clone(events));
        }
        let (archive, wanted) = (self.archive.clone(), segment.clone());
        let events = Arc::new(blocking(move || archive.load(&wanted)).await?);
        *kept() = Some((segment.file.clone(), Arc::clone(&events)));
        Ok(events)
    }
}
