//! Who must understand whom after a change: what the code asks for, and what was asked for until now.
//!
//! A change that breaks somebody and says in the same breath that nobody asks about it would get past the check without a word.

use std::collections::BTreeMap;

use eventbus_runtime::CompatMode;
use serde::Deserialize as _;

use super::check::Held;
use super::finding::Finding;
use super::gone::reads;
use super::rules::{Difference, Verdict, named};
use crate::registry::{Baseline, Leaf, Past};

/// The modes of one event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modes {
    was: CompatMode,
    is: CompatMode,
}

impl Modes {
    /// Those of `past` in `baseline`, and of the leaf that it is now; `default` is what the configuration says.
    pub(super) fn new(
        past: &Past,
        baseline: &Baseline,
        leaf: Option<&Leaf>,
        default: CompatMode,
    ) -> Self {
        let own = past.facts.pointer("/compat/mode");
        let own = own.and_then(|mode| CompatMode::deserialize(mode).ok());
        let now = leaf.and_then(|leaf| leaf.compat.as_ref()?.mode);
        Self { was: own.or(baseline.compat).unwrap_or(default), is: now.unwrap_or(default) }
    }

    /// What a change is judged by: whatever one of them asks for.
    pub(super) fn asked(self) -> CompatMode {
        match (self.was, self.is) {
            (one, other) if one == other => one,
            (CompatMode::None, one) | (one, CompatMode::None) => one,
            _ => CompatMode::Full,
        }
    }

    fn is_relaxed(self) -> bool {
        self.asked() != self.is
    }
}

/// Says of each type that asks for less than it did, and of what is refused only because it did.
pub(super) fn relaxed(
    findings: &mut Vec<Finding>,
    held: &Held<'_>,
    leaves: &BTreeMap<&str, &Leaf>,
) {
    for (name, past) in held.baseline.events.iter().filter(|(_, past)| !past.is_purged()) {
        let heir = || leaves.values().copied().find(|leaf| reads(leaf, name));
        let leaf = leaves.get(name.as_str()).copied().or_else(heir);
        let modes = Modes::new(past, held.baseline, leaf, held.default);
        if !modes.is_relaxed() {
            continue;
        }
        let (was, is) = (word(modes.was), word(modes.is));
        for finding in findings.iter_mut().filter(|finding| finding.event_type == *name) {
            if finding.verdict >= Verdict::Bump && !finding.is_asked(modes.is) {
                let reason = if finding.rule.may_be_reviewed() {
                    ", or say of this one why it is safe: #[event(compat(reviewed = \"..\"))]"
                } else {
                    ""
                };
                finding.because(&format!(
                    "`{was}` was asked for until now, and this change is judged by it: ask for `{is}` in a change of its own, \
                     before this one{reason}"
                ));
            }
        }
        if let Some(leaf) = leaf {
            let change = Difference::of(named("EV028"), format!("`{was}`"), format!("`{is}`"));
            findings.push(Finding::new(name, past.current, &leaf.rust_path, change));
        }
    }
}

const fn word(mode: CompatMode) -> &'static str {
    match mode {
        CompatMode::Full => "full",
        CompatMode::Backward => "backward",
        CompatMode::Forward => "forward",
        CompatMode::None => "none",
    }
}
