//! A type that the code has no name for: is it gone, or called otherwise?

use std::collections::{BTreeMap, BTreeSet};

use std::sync::OnceLock;

use eventbus_runtime::CompatMode;
use serde_json::Value;

use super::finding::Finding;
use super::rules::{Difference, named};
use crate::diagnostic::Result;
use crate::registry::{Baseline, Leaf, Past, schema_of};

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
        let all = match self.fields.get() {
            Some(all) => all,
            None => {
                let read = |leaf: &&Leaf| Ok(fields(&schema_of(leaf, &leaf.reader)?));
                let read = self.leaves.iter().map(read).collect::<Result<_>>()?;
                self.fields.get_or_init(|| read)
            }
        };
        let was = fields(&version.schemas()?.reader);
        let pairs = self.leaves.iter().zip(all);
        Ok(pairs.filter(|(_, is)| are_alike(&was, is)).map(|(leaf, _)| *leaf).collect())
    }

    fn has(&self, leaf: &Leaf) -> bool {
        self.leaves.iter().any(|new| new.event_type == leaf.event_type)
    }
}

/// A type that no leaf has the name of, and the mode of the leaf that it seems to have become.
pub(super) fn gone(
    name: &str,
    past: &Past,
    leaves: &BTreeMap<&str, &Leaf>,
    newcomers: &Newcomers<'_>,
) -> Result<Option<(Finding, Option<CompatMode>)>> {
    if past.fact("purged").is_some() {
        return Ok(None);
    }
    let became = |id, leaf: &Leaf| {
        let new = format!("`{}`", leaf.event_type);
        let change = Difference::of(named(id), format!("`{name}`"), new);
        let mode = leaf.compat.as_ref().and_then(|compat| compat.mode);
        Some((Finding::new(name, past.current, &leaf.rust_path, change), mode))
    };
    let reads_it = |leaf: &Leaf| leaf.aliases.iter().any(|alias| alias == name);
    if let Some(leaf) = leaves.values().find(|leaf| reads_it(leaf)) {
        // It was told when it happened: now the new name is in the registry too.
        return Ok(if newcomers.has(leaf) { became("EV007", leaf) } else { None });
    }
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    Ok(match newcomers.like(past)?.as_slice() {
        [leaf] if last(&leaf.event_type) == last(name) => became("EV009", leaf),
        [leaf] => became("EV006", leaf),
        _ => {
            let change = Difference::of(named("EV003"), "an event type", "absent");
            let rust_path = past.fact("rustPath").unwrap_or(name).to_owned();
            Some((Finding::new(name, past.current, &rust_path, change), None))
        }
    })
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
