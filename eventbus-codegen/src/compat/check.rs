//! The code held against a committed registry: what may stay, what needs a new version, and what is refused.

use std::collections::BTreeMap;

use eventbus_runtime::{CompatMode, Document};
use serde_json::Value;

use super::finding::{Direction, Finding, asks};
use super::gone::{Newcomers, gone, parted};
use super::moved::is_moved;
use super::rules::{Contracts, Difference, Holds, Verdict, differences, named};
use super::witness::witness_at;
use super::{Answer, Contract, lies_within};
use crate::diagnostic::Result;
use crate::parallel;
use crate::registry::{
    Baseline, Catalog, Leaf, Past, Registry, Schemas, Version, leaves, schema_of,
};

/// Everything that is to be said of `catalog` where `baseline` is what is stored and running.
///
/// Types are looked at one by one, and each one's schemas are held only meanwhile.
pub(crate) fn check(
    baseline: &Baseline,
    registry: &Registry,
    catalog: &Catalog,
    default: CompatMode,
) -> Result<Vec<Finding>> {
    let leaves: BTreeMap<&str, &Leaf> =
        leaves(catalog).into_iter().map(|leaf| (leaf.event_type.as_str(), leaf)).collect();
    let newcomers = Newcomers::new(&leaves, baseline);
    let events: Vec<(&String, &Past)> = baseline.events.iter().collect();
    let found = parallel::each(&events, |(name, past)| match leaves.get(name.as_str()) {
        Some(leaf) => {
            let mode = leaf.compat.as_ref().and_then(|compat| compat.mode).unwrap_or(default);
            Event { name, past, leaf, catalog, registry, mode, findings: Vec::new() }.check()
        }
        None => {
            let found = gone(name, past, &leaves, &newcomers)?;
            let weighed = found.map(|(mut finding, mode)| {
                finding.weigh(mode.unwrap_or(default));
                finding
            });
            Ok(weighed.into_iter().collect())
        }
    });
    let mut findings = Vec::new();
    for found in found {
        findings.extend(found?);
    }
    for (name, leaf) in &leaves {
        if !baseline.events.contains_key(*name) {
            let mut say = |id, what: String| {
                let change = Difference::of(named(id), "absent", what);
                findings.push(Finding::new(name, leaf.version, &leaf.rust_path, change));
            };
            say("EV001", "an event type".to_owned());
            let family = name.rsplit_once('.').map_or("", |(family, _)| family);
            let is_in_it = |other: &String| {
                other.strip_prefix(family).is_some_and(|rest| rest.starts_with('.'))
            };
            if !baseline.events.keys().any(is_in_it) {
                say("EV002", format!("`{family}.*`"));
            }
        }
    }
    findings.extend(parted(baseline, &leaves, &newcomers)?);
    findings.iter_mut().for_each(|finding| finding.locate(&leaves));
    Ok(findings)
}

/// What a registry must go on keeping free: the names of fields that are gone, with what they held.
pub(crate) fn reserved(past: &Past, version: &Version) -> Result<BTreeMap<String, String>> {
    let mut reserved = past.reserved();
    let Some(before) =
        past.versions.get(&past.current).filter(|before| before.text != version.text)
    else {
        return Ok(reserved);
    };
    let (old, new) = (before.schemas()?, version.schemas()?);
    for change in differences(both(&old), both(&new)) {
        match change.rule.id {
            "EV104" | "EV105" => drop(reserved.insert(change.pointer, change.old)),
            "EV101" | "EV102" | "EV103" => drop(reserved.remove(&change.pointer)),
            _ => {}
        }
    }
    Ok(reserved)
}

fn both(schemas: &Schemas) -> Contracts<'_> {
    Contracts { writer: &schemas.writer, reader: &schemas.reader }
}

/// One event type in both.
struct Event<'a> {
    name: &'a str,
    past: &'a Past,
    leaf: &'a Leaf,
    catalog: &'a Catalog,
    registry: &'a Registry,
    mode: CompatMode,
    findings: Vec<Finding>,
}

impl Event<'_> {
    fn check(mut self) -> Result<Vec<Finding>> {
        self.facts();
        let Some(event) = self.registry.events.get(self.name) else { return Ok(self.findings) };
        if let Some(reason) = self.past.fact("purged") {
            let old = format!("purged: {reason}");
            self.say("EV106", self.past.current, old, "an event type");
            return Ok(self.findings);
        }
        let (was, is) = (self.past.current, self.leaf.version);
        // What the code writes just so again is no edit: a run that was interrupted goes on.
        let is_written_again = |version: u32| {
            let file = self.past.versions.get(&version);
            version == is && file.is_some_and(|file| file.sha256 == event.current().sha256)
        };
        let edited = self.past.edited().filter(|version| !is_written_again(*version));
        let edited: Vec<u32> = edited.collect();
        for version in &edited {
            self.say("EV014", *version, "as it was written", "another text");
        }
        if !edited.is_empty() {
            return Ok(self.findings);
        }
        if is == was {
            if let Some(before) =
                self.past.versions.get(&was).filter(|before| before.text != event.current().text)
            {
                self.in_place(&before.schemas()?, &event.current().schemas()?);
            }
        } else if is != was + 1 {
            self.say("EV013", was, format!("version {was}"), format!("version {is}"));
        }
        for (version, frozen) in self.past.versions.range(..is) {
            self.former(*version, frozen)?;
        }
        Ok(self.findings)
    }

    /// What is said beside the payload's shape.
    fn facts(&mut self) {
        let version = self.past.current;
        let was = self.past.fact("rustPath").filter(|was| *was != self.leaf.rust_path);
        if let Some(was) = was {
            let id = if is_moved(self.catalog, was, self.leaf) { "EV010" } else { "EV008" };
            self.say(id, version, was, self.leaf.rust_path.clone());
        }
        // What the code writes just so again is no loss: a run that was interrupted goes on.
        let now = self.registry.events.get(self.name).map(|event| event.current().sha256.as_str());
        let missing: Vec<(u32, &str)> = self.past.missing().collect();
        for (version, _) in missing.into_iter().filter(|(_, hash)| now != Some(*hash)) {
            self.say("EV005", version, format!("v{version}.json"), "absent");
        }
        if let (None, Some(day)) = (self.past.fact("retired"), &self.leaf.retired) {
            self.say("EV004", version, "emitted", format!("retired on {day}"));
        }
        let aggregate = (self.past.fact("aggregateId"), self.leaf.aggregate_id.as_deref());
        let words =
            |name: Option<&str>| name.map_or_else(|| "none".to_owned(), |name| format!("`{name}`"));
        if aggregate.0 != aggregate.1 && self.past.facts.get("aggregateId").is_some() {
            self.say("EV018", version, words(aggregate.0), words(aggregate.1));
        }
        for (key, now) in [("tenantId", &self.leaf.tenant_id), ("eventKey", &self.leaf.event_key)] {
            if let Some(was) = self.past.fact(key).filter(|was| now.as_deref() != Some(*was)) {
                self.say("EV019", version, format!("{key} is `{was}`"), words(now.as_deref()));
            }
        }
    }

    /// A former version must be read by the payload type that is kept for it.
    fn former(&mut self, version: u32, frozen: &Version) -> Result<()> {
        if self.leaf.unreadable.contains(&version) {
            return Ok(());
        }
        let upcast = self.leaf.upcasts.iter().find(|upcast| upcast.version == version);
        let reader = upcast.map_or(&self.leaf.reader, |upcast| &upcast.reader);
        let (writer, reader) = (frozen.schemas()?.writer, schema_of(self.leaf, reader)?);
        let answer = lies_within((&writer, Contract::Stored), (&reader, Contract::Reader));
        let is_new = self.leaf.version > self.past.current && version == self.past.current;
        let now = format!("version {}", self.leaf.version);
        match answer {
            Answer::Yes if is_new => self.say("EV011", version, format!("version {version}"), now),
            Answer::Yes => {}
            Answer::No(witness) => {
                self.say(
                    "EV012",
                    version,
                    format!("written at version {version}"),
                    format!("not read by {now}"),
                );
                let mode = self.mode;
                let finding = self.last();
                finding.weigh(mode);
                finding.witnesses.push((Direction::Backward, witness));
            }
            Answer::Unknown(reason) => {
                self.say("EV022", version, format!("version {version}"), now);
                self.last().reason = Some(reason);
            }
        }
        Ok(())
    }

    /// The same version with another shape.
    fn in_place(&mut self, before: &Schemas, after: &Schemas) {
        let sides = |direction: Direction| match direction {
            Direction::Backward => ((&before.writer, Contract::Stored), &after.reader),
            Direction::Forward => ((&after.writer, Contract::Writer), &before.reader),
        };
        let decided = |direction: Direction| {
            let (writer, reader) = sides(direction);
            (direction, lies_within(writer, (reader, Contract::Reader)))
        };
        let broken: Vec<(Direction, Answer)> = [Direction::Backward, Direction::Forward]
            .map(decided)
            .into_iter()
            .filter(|(_, answer)| *answer != Answer::Yes)
            .collect();
        let refused: Vec<(Direction, Answer)> =
            broken.iter().filter(|(direction, _)| asks(self.mode, *direction)).cloned().collect();
        let changes = differences(both(before), both(after));
        let mut is_named = false;
        let first = self.findings.len();
        for change in &changes {
            let mut finding = self.judged(change, &broken, &refused);
            for (direction, witness) in &mut finding.witnesses {
                let (writer, reader) = sides(*direction);
                if let Some(own) = witness_at(writer, reader, &finding.pointer) {
                    *witness = own;
                }
            }
            is_named |= finding.verdict >= Verdict::Bump;
            self.findings.push(finding);
        }
        let is_undecided = refused.iter().any(|(_, answer)| matches!(answer, Answer::Unknown(_)));
        if !refused.is_empty() && (!is_named || is_undecided) {
            self.undecided(&refused);
            self.excuse(first);
        } else if !refused.is_empty() {
            self.excuse(first);
        } else if broken.is_empty()
            && self.findings[first..].iter().all(|one| one.rule.comes_to_nothing())
        {
            // Nothing was named, or what was named came to nothing.
            let id = if is_described_otherwise(before, after) { "EV021" } else { "EV020" };
            self.say(id, self.past.current, "described so", "described otherwise");
        }
    }

    /// What becomes of one change where these directions are broken, and these of them refused.
    fn judged(
        &self,
        change: &Difference,
        broken: &[(Direction, Answer)],
        refused: &[(Direction, Answer)],
    ) -> Finding {
        let may_break = |direction: Direction| {
            let holds = match direction {
                Direction::Backward => change.rule.backward,
                Direction::Forward => change.rule.forward,
            };
            holds != Holds::Yes
        };
        let mut change = change.clone();
        if let Some(was) =
            self.past.reserved().get(&change.pointer).filter(|was| **was != change.new)
            && matches!(change.rule.id, "EV101" | "EV102" | "EV103")
        {
            // Nobody can tell from the schemas that stored events hold something else here.
            change = Difference {
                rule: named("EV106"),
                old: format!("{was}, in former times"),
                ..change
            };
            let (name, version) = (self.name, self.past.current);
            return Finding::new(name, version, &self.leaf.rust_path, change);
        }
        let is_cause = refused.iter().any(|(direction, _)| may_break(*direction));
        let breaks = broken.iter().any(|(direction, _)| may_break(*direction));
        let verdict = match (is_cause, breaks) {
            (true, _) => change.rule.verdict.max(Verdict::Bump),
            // It breaks somebody whom nobody asked for.
            (false, true) => Verdict::Note,
            // It could have broken somebody, and does not.
            (false, false) if change.rule.verdict >= Verdict::Bump => Verdict::Silent,
            (false, false) => change.rule.verdict,
        };
        let mut finding = Finding::new(self.name, self.past.current, &self.leaf.rust_path, change);
        finding.verdict = verdict;
        for (direction, answer) in broken.iter().filter(|(direction, _)| may_break(*direction)) {
            if let Answer::No(witness) = answer {
                finding.witnesses.push((*direction, witness.clone()));
            }
        }
        finding
    }

    /// A reason that the author gives for this change lets it through. It is written to the registry with the change, so
    /// that it does not hold for the next one.
    fn excuse(&mut self, first: usize) {
        let reviewed = self.leaf.compat.as_ref().and_then(|compat| compat.reviewed.as_deref());
        let Some(reason) = reviewed else { return };
        let given = self.past.facts.pointer("/compat/reviewed").and_then(Value::as_str);
        let is_spent = given == Some(reason);
        for finding in &mut self.findings[first..] {
            let may_be = finding.rule.verdict != Verdict::Deny || finding.rule.is_undecided();
            if finding.verdict < Verdict::Bump || !may_be {
                continue;
            }
            if is_spent {
                finding.reason = Some(format!(
                    "\"{reason}\" was said of an earlier change: say why this one is safe"
                ));
            } else {
                finding.verdict = Verdict::Warn;
                finding.reason = Some(format!("let through, because: {reason}"));
            }
        }
    }

    fn undecided(&mut self, refused: &[(Direction, Answer)]) {
        self.say("EV022", self.past.current, "as it is in the registry", "as it is in the code");
        for (direction, answer) in refused {
            match answer {
                Answer::No(witness) => self.last().witnesses.push((*direction, witness.clone())),
                Answer::Unknown(reason) => self.last().reason = Some(reason.clone()),
                Answer::Yes => {}
            }
        }
    }

    fn say(&mut self, id: &str, version: u32, old: impl Into<String>, new: impl Into<String>) {
        let change = Difference::of(named(id), old, new);
        self.findings.push(Finding::new(self.name, version, &self.leaf.rust_path, change));
    }

    fn last(&mut self) -> &mut Finding {
        self.findings.last_mut().expect("one was said just now")
    }
}

/// Whether more than words differ.
fn is_described_otherwise(before: &Schemas, after: &Schemas) -> bool {
    fn bare(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(bare).collect(),
            Value::Object(keys) => {
                let said = keys.iter().filter(|(key, _)| {
                    !matches!(
                        key.as_str(),
                        "title"
                            | "description"
                            | "examples"
                            | "deprecated"
                            | "$id"
                            | "$schema"
                            | Document::ALIASES
                    )
                });
                said.map(|(key, value)| (key.clone(), bare(value))).collect()
            }
            other => other.clone(),
        }
    }
    bare(&before.reader) != bare(&after.reader) || bare(&before.writer) != bare(&after.writer)
}
