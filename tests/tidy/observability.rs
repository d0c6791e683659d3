//! `docs/observability.md` has every metric that the code exports, with what the code says of it, and no other.

use std::collections::BTreeSet;
use std::fs;

use eventbus_runtime::observe::{METRICS, Metric, MetricKind, Reason};
use serde_json::Value;

use crate::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The line of the docs' table that a metric has.
fn line(metric: &Metric) -> String {
    let kind = match metric.kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        other => panic!("{other:?} has no word here yet"),
    };
    let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
    let (name, unit) = (metric.name, metric.unit.as_str());
    format!("| `{name}` | {kind} | {unit} | {} | {} |", labels.join(", "), metric.help)
}

#[test]
fn the_docs_have_every_metric_as_the_code_has_it() {
    let docs = read("docs/observability.md");
    let told: BTreeSet<_> = docs.lines().filter(|line| line.starts_with("| `eventbus_")).collect();
    let meant: Vec<_> = METRICS.iter().map(line).collect();
    let meant: BTreeSet<_> = meant.iter().map(String::as_str).collect();
    let both: Vec<_> = told.symmetric_difference(&meant).collect();
    assert!(both.is_empty(), "in the docs or in the code alone: {both:#?}");
}

/// Counters end in `_total`, and what has a unit says it: so does Prometheus.
#[test]
fn names_of_metrics_say_what_they_are() {
    let mut names = BTreeSet::new();
    for Metric { name, kind, unit, .. } in METRICS {
        assert!(names.insert(*name), "{name} stands there twice");
        assert!(name.starts_with("eventbus_"), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == MetricKind::Counter, "{name}");
        assert_eq!(name.ends_with("_seconds"), unit.as_str() == "seconds", "{name}");
    }
}

/// The metrics that a text names: `eventbus_` and what follows, without what Prometheus adds to a histogram's.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let names = text.match_indices("eventbus_").filter(|(at, _)| !text[..*at].ends_with(is_part));
    let names = names.map(|(at, _)| text[at..].split(|char| !is_part(char)).next().unwrap());
    names
        .map(|name| {
            let series = ["_bucket", "_sum", "_count"].iter();
            let metric = series.filter_map(|end| name.strip_suffix(end)).next();
            metric.filter(|metric| is_histogram(metric)).unwrap_or(name).to_owned()
        })
        .collect()
}

fn is_histogram(name: &str) -> bool {
    METRICS.iter().any(|metric| metric.name == name && metric.kind == MetricKind::Histogram)
}

fn exported() -> BTreeSet<String> {
    METRICS.iter().map(|metric| metric.name.to_owned()).collect()
}

/// What the panels ask for.
fn asked(dashboard: &Value) -> String {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_dashboard_shows_every_metric_and_no_other() {
    let dashboard: Value = serde_json::from_str(&read("docs/grafana/eventbus.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    assert_eq!(named(&asked(&dashboard)), exported());
}

#[test]
fn alert_rules_name_what_the_code_exports_and_are_explained() {
    let rules = read("docs/prometheus/alerts.yml");
    let named = named(&rules);
    let unknown: Vec<_> = named.difference(&exported()).cloned().collect();
    assert!(unknown.is_empty() && named.len() > 5, "unknown: {unknown:?} among {named:?}");
    let docs = read("docs/observability.md");
    let alerts = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: BTreeSet<_> = alerts.collect();
    let told = docs.lines().filter_map(|line| line.strip_prefix("| `Eventbus"));
    let told: Vec<_> =
        told.map(|rest| format!("Eventbus{}", rest.split('`').next().unwrap())).collect();
    assert_eq!(told.iter().map(String::as_str).collect::<BTreeSet<_>>(), alerts);
}

/// A rule or a panel that asks for a label or a reason that no series has would be silent for ever.
#[test]
fn rules_and_dashboard_ask_for_labels_that_there_are() {
    let dashboard: Value = serde_json::from_str(&read("docs/grafana/eventbus.json")).unwrap();
    let rules = read("docs/prometheus/alerts.yml");
    let text = format!("{}\n{rules}", asked(&dashboard));
    let known = ["le", "quantile"].into_iter();
    let known: BTreeSet<_> =
        known.chain(METRICS.iter().flat_map(|metric| metric.labels.iter().copied())).collect();
    for (_, list) in text.match_indices("by (").map(|(at, by)| text.split_at(at + by.len())) {
        let (labels, _) = list.split_once(')').unwrap();
        for label in labels.split(", ") {
            assert!(known.contains(label), "`{label}` is no label");
        }
    }
    for (_, rest) in
        text.match_indices("reason=\"").map(|(at, from)| text.split_at(at + from.len()))
    {
        let (reason, _) = rest.split_once('"').unwrap();
        assert!(
            Reason::ALL.iter().any(|known| known.as_str() == reason),
            "`{reason}` is no reason"
        );
    }
}

#[test]
fn the_docs_explain_every_reason() {
    let docs = read("docs/observability.md");
    for reason in Reason::ALL {
        assert!(docs.contains(&format!("\n| `{reason}` | ")), "`{reason}` stands nowhere");
    }
}
