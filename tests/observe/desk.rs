//! What a case works with: events, and a look at what a recorder was told.

use std::sync::OnceLock;
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{DomainEvent, EventBus, Retry, Subscribe};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use uuid::Uuid;

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "parcel")]
pub(crate) enum ParcelEvent {
    Sent {
        #[event(aggregate_id)]
        parcel: u32,
    },
    Lost {
        #[event(aggregate_id)]
        parcel: u32,
    },
}

/// The recorder of this process, which is told everything from the first case on.
pub(crate) fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let handle = PrometheusBuilder::new().install_recorder().unwrap();
        eventbus_runtime::observe::describe();
        handle
    })
}

/// A name that no other case of this process has.
pub(crate) fn name() -> String {
    format!("s{}", Uuid::now_v7().simple())
}

/// The value of a series whose line begins with `metric{` and has all of these labels; `None` where there is none.
pub(crate) fn value(metric: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let text = recorder().render();
    let of_metric = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(metric)?;
        rest.starts_with(['{', ' ']).then(|| rest.rsplit_once(' ').unwrap())
    });
    let mut found = of_metric.filter(|(series, _)| {
        labels.iter().all(|(label, value)| series.contains(&format!("{label}=\"{value}\"")))
    });
    let value = found.next().map(|(_, value)| value.parse().unwrap());
    assert!(found.next().is_none(), "`{metric}` {labels:?} are several series:\n{text}");
    value
}

/// How many of these there are.
pub(crate) fn count(metric: &str, subscription: &str, event_type: &str) -> f64 {
    let labels = [("subscription", subscription), ("event_type", event_type)];
    value(metric, &labels).unwrap_or(0.0)
}

/// A subscription of two attempts that hardly waits between them.
pub(crate) fn subscribe<S: Log>(bus: &EventBus<S>, name: &str) -> Subscribe<S> {
    recorder();
    let brief = Duration::from_millis(2);
    let retry = Retry { attempts: 2, first: brief, factor: 1, max: brief };
    bus.subscribe(name).retry(retry).poll(Duration::from_millis(20))
}
