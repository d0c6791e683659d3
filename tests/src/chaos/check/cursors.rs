//! Cursors move forward, and not at all by a replay.

use std::collections::BTreeMap;

use crate::chaos::check::{Anomaly, Kind};
use crate::chaos::history::{Entry, What};

/// Entries are in the order of their times.
pub(super) fn check(entries: &[&Entry], found: &mut Vec<Anomaly>) {
    let (mut places, mut is_replaying) = (BTreeMap::<_, &[i64]>::new(), false);
    for entry in entries {
        match &entry.what {
            // The copy is the database as it was.
            What::Replaced => places.clear(),
            What::Replaying => is_replaying = true,
            What::Replayed => is_replaying = false,
            What::Cursor { subscription, shard, place } => {
                let place = place.as_slice();
                let Some(before) = places.insert((subscription, shard), place) else { continue };
                let wrong = match is_replaying {
                    _ if place < before => "moved back",
                    true if place != before => "was moved by a replay",
                    _ => continue,
                };
                let text =
                    format!("shard {shard} of {subscription} {wrong}: {before:?}, then {place:?}");
                found.push(Anomaly::new(Kind::InconsistentOffsets, text));
            }
            _ => {}
        }
    }
}
