//! Rows that nobody checked: no view fails because of one.

use eventbus_runtime::DomainEvent;
use eventbus_tests::random::seeded;
use rand::RngExt;
use rand::rngs::StdRng;
use schemars::generate::Contract;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::cases::{BOTH, document};
use crate::cdevents::CdEvent;
use crate::database::{Both, literal, quoted};
use crate::documents;
use crate::events::LabEvent;
use crate::mutate::mutated;

const ROWS: usize = 60;

/// Values that a column of some type could stumble over.
const VALUES: &[&str] = &[
    "null",
    "true",
    "-0",
    "1.0",
    "1.5",
    "1e3",
    "2147483648",
    "-9223372036854775809",
    "18446744073709551616",
    "1e308",
    "1.8e308",
    "1e400",
    "4e-324",
    "1e-400",
    "1e99999",
    "-1e-99999",
    "1e1000000000000",
    r#""""#,
    r#""text""#,
    r#""\u0000""#,
    r#""a\\u0000\u0000""#,
    r#""\ud800""#,
    r#""\udc00\ud800\ud83d\ude00 1e99999""#,
    r#""\\ud83d\ude00""#,
    r#""{00000000-0000-0000-0000-000000000000}""#,
    r#""{00000000-0000-0000-0000-000000000000""#,
    r#""00000000000000000000000000000000""#,
    r#""0000000-00000-0000-0000-000000000000""#,
    r#""2026-02-30""#,
    r#""2024-02-29""#,
    r#""0000-01-01""#,
    r#""2026-13-01""#,
    r#""2026-02-30T00:00:00Z""#,
    r#""0000-01-01T00:00:00Z""#,
    r#""9999-12-31T23:59:60-15:59""#,
    r#""0001-01-01T00:00:00+15:59""#,
    r#""2026-01-01T24:00:00Z""#,
    r#""2026-01-01T00:00:00+24:00""#,
    r#""2026-01-01T00:00:00.123456789012345678901234567890Z""#,
    r#""2026-01-01T00:00:00""#,
    r#""+12026-01-01T00:00:00Z""#,
    r#""infinity""#,
    "[]",
    "[null]",
    "{}",
    r#"{"a":1,"a":2}"#,
];

#[tokio::test]
async fn every_view_answers_whatever_is_stored() {
    holds::<LabEvent>().await;
    holds::<CdEvent>().await;
}

async fn holds<E: DomainEvent>() {
    let both = Both::after(&[(document::<E>(), "views = true")]).await;
    let mut rng = seeded();
    let leaves = E::CATALOG.leaves();
    let rows = ROWS * 20 / leaves.len();
    let mut all = 0;
    for leaf in &leaves {
        let schema = (leaf.schema)(Contract::Deserialize).to_value();
        for _ in 0..rows {
            let value = serde_json::from_str(&documents::document(&schema, &mut rng)).unwrap();
            let data = spoilt(&mutated(&value, &mut rng), &mut rng);
            let [postgres, sqlite] = both.append(leaf.event_type, leaf.version, &data).await;
            postgres.unwrap_or_else(|error| panic!("{data}: {error}"));
            sqlite.unwrap();
            all += 1;
        }
        // SQLite takes what is no JSON, and no UUID.
        for data in ["", "{", "\u{0}", "{'a': 1}", "NaN", &"[".repeat(2_000)] {
            let sql = format!(
                "INSERT INTO eventbus_event (shard, version, id, type, source, data) \
                 VALUES (0, {}, 'zzzzzzzz-zzzz-7', '{}', 'test', {})",
                leaf.version,
                leaf.event_type,
                literal(&data.replace('\0', ""))
            );
            both.sqlite.execute(AssertSqlSafe(sql)).await.unwrap();
        }
    }
    let (mut found, mut also) = (0, 0);
    for (view, columns) in both.views().await {
        // Each column is worked out, and by itself, so that it is told which one fails.
        for (column, _) in &columns {
            let sql = format!("SELECT count({}) FROM {}", quoted(column), quoted(&view));
            both.number(&sql).await;
            both.number_of_sqlite(&sql).await;
        }
        found += both.number(&format!("SELECT count(*) FROM {}", quoted(&view))).await;
        also += both.number_of_sqlite(&format!("SELECT count(*) FROM {}", quoted(&view))).await;
    }
    assert_eq!(found, all);
    assert_eq!(also, all + 6 * i64::try_from(leaves.len()).unwrap());
}

/// The document with hostile values in the place of some of its own, or such a value alone.
fn spoilt(value: &Value, rng: &mut StdRng) -> String {
    let hostile = |rng: &mut StdRng| VALUES[rng.random_range(0..VALUES.len())];
    let Value::Object(members) = value else { return hostile(rng).to_owned() };
    if rng.random_ratio(1, 20) {
        return hostile(rng).to_owned();
    }
    let members: Vec<String> = members
        .iter()
        .map(|(name, member)| {
            let kept = member.to_string();
            let held = if rng.random_ratio(2, 3) { hostile(rng) } else { &kept };
            format!("{}: {held}", Value::from(name.as_str()))
        })
        .collect();
    format!("{{{}}}", members.join(", "))
}

/// As deep as PostgreSQL takes JSON at all: what is deeper than anything reads is neither shown nor checked.
#[tokio::test]
async fn a_payload_may_be_nested_as_deep_as_the_log_takes_it() {
    let both = Both::after(&[(document::<LabEvent>(), BOTH)]).await;
    let mut deepest = 0;
    for depth in [100, 900, 1_100, 3_000, 5_000, 6_000, 7_000, 10_000, 20_000, 40_000] {
        let value = format!("{}1{}", r#"[{"a":"["},"#.repeat(depth), "]".repeat(depth));
        let data = format!(
            r#"{{"writerId":"018bcfe5-6800-7000-8000-000000000000","writtenAt":"2026-01-01T00:00:00Z","text":"x","more":{value}}}"#
        );
        let [postgres, sqlite] = both.append("lab.text.written", 1, &data).await;
        if let Err(error) = postgres {
            // The server says so where it takes the JSON itself.
            assert!(
                depth > 1_100 && !error.to_string().contains("the payload of"),
                "{depth}: {error}"
            );
            break;
        }
        // SQLite knows no JSON of more than 1,000 levels.
        assert_eq!(sqlite.is_ok(), depth < 1_000, "{depth}: {sqlite:?}");
        deepest = depth;
        let last = both.number("SELECT max(event_position) FROM lab_text_written").await;
        let sql = format!("SELECT count(text) FROM lab_text_written WHERE event_position = {last}");
        assert_eq!(both.number(&sql).await, i64::from(depth < 1_000), "{depth}");
    }
    assert!(deepest > 1_100, "{deepest}");
    assert_eq!(both.number_of_sqlite("SELECT count(text) FROM lab_text_written").await, 2);
}
