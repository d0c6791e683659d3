//! Reasons of the author, which let a change through that the check refuses.
//!
//! A reason holds for one change: what a version was, and what it became. `codegen` records the two with it, so that the
//! same words do not cover the next change, and a former commit is held against whatever was recorded since then.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::Event;
use super::finding::Finding;
use super::gone::reads;
use super::rules::Verdict;
use crate::diagnostic::Result;
use crate::registry::{Baseline, Catalog, Leaf, Past, Registry, Review, Version, leaves, steps};

/// What is said of the changes of one event type.
pub(super) struct Reviews<'a> {
    /// What was let through until now.
    recorded: &'a BTreeSet<Review>,
    /// The reason in the code.
    given: Option<&'a str>,
    /// Whether a registry has this reason and no record of what it was said of, as those of former releases.
    is_unpinned: bool,
}

impl<'a> Reviews<'a> {
    pub(super) fn new(
        leaf: &'a Leaf,
        recorded: &'a BTreeSet<Review>,
        pasts: &[Option<&Past>],
    ) -> Self {
        let given = leaf.compat.as_ref().and_then(|compat| compat.reviewed.as_deref());
        let is_in = |past: &Past| {
            let reason = past.facts.pointer("/compat/reviewed").and_then(Value::as_str);
            reason.is_some() && reason == given
        };
        let is_unpinned = pasts.iter().flatten().any(|past| is_in(past));
        Self { recorded, given, is_unpinned }
    }

    /// The same for another change, and the reason that is none for it, because it lets this one of the type itself through.
    pub(super) fn beside(self, pair: [&str; 2]) -> (Self, Option<&'a str>) {
        match self.given.filter(|_| steps(self.recorded, None, pair).is_none()) {
            Some(reason) => (Self { given: None, ..self }, Some(reason)),
            None => (self, None),
        }
    }

    /// Whether somebody let through that a version became another one, in the code's own registry or in `past`.
    pub(super) fn let_through(&self, version: u32, [from, to]: [&Version; 2], past: &Past) -> bool {
        let recorded: BTreeSet<Review> = self.recorded.union(&past.reviews()).cloned().collect();
        steps(&recorded, Some(version), [&from.sha256, &to.sha256]).is_some()
    }

    /// Lets through what was found of a change, of `version` or of the type itself, if there is a reason for this one.
    pub(super) fn excuse(
        &self,
        findings: &mut [Finding],
        version: Option<u32>,
        [from, to]: [&str; 2],
    ) {
        let refused = findings
            .iter_mut()
            .filter(|finding| finding.verdict >= Verdict::Bump && finding.rule.may_be_reviewed());
        let change = format!("from {} to {}", short(from), short(to));
        for finding in refused {
            let words = match (steps(self.recorded, version, [from, to]), self.given) {
                (Some(steps), _) => {
                    let reasons: Vec<&str> =
                        steps.iter().map(|step| step.reason.as_str()).collect();
                    let reason = reasons.join("; ");
                    let words = format!("let through {change}, because: {reason}");
                    finding.let_through(review(version, [from, to], reason));
                    words
                }
                (None, Some(reason)) => match self.spent(reason) {
                    Some(on) => format!(
                        "\"{reason}\" was said of {on}, and this one is {change}: say of this one why it is safe, \
                         in other words, #[event(compat(reviewed = \"..\"))]"
                    ),
                    None => {
                        finding.let_through(review(version, [from, to], reason.to_owned()));
                        format!("let through {change}, because: {reason}")
                    }
                },
                (None, None) => continue,
            };
            finding.because(&words);
        }
    }

    /// What a reason was said of before.
    fn spent(&self, reason: &str) -> Option<String> {
        let of = self.recorded.iter().find(|review| review.reason == reason);
        let of = of.map(|Review { from, to, .. }| {
            format!("the change from {} to {}", short(from), short(to))
        });
        of.or_else(|| self.is_unpinned.then(|| "an earlier change".to_owned()))
    }
}

fn review(version: Option<u32>, [from, to]: [&str; 2], reason: String) -> Review {
    Review { version, from: from.to_owned(), to: to.to_owned(), reason }
}

/// As much of a hash as people compare.
fn short(hash: &str) -> &str {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    hash.get(..12).filter(|_| is_hash).unwrap_or(hash)
}

/// Takes what was let through into the registry that the code asks for. Where a version was changed since then in a way
/// that breaks nobody, what was let through has become that. What was given up and is read again is let through no more.
pub(super) fn carry(registry: &mut Registry, own: &Baseline, catalog: &Catalog) -> Result<()> {
    for leaf in leaves(catalog) {
        let name = leaf.event_type.as_str();
        let Some(past) = own.events.get(name) else { continue };
        let Some(event) = registry.events.get_mut(name) else { continue };
        let mut reviews = past.reviews();
        reviews.retain(|review| !is_read_again(leaf, review));
        let before = past.versions.get(&event.current).filter(|_| !reviews.is_empty());
        if let Some(before) = before.filter(|before| before.text != event.current().text)
            && Event::is_safe(name, past, leaf, [before, event.current()])?
        {
            let now = &event.current().sha256;
            let moved = reviews.into_iter().map(|review| {
                let is_its = review.version == Some(event.current) && review.to == before.sha256;
                let to = if is_its { now.clone() } else { review.to.clone() };
                Review { to, ..review }
            });
            reviews = moved.filter(|review| review.from != review.to).collect();
        }
        event.facts.reviewed.extend(reviews);
    }
    Ok(())
}

/// Records what was let through; of a former name, with the type that reads it now.
pub(super) fn note(registry: &mut Registry, catalog: &Catalog, finding: &Finding) {
    let Some(review) = &finding.excused else { return };
    let is_it = |leaf: &&Leaf| leaf.event_type == finding.event_type;
    let all = leaves(catalog);
    let heir = || all.iter().find(|leaf| reads(leaf, &finding.event_type));
    let reader = all.iter().find(|leaf| is_it(leaf)).or_else(heir);
    if let Some(event) = reader.and_then(|leaf| registry.events.get_mut(&leaf.event_type)) {
        event.facts.review(review);
    }
}

/// Whether the code reads the version or the former name again that was given up.
fn is_read_again(leaf: &Leaf, review: &Review) -> bool {
    match review.version {
        Some(version) => review.to == unreadable(version) && !leaf.unreadable.contains(&version),
        None => {
            // A former name that became this one is read in any case.
            review.to != format!("`{}`", leaf.event_type)
                && leaf.aliases.iter().any(|alias| review.from == format!("`{alias}`"))
        }
    }
}

/// What a version became that is given up.
pub(super) fn unreadable(version: u32) -> String {
    format!("unreadable({version})")
}
