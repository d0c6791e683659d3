//! What counts nothing, where the feature `metrics` is off: the calls are there and come to nothing.

#[cfg(feature = "relay")]
use std::time::Duration;

#[cfg(feature = "relay")]
use uuid::Uuid;

#[cfg(feature = "relay")]
use crate::relay::Stats;
#[cfg(feature = "relay")]
use crate::store::Fate;
use crate::store::{Duplicates, NewEvent};

/// Those of the emits of a bus.
#[derive(Debug, Default)]
pub(crate) struct Emitted;

impl Emitted {
    #[allow(clippy::unused_self, reason = "as where it counts")]
    pub(crate) const fn count(&self, _: &[NewEvent], _: &Duplicates) {}
}

/// Those of one subscription.
#[cfg(feature = "relay")]
#[derive(Debug)]
pub(crate) struct Meters;

/// When the events of a step were emitted.
#[cfg(feature = "relay")]
#[derive(Debug, Default)]
pub(crate) struct Tally;

#[cfg(feature = "relay")]
#[allow(clippy::unused_self, reason = "as where it counts")]
impl Meters {
    pub(crate) const fn new(_: &str) -> Self {
        Self
    }

    pub(crate) const fn step(&self, _: &Stats, _: &Tally) {}

    pub(crate) const fn event(&self, _: &'static str, _: &Fate, _: Uuid) {}

    pub(crate) const fn unknown(&self) {}

    pub(crate) const fn missed(&self, _: u64) {}

    pub(crate) const fn took(&self, _: &'static str, _: Duration) {}
}

#[cfg(feature = "relay")]
impl Tally {
    #[allow(clippy::unused_self, reason = "as where it counts")]
    pub(crate) const fn add(&mut self, _: &'static str, _: Uuid) {}
}
