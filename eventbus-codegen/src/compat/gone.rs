//! A type that the code has no name for: is it gone, or called otherwise?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use eventbus_runtime::CompatMode;
use serde_json::Value;

use super::check::{Event, Held};
use super::finding::{Direction, Finding, asks};
use super::former_names::aliases;
use super::reviews::Reviews;
use super::rules::{Difference, Verdict, named};
use crate::diagnostic::{Result, listed};
use crate::registry::{Baseline, Leaf, Past, Version, schema_of};

/// The leaves that the baseline does not know, one of which a type that is gone may have become.
pub(super) struct Newcomers<'a> {
    leaves: Vec<&'a Leaf>,
    /// Their fields, which only matter where a type is gone.
    fields: OnceLock<Vec<BTreeSet<String>>>,
}

impl<'a> Newcomers<'a> {
    pub(super) fn new(leaves: &BTreeMap<&str, &'a Leaf>, baseline: &Baseline) -> Self {
        let is_new = |leaf: &&Leaf| !baseline.events.contains_key(&leaf.event_type);
        Self { leaves: leaves.values().copied().filter(is_new).collect(), fields: OnceLock::new() }
    }

    /// Those whose fields are nearly the ones of this type.
    fn like(&self, past: &Past) -> Result<Vec<&'a Leaf>> {
        let Some(version) = past.versions.get(&past.current) else { return Ok(Vec::new()) };
        if self.leaves.is_empty() {
            return Ok(Vec::new());
        }
        let was = fields(&version.schemas()?.reader);
        let pairs = self.leaves.iter().zip(self.fields()?);
        Ok(pairs.filter(|(_, is)| are_alike(&was, is)).map(|(leaf, _)| *leaf).collect())
    }

    /// The fields of each.
    fn fields(&self) -> Result<&[BTreeSet<String>]> {
        if let Some(all) = self.fields.get() {
            return Ok(all);
        }
        let read = |leaf: &&Leaf| Ok(fields(&schema_of(leaf, &leaf.reader)?));
        let read = self.leaves.iter().map(read).collect::<Result<_>>()?;
        Ok(self.fields.get_or_init(|| read))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &'a Leaf> {
        self.leaves.iter().copied()
    }
}

/// A type that no leaf has the name of, and the leaf that it seems to have become.
pub(super) fn gone<'a>(
    name: &str,
    past: &Past,
    leaves: &BTreeMap<&str, &'a Leaf>,
    newcomers: &Newcomers<'a>,
    baseline: &Baseline,
) -> Result<Option<(Finding, Option<&'a Leaf>)>> {
    let became = |id, leaf: &'a Leaf| {
        let was_there = baseline.events.contains_key(&leaf.event_type);
        let more = if was_there { ", which was there before" } else { "" };
        let new = format!("`{}`{more}", leaf.event_type);
        let change = Difference::of(named(id), format!("`{name}`"), new);
        Some((Finding::new(name, past.current, &leaf.rust_path, change), Some(leaf)))
    };
    if let Some(leaf) = leaves.values().find(|leaf| reads(leaf, name)) {
        // It was told when it happened: now the registry has the name with the new one, too.
        return Ok(if has_taken(leaf, name, baseline) { became("EV007", leaf) } else { None });
    }
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    Ok(match newcomers.like(past)?.as_slice() {
        [leaf] if last(&leaf.event_type) == last(name) => became("EV009", leaf),
        [leaf] => became("EV006", leaf),
        _ => {
            let heir = baseline.events.iter().find(|(_, heir)| had(heir, name));
            let was = match heir {
                Some((heir, _)) => format!("a former name of `{heir}`"),
                None => "an event type".to_owned(),
            };
            let change = Difference::of(named("EV003"), was, "absent");
            let rust_path = past.fact("rustPath").unwrap_or(name).to_owned();
            Some((Finding::new(name, past.current, &rust_path, change), None))
        }
    })
}

/// Whether a type reads a former name that it did not read in `baseline`, be it new itself or not.
pub(super) fn has_taken(leaf: &Leaf, name: &str, baseline: &Baseline) -> bool {
    let was = baseline.events.get(&leaf.event_type);
    was.is_none_or(|was| !had(was, name))
}

/// Whether it was called so in former times already.
fn had(past: &Past, name: &str) -> bool {
    aliases(past).any(|alias| alias == name)
}

impl Event<'_> {
    /// Consumers that know the former name read what its heir writes, where that has the same number. What its heir reads was
    /// asked before.
    pub(super) fn taken_over(&mut self, heir: &Version, reviews: Reviews<'_>) -> Result<()> {
        let version = self.past.current;
        let before = self.past.versions.get(&version).filter(|_| version == self.leaf.version);
        let Some(before) = before.filter(|_| asks(self.mode, Direction::Forward)) else {
            return Ok(());
        };
        let first = self.findings.len();
        self.in_place(&before.schemas()?, &heir.schemas()?);
        let mut findings = self.findings.split_off(first);
        findings.retain(|one| one.verdict >= Verdict::Bump && one.is_asked(CompatMode::Forward));
        let names = [self.name, &self.leaf.event_type].map(|name| format!("`{name}`"));
        let (reviews, taken) = reviews.beside(names.each_ref().map(String::as_str));
        reviews.excuse(&mut findings, Some(version), [&before.sha256, &heir.sha256]);
        if let Some(reason) = taken {
            let words = format!(
                "\"{reason}\" is said of the new name: change the payload after that, in a change of its own and with a reason \
                 of its own"
            );
            findings.iter_mut().for_each(|finding| finding.because(&words));
        }
        self.findings.append(&mut findings);
        Ok(())
    }
}

/// The types that `own` has purged and that the code of `baseline` still emitted: events of them may be on their way.
pub(crate) fn purged(baseline: &Baseline, own: &Baseline) -> Vec<Finding> {
    // A former name is written by nobody.
    let former: BTreeSet<&str> = baseline.events.values().flat_map(aliases).collect();
    let emitted = baseline.events.iter().filter(|(name, past)| {
        !past.is_purged() && past.fact("retired").is_none() && !former.contains(name.as_str())
    });
    let purged = emitted.filter_map(|(name, past)| {
        let reason = own.events.get(name)?.fact("purged")?;
        let change = Difference::of(named("EV029"), "emitted", format!("purged: {reason}"));
        let rust_path = past.fact("rustPath").unwrap_or(name);
        Some(Finding::new(name, past.current, rust_path, change))
    });
    purged.collect()
}

/// What its events are ordered by, where that was another kind of aggregate.
pub(super) fn regrouped(name: &str, past: &Past, leaf: &Leaf) -> Option<Finding> {
    past.fact("aggregateId").and(leaf.aggregate_id.as_ref())?;
    let was = kind(past.fact("aggregate").unwrap_or_default(), name);
    let is = kind(&leaf.aggregate, &leaf.event_type);
    let change = Difference::of(named("EV030"), format!("`{was}`"), format!("`{is}`"));
    (was != is).then(|| Finding::new(name, past.current, &leaf.rust_path, change))
}

/// The kind of an aggregate: what is said, or else the first segment of the name.
fn kind<'a>(said: &'a str, name: &'a str) -> &'a str {
    match said {
        "" => name.split('.').next().unwrap_or(name),
        said => said,
    }
}

/// Lets a new name through, if there is a reason for this one.
pub(super) fn renamed(finding: &mut Finding, past: &Past, leaf: &Leaf, held: &Held<'_>) {
    let Some(event) = held.registry.events.get(&leaf.event_type) else { return };
    let pasts = [Some(past), held.own.events.get(&leaf.event_type)];
    let reviews = Reviews::new(leaf, &event.facts.reviewed, &pasts);
    let (from, to) = (finding.old.clone(), format!("`{}`", leaf.event_type));
    reviews.excuse(std::slice::from_mut(finding), None, [&from, &to]);
}

/// A type that is purged, whose name `own` does not keep any more.
pub(super) fn freed(name: &str, held: &Held<'_>) -> Option<Finding> {
    let past = held.baseline.events.get(name)?;
    let reason = past.fact("purged")?;
    let is_kept = held.own.events.get(name).is_some_and(Past::is_purged);
    let change = Difference::of(named("EV026"), format!("purged: {reason}"), "free");
    let restore = Some(held.baseline.restore_purged(name));
    let finding = Finding::new(name, past.current, name, change);
    (!is_kept).then_some(Finding { restore, ..finding })
}

/// What looks like one type that became several, or several that became one. It is a note beside what is said of each.
pub(super) fn parted(
    baseline: &Baseline,
    leaves: &BTreeMap<&str, &Leaf>,
    newcomers: &Newcomers<'_>,
) -> Result<Vec<Finding>> {
    let is_given_up = |name: &str, past: &Past| {
        let was_emitted = !past.is_purged() && past.fact("retired").is_none();
        was_emitted
            && match leaves.get(name) {
                Some(leaf) => leaf.retired.is_some(),
                None => !leaves.values().any(|leaf| reads(leaf, name)),
            }
    };
    let mut given_up = Vec::new();
    for (name, past) in baseline.events.iter().filter(|(name, past)| is_given_up(name, past)) {
        if let Some(version) = past.versions.get(&past.current) {
            given_up.push((name.as_str(), past, fields(&version.schemas()?.reader)));
        }
    }
    if given_up.is_empty() {
        return Ok(Vec::new());
    }
    let new: Vec<(&Leaf, &BTreeSet<String>)> =
        newcomers.leaves.iter().copied().zip(newcomers.fields()?).collect();
    let mut findings = Vec::new();
    let mut note = |id, (name, past): (&str, &Past), path: &str, old: String, new: String| {
        let mut finding =
            Finding::new(name, past.current, path, Difference::of(named(id), old, new));
        finding.verdict = Verdict::Note;
        findings.push(finding);
    };
    for (name, past, whole) in &given_up {
        let parts = parts(whole, new.iter().map(|(leaf, part)| (leaf.event_type.as_str(), *part)));
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
    Ok(findings)
}

/// Whether it was called so in former times.
pub(super) fn reads(leaf: &Leaf, name: &str) -> bool {
    leaf.aliases.iter().any(|alias| alias == name)
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

/// The fields of a payload, each with its type.
fn fields(schema: &Value) -> BTreeSet<String> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| format!("{name}: {}", schema.get("type").unwrap_or(&Value::Null)))
        .collect()
}

/// Whether nine of ten fields are the same, and there are some.
fn are_alike(was: &BTreeSet<String>, is: &BTreeSet<String>) -> bool {
    let (shared, all) = (was.intersection(is).count(), was.union(is).count());
    all > 0 && shared * 10 >= all * 9
}
