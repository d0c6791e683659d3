//! What an archive holds, in `manifest.json`: it is written last, so that it names no segment that is not there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::Old;
#[cfg(any(test, feature = "relay"))]
use crate::store::Selection;

/// The format that is written here.
pub(super) const FORMAT: u32 = 1;

/// The list of an archive's segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(super) format: u32,
    /// Which log it is of.
    pub(crate) log: Uuid,
    /// In the order of numbers.
    pub(crate) segments: Vec<Segment>,
}

/// A file of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) file: String,
    /// It holds every event behind this number ..
    pub(crate) after: i64,
    /// .. and up to this one.
    pub(crate) upto: i64,
    pub(crate) count: u64,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) min_id: Uuid,
    pub(crate) max_id: Uuid,
    /// When the oldest and the newest came to be, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// How many of each type.
    pub(crate) types: BTreeMap<String, u64>,
    /// The size of the file.
    pub(crate) bytes: u64,
    /// The checksum of the file, as `sha256sum` prints it.
    pub(crate) sha256: String,
}

impl Manifest {
    pub(super) const fn new(log: Uuid) -> Self {
        Self { format: FORMAT, log, segments: Vec::new() }
    }

    /// The number up to which it goes; 0 where it holds nothing.
    pub(crate) fn end(&self) -> i64 {
        self.segments.last().map_or(0, |segment| segment.upto)
    }

    /// The first numbers up to `upto` that are in no segment although they lie before or between segments, or behind the
    /// last one: from the first to the last of them.
    pub(crate) fn gap(&self, after: i64, upto: i64) -> Option<(i64, i64)> {
        let mut covered = after.max(0);
        for segment in &self.segments {
            if segment.after > covered {
                return (covered < upto).then(|| (covered + 1, segment.after.min(upto)));
            }
            covered = covered.max(segment.upto);
        }
        (covered < upto).then_some((covered + 1, upto))
    }
}

impl Segment {
    /// What a manifest says of these events, one at least, in the file of this name.
    pub(super) fn of(file: String, (after, upto): (i64, i64), events: &[Old]) -> Self {
        let ids = || events.iter().map(|stored| stored.event.envelope.id);
        let times = || events.iter().filter_map(|stored| stored.event.envelope.time());
        let text = |time| humantime::format_rfc3339_millis(time).to_string();
        let mut types = BTreeMap::new();
        for stored in events {
            *types.entry(stored.event.envelope.event_type.clone()).or_default() += 1;
        }
        Self {
            file,
            after,
            upto,
            count: u64::try_from(events.len()).unwrap_or(u64::MAX),
            first: events.first().map_or(0, |stored| stored.position),
            last: events.last().map_or(0, |stored| stored.position),
            min_id: ids().min().unwrap_or_default(),
            max_id: ids().max().unwrap_or_default(),
            oldest: times().min().map(text),
            newest: times().max().map(text),
            types,
            bytes: 0,
            sha256: String::new(),
        }
    }

    /// Whether it may hold an event that is meant.
    #[cfg(any(test, feature = "relay"))]
    pub(crate) fn may_hold(&self, selection: &Selection) -> bool {
        self.last >= selection.first
            && self.first <= selection.last
            && selection.since.is_none_or(|since| self.max_id >= since)
            && selection.until.is_none_or(|until| self.min_id < until)
            && self.types.keys().any(|name| selection.types.contains(name))
    }

    /// Whether what a file held is what it says; else what differs.
    pub(super) fn check(&self, events: &[Old]) -> Result<(), String> {
        let found = Self {
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            ..Self::of(self.file.clone(), (self.after, self.upto), events)
        };
        let ascends = events.windows(2).all(|pair| pair[0].position < pair[1].position);
        if !ascends {
            return Err("its events are not in the order of their numbers".to_owned());
        }
        if self.first <= self.after || self.last > self.upto {
            return Err("it has events outside of its numbers".to_owned());
        }
        if found != *self {
            return Err(format!(
                "it holds {} events from {} to {}, the manifest says {} from {} to {}",
                found.count, found.first, found.last, self.count, self.first, self.last
            ));
        }
        Ok(())
    }
}
