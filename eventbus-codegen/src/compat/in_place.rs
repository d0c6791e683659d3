//! A version that has another shape under the same number.

use eventbus_runtime::{CompatMode, Document};
use serde_json::Value;

use super::check::{Event, both};
use super::finding::{Direction, Finding, asks};
use super::rules::{Difference, Holds, Verdict, differences};
use super::witness::witness_at;
use super::{Answer, Contract, lies_within};
use crate::diagnostic::Result;
use crate::registry::{Leaf, Past, Schemas, Version};

impl Event<'_> {
    /// The same version with another shape.
    pub(super) fn in_place(&mut self, before: &Schemas, after: &Schemas) {
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
            // The whole may be undecided where one place is not.
            let undecided = broken.iter().filter(|(direction, answer)| {
                matches!(answer, Answer::Unknown(_)) && may_break(change, *direction)
            });
            for (direction, _) in undecided {
                let (writer, reader) = sides(*direction);
                let own = witness_at(writer, reader, &finding.pointer);
                finding.witnesses.extend(own.map(|witness| (*direction, witness)));
            }
            is_named |= finding.verdict >= Verdict::Bump;
            self.findings.push(finding);
        }
        let undecided = refused.iter().find_map(|(_, answer)| match answer {
            Answer::Unknown(reason) => Some(reason),
            _ => None,
        });
        // What has a name that leaves it open, and no document to show, is what could not be decided.
        let unshown = |one: &Finding| {
            let is_open = [one.rule.backward, one.rule.forward].contains(&Holds::Depends);
            is_open && one.verdict >= Verdict::Bump && one.witnesses.is_empty()
        };
        let is_named_so = self.findings[first..].iter().any(unshown);
        if let Some(reason) = undecided.filter(|_| is_named_so) {
            for finding in self.findings[first..].iter_mut().filter(|one| unshown(one)) {
                finding.because(reason);
            }
        } else if undecided.is_some() || !is_named && !refused.is_empty() {
            self.undecided(&refused);
        } else if broken.is_empty()
            && !is_named
            && self.findings[first..].iter().all(|one| one.rule.comes_to_nothing())
        {
            // Nothing was named, or what was named came to nothing.
            let id = if is_described_otherwise(before, after) { "EV021" } else { "EV020" };
            self.say(id, self.past.current, "described so", "described otherwise");
        }
    }

    /// Whether a version of `leaf` that was the one and is the other breaks nobody, whatever the mode asks for.
    pub(super) fn is_safe(
        name: &str,
        past: &Past,
        leaf: &Leaf,
        [before, after]: [&Version; 2],
    ) -> Result<bool> {
        let mode = CompatMode::Full;
        let mut event = Event { name, past, leaf, mode, findings: Vec::new() };
        event.in_place(&before.schemas()?, &after.schemas()?);
        for shape in past.shapes(past.current) {
            event.former_shape(shape, after)?;
        }
        Ok(event.findings.iter().all(|finding| finding.verdict < Verdict::Bump))
    }

    /// What becomes of one change where these directions are broken, and these of them refused.
    fn judged(
        &self,
        change: &Difference,
        broken: &[(Direction, Answer)],
        refused: &[(Direction, Answer)],
    ) -> Finding {
        let may_break = |direction| may_break(change, direction);
        let change = change.clone();
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
}

/// Whether a change of this kind may break this direction.
pub(super) fn may_break(change: &Difference, direction: Direction) -> bool {
    let holds = match direction {
        Direction::Backward => change.rule.backward,
        Direction::Forward => change.rule.forward,
    };
    holds != Holds::Yes
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
