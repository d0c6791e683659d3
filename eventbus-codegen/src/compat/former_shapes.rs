//! The shapes that a version had before its last one.
//!
//! A version may grow under its number, and what was stored on the way is what each of its shapes wrote. The last shape alone
//! does not tell: a field that was taken out is passed over by a reader that does not know it, and misread by one that has
//! another field of that name. So a shape stays in the registry until all that it wrote is what the last one writes, too, and
//! every later one is held against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Event, Held, both};
use super::finding::{Direction, Finding, asks};
use super::in_place::may_break;
use super::reviews::Reviews;
use super::rules::{Difference, Verdict, differences, named};
use super::witness::answer_at;
use super::{Answer, Contract, lies_within};
use crate::diagnostic::Result;
use crate::registry::{Past, Schemas, Shapes, Version, shape_file};

/// The shapes of a version that a registry must go on holding, where the version is `now` so.
pub(crate) fn shapes(past: &Past, version: u32, now: &Version) -> Result<Shapes> {
    let mut kept = BTreeMap::new();
    for shape in past.shapes(version).chain(past.versions.get(&version)) {
        if shape.sha256 != now.sha256 && is_kept(&shape.schemas()?, &now.schemas()?) {
            kept.insert(shape.sha256.clone(), Arc::clone(shape));
        }
    }
    Ok(kept)
}

/// Whether something is stored in the shape `was` that `now` reads, and that `now` alone does not tell of. What `now` does not
/// read was given up: it is refused, or let through with a reason.
fn is_kept(was: &Schemas, now: &Schemas) -> bool {
    let stored = (&was.writer, Contract::Stored);
    if lies_within(stored, (&now.reader, Contract::Reader)) != Answer::Yes {
        return false;
    }
    let is_told = lies_within(stored, (&now.writer, Contract::Stored)) == Answer::Yes
        && lies_within((&now.reader, Contract::Reader), (&was.reader, Contract::Reader))
            == Answer::Yes;
    !is_told
}

impl Event<'_> {
    /// What was written in the former shapes of the version that the code writes, too, is read like what the last one wrote.
    pub(super) fn former_shapes(&mut self, now: &Version, reviews: &Reviews<'_>) -> Result<()> {
        let (past, version) = (self.past, self.past.current);
        let last = past.versions.get(&version).map(|last| last.schemas()).transpose()?;
        let after = now.schemas()?;
        // What the last shape does not have: under its names there may have been something else.
        let come: Vec<Difference> = last
            .iter()
            .flat_map(|last| differences(both(last), both(&after)))
            .filter(|change| change.old == "absent")
            .collect();
        for shape in past.shapes(version).filter(|shape| shape.sha256 != now.sha256) {
            let first = self.findings.len();
            self.former_shape(&shape.schemas()?, &after, &come);
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

    fn former_shape(&mut self, was: &Schemas, after: &Schemas, come: &[Difference]) {
        let stored = (&was.writer, Contract::Stored);
        let backward = match asks(self.mode, Direction::Backward) {
            true => lies_within(stored, (&after.reader, Contract::Reader)),
            false => Answer::Yes,
        };
        let is_asked_forward = asks(self.mode, Direction::Forward);
        let mut named_so: Vec<(Difference, Vec<(Direction, Answer)>)> = Vec::new();
        for change in differences(both(was), both(after)) {
            let comes_back = come.iter().find(|one| is_within(&change, one));
            let mut broken = Vec::new();
            if backward != Answer::Yes && may_break(&change, Direction::Backward) {
                let own = answer_at(stored, &after.reader, &change.pointer);
                broken.push((Direction::Backward, own.unwrap_or_else(|| backward.clone())));
            }
            // Consumers that need what is gone were told when it went. Here is asked what stands in its place.
            if comes_back.is_some() && is_asked_forward && may_break(&change, Direction::Forward) {
                let writer = (&after.writer, Contract::Writer);
                let own = answer_at(writer, &was.reader, &change.pointer);
                let whole = || lies_within(writer, (&was.reader, Contract::Reader));
                broken.push((Direction::Forward, own.unwrap_or_else(whole)));
            }
            broken.retain(|(_, answer)| *answer != Answer::Yes);
            if broken.is_empty() {
                continue;
            }
            let change = match comes_back {
                Some(_) => {
                    let old = format!("{}, in former times", change.old);
                    Difference { rule: named("EV106"), old, ..change }
                }
                None => change,
            };
            named_so.push((change, broken));
        }
        let is_named = !named_so.is_empty();
        // Of a place and what is in it, the inner one says more; of two changes of one place, the first.
        let paths: Vec<Difference> = named_so.iter().map(|(change, _)| change.clone()).collect();
        for (index, (change, broken)) in named_so.into_iter().enumerate() {
            let is_outer =
                paths.iter().any(|other| other.path != change.path && is_within(other, &change));
            let is_second = paths[..index]
                .iter()
                .any(|other| (other.rule.id, &other.path) == (change.rule.id, &change.path));
            if !is_outer && !is_second && !self.is_told(&change) {
                self.broken(change, broken);
            }
        }
        if !is_named && backward != Answer::Yes {
            // No rule says that it breaks somebody, and it may be at a place that is known all the same.
            let is_it = |change: &Difference| {
                matches!(answer_at(stored, &after.reader, &change.pointer), Some(Answer::No(_)))
            };
            let rule = named(if matches!(backward, Answer::No(_)) { "EV125" } else { "EV022" });
            let change = match differences(both(was), both(after)).into_iter().find(is_it) {
                Some(change) => Difference { rule, ..change },
                None => Difference::of(rule, "as it was stored", "as it is read"),
            };
            self.broken(change, vec![(Direction::Backward, backward)]);
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
        self.former(version, shape, reviews)?;
        let is_told = self.findings[..first].iter().any(|finding| {
            finding.version == version && matches!(finding.rule.id, "EV012" | "EV022")
        });
        if is_told || self.findings[first..].iter().any(|finding| finding.rule.id == "EV011") {
            self.findings.truncate(first);
        }
        self.say_where(first, version, shape);
        Ok(())
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

    /// The former shapes that the registry does not hold any more, though what they wrote may be stored.
    pub(super) fn freed(&mut self, held: &Held<'_>, now: &Version) -> Result<()> {
        let (past, is) = (self.past, self.leaf.version);
        let mut wanted: Vec<(u32, Arc<Version>)> =
            past.shapes_before(is).map(|(version, shape)| (version, Arc::clone(shape))).collect();
        if is == past.current {
            wanted.extend(shapes(past, is, now)?.into_values().map(|shape| (is, shape)));
        }
        let own = held.own.events.get(self.name);
        let is_held = |version: u32, shape: &Version| {
            let held = own
                .into_iter()
                .flat_map(|own| own.shapes(version).chain(own.versions.get(&version)));
            held.into_iter().any(|held| held.sha256 == shape.sha256)
        };
        for (version, shape) in wanted {
            if !is_held(version, &shape) {
                self.say("EV026", version, shape_file(version, &shape.sha256), "absent");
                let restore = held.baseline.restore_shape(self.name, version, &shape.sha256);
                self.last().restore = Some(restore);
            }
        }
        Ok(())
    }
}

/// Whether a change is of what another one brought, or of something in it.
fn is_within(change: &Difference, other: &Difference) -> bool {
    let rest = change.path.strip_prefix(other.path.as_str());
    !other.path.is_empty()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
}
