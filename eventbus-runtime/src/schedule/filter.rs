//! Which scheduled events are meant.

use crate::dead_letter::{check_pattern, fits};
use crate::envelope::RawEvent;
use crate::error::Result;

/// Which scheduled events are meant: those for which everything holds that is given here.
///
/// ```
/// use eventbus_runtime::ScheduleFilter;
/// let reminders = ScheduleFilter::all().types("order.reminder.*").tenant("acme").aggregate("17");
/// assert_eq!(reminders.types.as_deref(), Some("order.reminder.*"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleFilter {
    /// The event's type, in which `*` stands for any text.
    pub types: Option<String>,
    /// The event's tenant.
    pub tenant: Option<String>,
    /// The id of the event's aggregate.
    pub aggregate_id: Option<String>,
}

impl ScheduleFilter {
    /// Every scheduled event.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Events whose type fits the pattern: `order.placed`, or `order.*`, where `*` stands for any text.
    #[must_use]
    pub fn types(mut self, pattern: impl Into<String>) -> Self {
        self.types = Some(pattern.into());
        self
    }

    /// Events of this tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Events of the aggregates with this id, of whatever kind.
    #[must_use]
    pub fn aggregate(mut self, id: impl Into<String>) -> Self {
        self.aggregate_id = Some(id.into());
        self
    }

    /// Whether the event is meant. Stores that ask in another language must agree.
    #[must_use]
    pub fn matches(&self, event: &RawEvent) -> bool {
        let envelope = &event.envelope;
        let is =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.types.as_deref().is_none_or(|pattern| fits(pattern, &envelope.event_type))
            && is(&self.tenant, &envelope.tenant)
            && is(&self.aggregate_id, &envelope.aggregate_id)
    }

    /// That every store understands it.
    pub(crate) fn check(&self) -> Result<()> {
        self.types.as_deref().map_or(Ok(()), check_pattern)
    }
}
