//! The metrics that there are, each with all that is to be known of it. `docs/observability.md`, the dashboard and the
//! alert rules are held to this table by a test.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// A metric that this library exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// Its name, as Prometheus has it.
    pub name: &'static str,
    /// What can be done with it.
    pub kind: MetricKind,
    /// What its value is of.
    pub unit: Unit,
    /// What tells its series from each other.
    pub labels: &'static [&'static str],
    /// What it counts or measures.
    pub help: &'static str,
}

/// What can be done with a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It is a distribution.
    Histogram,
}

/// Makes the constants of the names and the table of one list, so that nothing is counted which the table does not have.
macro_rules! metrics {
    ($($name:ident = $text:literal, $kind:ident, $unit:ident, $labels:expr, $help:literal;)+) => {
        /// The names, as the code that counts says them.
        pub(crate) mod name {
            $(
                #[cfg_attr(not(feature = "relay"), allow(dead_code, reason = "without a relay only emits are counted"))]
                pub(crate) const $name: &str = $text;
            )+
        }

        /// Every metric that this library exports.
        pub const METRICS: &[Metric] = &[$(
            Metric {
                name: name::$name,
                kind: MetricKind::$kind,
                unit: Unit::$unit,
                labels: &$labels,
                help: $help,
            },
        )+];
    };
}

metrics! {
    EMITTED = "eventbus_emitted_total", Counter, Count, ["event_type"],
        "Events that were inserted into the log, scheduled ones when they are due. Of a transaction of the caller's nobody here knows whether it commits.";
    EMIT_DUPLICATES = "eventbus_emit_duplicates_total", Counter, Count, ["event_type"],
        "Emits that wrote nothing, because their key was taken.";
    PROCESSED = "eventbus_processed_total", Counter, Count, ["subscription", "event_type"],
        "Events that were handled, once their step was committed.";
    DUPLICATES_SKIPPED = "eventbus_duplicates_skipped_total", Counter, Count, ["subscription", "event_type"],
        "Deliveries that were found to be repeated: by the handler, which said so, or by the process, which remembered.";
    RETRIES = "eventbus_retries_total", Counter, Count, ["subscription", "event_type"],
        "Failed attempts after which the event is tried again.";
    DEAD_LETTERED = "eventbus_dead_lettered_total", Counter, Count, ["subscription", "event_type"],
        "Events that were given up. Those of an ephemeral subscription are dropped.";
    UNKNOWN = "eventbus_unknown_skipped_total", Counter, Count, ["subscription"],
        "Events of a type of a handler's family that this code does not know.";
    MISSED = "eventbus_missed_total", Counter, Count, ["subscription"],
        "Events that an ephemeral subscription dropped unread, because its handlers were too slow.";
    DELIVERY_LATENCY = "eventbus_delivery_latency_seconds", Histogram, Seconds, ["subscription", "event_type"],
        "Time from the emit, as the event's id has it, to the commit of the step that handled it; of a scheduled event from when it was scheduled. Where clocks differ, 0 at least.";
    HANDLER_DURATION = "eventbus_handler_duration_seconds", Histogram, Seconds, ["subscription", "event_type"],
        "How long a handler was called for, well or not; of a batch the whole call, under the type of its first event.";
    HEALTH = "eventbus_health", Gauge, Count, [],
        "How the bus is: 0 green, 1 yellow, 2 red.";
    SUBSCRIPTIONS = "eventbus_subscriptions", Gauge, Count, ["state"],
        "Durable subscriptions of this process by what they are doing.";
    STALL_REASON = "eventbus_stall_reason", Gauge, Count, ["subscription", "reason"],
        "Whether something is wrong for this reason: 0 no, 1 yellow, 2 red. Without a subscription it is the database, or the way to it.";
    LAG = "eventbus_lag_seconds", Gauge, Seconds, ["subscription"],
        "Age of the oldest event that the subscription has not passed, 0 where none waits.";
    DEPTH = "eventbus_outbox_depth", Gauge, Count, ["subscription"],
        "Events that the subscription has still to pass, counted up to 100,000.";
    IN_TROUBLE = "eventbus_in_trouble", Gauge, Count, ["subscription", "kind"],
        "Events that are tried again (`retrying`), or wait behind one that is (`parked`).";
    DEAD_LETTERS = "eventbus_dead_letters", Gauge, Count, ["subscription"],
        "Dead letters that nobody dealt with yet.";
    SCHEDULED = "eventbus_scheduled", Gauge, Count, ["state"],
        "Events of the schedule: all of them (`waiting`), and those of these that the log refused (`refused`) or that cannot be read (`aside`), counted up to 100,000.";
    SCHEDULED_OVERDUE = "eventbus_scheduled_overdue_seconds", Gauge, Seconds, [],
        "For how long the oldest scheduled event has been due that the log did not refuse, 0 where none is.";
}

/// Tells the installed recorder the units and meanings of all [`METRICS`]. To be called once, after it was installed.
pub fn describe() {
    for Metric { name, kind, unit, help, .. } in METRICS {
        match kind {
            MetricKind::Counter => describe_counter!(*name, *unit, *help),
            MetricKind::Gauge => describe_gauge!(*name, *unit, *help),
            MetricKind::Histogram => describe_histogram!(*name, *unit, *help),
        }
    }
}
