//! The code held against a committed registry: what may stay, what needs a new version, and what is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventbus_runtime::CompatMode;
use serde_json::Value;

use super::finding::{Direction, Finding, asks};
use super::former_names::former_names;
use super::gone::{Newcomers, freed, gone, has_taken, parted, reads, regrouped, renamed};
use super::lost::lost;
use super::mode::{Modes, relaxed};
use super::moved::is_moved;
use super::reviews::{Reviews, carry, note, unreadable};
use super::rules::{Contracts, Difference, Verdict, differences, named};
use super::witness::place_answer;
use super::{Answer, Contract, lies_within};
use crate::canonical::{sha256, text};
use crate::diagnostic::Result;
use crate::parallel;
use crate::registry::{
    Baseline, Catalog, Leaf, Past, Registry, Schemas, Version, leaves, schema_of,
};

/// Everything that is to be said of `catalog` where `baseline` is what is stored and running, and `own` is the registry that
/// `registry` takes the place of. What is let through is noted in `registry`.
///
/// Types are looked at one by one, and each one's schemas are held only meanwhile.
pub(crate) fn check(
    baseline: &Baseline,
    own: &Baseline,
    registry: &mut Registry,
    catalog: &Catalog,
    default: CompatMode,
) -> Result<Vec<Finding>> {
    carry(registry, own, catalog)?;
    let findings = found(&Held { baseline, own, registry, catalog, default })?;
    findings.iter().for_each(|finding| note(registry, catalog, finding));
    Ok(findings)
}

/// What is held against what.
pub(super) struct Held<'a> {
    pub(super) baseline: &'a Baseline,
    pub(super) own: &'a Baseline,
    pub(super) registry: &'a Registry,
    catalog: &'a Catalog,
    pub(super) default: CompatMode,
}

fn found(held: &Held<'_>) -> Result<Vec<Finding>> {
    let Held { baseline, catalog, default, .. } = *held;
    let leaves: BTreeMap<&str, &Leaf> =
        leaves(catalog).into_iter().map(|leaf| (leaf.event_type.as_str(), leaf)).collect();
    let newcomers = Newcomers::new(&leaves, baseline);
    let events: Vec<(&String, &Past)> = baseline.events.iter().collect();
    let found = parallel::each(&events, |(name, past)| match leaves.get(name.as_str()) {
        Some(leaf) => Event::new(name, past, leaf, held).check(held),
        None => {
            let heir = leaves.values().find(|leaf| reads(leaf, name));
            if let Some(reason) = past.fact("purged") {
                let mut findings: Vec<Finding> = freed(name, held).into_iter().collect();
                if let Some(heir) = heir {
                    let mut event = Event::new(name, past, heir, held);
                    event.purged(reason, "a former name of an event type");
                    findings.extend(event.findings);
                }
                return Ok(findings);
            }
            let found = gone(name, past, &leaves, &newcomers, baseline)?;
            let weighed = found.map(|(mut finding, leaf)| {
                finding.weigh(Modes::new(past, baseline, leaf, default).asked());
                if let Some(leaf) = leaf {
                    renamed(&mut finding, past, leaf, held);
                }
                finding
            });
            let mut findings: Vec<Finding> = weighed.into_iter().collect();
            if let Some(heir) = heir {
                let is_news = has_taken(heir, name, baseline);
                findings.extend(regrouped(name, past, heir).filter(|_| is_news));
                findings.extend(Event::new(name, past, heir, held).inherited(held, is_news)?);
            }
            // What is refused because it is gone is wanted anyway.
            let is_refused = |finding: &Finding| {
                matches!(finding.rule.id, "EV003" | "EV006" | "EV009")
                    && finding.verdict >= Verdict::Bump
            };
            if !findings.iter().any(is_refused) {
                findings.extend(lost(name, past, baseline, held.own)?);
            }
            Ok(findings)
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
    findings.extend(former_names(held, &leaves, &newcomers));
    findings.extend(parted(baseline, &leaves, &newcomers)?);
    relaxed(&mut findings, held, &leaves);
    findings.iter_mut().for_each(|finding| finding.locate(&leaves));
    Ok(findings)
}

pub(super) fn both(schemas: &Schemas) -> Contracts<'_> {
    Contracts { writer: &schemas.writer, reader: &schemas.reader }
}

/// A place whose values are certainly not read, where the whole cannot be decided.
fn unread_at(writer: &Value, reader: &Value) -> Option<Difference> {
    let [old, new] = [writer, reader].map(|schema| Contracts { writer: schema, reader: schema });
    let is_unread = |change: &Difference| {
        let answer = place_answer((writer, Contract::Stored), reader, &change.pointer);
        matches!(answer, Some(Answer::No(_)))
    };
    differences(old, new).into_iter().find(is_unread)
}

/// One event type in both.
pub(super) struct Event<'a> {
    pub(super) name: &'a str,
    pub(super) past: &'a Past,
    pub(super) leaf: &'a Leaf,
    pub(super) mode: CompatMode,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Event<'a> {
    fn new(name: &'a str, past: &'a Past, leaf: &'a Leaf, held: &Held<'_>) -> Self {
        let mode = Modes::new(past, held.baseline, Some(leaf), held.default).asked();
        Self { name, past, leaf, mode, findings: Vec::new() }
    }

    fn check(mut self, held: &Held<'_>) -> Result<Vec<Finding>> {
        let Some(event) = held.registry.events.get(self.name) else { return Ok(self.findings) };
        self.facts(held, &event.current().sha256);
        if let Some(reason) = self.past.fact("purged") {
            self.purged(reason, "an event type of that name");
            return Ok(self.findings);
        }
        let pasts = [Some(self.past), held.own.events.get(self.name)];
        let reviews = Reviews::new(self.leaf, &event.facts.reviewed, &pasts);
        let (was, is) = (self.past.current, self.leaf.version);
        // What the code writes just so again is no edit: a run that was interrupted goes on.
        let is_written_again = |version: u32| {
            let file = self.past.versions.get(&version);
            version == is && file.is_some_and(|file| file.sha256 == event.current().sha256)
        };
        let edited = self.past.edited().filter(|version| !is_written_again(*version));
        let edited: Vec<u32> = edited.collect();
        for version in &edited {
            self.lost("EV014", *version, held.baseline);
        }
        if !edited.is_empty() {
            return Ok(self.findings);
        }
        let before = self.past.versions.get(&was).filter(|_| is == was);
        if let Some(before) = before.filter(|before| before.text != event.current().text) {
            let first = self.findings.len();
            self.in_place(&before.schemas()?, &event.current().schemas()?);
            let pair = [&before.sha256, &event.current().sha256].map(String::as_str);
            reviews.excuse(&mut self.findings[first..], Some(was), pair);
        }
        if is == was {
            self.former_shapes(event.current(), &reviews)?;
        }
        self.freed(held, event.current())?;
        let since = self.since(held.own);
        for (version, frozen) in self.past.versions.range(..is).chain(since) {
            self.former(*version, frozen, &reviews)?;
        }
        let shapes = pasts.into_iter().flatten().flat_map(|past| past.shapes_before(is));
        let shapes: BTreeMap<(u32, &str), &Version> = shapes
            .map(|(version, shape)| ((version, shape.sha256.as_str()), shape.as_ref()))
            .collect();
        for ((version, _), shape) in shapes {
            self.former_in(version, shape, &reviews)?;
        }
        self.given_up(&reviews);
        Ok(self.findings)
    }

    /// A name whose events were taken away means nothing else.
    fn purged(&mut self, reason: &str, now: &str) {
        let old = format!("an event type that was purged: {reason}");
        self.say("EV106", self.past.current, old, now);
    }

    /// A type that is called otherwise now: what was stored under its name is read by its heir, version by version.
    fn inherited(mut self, held: &Held<'_>, is_news: bool) -> Result<Vec<Finding>> {
        let Some(heir) = held.registry.events.get(&self.leaf.event_type) else {
            return Ok(self.findings);
        };
        let pasts = [Some(self.past), held.own.events.get(self.name)];
        let reviews = Reviews::new(self.leaf, &heir.facts.reviewed, &pasts);
        for (version, stored) in &self.past.versions {
            if *version > self.leaf.version {
                let now = format!("version {} of `{}`", self.leaf.version, self.leaf.event_type);
                self.say("EV013", *version, format!("version {version}"), now);
            } else {
                self.former(*version, stored, &reviews)?;
            }
        }
        for (version, shape) in self.past.shapes_before(self.leaf.version.saturating_add(1)) {
            self.former_in(version, shape, &reviews)?;
        }
        // Where the heir had the name before, this is told of its own versions.
        if is_news {
            self.given_up(&reviews);
        }
        // That it is read is no news.
        self.findings.retain(|finding| finding.rule.id != "EV011");
        let was = self.past.versions.get(&self.past.current);
        let shapes = self.past.shapes(self.past.current).chain(was.filter(|_| !is_news));
        let shapes: Vec<Arc<Version>> = shapes.map(Arc::clone).collect();
        let before = held.baseline.events.get(&self.leaf.event_type).filter(|_| !is_news);
        let last = before.map_or(was, |before| before.versions.get(&self.leaf.version));
        if let Some(last) = last.filter(|_| self.past.current == self.leaf.version) {
            self.former_consumers(&shapes, [last, heir.current()], &reviews)?;
        }
        if is_news {
            self.envelope();
            self.taken_over(heir.current(), reviews)?;
        }
        Ok(self.findings)
    }

    /// The versions that came and were frozen since then. Each must be in the registry as it was written there.
    fn since<'o>(&mut self, registry: &'o Baseline) -> Vec<(&'o u32, &'o Arc<Version>)> {
        let own = registry.events.get(self.name);
        let (was, is) = (self.past.current, self.leaf.version);
        if is == was {
            return Vec::new();
        }
        let next = was.saturating_add(1);
        let between = next..is.max(next);
        let written: BTreeMap<u32, &str> = own.into_iter().flat_map(Past::written).collect();
        let files = || own.into_iter().flat_map(|own| own.versions.range(between.clone()));
        let is_known = |version: &u32| written.contains_key(version);
        if is < was || !between.clone().all(|version| is_known(&version)) {
            self.say("EV013", was, format!("version {was}"), format!("version {is}"));
            return Vec::new();
        }
        for version in between.clone() {
            match files().find(|(frozen, _)| **frozen == version) {
                None => self.lost("EV005", version, registry),
                Some((_, file)) if written.get(&version) != Some(&file.sha256.as_str()) => {
                    self.lost("EV014", version, registry);
                }
                Some(_) => {}
            }
        }
        files().collect()
    }

    /// What is said beside the payload's shape.
    fn facts(&mut self, held: &Held<'_>, now: &str) {
        let version = self.past.current;
        let was = self.past.fact("rustPath").filter(|was| *was != self.leaf.rust_path);
        if let Some(was) = was {
            let id = if is_moved(held.catalog, was, self.leaf) { "EV010" } else { "EV008" };
            self.say(id, version, was, self.leaf.rust_path.clone());
        }
        // What the code writes just so again is no loss: a run that was interrupted goes on.
        let missing: Vec<(u32, &str)> = self.past.missing().collect();
        for (version, _) in missing.into_iter().filter(|(_, hash)| now != *hash) {
            self.lost("EV005", version, held.baseline);
        }
        if let (None, Some(day)) = (self.past.fact("retired"), &self.leaf.retired) {
            self.say("EV004", version, "emitted", format!("retired on {day}"));
        }
        self.envelope();
        self.findings.extend(regrouped(self.name, self.past, self.leaf));
    }

    /// What is said of the fields that the envelope is filled from.
    fn envelope(&mut self) {
        let version = self.past.current;
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
    pub(super) fn former(
        &mut self,
        version: u32,
        frozen: &Version,
        reviews: &Reviews<'_>,
    ) -> Result<()> {
        if self.leaf.unreadable.contains(&version) {
            return Ok(());
        }
        let (writer, reader) = (frozen.schemas()?.writer, self.reader_of(version)?);
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
            // What cannot be decided at one place hides nothing that can be at another.
            Answer::Unknown(_) if let Some(change) = unread_at(&writer, &reader) => {
                let change = Difference { rule: named("EV012"), ..change };
                let path = self.payload_of(version).to_owned();
                self.findings.push(Finding::new(self.name, version, &path, change));
                let mode = self.mode;
                self.last().weigh(mode);
            }
            Answer::Unknown(reason) => {
                self.say("EV022", version, format!("version {version}"), now);
                let by = sha256(&text(&reader));
                let is_asked = asks(self.mode, Direction::Backward);
                let finding = self.last();
                finding.reason = Some(reason);
                if !is_asked {
                    finding.verdict = Verdict::Note;
                }
                let pair = [frozen.sha256.as_str(), by.as_str()];
                reviews.excuse(std::slice::from_mut(finding), Some(version), pair);
            }
        }
        Ok(())
    }

    /// What reads a version: its own payload type, or else the one that the code writes.
    pub(super) fn reader_of(&self, version: u32) -> Result<Value> {
        let upcast = self.leaf.upcasts.iter().find(|upcast| upcast.version == version);
        schema_of(self.leaf, upcast.map_or(&self.leaf.reader, |upcast| &upcast.reader))
    }

    /// What was read until now, and is said to be kept by nobody.
    fn given_up(&mut self, reviews: &Reviews<'_>) {
        let hashes: BTreeMap<u32, &str> = self.past.written().collect();
        for version in self.leaf.unreadable.iter().filter(|version| self.past.reads(**version)) {
            let new = unreadable(*version);
            self.say("EV025", *version, format!("version {version} is read"), new.clone());
            let (mode, past) = (self.mode, self.past);
            let finding = self.last();
            finding.weigh(mode);
            let file = past.versions.get(version).map(|file| file.sha256.as_str());
            let hash = hashes.get(version).copied().or(file).unwrap_or_default();
            reviews.excuse(std::slice::from_mut(finding), Some(*version), [hash, &new]);
        }
    }

    pub(super) fn say(
        &mut self,
        id: &str,
        version: u32,
        old: impl Into<String>,
        new: impl Into<String>,
    ) {
        let change = Difference::of(named(id), old, new);
        let rust_path = self.payload_of(version).to_owned();
        self.findings.push(Finding::new(self.name, version, &rust_path, change));
    }

    /// Says that a version's file is not what it was, and how it is had again from where it is.
    fn lost(&mut self, id: &str, version: u32, registry: &Baseline) {
        let file = format!("v{version}.json");
        let [old, new] = match id {
            "EV005" => [file.as_str(), "absent"],
            _ => ["as it was written", "another text"],
        };
        self.say(id, version, old, new);
        self.last().restore = Some(registry.restore(self.name, &file));
    }

    /// The struct that holds a version's payload: the one that is kept for it, or that was.
    fn payload_of(&self, version: u32) -> &str {
        let kept = self.leaf.upcasts.iter().find(|upcast| upcast.version == version);
        let path = kept.map(|upcast| upcast.rust_path.as_str()).filter(|path| !path.is_empty());
        path.or_else(|| self.past.payload_of(version).filter(|_| version != self.leaf.version))
            .unwrap_or(&self.leaf.rust_path)
    }

    pub(super) fn last(&mut self) -> &mut Finding {
        self.findings.last_mut().expect("one was said just now")
    }
}
