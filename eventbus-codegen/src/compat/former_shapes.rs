//! The shapes that a version had before its last one.
//!
//! A version may grow under its number, and what was stored on the way is what each of its shapes wrote. The last shape alone
//! does not tell: a field that was taken out is passed over by a reader that does not know it, and misread by one that has
//! another field of that name. So a shape stays in the registry until all that it wrote is what the last one writes, too, and
//! every later one is held against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventbus_runtime::CompatMode;
use serde_json::Value;

use super::check::{Event, Held, both};
use super::finding::{Direction, Finding, asks};
use super::forgotten::forgotten;
use super::in_place::may_break;
use super::reviews::Reviews;
use super::rules::{Difference, Verdict, differences, named};
use super::spared::spared;
use super::witness::answer_at;
use super::{Answer, Contract, lies_within};
use crate::diagnostic::Result;
use crate::registry::{Past, Schemas, Shapes, Version, shape_file};
use crate::shell;

/// The shapes of a version that a registry must go on holding, where the version is `now` so. What a mode does not ask about is
/// not kept for it.
pub(crate) fn shapes(past: &Past, version: u32, now: &Version, mode: CompatMode) -> Result<Shapes> {
    let mut kept = BTreeMap::new();
    for shape in past.shapes(version).chain(past.versions.get(&version)) {
        if shape.sha256 != now.sha256 && is_kept(&shape.schemas()?, &now.schemas()?, mode) {
            kept.insert(shape.sha256.clone(), Arc::clone(shape));
        }
    }
    Ok(kept)
}

/// Whether something may be stored in the shape `was`, or somebody may read by it, of which `now` does not tell.
pub(super) fn is_kept(was: &Schemas, now: &Schemas, mode: CompatMode) -> bool {
    (mode != CompatMode::None || !is_given_up(was, now)) && !tells(now, was)
}

/// Whether all that may be stored in the shape `was` may be stored in this one, and whoever reads by it reads as much.
pub(crate) fn tells(now: &Schemas, was: &Schemas) -> bool {
    let within = |one, other| lies_within(one, other) == Answer::Yes;
    within((&was.writer, Contract::Stored), (&now.writer, Contract::Stored))
        && within((&now.reader, Contract::Reader), (&was.reader, Contract::Reader))
}

/// A change with what it breaks.
type Broken = (Difference, Vec<(Direction, Answer)>);

impl Event<'_> {
    /// What was written in the former shapes of the version that the code writes, too, is read like what the last one wrote.
    pub(super) fn former_shapes(&mut self, now: &Version, reviews: &Reviews<'_>) -> Result<()> {
        let (past, version) = (self.past, self.past.current);
        for shape in past.shapes(version) {
            let first = self.findings.len();
            self.former_shape(shape, now)?;
            self.say_where(first, version, shape);
            let pair = [&shape.sha256, &now.sha256].map(String::as_str);
            reviews.excuse(&mut self.findings[first..], Some(version), pair);
            if self.findings.len() > first {
                // The last shape allows it: that is no news beside what does not.
                self.findings.retain(|finding| !matches!(finding.rule.id, "EV020" | "EV021"));
            }
        }
        Ok(())
    }

    /// What is broken of a former shape, and was not before: what was given up until now is given up.
    pub(super) fn former_shape(&mut self, shape: &Version, now: &Version) -> Result<()> {
        let last = self.past.versions.get(&self.past.current);
        let Some(last) = last.filter(|last| last.text != now.text && shape.text != now.text) else {
            return Ok(());
        };
        let (was, last, after) = (shape.schemas()?, last.schemas()?, now.schemas()?);
        let mut broken = Vec::new();
        if asks(self.mode, Direction::Backward) {
            broken.extend(unread(&was, &last, &after));
        }
        if asks(self.mode, Direction::Forward) {
            let is_told = !broken.is_empty();
            broken.extend(come_back(&was, &last, &after, is_told));
        }
        self.tell(broken);
        Ok(())
    }

    /// Consumers that know the former name in a shape of former times take what comes back under the new name for what it was,
    /// where `last` is what they were told of until now.
    pub(super) fn former_consumers(
        &mut self,
        shapes: &[Arc<Version>],
        [last, now]: [&Version; 2],
        reviews: &Reviews<'_>,
    ) -> Result<()> {
        let version = self.past.current;
        if last.text == now.text || !asks(self.mode, Direction::Forward) {
            return Ok(());
        }
        for shape in shapes {
            let first = self.findings.len();
            self.tell(come_back(&shape.schemas()?, &last.schemas()?, &now.schemas()?, false));
            self.say_where(first, version, shape);
            let pair = [&shape.sha256, &now.sha256].map(String::as_str);
            reviews.excuse(&mut self.findings[first..], Some(version), pair);
        }
        Ok(())
    }

    /// Says what is broken, each place once.
    fn tell(&mut self, broken: Vec<Broken>) {
        // Of a place and what is in it, the inner one says more; of two changes of one place, the first.
        let places: Vec<Difference> = broken.iter().map(|(change, _)| change.clone()).collect();
        for (index, (change, broken)) in broken.into_iter().enumerate() {
            let is_outer =
                places.iter().any(|other| other.path != change.path && is_within(other, &change));
            let is_second = places[..index]
                .iter()
                .any(|other| (other.rule.id, &other.path) == (change.rule.id, &change.path));
            if !is_outer && !is_second && !self.is_told(&change) {
                self.broken(change, broken);
            }
        }
    }

    fn broken(&mut self, change: Difference, broken: Vec<(Direction, Answer)>) {
        let (name, version) = (self.name, self.past.current);
        let mut finding = Finding::new(name, version, &self.leaf.rust_path, change);
        finding.verdict = finding.verdict.max(Verdict::Bump);
        for (direction, answer) in broken {
            match answer {
                Answer::No(witness) => finding.witnesses.push((direction, witness)),
                Answer::Unknown(reason) => finding.because(&reason),
                Answer::Yes => {}
            }
        }
        self.findings.push(finding);
    }

    /// A former version must be read in each shape that it had.
    pub(super) fn former_in(
        &mut self,
        version: u32,
        shape: &Version,
        reviews: &Reviews<'_>,
    ) -> Result<()> {
        let first = self.findings.len();
        if self.leaf.unreadable.contains(&version) {
            return Ok(());
        }
        match self.let_go_by(version, shape, reviews)? {
            Some(last) => {
                let reader = self.reader_of(version)?;
                let after = Schemas { writer: reader.clone(), reader };
                let unread = unread(&shape.schemas()?, &last.schemas()?, &after);
                if let Some((change, broken)) = unread.into_iter().next() {
                    self.broken(Difference { rule: named("EV012"), ..change }, broken);
                    let mode = self.mode;
                    let finding = self.last();
                    finding.version = version;
                    finding.weigh(mode);
                }
            }
            None => self.former(version, shape, reviews)?,
        }
        let is_told = self.findings[..first].iter().any(|finding| {
            finding.version == version
                && finding.verdict >= Verdict::Bump
                && matches!(finding.rule.id, "EV012" | "EV022")
        });
        if is_told || self.findings[first..].iter().any(|finding| finding.rule.id == "EV011") {
            self.findings.truncate(first);
        }
        self.say_where(first, version, shape);
        Ok(())
    }

    /// The shape that gave up something of this one, where somebody was asked about that: here, or where it came from and said
    /// so.
    fn let_go_by(
        &self,
        version: u32,
        shape: &Version,
        reviews: &Reviews<'_>,
    ) -> Result<Option<&Version>> {
        let Some(last) = self.past.versions.get(&version) else { return Ok(None) };
        let by = match self.past.replaced(version) {
            Some(before) if !reviews.let_through(version, [shape, last], self.past) => before,
            _ => last,
        };
        let is_given_up = is_given_up(&shape.schemas()?, &by.schemas()?);
        Ok(Some(by).filter(|_| is_given_up))
    }

    /// Says of which shape the findings are that came since.
    fn say_where(&mut self, first: usize, version: u32, shape: &Version) {
        let words = format!(
            "version {version} had this shape once: {}",
            shape_file(version, &shape.sha256)
        );
        self.findings[first..].iter_mut().for_each(|finding| finding.because(&words));
    }

    /// Whether this is refused already, for what the last shape wrote or one before this.
    fn is_told(&self, change: &Difference) -> bool {
        self.findings.iter().any(|finding| {
            finding.rule.id == change.rule.id
                && finding.pointer == change.pointer
                && finding.verdict >= Verdict::Bump
        })
    }

    /// The former shapes that the registry does not hold any more, though what they wrote may be stored. One that is held
    /// against itself has them all.
    pub(super) fn freed(&mut self, held: &Held<'_>, now: &Version) -> Result<()> {
        if std::ptr::eq(held.baseline, held.own) {
            return Ok(());
        }
        let (past, is) = (self.past, self.leaf.version);
        let mut wanted: Vec<(u32, Arc<Version>)> =
            past.shapes_before(is).map(|(version, shape)| (version, Arc::clone(shape))).collect();
        if is == past.current {
            let mode = self.leaf.compat.as_ref().and_then(|compat| compat.mode);
            let kept = shapes(past, is, now, mode.unwrap_or(held.default))?;
            wanted.extend(kept.into_values().map(|shape| (is, shape)));
        }
        let own = held.own.events.get(self.name);
        for (version, shape) in wanted {
            if own.is_some_and(|own| own.has(version, &shape.sha256)) {
                continue;
            }
            self.say("EV026", version, shape_file(version, &shape.sha256), "absent");
            let revision = held.baseline.revision();
            self.last().restore = revision.map(|revision| {
                format!("cargo eventbus codegen --against {}", shell::quoted(revision))
            });
        }
        Ok(())
    }
}

/// Whether something that is stored in a shape was let go, for a reason.
pub(super) fn is_given_up(was: &Schemas, last: &Schemas) -> bool {
    lies_within((&was.writer, Contract::Stored), (&last.reader, Contract::Reader)) != Answer::Yes
}

/// What was stored in the shape `was` and is read no longer, while `last` reads it.
fn unread(was: &Schemas, last: &Schemas, after: &Schemas) -> Vec<Broken> {
    let stored = (&was.writer, Contract::Stored);
    let whole = |now: &Schemas| lies_within(stored, (&now.reader, Contract::Reader));
    let answer = whole(after);
    if answer == Answer::Yes {
        return Vec::new();
    }
    let at = |now: &Schemas, change: &Difference| {
        answer_at(stored, &now.reader, &change.pointer).unwrap_or_else(|| whole(now))
    };
    let named_by = |now: &Schemas| -> Vec<(Difference, Answer)> {
        let changes = differences(both(was), both(now)).into_iter();
        let changes = changes.filter(|change| may_break(change, Direction::Backward));
        let changes = changes.map(|change| (at(now, &change), change));
        changes.filter(|(one, _)| *one != Answer::Yes).map(|(one, change)| (change, one)).collect()
    };
    let is_given_up = is_given_up(was, last);
    let before = if is_given_up { named_by(last) } else { Vec::new() };
    let is_new = |change: &Difference| {
        before.iter().all(|(one, _)| (one.rule.id, &one.path) != (change.rule.id, &change.path))
    };
    // What the last shape does not have: under its names there was something else.
    let come: Vec<Difference> = differences(both(last), both(after))
        .into_iter()
        .filter(|change| change.old == "absent")
        .collect();
    let mut broken: Vec<Broken> = Vec::new();
    for (change, answer) in named_by(after).into_iter().filter(|(change, _)| is_new(change)) {
        let is_back = change.old != "absent" && come.iter().any(|one| is_within(&change, one));
        let change = if is_back { back(change) } else { change };
        broken.push((change, vec![(Direction::Backward, answer)]));
    }
    // What was given up breaks nobody any more, and says nothing of the rest.
    let rest = |now: &Schemas| {
        spared(&now.reader, before.iter().map(|(change, _)| change.pointer.as_str()))
    };
    let reads = |reader: &Value| lies_within(stored, (reader, Contract::Reader));
    let reader = rest(after);
    let answer = if is_given_up { reads(&reader) } else { answer };
    let is_read = is_given_up && (answer == Answer::Yes || reads(&rest(last)) != Answer::Yes);
    if broken.is_empty() && !is_read {
        // No rule says that it breaks somebody, and it may be at a place that is known all the same.
        let is_it = |change: &Difference| {
            let own = answer_at(stored, &reader, &change.pointer);
            matches!(own, Some(Answer::No(_)))
        };
        let rule = named(if matches!(answer, Answer::No(_)) { "EV125" } else { "EV022" });
        let change = match differences(both(was), both(after)).into_iter().find(is_it) {
            Some(change) => Difference { rule, ..change },
            None => Difference::of(rule, "as it was stored", "as it is read"),
        };
        broken.push((change, vec![(Direction::Backward, answer)]));
    }
    broken
}

/// What is written now in places that `last` did not know, and that whoever reads by the shape `was` takes for something else.
/// What has no name of its own is not told beside what was told.
fn come_back(was: &Schemas, last: &Schemas, after: &Schemas, is_told: bool) -> Vec<Broken> {
    let Some(asked) = forgotten(&was.reader, &last.reader) else { return Vec::new() };
    let writer = (&after.writer, Contract::Writer);
    let answer = lies_within(writer, (&asked, Contract::Reader));
    if answer == Answer::Yes {
        return Vec::new();
    }
    let mut broken: Vec<Broken> = Vec::new();
    for change in differences(both(was), both(after)) {
        let own = answer_at(writer, &asked, &change.pointer);
        let is_cause = change.old != "absent" && may_break(&change, Direction::Forward);
        if let Some(own) = own.filter(|own| is_cause && *own != Answer::Yes) {
            broken.push((back(change), vec![(Direction::Forward, own)]));
        }
    }
    if broken.is_empty() && !is_told {
        let change = Difference::of(named("EV106"), "as it was, in former times", "as it is");
        broken.push((change, vec![(Direction::Forward, answer)]));
    }
    broken
}

fn back(change: Difference) -> Difference {
    let old = format!("{}, in former times", change.old);
    Difference { rule: named("EV106"), old, ..change }
}

/// Whether a change is of what another one brought, or of something in it.
fn is_within(change: &Difference, other: &Difference) -> bool {
    let rest = change.path.strip_prefix(other.path.as_str());
    !other.path.is_empty()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
}
