//! What comes of it, for people and for machines.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::integrity::check::{Check, Severity};

/// What [`EventBus::verify`](crate::EventBus::verify) found.
///
/// Its `Display` is for people. Serialized it is an object of `format` (1), `store`, `database`, `sound`, `looked_at`,
/// `checks`, `findings` and `unfinished`; `docs/integrity.md` shows one. Further members may come, and these stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub(super) store: &'static str,
    pub(super) database: String,
    pub(super) looked_at: LookedAt,
    pub(super) checks: Vec<Check>,
    pub(super) findings: Vec<Finding>,
    pub(super) unfinished: Vec<Unfinished>,
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LookedAt {
    /// How many events.
    pub events: u64,
    /// The number of the first of them.
    pub first_position: Option<i64>,
    /// The number of the last of them.
    pub last_position: Option<i64>,
    /// How many subscriptions.
    pub subscriptions: u64,
    /// How many shards they have.
    pub shards: u64,
    /// How many deliveries, which are events in trouble.
    pub deliveries: u64,
    /// How many dead letters.
    pub dead_letters: u64,
    /// How many event keys.
    pub keys: u64,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub(super) check: Check,
    pub(super) count: u64,
    pub(super) places: Vec<Place>,
}

/// Where something was found. What does not go with a check is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The number of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The id of an event, as it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The name of a subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The number of one of its shards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<i64>,
    /// The key of a delivery, or an event key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The id of a dead letter, as it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// What is wrong there, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A check that came to no end, because the database said that its files are damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// Its name; `log` for the way through the log, which makes several.
    pub check: &'static str,
    /// What the database said.
    pub cause: String,
}

impl Report {
    /// Whether every check came to its end and found no error. Warnings do not count.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.unfinished.is_empty() && self.errors() == 0
    }

    /// Where the database is.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// What was looked at.
    #[must_use]
    pub const fn looked_at(&self) -> &LookedAt {
        &self.looked_at
    }

    /// The checks that were made.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// What was found, in the order of [`Check::ALL`].
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What one check found.
    #[must_use]
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }

    /// The checks that came to no end.
    #[must_use]
    pub fn unfinished(&self) -> &[Unfinished] {
        &self.unfinished
    }

    fn errors(&self) -> usize {
        let errors = self.findings.iter().map(|finding| finding.severity());
        errors.filter(|severity| *severity == Severity::Error).count()
    }
}

impl Finding {
    /// The check that found it.
    #[must_use]
    pub const fn check(&self) -> Check {
        self.check
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.check.severity()
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 8)?;
        report.serialize_field("format", &1)?;
        report.serialize_field("store", self.store)?;
        report.serialize_field("database", &self.database)?;
        report.serialize_field("sound", &self.is_sound())?;
        report.serialize_field("looked_at", &self.looked_at)?;
        report.serialize_field("checks", &self.checks)?;
        report.serialize_field("findings", &self.findings)?;
        report.serialize_field("unfinished", &self.unfinished)?;
        report.end()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 6)?;
        finding.serialize_field("check", &self.check)?;
        finding.serialize_field("severity", &self.severity())?;
        finding.serialize_field("count", &self.count)?;
        finding.serialize_field("means", self.check.means())?;
        finding.serialize_field("remedy", self.check.remedy())?;
        finding.serialize_field("places", &self.places)?;
        finding.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (errors, all) = (self.errors(), self.findings.len());
        write!(f, "{}: ", self.database)?;
        if self.findings.is_empty() && self.unfinished.is_empty() {
            write!(f, "sound")?;
        } else {
            write!(f, "{}, {}", amount(errors, "error"), amount(all - errors, "warning"))?;
        }
        if !self.unfinished.is_empty() {
            write!(f, ", {} came to no end", amount(self.unfinished.len(), "check"))?;
        }
        writeln!(f)?;
        write!(f, "looked at {}", self.looked_at)?;
        write!(f, "; {}", amount(self.checks.len(), "check"))?;
        for finding in &self.findings {
            write!(f, "\n\n{finding}")?;
        }
        for Unfinished { check, cause } in &self.unfinished {
            write!(f, "\n\nunfinished {check}\n  {cause}")?;
        }
        Ok(())
    }
}

impl fmt::Display for LookedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&amount(self.events, "event"))?;
        if let (Some(first), Some(last)) = (self.first_position, self.last_position) {
            write!(f, " ({first} to {last})")?;
        }
        write!(f, ", {} in ", amount(self.shards, "shard"))?;
        write!(f, "{}, ", amount(self.subscriptions, "subscription"))?;
        let deliveries = if self.deliveries == 1 { "delivery" } else { "deliveries" };
        write!(f, "{} {deliveries}, ", self.deliveries)?;
        write!(f, "{}, ", amount(self.dead_letters, "dead letter"))?;
        f.write_str(&amount(self.keys, "key"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {}", self.severity(), self.check, self.count)?;
        writeln!(f, "  {}", self.check.means())?;
        for place in &self.places {
            writeln!(f, "  - {place}")?;
        }
        let shown = u64::try_from(self.places.len()).unwrap_or(u64::MAX);
        if self.count > shown {
            writeln!(f, "  - and {} more", self.count - shown)?;
        }
        write!(f, "  What to do: {}", self.check.remedy())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |name, number: Option<i64>| number.map(|number| format!("{name} {number}"));
        let text = |name, text: &Option<String>| text.as_ref().map(|text| format!("{name} {text}"));
        let parts = [
            self.subscription.as_ref().map(|name| format!("subscription `{name}`")),
            number("shard", self.shard),
            number("position", self.position),
            text("event", &self.event_id),
            self.key.as_ref().map(|key| format!("key `{key}`")),
            text("letter", &self.letter),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(", "))?;
        match &self.detail {
            Some(detail) if parts.is_empty() => f.write_str(detail),
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

/// `1 event`, `2 events`.
fn amount(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
