//! What is replayed.

use std::ops::{Bound, RangeBounds};
use std::time::SystemTime;

use serde::Serialize;
use uuid::Uuid;

use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::{Selection, Start, first_id};

/// What a replay hands over: the events of the log for which everything holds that is given here, of the types that its
/// handlers take.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use eventbus_runtime::ReplayFilter;
///
/// let july = SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_864_000);
/// let orders = ReplayFilter::new().types(["order.*"])?.tenant("acme").since(july);
/// # let _ = orders;
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a filter does nothing until a replay has it"]
pub struct ReplayFilter {
    selection: Selection,
    since: Option<SystemTime>,
}

/// As it is written down: equal filters are equal texts.
#[derive(Serialize)]
struct Written<'a> {
    types: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
}

impl ReplayFilter {
    /// Every event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Events of these types: names, `order.placed`, families, `order.*`, or `*` for every type. Given twice, both must
    /// name a type.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed) for a text that is none of these.
    pub fn types<T: AsRef<str>>(mut self, patterns: impl IntoIterator<Item = T>) -> Result<Self> {
        let mut types = TypeSet::default();
        for pattern in patterns {
            types = types.union(&TypeSet::parse(pattern.as_ref())?);
        }
        self.selection.types = self.selection.types.intersection(&types);
        Ok(self)
    }

    /// Events of this tenant.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.selection.tenant = Some(tenant.into());
        self
    }

    /// Events of the aggregates with this id, of whatever kind.
    pub fn aggregate(mut self, aggregate_id: impl Into<String>) -> Self {
        self.selection.aggregate_id = Some(aggregate_id.into());
        self
    }

    /// Events of this correlation.
    pub fn correlation(mut self, id: Uuid) -> Self {
        self.selection.correlation_id = Some(id);
        self
    }

    /// Events that came to be at this time or later, to the millisecond. The time is that of the event's id.
    ///
    /// The replay begins where the first of them stands instead of at the beginning of the log, and looks for that as
    /// [`Start::Time`](crate::Start::Time) does: an event from a clock that was more than a minute ahead of its neighbours
    /// in the log is not found. Together with [`positions`](Self::positions) that begin somewhere, it begins there.
    pub fn since(mut self, time: SystemTime) -> Self {
        self.selection.since = Some(first_id(time));
        self.since = Some(time);
        self
    }

    /// Events that came to be before this time, to the millisecond. What is behind the last of them in the log is read
    /// all the same: it may hold others of this time.
    pub fn until(mut self, time: SystemTime) -> Self {
        self.selection.until = Some(first_id(time));
        self
    }

    /// Events with these numbers: `1_000..=9_000`, or `1_000..`. Given twice, the second counts. What lies before them is not
    /// read, and neither is what lies behind them, unless a PostgreSQL database was restored between the two ends.
    pub fn positions(mut self, positions: impl RangeBounds<i64>) -> Self {
        self.selection.first = match positions.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        self.selection.last = match positions.end_bound() {
            Bound::Included(last) => *last,
            Bound::Excluded(after) => after.saturating_sub(1),
            Bound::Unbounded => i64::MAX,
        };
        self
    }

    pub(super) const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Where it begins to read.
    pub(super) fn start(&self) -> Start {
        match self.since {
            _ if self.selection.first > 1 => Start::Position(self.selection.first),
            Some(since) => Start::Time(since),
            None => Start::Beginning,
        }
    }

    /// As it is written down.
    pub(super) fn to_json(&self) -> String {
        let Selection { types, tenant, aggregate_id, correlation_id, since, until, first, last } =
            &self.selection;
        let millis = |id: &Option<Uuid>| {
            id.map(|id| u64::try_from(id.as_u128() >> 80).expect("48 bits fit"))
        };
        let written = Written {
            types: types.to_string(),
            tenant: tenant.as_deref(),
            aggregate: aggregate_id.as_deref(),
            correlation: *correlation_id,
            since: millis(since),
            until: millis(until),
            first: (*first > 1).then_some(*first),
            last: (*last < i64::MAX).then_some(*last),
        };
        serde_json::to_string(&written).expect("texts and numbers are always JSON")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use uuid::Uuid;

    use super::ReplayFilter;
    use crate::store::Start;

    #[test]
    fn types_are_names_families_and_everything() {
        for (patterns, text) in [
            (vec!["order.placed"], "order.placed"),
            (vec!["order.*", "order.placed", "user.created"], "order.*, user.created"),
            (vec!["*"], "*"),
            (vec![], "nothing"),
        ] {
            let filter = ReplayFilter::new().types(patterns).unwrap();
            assert_eq!(filter.selection().types.to_string(), text);
        }
        for bad in ["", "order", "order.", "*.placed", "Order.placed", "order.%", "order.*.x", ".*"]
        {
            let refused = ReplayFilter::new().types([bad]).unwrap_err();
            assert!(refused.to_string().contains("names no event types"), "{refused}");
        }
    }

    #[test]
    fn equal_filters_are_written_alike() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_500);
        let filter = || ReplayFilter::new().tenant("acme").since(time).positions(5..9);
        let one = filter().types(["order.*", "order.placed"]).unwrap().correlation(Uuid::nil());
        let other = filter().correlation(Uuid::nil()).types(["order.*"]).unwrap();
        assert_eq!(one.to_json(), other.to_json());
        assert_eq!(
            one.to_json(),
            "{\"types\":\"order.*\",\"tenant\":\"acme\",\
             \"correlation\":\"00000000-0000-0000-0000-000000000000\",\"since\":1700000000000,\"first\":5,\"last\":8}"
        );
        assert_eq!(ReplayFilter::new().positions(..).to_json(), ReplayFilter::new().to_json());
    }

    #[test]
    fn it_begins_as_late_as_it_can() {
        let time = SystemTime::UNIX_EPOCH;
        assert_eq!(ReplayFilter::new().start(), Start::Beginning);
        assert_eq!(ReplayFilter::new().positions(..=7).start(), Start::Beginning);
        assert_eq!(ReplayFilter::new().since(time).start(), Start::Time(time));
        assert_eq!(ReplayFilter::new().since(time).positions(7..).start(), Start::Position(7));
    }
}
