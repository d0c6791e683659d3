//! How a report reads, for people and for machines.

use eventbus_runtime::integrity::Check;
use serde_json::{Value, json};

use crate::sound::without_ids;
use crate::sqlite::{damaged, sound};

#[tokio::test]
async fn a_report_reads_as_it_did() {
    let sql = "DELETE FROM eventbus_event WHERE position IN (1, 6)";
    let file = damaged(&sound().await, sql).await;
    let bus = file.empty_bus().await;
    let report = bus.verify().samples(1).await.unwrap();
    let path = file.path().display().to_string();
    let text = without_ids(&report.to_string()).replace(&path, "shop.db");
    let expected = include_str!("report.txt");
    assert_eq!(text, expected.trim_end());

    let sound = sound().await;
    let text = sound.empty_bus().await.verify().await.unwrap().to_string();
    assert!(
        text.starts_with("SQLite database `")
            && text.contains("`: sound\nlooked at 8 events (1 to 8), "),
        "{text}"
    );
}

#[tokio::test]
async fn machines_read_stable_names() {
    let sql = "DELETE FROM eventbus_event WHERE position = 6";
    let file = damaged(&sound().await, sql).await;
    let report = file.empty_bus().await.verify().await.unwrap();
    let mut document = serde_json::to_value(&report).unwrap();
    let names: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let members =
        ["checks", "database", "findings", "format", "looked_at", "sound", "store", "unfinished"];
    assert_eq!(names, members);
    let Value::Array(checks) = document["checks"].take() else { panic!("a list") };
    assert!(
        checks.contains(&json!("duplicate_event_id")) && checks.contains(&json!("time_goes_back"))
    );
    let key_without_event = &report.findings()[0];
    assert_eq!(
        document["findings"],
        json!([{
            "check": "key_without_event",
            "severity": "warning",
            "count": 1,
            "means": Check::KeyWithoutEvent.means(),
            "remedy": Check::KeyWithoutEvent.remedy(),
            "places": [{ "key": "note.taken:6", "event_id": key_without_event.places()[0].event_id }],
        }])
    );
    assert_eq!(
        document["looked_at"],
        json!({
            "events": 7, "first_position": 1, "last_position": 8, "subscriptions": 2, "shards": 32, "deliveries": 2,
            "dead_letters": 1, "keys": 1,
        })
    );
    assert_eq!((&document["format"], &document["sound"]), (&json!(1), &json!(true)));
    assert_eq!((&document["store"], &document["unfinished"]), (&json!("SQLite"), &json!([])));
}

/// Names are looked for by machines: they are snake case, and no two are one.
#[test]
fn every_check_has_a_name_of_its_own() {
    let mut names: Vec<&str> = Check::ALL.iter().map(|check| check.name()).collect();
    assert!(
        names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    );
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    let page = include_str!("../../docs/integrity.md");
    for check in Check::ALL {
        assert!(page.contains(&format!("| `{check}` | {} |", check.severity())), "docs: {check}");
    }
}
