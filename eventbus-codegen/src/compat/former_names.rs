//! Former names of event types: under each of them events are stored, which one type reads.

use std::collections::BTreeMap;

use super::check::Held;
use super::finding::Finding;
use super::gone::{Newcomers, reads};
use super::mode::Modes;
use super::reviews::Reviews;
use super::rules::{Difference, named};
use crate::registry::{Baseline, Leaf, Past};

/// The former names that the type which read them reads no longer.
pub(super) fn former_names(
    held: &Held<'_>,
    leaves: &BTreeMap<&str, &Leaf>,
    newcomers: &Newcomers<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, past) in held.baseline.events.iter().filter(|(_, past)| !past.is_purged()) {
        // A type that was renamed just now has the names of the former one; later they are its own.
        let heir = || newcomers.all().find(|leaf| reads(leaf, name));
        let Some(holder) = leaves.get(name.as_str()).copied().or_else(heir) else { continue };
        for alias in aliases(past).filter(|alias| !is_read(holder, alias)) {
            let Some(change) = became(alias, name, held, leaves) else { continue };
            let to = change.new.clone();
            let mut finding =
                Finding::new(&holder.event_type, past.current, &holder.rust_path, change);
            let modes = Modes::new(past, held.baseline, Some(holder), held.default);
            finding.weigh(modes.asked());
            if let Some(event) = held.registry.events.get(&holder.event_type) {
                let pasts = [Some(past), held.own.events.get(&holder.event_type)];
                let reviews = Reviews::new(holder, &event.facts.reviewed, &pasts);
                let own = std::slice::from_mut(&mut finding);
                reviews.excuse(own, None, [&format!("`{alias}`"), &to]);
            }
            findings.push(finding);
        }
    }
    findings
}

/// What became of the events that are stored as `alias` and were read as `name`.
fn became(
    alias: &str,
    name: &str,
    held: &Held<'_>,
    leaves: &BTreeMap<&str, &Leaf>,
) -> Option<Difference> {
    let has = |registry: &Baseline, is_purged: bool| {
        registry.events.get(alias).is_some_and(|past| past.is_purged() == is_purged)
    };
    let is_type = has(held.baseline, false);
    let reader = leaves.values().find(|leaf| reads(leaf, alias));
    match (leaves.get(alias), reader) {
        // It is held against what it was itself.
        (Some(_), _) if is_type => None,
        (Some(leaf), _) | (None, Some(leaf)) => {
            let old = format!("`{alias}` is read as `{name}`");
            Some(Difference::of(named("EV024"), old, format!("read as `{}`", leaf.event_type)))
        }
        // That type is gone, which is said of it; or nothing of it is stored.
        (None, None) if is_type || has(held.own, true) => None,
        (None, None) => Some(Difference::of(named("EV023"), format!("`{alias}`"), "absent")),
    }
}

/// The former names that it reads.
pub(super) fn aliases(past: &Past) -> impl Iterator<Item = &str> {
    let aliases = past.facts.get("aliases").and_then(|names| names.as_array());
    aliases.into_iter().flatten().filter_map(|name| name.as_str())
}

fn is_read(leaf: &Leaf, name: &str) -> bool {
    leaf.event_type == name || reads(leaf, name)
}
