//! What the report says, and that a second run adds nothing.

use std::fs;

use serde_json::json;

use crate::run;

/// The report must agree with the file itself, read here by other means.
fn expected_orders() -> usize {
    let text = fs::read_to_string(run::orders()).unwrap();
    text.lines().count() - REFUSED.len()
}

const REFUSED: [(usize, &str); 8] = [
    (17, "EOF while parsing"),
    (48, "`items` is empty"),
    (93, "invalid value: integer `-2`"),
    (131, "`currency` is `euros`"),
    (164, "UUID parsing failed"),
    (207, "unknown variant `vanished`"),
    (255, "missing field `amount`"),
    (288, "expected value"),
];

fn a_run_and_a_second_one(url: &str) {
    let first = run::report(url);
    assert_eq!(first["imported"], expected_orders());
    assert_eq!(first["events"]["order.placed"], expected_orders());
    let refused = first["refused"].as_array().unwrap();
    assert_eq!(refused.len(), REFUSED.len());
    for (line, (number, reason)) in refused.iter().zip(REFUSED) {
        assert_eq!(line["line"], number);
        let said = line["reason"].as_str().unwrap();
        assert!(said.contains(reason), "line {number}: {said}");
    }
    let letters = first["dead_letters"].as_array().unwrap();
    assert!(!letters.is_empty());
    for letter in letters {
        assert_eq!(letter["subscription"], "sales");
        assert_eq!(letter["reason"], "ValidationFailed: the books have no account in XTS");
    }
    assert_eq!(first["labels"], first["events"]["order.shipped"]);
    assert!(first["run"]["labels"]["retried"].as_u64().unwrap() > 0);

    let second = run::report(url);
    assert_eq!(second["imported"], 0);
    assert_eq!(second["known"], expected_orders());
    assert_eq!(run::outcome(&second), run::outcome(&first));
    let nothing = json!({ "handled": 0, "retried": 0, "dead": 0 });
    assert_eq!(second["run"], json!({ "labels": nothing, "sales": nothing }));
}

#[tokio::test]
async fn a_second_run_on_sqlite_handles_nothing_twice() {
    let place = run::sqlite().await;
    a_run_and_a_second_one(&place.url());
}

#[tokio::test]
async fn a_second_run_on_postgres_handles_nothing_twice() {
    let place = run::postgres().await;
    a_run_and_a_second_one(&place.url());
}

#[tokio::test]
async fn the_two_databases_come_to_the_same_outcome() {
    let places = [run::sqlite().await, run::postgres().await];
    let [sqlite, postgres] = places.map(|place| run::outcome(&run::report(&place.url())));
    assert_eq!(sqlite, postgres);
}

#[tokio::test]
async fn the_report_for_people_names_bad_lines_and_dead_letters() {
    let place = run::sqlite().await;
    let output = run::quickstart(&place.url()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let summary = "320 lines: 312 orders imported, 0 were there already, 8 refused";
    assert!(text.contains(summary), "{text}");
    assert!(text.contains("line 131: `currency` is `euros`"), "{text}");
    assert!(text.contains("sales: payment.completed "), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours outside a terminal");
}

#[tokio::test]
async fn lines_that_no_database_could_hold_are_refused_like_any_other() {
    let place = run::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let orders = fs::read(run::orders()).unwrap();
    let good = orders.split(|byte| *byte == b'\n').next().unwrap();
    let nul = String::from_utf8(good.to_vec()).unwrap().replace("SPOON", "\\u0000");
    let file = folder.path().join("orders.ndjson");
    fs::write(&file, [good, b"{\"order\xff", nul.as_bytes()].join(&b'\n')).unwrap();

    let mut command = run::quickstart(&place.url());
    let output = command.args(["--format", "json"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", run::stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["imported"], 1);
    let utf8 = json!({ "line": 2, "reason": "no UTF-8 text, at byte 8" });
    assert_eq!(report["refused"][0], utf8);
    assert_eq!(report["refused"][1]["line"], 3);
    assert!(report["refused"][1]["reason"].as_str().unwrap().contains("U+0000"));
}
