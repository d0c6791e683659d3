//! Detours: cursors beside those of the shards, each of one track: a priority, or a tenant in it.
//!
//! Where one track has more events than fit a page, its events are read by a cursor of their own, and the cursor that had
//! them goes on without it:
//!
//! ```text
//!                 begins here                    ends here, where the two meet
//!                      ▼                              ▼
//!   shard  ═══════════╤══ all but `normal` ══════════╤════════════►
//!                      └── `normal` alone ────────────┘
//! ```
//!
//! Each event of a shard is read by exactly one of its cursors: that of the detour of its tenant and priority where there
//! is one, else that of its priority, else that of the shard. So the order of an aggregate inside a priority is what it is
//! without a detour. Both ends are in the transaction that moves the cursor which had the track before, under the shard's
//! fence. One that belongs to a tenant and a priority begins in, and ends in, the detour of the priority where there is one.

use std::collections::BTreeSet;
use std::fmt;

use crate::priority::Priority;

/// Events of one priority, of one tenant, or of both; of all where neither is said. Events of no tenant are those of the
/// tenant `""`.
///
/// A detour has a priority, and a tenant or none. One of a tenant in all priorities is what code from before priorities
/// made: it is read up to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Track {
    /// Their priority; `None` for all.
    pub priority: Option<Priority>,
    /// Their tenant; `None` for all.
    pub tenant: Option<String>,
}

/// Which events are meant: those of a track, without those of some others in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Those of this one,
    pub only: Track,
    /// without these.
    pub without: BTreeSet<Track>,
}

impl Track {
    /// All events of a priority.
    #[must_use]
    pub const fn of(priority: Priority) -> Self {
        Self { priority: Some(priority), tenant: None }
    }

    /// Those of a tenant in it.
    #[must_use]
    pub fn with_tenant(self, tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..self }
    }

    /// Whether an event of this priority and tenant, or of none, is on it.
    #[must_use]
    pub fn contains(&self, priority: Priority, tenant: Option<&str>) -> bool {
        self.priority.is_none_or(|own| own == priority)
            && self.tenant.as_deref().is_none_or(|own| own == tenant.unwrap_or_default())
    }

    /// Whether what this one has is read without what another has, which is narrower, or older than priorities.
    #[cfg(feature = "relay")]
    pub(crate) fn is_split_by(&self, other: &Self) -> bool {
        self != other
            && self.tenant.is_none()
            && self.overlaps(other)
            && (other.tenant.is_some() || self.priority.is_none())
    }

    /// Whether another track has some of the same events.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let tenants = self.tenant.as_ref().zip(other.tenant.as_ref());
        self.priority.zip(other.priority).is_none_or(|(own, other)| own == other)
            && tenants.is_none_or(|(own, other)| own == other)
    }
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.priority, &self.tenant) {
            (None, None) => f.write_str("everything"),
            (Some(priority), None) => write!(f, "priority `{priority}`"),
            (None, Some(tenant)) => write!(f, "tenant `{tenant}`"),
            (Some(priority), Some(tenant)) => {
                write!(f, "tenant `{tenant}` in priority `{priority}`")
            }
        }
    }
}

impl Tracks {
    /// All events.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of a track.
    #[must_use]
    pub const fn only(only: Track) -> Self {
        Self { only, without: BTreeSet::new() }
    }

    /// The same without some of them.
    #[must_use]
    pub fn without(mut self, track: Track) -> Self {
        self.without.insert(track);
        self
    }

    /// Whether all events are meant.
    #[must_use]
    pub fn are_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an event of this priority and tenant, or of none, is among them.
    #[must_use]
    pub fn contain(&self, priority: Priority, tenant: Option<&str>) -> bool {
        self.only.contains(priority, tenant)
            && !self.without.iter().any(|track| track.contains(priority, tenant))
    }

    /// What of them is one tenant's; `None` where nothing is.
    #[must_use]
    pub fn of_tenant(&self, tenant: &str) -> Option<Self> {
        let wanted = Track { priority: self.only.priority, tenant: Some(tenant.to_owned()) };
        let some = self.only.overlaps(&wanted);
        some.then(|| Self { only: wanted, without: self.without.clone() })
    }

    /// As SQL is asked for them, where they are not all.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn listed(&self) -> Option<Listed> {
        if self.are_all() {
            return None;
        }
        let mut listed = Listed {
            priority: self.only.priority.map(Priority::number),
            tenant: self.only.tenant.clone(),
            ..Listed::default()
        };
        for Track { priority, tenant } in &self.without {
            let priorities =
                || Priority::ALL.into_iter().filter(|one| priority.is_none_or(|own| own == *one));
            match tenant {
                None => listed.priorities.extend(priorities().map(Priority::number)),
                Some(tenant) => listed
                    .pairs
                    .extend(priorities().map(|priority| format!("{}{tenant}", priority.number()))),
            }
        }
        Some(listed)
    }
}

/// Tracks as SQL is asked for them.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    /// The priority, where it is one.
    pub(crate) priority: Option<i16>,
    /// The tenant, where it is one.
    pub(crate) tenant: Option<String>,
    /// The priorities that are not meant.
    pub(crate) priorities: Vec<i16>,
    /// What else is not: the number of a priority and a tenant behind it, as one text.
    pub(crate) pairs: Vec<String>,
}

/// Which cursor of its shards a step moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Way {
    /// That of the shards.
    #[default]
    Main,
    /// That of the detour that a track has in each of them.
    Detour(Track),
    /// That of the shards, or of the detours `from` in them; and a track that has no detour gets one in each, which begins
    /// there.
    Begin {
        /// The track.
        track: Track,
        /// The priority's detour that had its events until now; `None` where the shards had.
        from: Option<Track>,
    },
    /// That of the shards, or of the detours `into` in them, where the track's detours have come to as well: they end.
    End {
        /// The track.
        track: Track,
        /// The priority's detour that has its events from now on; `None` where the shards have.
        into: Option<Track>,
    },
}

impl Way {
    /// The track whose detour moves; `None` where the shards do.
    #[must_use]
    pub const fn moves(&self) -> Option<&Track> {
        match self {
            Self::Main => None,
            Self::Detour(track) => Some(track),
            Self::Begin { from, .. } => from.as_ref(),
            Self::End { into, .. } => into.as_ref(),
        }
    }

    /// The track whose detour is concerned.
    #[must_use]
    pub const fn track(&self) -> Option<&Track> {
        match self {
            Self::Main => None,
            Self::Detour(track) | Self::Begin { track, .. } | Self::End { track, .. } => {
                Some(track)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Track, Tracks};
    use crate::priority::Priority::{self, High, Low, Normal};
    use crate::store::{Held, Shard};

    const TENANTS: [Option<&str>; 4] = [None, Some("big"), Some("bi"), Some("bigger")];

    /// Those that have an event of a priority and a tenant.
    fn readers<'t>(
        tracks: &'t [Tracks],
        priority: Priority,
        tenant: Option<&str>,
    ) -> Vec<&'t Track> {
        let having = tracks.iter().filter(|tracks| tracks.contain(priority, tenant));
        having.map(|tracks| &tracks.only).collect()
    }

    #[test]
    fn each_event_is_read_by_the_narrowest_of_the_cursors_of_its_shard() {
        let normal = Track::of(Normal);
        let (big, urgent) = (normal.clone().with_tenant("big"), Track::of(High).with_tenant("big"));
        let nobody = normal.clone().with_tenant("");
        let old = Track { priority: None, tenant: Some("bi".to_owned()) };
        let detours = [&normal, &big, &urgent, &nobody, &old];
        let shard = Shard {
            held: Held { shard: 0, fence: 1 },
            owner: None,
            cursor: 0,
            detours: detours.into_iter().map(|track| (track.clone(), 1)).collect(),
        };
        let ways: Vec<Tracks> = shard.ways().map(|(_, tracks)| tracks).collect();
        let main = &Track::default();
        for priority in Priority::ALL {
            for tenant in TENANTS {
                let expected = match (priority, tenant) {
                    (_, Some("bi")) => &old,
                    (Normal, Some("big")) => &big,
                    (High, Some("big")) => &urgent,
                    (Normal, None) => &nobody,
                    (Normal, _) => &normal,
                    _ => main,
                };
                assert_eq!(readers(&ways, priority, tenant), [expected], "{priority} {tenant:?}");
            }
        }
    }

    #[test]
    fn events_of_no_tenant_are_those_of_the_empty_one() {
        let nobody = Tracks::only(Track::default().with_tenant(""));
        assert!(nobody.contain(Low, None) && !nobody.contain(Low, Some("a")));
        let of_a = Tracks::all().of_tenant("a").unwrap();
        assert_eq!(of_a, Tracks::only(Track::default().with_tenant("a")));
        assert_eq!(nobody.of_tenant("a"), None);
        assert!(Tracks::all().are_all() && !of_a.are_all());
    }

    #[test]
    fn what_is_left_of_a_tenant_is_what_no_detour_has() {
        let main = Tracks::all().without(Track::of(Normal).with_tenant("big"));
        let big = main.of_tenant("big").unwrap();
        assert!(big.contain(High, Some("big")) && !big.contain(Normal, Some("big")));
        assert!(!big.contain(High, Some("small")));
        assert_eq!(big.without, BTreeSet::from([Track::of(Normal).with_tenant("big")]));
    }
}
