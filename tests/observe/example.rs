//! The example as Prometheus and a probe meet it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use eventbus_runtime::observe::{METRICS, MetricKind};
use eventbus_tests::program::binary;

fn get(url: &str) -> (String, String) {
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().trim().to_owned(), body.to_owned())
}

#[test]
fn the_example_shows_every_metric_and_its_health() {
    let mut program = Command::new(binary("metrics-example", "metrics-example"))
        .args(["--requests", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let (metrics, health) = (lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap());
    let (status, text) = get(&metrics);
    assert_eq!(status, "HTTP/1.1 200");
    for metric in METRICS {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            _ => "histogram",
        };
        let name = metric.name;
        let (_, series) = text
            .split_once(&format!("# TYPE {name} {kind}\n"))
            .unwrap_or_else(|| panic!("`{name}` is missing:\n{text}"));
        assert!(text.contains(&format!("# HELP {name} ")), "`{name}` is not described:\n{text}");
        let series = series.lines().next().unwrap();
        assert!(series.starts_with(name), "`{name}` has no series but {series}");
        for label in metric.labels {
            assert!(series.contains(&format!("{label}=\"")), "`{label}` is missing in {series}");
        }
    }
    let dead =
        "eventbus_dead_lettered_total{subscription=\"billing\",event_type=\"order.placed\"} ";
    let dead = text.lines().find_map(|line| line.strip_prefix(dead)).unwrap();
    assert!(dead.parse::<u32>().unwrap() >= 3, "every tenth order: {dead}");
    let (status, body) = get(&health);
    assert_eq!(status, "HTTP/1.1 200", "dead letters are yellow: {body}");
    let health: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(health["light"], "yellow");
    assert_eq!(health["subscriptions"][0]["findings"][0]["reason"], "dead_letters");
    assert!(program.wait().unwrap().success());
}
