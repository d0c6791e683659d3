//! A short run of real processes on each database. `scripts/chaos` is the long one.

use std::process::Command;

use eventbus_tests::random::seeded;
use rand::RngExt;
use serde_json::Value;

fn run(database: &str, faults: &str) {
    let seed = seeded().random_range(0..1_000_000).to_string();
    let arguments = [
        "--minutes",
        "0.25",
        "--seed",
        &seed,
        "--format",
        "json",
        "--on",
        database,
        "--faults",
        faults,
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_chaos")).args(arguments).output().unwrap();
    let (told, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "seed {seed}: {told}\n{errors}");
    let reports: Value = serde_json::from_str(&told).unwrap();
    let report = &reports[0];
    assert_eq!(report["anomalies"], serde_json::json!([]));
    assert_eq!(report["dead_letters"], 0);
    assert!(report["events"].as_u64().unwrap() > 50, "it had something to do: {report}");
    // A fault is left out where another one is at what it would meet.
    let kinds = faults.split(',').filter(|fault| report["faults"][fault].is_object()).count();
    assert!(kinds >= 4, "it was harmed: {report}");
}

#[test]
fn postgres_keeps_its_promises_while_it_is_harmed() {
    run(
        "postgres",
        "kill-emitter,kill-relay,stop-relay,kill-server,terminate,half-open-work,transaction",
    );
}

#[test]
fn sqlite_keeps_its_promises_while_it_is_harmed() {
    run("sqlite", "kill-emitter,kill-relay,stop-relay,disk-full,transaction,snapshot");
}
