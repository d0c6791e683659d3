//! The rules: a name and an explanation for every change that a team can make to an event.
//!
//! A rule decides nothing. Whether stored events and running consumers survive is the subset decision; the rules say what
//! was changed, why that matters, and what to write instead. There is one file for each family of rules, with the table of
//! its rules and what recognises them.

mod compare;
mod fields;
mod identity;
mod outline;
mod renames;
mod scalars;
mod structure;
mod unions;

pub(crate) use self::compare::{Contracts, Difference, differences};

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// `EV` and three digits; the first of them is the family's.
    pub(crate) id: &'static str,
    /// What was changed.
    pub(crate) change: &'static str,
    /// Whether new code reads what old code wrote.
    pub(crate) backward: Holds,
    /// Whether old code reads what new code writes.
    pub(crate) forward: Holds,
    /// What becomes of it in the mode `full`.
    pub(crate) verdict: Verdict,
    /// Why.
    pub(crate) why: &'static str,
    /// What to write instead; empty where nothing has to be.
    pub(crate) fix: &'static str,
}

impl Rule {
    /// Whether nothing is left of it where nobody is broken: neither side reads or writes anything else than before.
    pub(crate) fn comes_to_nothing(&self) -> bool {
        self.verdict >= Verdict::Bump && !matches!(self.id, "EV113" | "EV313")
    }

    /// Whether a person may say that it is safe.
    pub(crate) fn may_be_reviewed(&self) -> bool {
        self.verdict != Verdict::Deny
            || matches!(self.id, "EV022" | "EV023" | "EV024" | "EV025" | "EV027" | "EV214")
    }
}

/// Whether a direction holds after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    No,
    /// It depends on what else is there, and is decided.
    Depends,
}

/// What becomes of a change to a version that is in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Nothing is said.
    Silent,
    /// It is said.
    Note,
    /// It is said, and an error with `--deny-warnings`.
    Warn,
    /// It is refused, and allowed as a new version.
    Bump,
    /// It is refused.
    Deny,
}

/// Every rule, by id.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [identity::RULES, fields::RULES, scalars::RULES, unions::RULES, structure::RULES]
        .into_iter()
        .flatten()
}

/// The rule `id`, which may be written in small letters and without `EV`.
pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    let id = id.to_ascii_uppercase();
    all().find(|rule| rule.id == id || rule.id.strip_prefix("EV") == Some(&id))
}

/// A rule that this crate names.
pub(crate) fn named(id: &str) -> &'static Rule {
    find(id).expect("what names a rule names one of the table")
}

/// A rule in one line of its table.
const fn rule(
    id: &'static str,
    (backward, forward, verdict): (Holds, Holds, Verdict),
    change: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule { id, change, backward, forward, verdict, why, fix }
}

#[cfg(test)]
mod tests;
