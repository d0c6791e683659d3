//! A type that the code has no name for: is it gone, or called otherwise?

use std::collections::{BTreeMap, BTreeSet};

use eventbus_runtime::{CompatMode, LeafDocument};
use serde_json::Value;

use super::finding::Finding;
use super::rules::{Difference, named};
use crate::registry::{Baseline, Past};

/// A type that no leaf has the name of, and the mode of the leaf that it seems to have become.
pub(super) fn gone(
    name: &str,
    past: &Past,
    baseline: &Baseline,
    leaves: &BTreeMap<&str, &LeafDocument>,
) -> Option<(Finding, Option<CompatMode>)> {
    if past.fact("purged").is_some() {
        return None;
    }
    let became = |id, leaf: &LeafDocument| {
        let new = format!("`{}`", leaf.event_type);
        let change = Difference::of(named(id), format!("`{name}`"), new);
        let mode = leaf.compat.as_ref().and_then(|compat| compat.mode);
        Some((Finding::new(name, past.current, &leaf.rust_path, change), mode))
    };
    let is_new = |leaf: &LeafDocument| !baseline.events.contains_key(&leaf.event_type);
    let reads_it = |leaf: &LeafDocument| leaf.aliases.iter().any(|alias| alias == name);
    if let Some(leaf) = leaves.values().find(|leaf| reads_it(leaf)) {
        // It was told when it happened: now the new name is in the registry too.
        return if is_new(leaf) { became("EV007", leaf) } else { None };
    }
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let mut alike = leaves.values().filter(|leaf| is_new(leaf) && is_like(past, leaf));
    let (first, second) = (alike.next(), alike.next());
    match (first, second) {
        (Some(leaf), None) if last(&leaf.event_type) == last(name) => became("EV009", leaf),
        (Some(leaf), None) => became("EV006", leaf),
        _ => {
            let change = Difference::of(named("EV003"), "an event type", "absent");
            let rust_path = past.fact("rustPath").unwrap_or(name).to_owned();
            Some((Finding::new(name, past.current, &rust_path, change), None))
        }
    }
}

/// Whether nine of ten fields of a type and a leaf are the same, and there are some.
fn is_like(past: &Past, leaf: &LeafDocument) -> bool {
    let fields = |schema: &Value| -> BTreeSet<String> {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties
            .map(|(name, schema)| format!("{name}: {}", schema.get("type").unwrap_or(&Value::Null)))
            .collect()
    };
    let Some(version) = past.versions.get(&past.current) else { return false };
    let (was, is) = (fields(&version.schema), fields(leaf.reader.as_value()));
    let (shared, all) = (was.intersection(&is).count(), was.union(&is).count());
    all > 0 && shared * 10 >= all * 9
}
