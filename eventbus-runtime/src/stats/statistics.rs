//! What statistics say, and how it is put together from what was counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::stats::{MOST_TENANTS, Spread};
use crate::store::{Series, Sums, Whose};

/// Figures of a bus: [`EventBus::stats`](crate::EventBus::stats).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// When they were taken, in milliseconds since 1970.
    pub at: i64,
    /// From when on throughput, rates and times are, in milliseconds since 1970: the beginning of a minute.
    pub since: i64,
    /// Everything together.
    pub total: Figure,
    /// By subscription.
    pub subscriptions: Vec<Figure>,
    /// By event type, over all subscriptions.
    pub types: Vec<Figure>,
    /// By tenant, over all subscriptions.
    pub tenants: Vec<Figure>,
    /// By all three.
    pub each: Vec<Figure>,
}

/// How things are with some events.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Figure {
    /// Of which subscription; `None` for all.
    pub subscription: Option<String>,
    /// Of which type; `None` for all. What waits or is in trouble has the type that is stored, what was handled that of
    /// the handler, which may be a later name of the same.
    pub event_type: Option<String>,
    /// Of which tenant; `None` for all.
    pub tenant: Option<Whose>,
    /// What is still to be handled: what the cursors have not passed, what is tried again, and what waits behind it.
    pub pending: Count,
    /// The lag in events: what the cursors have not passed.
    pub lag_events: Count,
    /// The lag in time: the age of the first event that they have not passed.
    #[serde(rename = "lag_seconds", serialize_with = "seconds")]
    pub lag: Option<Duration>,
    /// The age of the oldest pending event.
    #[serde(rename = "oldest_seconds", serialize_with = "seconds")]
    pub oldest: Option<Duration>,
    /// Events that are tried again.
    pub retrying: Count,
    /// Events that wait behind one that is.
    pub parked: Count,
    /// Dead letters that nobody dealt with yet.
    pub dead: Count,
    /// Events that were handled since then.
    pub handled: u64,
    /// Failed attempts after which an event is tried again, since then.
    pub retried: u64,
    /// Events that were given up since then.
    pub given_up: u64,
    /// Events that were handled per second.
    pub throughput: f64,
    /// Of the attempts since then, the part that went well; `None` where there was none.
    pub success_rate: Option<f64>,
    /// The part after which an event is tried again.
    pub retry_rate: Option<f64>,
    /// The part after which an event was given up.
    pub failure_rate: Option<f64>,
    /// From the emit, as the event's id has it, to the commit of the step that handled it.
    pub latency: Option<Spread>,
    /// How long calls of the handlers took.
    pub duration: Option<Spread>,
}

/// A number of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// How many.
    pub events: u64,
    /// Whether they were counted to the end. Else what the cursors have not passed is an estimate, and of what is in
    /// trouble or dead there are as many at least.
    pub exact: bool,
}

#[allow(clippy::ref_option, reason = "serde hands a reference over")]
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

/// What is known of a series.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) behind: u64,
    pub(super) lag: Option<Duration>,
    pub(super) retrying: u64,
    pub(super) parked: u64,
    pub(super) dead: u64,
    /// The age of the oldest that is tried again or waits behind that.
    pub(super) oldest: Option<Duration>,
    pub(super) sums: Sums,
}

impl Facts {
    fn merge(&mut self, other: &Self) {
        self.behind = self.behind.saturating_add(other.behind);
        self.lag = self.lag.max(other.lag);
        self.retrying += other.retrying;
        self.parked += other.parked;
        self.dead += other.dead;
        self.oldest = self.oldest.max(other.oldest);
        self.sums.merge(&other.sums);
    }

    const fn events(&self) -> u64 {
        let open = self.behind.saturating_add(self.retrying).saturating_add(self.parked);
        open.saturating_add(self.dead).saturating_add(self.sums.handled)
    }
}

/// All that is known.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) series: BTreeMap<Series, Facts>,
    /// The subscriptions that there are.
    pub(super) names: BTreeSet<String>,
    /// Those of which more may wait than was counted.
    pub(super) estimated: BTreeSet<String>,
    pub(super) more_open: bool,
    pub(super) more_dead: bool,
}

impl Known {
    pub(super) fn of(&mut self, series: Series) -> &mut Facts {
        self.series.entry(series).or_default()
    }

    /// Makes figures of it.
    pub(super) fn told(mut self, since: i64, at: i64) -> Statistics {
        self.series = told_apart(self.series);
        self.names.extend(self.series.keys().map(|series| series.subscription.clone()));
        let mut total = Facts::default();
        let mut subscriptions: BTreeMap<&str, Facts> =
            self.names.iter().map(|name| (name.as_str(), Facts::default())).collect();
        let (mut types, mut tenants): (BTreeMap<&str, Facts>, BTreeMap<&Whose, Facts>) =
            Default::default();
        for (series, facts) in &self.series {
            total.merge(facts);
            subscriptions.entry(&series.subscription).or_default().merge(facts);
            types.entry(&series.event_type).or_default().merge(facts);
            tenants.entry(&series.whose).or_default().merge(facts);
        }
        let window = Duration::from_millis(u64::try_from(at - since).unwrap_or(0));
        let figure = |(name, event_type, tenant), facts: &Facts| Figure {
            subscription: Option::map(name, str::to_owned),
            event_type: Option::map(event_type, str::to_owned),
            tenant: Option::<&Whose>::cloned(tenant),
            ..self.figure(name, facts, window)
        };
        Statistics {
            at,
            since,
            total: figure((None, None, None), &total),
            subscriptions: subscriptions
                .iter()
                .map(|(name, facts)| figure((Some(name), None, None), facts))
                .collect(),
            types: types
                .iter()
                .map(|(event_type, facts)| figure((None, Some(event_type), None), facts))
                .collect(),
            tenants: tenants
                .iter()
                .map(|(whose, facts)| figure((None, None, Some(whose)), facts))
                .collect(),
            each: self
                .series
                .iter()
                .map(|(Series { subscription, event_type, whose }, facts)| {
                    figure((Some(subscription), Some(event_type), Some(whose)), facts)
                })
                .collect(),
        }
    }

    /// The figure of facts of one subscription, or of all.
    fn figure(&self, name: Option<&str>, facts: &Facts, window: Duration) -> Figure {
        let estimated = match name {
            Some(name) => self.estimated.contains(name),
            None => !self.estimated.is_empty(),
        };
        let open = |events| Count { events, exact: !self.more_open };
        let Sums { handled, retried, dead, latency, duration } = &facts.sums;
        let attempts = handled + retried + dead;
        let rate = |count: u64| (attempts > 0).then(|| float(count) / float(attempts));
        Figure {
            subscription: None,
            event_type: None,
            tenant: None,
            pending: Count {
                events: facts.behind.saturating_add(facts.retrying + facts.parked),
                exact: !(estimated || self.more_open),
            },
            lag_events: Count { events: facts.behind, exact: !estimated },
            lag: facts.lag,
            oldest: facts.lag.max(facts.oldest),
            retrying: open(facts.retrying),
            parked: open(facts.parked),
            dead: Count { events: facts.dead, exact: !self.more_dead },
            handled: *handled,
            retried: *retried,
            given_up: *dead,
            throughput: float(*handled) / window.as_secs_f64().max(1.0),
            success_rate: rate(*handled),
            retry_rate: rate(*retried),
            failure_rate: rate(*dead),
            latency: latency.spread(),
            duration: duration.spread(),
        }
    }
}

/// The tenants of each subscription that have the most events; the others are counted together, type by type.
fn told_apart(all: BTreeMap<Series, Facts>) -> BTreeMap<Series, Facts> {
    let mut events: HashMap<&str, HashMap<&str, u64>> = HashMap::new();
    for (series, facts) in &all {
        if let Whose::Tenant(tenant) = &series.whose {
            let of = events.entry(&series.subscription).or_default();
            *of.entry(tenant).or_default() += facts.events();
        }
    }
    let mut largest: BTreeSet<(String, String)> = BTreeSet::new();
    for (subscription, tenants) in events {
        let mut tenants: Vec<_> = tenants.into_iter().collect();
        tenants.sort_unstable_by(|one, next| next.1.cmp(&one.1).then(one.0.cmp(next.0)));
        let first = tenants.into_iter().take(MOST_TENANTS);
        largest.extend(first.map(|(tenant, _)| (subscription.to_owned(), tenant.to_owned())));
    }
    let mut told: BTreeMap<Series, Facts> = BTreeMap::new();
    for (mut series, facts) in all {
        if let Whose::Tenant(tenant) = &series.whose
            && !largest.contains(&(series.subscription.clone(), tenant.clone()))
        {
            series.whose = Whose::Others;
        }
        told.entry(series).or_default().merge(&facts);
    }
    told
}

/// How many events there are where `counted` of them were found in the first `looked` numbers, and `left` were not looked
/// at: as many in what is left as in what was looked at.
pub(super) fn estimate(counted: u64, looked: u64, left: u64) -> u64 {
    let all = u128::from(looked) + u128::from(left);
    let estimate = (u128::from(counted) * all).checked_div(u128::from(looked));
    estimate.map_or(counted, |estimate| u64::try_from(estimate).unwrap_or(u64::MAX))
}

/// A count, which is far below what a float cannot tell apart.
#[allow(clippy::cast_precision_loss, reason = "counts end long before 2^52")]
const fn float(count: u64) -> f64 {
    count as f64
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("no tenant"),
            Self::Tenant(tenant) => write!(f, "tenant `{tenant}`"),
            Self::Others => f.write_str("other tenants"),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.exact { "" } else { "about " }, self.events)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p95, p99, max } = self;
        write!(f, "p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}, max {max:.1?}")
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.subscription.as_ref().map(|name| format!("subscription `{name}`")),
            self.event_type.as_ref().map(|event_type| format!("`{event_type}`")),
            self.tenant.as_ref().map(Whose::to_string),
        ];
        let named: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&if named.is_empty() { "all".to_owned() } else { named.join(", ") })?;
        write!(f, ": {} pending, lag {} events", self.pending, self.lag_events)?;
        if let Some(lag) = self.lag {
            write!(f, " and {lag:.1?}")?;
        }
        if let Some(oldest) = self.oldest {
            write!(f, ", the oldest {oldest:.1?} old")?;
        }
        let Self { retrying, parked, dead, .. } = self;
        write!(f, "; {retrying} retrying, {parked} parked, {dead} dead; {:.2}/s", self.throughput)?;
        let rates = [
            ("success", self.success_rate),
            ("retry", self.retry_rate),
            ("failure", self.failure_rate),
        ];
        for (name, rate) in rates {
            if let Some(rate) = rate {
                write!(f, ", {name} {:.2} %", rate * 100.0)?;
            }
        }
        if let Some(latency) = self.latency {
            write!(f, "; latency {latency}")?;
        }
        match self.duration {
            Some(duration) => write!(f, "; handlers {duration}"),
            None => Ok(()),
        }
    }
}

/// A line for everything together, one for each subscription, and one for each type and tenant of it.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.total)?;
        let lines = self.subscriptions.iter().chain(&self.each);
        lines.into_iter().try_for_each(|figure| write!(f, "\n{figure}"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Facts, Known, estimate};
    use crate::stats::MOST_TENANTS;
    use crate::store::{Series, Sums, Whose};

    fn series(subscription: &str, event_type: &str, whose: Whose) -> Series {
        Series { subscription: subscription.to_owned(), event_type: event_type.to_owned(), whose }
    }

    fn tenant(name: &str) -> Whose {
        Whose::Tenant(name.to_owned())
    }

    fn known() -> Known {
        let mut known = Known::default();
        let mut sums = Sums { handled: 90, retried: 8, dead: 2, ..Sums::default() };
        sums.latency.record(Duration::from_millis(5));
        let second = Some(Duration::from_secs(1));
        *known.of(series("a", "x.y", tenant("t"))) =
            Facts { behind: 3, lag: second, retrying: 1, parked: 2, sums, ..Facts::default() };
        *known.of(series("b", "x.z", Whose::Nobody)) =
            Facts { behind: 4, dead: 5, oldest: second, ..Facts::default() };
        known.names.insert("idle".to_owned());
        known
    }

    #[test]
    fn figures_are_added_by_subscription_type_and_tenant() {
        let told = known().told(0, 10_000);
        assert_eq!(told.total.pending.events, 10);
        assert_eq!((told.total.dead.events, told.total.handled), (5, 90));
        let pending = |figures: &[super::Figure]| {
            figures.iter().map(|figure| figure.pending.events).collect::<Vec<_>>()
        };
        assert_eq!(pending(&told.subscriptions), [6, 4, 0], "an idle one is there");
        assert_eq!(pending(&told.types), [6, 4]);
        assert_eq!(pending(&told.tenants), [4, 6]);
        assert_eq!(pending(&told.each), [6, 4]);
    }

    #[test]
    fn rates_are_parts_of_the_attempts_and_throughput_is_per_second() {
        let told = known().told(0, 10_000);
        let a = &told.subscriptions[0];
        assert_eq!(
            (a.success_rate, a.retry_rate, a.failure_rate),
            (Some(0.9), Some(0.08), Some(0.02))
        );
        assert!((a.throughput - 9.0).abs() < 1e-9);
        assert_eq!(told.subscriptions[1].success_rate, None);
        assert_eq!(told.subscriptions[1].latency, None);
        assert_eq!(told.subscriptions[1].oldest, Some(Duration::from_secs(1)));
    }

    #[test]
    fn what_is_estimated_says_so_wherever_it_is_added() {
        let mut known = known();
        known.estimated.insert("a".to_owned());
        let told = known.told(0, 10_000);
        assert!(!told.total.pending.exact && !told.subscriptions[0].lag_events.exact);
        assert!(told.subscriptions[1].pending.exact && told.total.retrying.exact);
        assert!(told.to_string().starts_with("all: about 10 pending"), "{told}");
    }

    #[test]
    fn small_tenants_are_counted_together() {
        let mut known = Known::default();
        for number in 0..MOST_TENANTS + 3 {
            let behind = if number < 3 { 1 } else { 2 };
            known.of(series("a", "x.y", tenant(&format!("t{number:02}")))).behind = behind;
        }
        let told = known.told(0, 10_000);
        assert_eq!(told.tenants.len(), MOST_TENANTS + 1);
        let others = told.tenants.last().unwrap();
        assert_eq!((others.tenant.clone(), others.pending.events), (Some(Whose::Others), 3));
    }

    #[test]
    fn an_estimate_goes_on_as_it_was_counted() {
        assert_eq!(estimate(50, 100, 100), 100);
        assert_eq!(estimate(50, 100, 0), 50);
        assert_eq!(estimate(0, 0, 7), 0, "nothing was looked at");
        assert_eq!(estimate(u64::MAX, 1, u64::MAX), u64::MAX);
    }

    #[test]
    fn json_has_seconds_and_says_whose_events_are_meant() {
        let told = serde_json::to_value(known().told(0, 10_000)).unwrap();
        let each = &told["each"];
        assert_eq!(each[0]["lag_seconds"], 1.0);
        assert_eq!(each[0]["tenant"], serde_json::json!({ "tenant": "t" }));
        assert_eq!(each[1]["tenant"], "nobody");
        assert_eq!(each[0]["latency"]["max_seconds"], 0.005);
        assert_eq!(told["total"]["tenant"], serde_json::Value::Null);
    }
}
