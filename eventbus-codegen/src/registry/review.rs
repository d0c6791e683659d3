//! Why a change was let through that the check refuses, and which change that was.
//!
//! Without the change beside it, one reason that was given on a branch would cover whatever follows it there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Facts, Past};

/// A change that its author looked at and found to be safe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Review {
    /// The version that was changed, where it is not the type itself.
    pub(crate) version: Option<u32>,
    /// What it was: the SHA-256 of the version's file, or what is given up.
    pub(crate) from: String,
    /// What it became: the SHA-256 of the version's next text, or words.
    pub(crate) to: String,
    /// Why that is safe.
    pub(crate) reason: String,
}

impl Review {
    /// As it stands in the registry.
    pub(crate) fn document(&self) -> Value {
        let Self { version, from, to, reason } = self;
        let mut document = json!({ "from": from, "reason": reason, "to": to });
        if let Some(version) = version {
            document["version"] = json!(version);
        }
        document
    }

    fn parse(entry: &Value) -> Option<Self> {
        let text = |key: &str| Some(entry.get(key)?.as_str()?.to_owned());
        let version = match entry.get("version") {
            Some(version) => Some(u32::try_from(version.as_u64()?).ok()?),
            None => None,
        };
        Some(Self { version, from: text("from")?, to: text("to")?, reason: text("reason")? })
    }
}

impl Past {
    /// The changes that were let through. Registries of former releases have no record of any.
    pub(crate) fn reviews(&self) -> BTreeSet<Review> {
        let reviewed = self.facts.get("reviewed").and_then(Value::as_array).into_iter().flatten();
        reviewed.filter_map(Review::parse).collect()
    }
}

impl Facts {
    /// Records that a change was let through, unless it is known already or the steps that lead there are.
    pub(crate) fn review(&mut self, review: &Review) {
        let Review { version, from, to, .. } = review;
        if steps(&self.reviewed, *version, [from, to]).is_none() {
            self.reviewed.insert(review.clone());
        }
    }
}

/// The steps by which a version that was `from` became `to`, if each of them was let through.
pub(crate) fn steps<'a>(
    recorded: &'a BTreeSet<Review>,
    version: Option<u32>,
    [from, to]: [&str; 2],
) -> Option<Vec<&'a Review>> {
    let mut ways = vec![(from, Vec::new())];
    let mut seen = BTreeSet::from([from]);
    let mut next = 0;
    while let Some((place, steps)) = ways.get(next).cloned() {
        next += 1;
        for step in recorded.iter().filter(|one| one.version == version && one.from == place) {
            let mut steps: Vec<&Review> = steps.clone();
            steps.push(step);
            if step.to == to {
                return Some(steps);
            }
            if seen.insert(&step.to) {
                ways.push((&step.to, steps));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Review, steps};

    #[test]
    fn each_step_must_be_recorded_and_circles_end() {
        let review = |[from, to]: [&str; 2]| Review {
            version: Some(1),
            from: from.to_owned(),
            to: to.to_owned(),
            reason: format!("{from}{to}"),
        };
        let recorded = [["a", "b"], ["b", "c"], ["c", "a"], ["d", "e"]].map(review).into();
        let found = |version, pair| -> Option<Vec<&str>> {
            let steps = steps(&recorded, Some(version), pair)?;
            Some(steps.into_iter().map(|step| step.reason.as_str()).collect())
        };
        assert_eq!(found(1, ["a", "c"]), Some(vec!["ab", "bc"]));
        assert_eq!(found(1, ["c", "b"]), Some(vec!["ca", "ab"]));
        assert_eq!(found(1, ["a", "e"]), None);
        assert_eq!(found(2, ["a", "b"]), None);
    }
}
