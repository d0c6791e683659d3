//! Which letters are meant.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dead_letter::{DeadLetter, EVENT};
use crate::error::{Error, ErrorKind, Result};

/// Which letters are meant: those for which everything holds that is given here.
///
/// ```
/// use eventbus_runtime::{ErrorKind, LetterFilter};
/// let filter = LetterFilter::all().subscription("billing").types("order.*").kind(ErrorKind::MaxRetries);
/// assert_eq!(
///     serde_json::to_string(&filter)?,
///     r#"{"subscription":"billing","types":"order.*","kind":"MaxRetries"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LetterFilter {
    /// The letter's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// `event`, or the name under which the application parked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The subscription that gave it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The event's type, in which `*` stands for any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<String>,
    /// The tenant of the event, or of what was parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The event's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// The name of the last failure's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Given up at this time or later, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Given up before this time, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
}

impl LetterFilter {
    /// Every letter.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The letter with this id.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// What the application parked under this name; `event` for what subscriptions gave up.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What this subscription gave up.
    #[must_use]
    pub fn subscription(mut self, name: impl Into<String>) -> Self {
        self.subscription = Some(name.into());
        self
    }

    /// Events whose type fits the pattern: `order.placed`, or `order.*`, where `*` stands for any text.
    #[must_use]
    pub fn types(mut self, pattern: impl Into<String>) -> Self {
        self.types = Some(pattern.into());
        self
    }

    /// Events of this tenant, and what was parked in its context.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The event with this id, whichever subscriptions gave it up.
    #[must_use]
    pub fn event_id(mut self, id: Uuid) -> Self {
        self.event_id = Some(id);
        self
    }

    /// What was given up for this kind of failure; where the attempts were used up that is
    /// [`ErrorKind::MaxRetries`].
    #[must_use]
    pub fn kind(mut self, kind: ErrorKind) -> Self {
        self.kind = Some(kind.as_str().to_owned());
        self
    }

    /// What was given up within this time, in milliseconds since 1970.
    #[must_use]
    pub fn within(mut self, time: Range<i64>) -> Self {
        (self.since, self.before) = (Some(time.start), Some(time.end));
        self
    }

    /// Whether the letter is meant. Stores that ask in another language must agree.
    #[must_use]
    pub fn matches(&self, letter: &DeadLetter) -> bool {
        let envelope = letter.event().map(|event| &event.envelope);
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let event_type = envelope.map(|envelope| envelope.event_type.as_str());
        let fits = |pattern: &str| event_type.is_some_and(|name| fits(pattern, name));
        self.id.is_none_or(|id| letter.id == id)
            && is(&self.source, Some(letter.source()))
            && is(&self.subscription, letter.subscription())
            && self.types.as_deref().is_none_or(fits)
            && is(&self.tenant, letter.tenant())
            && self.event_id.is_none_or(|id| envelope.is_some_and(|envelope| envelope.id == id))
            && is(&self.kind, Some(&letter.kind))
            && self.since.is_none_or(|since| letter.at >= since)
            && self.before.is_none_or(|before| letter.at < before)
    }

    /// That every store understands it.
    pub(crate) fn check(&self) -> Result<()> {
        self.types.as_deref().map_or(Ok(()), check_pattern)
    }

    /// As it is recorded.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always JSON")
    }
}

/// That every store understands a pattern of types.
pub(crate) fn check_pattern(pattern: &str) -> Result<()> {
    let in_pattern = |c: char| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '*');
    if pattern.chars().all(in_pattern) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ValidationFailed,
        format!(
            "`{pattern}` is no pattern of event types: write a name, `order.placed`, or one with `*` for any text, \
             `order.*`"
        ),
    ))
}

/// Whether a name fits a pattern in which `*` stands for any text.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The earliest place for each part leaves the most to those behind it.
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// That a name under which the application parks is none of ours.
pub(crate) fn check_source(source: &str) -> Result<()> {
    let refuse = |message: String| Err(Error::new(ErrorKind::ValidationFailed, message));
    if source == EVENT {
        return refuse(
            "the source `event` is what subscriptions give up: park under another name".to_owned(),
        );
    }
    let printable = |c: char| !c.is_control();
    if source.is_empty() || source.len() > 128 || !source.chars().all(printable) {
        return refuse(format!(
            "{source:?} is no source to park under: write a name of 1 to 128 bytes without control characters, such as \
             `webhook`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LetterFilter, check_source, fits};

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name) in [
            ("order.placed", "order.placed"),
            ("order.*", "order.placed"),
            ("order.*", "order.line.added"),
            ("*.placed", "order.placed"),
            ("*", "order.placed"),
            ("o*r.*e*d", "order.placed"),
            ("order.**", "order.placed"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("order.placed", "order.placed_twice"),
            ("order.*", "orders.placed"),
            ("order_*", "order.placed"),
            ("*.placed", "order.placed_twice"),
            ("order.placed*d", "order.placed"),
            ("", "order.placed"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_holds_what_a_name_holds() {
        for good in ["order.*", "*", "order_line.added", "Order.x"] {
            LetterFilter::all().types(good).check().unwrap();
        }
        for bad in ["order.%", "order.?", "[a-z]*", "order placed", "order\\_"] {
            let refused = LetterFilter::all().types(bad).check().unwrap_err();
            assert!(refused.to_string().contains("no pattern of event types"), "{refused}");
        }
    }

    #[test]
    fn a_filter_comes_back_from_its_record() {
        let filter = LetterFilter::all().source("webhook").tenant("acme").within(1..5);
        assert_eq!(serde_json::from_str::<LetterFilter>(&filter.to_json()).unwrap(), filter);
        assert_eq!(LetterFilter::all().to_json(), "{}");
        serde_json::from_str::<LetterFilter>(r#"{"newer":1}"#).unwrap_err();
    }

    #[test]
    fn the_application_parks_under_names_of_its_own() {
        for good in ["webhook", "mail/out", "größer", "events"] {
            check_source(good).unwrap();
        }
        for bad in ["", "event", "a\0b", &"a".repeat(129)] {
            check_source(bad).unwrap_err();
        }
    }
}
