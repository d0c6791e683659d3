//! A type that the code has no name for: is it gone, or called otherwise?

use std::collections::{BTreeMap, BTreeSet};

use eventbus_runtime::{CompatMode, LeafDocument};
use serde_json::Value;

use super::finding::Finding;
use super::rules::{Difference, Verdict, named};
use crate::diagnostic::listed;
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

/// What looks like one type that became several, or several that became one. It is a note beside what is said of each.
pub(super) fn parted(baseline: &Baseline, leaves: &BTreeMap<&str, &LeafDocument>) -> Vec<Finding> {
    let is_given_up = |name: &str, past: &Past| {
        let reads_it = |leaf: &LeafDocument| leaf.aliases.iter().any(|alias| alias == name);
        let was_emitted = past.fact("purged").is_none() && past.fact("retired").is_none();
        was_emitted
            && match leaves.get(name) {
                Some(leaf) => leaf.retired.is_some(),
                None => !leaves.values().any(|leaf| reads_it(leaf)),
            }
    };
    let given_up = baseline.events.iter().filter(|(name, past)| is_given_up(name, past));
    let given_up: Vec<(&str, &Past, BTreeSet<String>)> = given_up
        .filter_map(|(name, past)| {
            let version = past.versions.get(&past.current)?;
            Some((name.as_str(), past, fields(&version.schema)))
        })
        .collect();
    let new = leaves.iter().filter(|(name, _)| !baseline.events.contains_key(**name));
    let new: Vec<(&LeafDocument, BTreeSet<String>)> =
        new.map(|(_, leaf)| (*leaf, fields(leaf.reader.as_value()))).collect();
    let mut findings = Vec::new();
    let mut note = |id, (name, past): (&str, &Past), path: &str, old: String, new: String| {
        let mut finding =
            Finding::new(name, past.current, path, Difference::of(named(id), old, new));
        finding.verdict = Verdict::Note;
        findings.push(finding);
    };
    for (name, past, whole) in &given_up {
        let parts = parts(whole, new.iter().map(|(leaf, part)| (leaf.event_type.as_str(), part)));
        if let Some(parts) = parts {
            let path = past.fact("rustPath").unwrap_or(name);
            note("EV016", (name, past), path, format!("`{name}`"), parts);
        }
    }
    for (leaf, whole) in &new {
        let parts = parts(whole, given_up.iter().map(|(name, _, part)| (*name, part)));
        let first = given_up.iter().find(|(_, _, part)| is_part(part, whole));
        if let (Some(parts), Some((name, past, _))) = (parts, first) {
            let new = format!("`{}`", leaf.event_type);
            note("EV017", (name, past), &leaf.rust_path, parts, new);
        }
    }
    findings
}

/// The names of those that are parts of the whole, where they are several and all of it together.
fn parts<'a>(
    whole: &BTreeSet<String>,
    others: impl Iterator<Item = (&'a str, &'a BTreeSet<String>)>,
) -> Option<String> {
    let parts: Vec<_> = others.filter(|(_, part)| is_part(part, whole)).collect();
    let together: BTreeSet<String> = parts.iter().flat_map(|(_, part)| (*part).clone()).collect();
    let is_whole = parts.len() > 1 && together == *whole;
    is_whole.then(|| listed(parts.iter().map(|(name, _)| *name)))
}

fn is_part(part: &BTreeSet<String>, whole: &BTreeSet<String>) -> bool {
    !part.is_empty() && part.len() < whole.len() && part.is_subset(whole)
}

/// The fields of a payload with their types.
fn fields(schema: &Value) -> BTreeSet<String> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| format!("{name}: {}", schema.get("type").unwrap_or(&Value::Null)))
        .collect()
}

/// Whether nine of ten fields of a type and a leaf are the same, and there are some.
fn is_like(past: &Past, leaf: &LeafDocument) -> bool {
    let Some(version) = past.versions.get(&past.current) else { return false };
    let (was, is) = (fields(&version.schema), fields(leaf.reader.as_value()));
    let (shared, all) = (was.intersection(&is).count(), was.union(&is).count());
    all > 0 && shared * 10 >= all * 9
}
