//! Views are read along the indexes of the log.

use eventbus_runtime::DomainEvent as _;
use shop_events::ShopEvent;
use sqlx::{AssertSqlSafe, Executor as _, raw_sql};

use crate::cases::document;
use crate::database::Both;

/// Many events, of which one in fourteen is in the view.
async fn filled() -> Both {
    let both = Both::after(&[(document::<ShopEvent>(), "views = true")]).await;
    let types =
        ShopEvent::CATALOG.leaves().into_iter().map(|leaf| format!("'{}'", leaf.event_type));
    let types: Vec<String> = types.collect();
    let (types, count) = (types.join(","), types.len());
    let sql = format!(
        "INSERT INTO eventbus_event (epoch, shard, version, id, correlation_id, type, source, data) \
         SELECT 1, 0, 1, gen_random_uuid(), md5((n / 10)::text)::uuid, (ARRAY[{types}])[n % {count} + 1], 'test', '{{}}' \
         FROM generate_series(1, 20000) AS n; ANALYZE eventbus_event"
    );
    raw_sql(AssertSqlSafe(sql)).execute(&both.postgres).await.unwrap();
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000) \
         INSERT INTO eventbus_event (shard, version, id, correlation_id, type, source, data) \
         SELECT 0, 1, 'x', 'c' || (n / 10), json_extract(json_array({types}), '$[' || (n % {count}) || ']'), 'test', '{{}}' \
         FROM numbers"
    );
    both.sqlite.execute(AssertSqlSafe(sql)).await.unwrap();
    both.sqlite.execute("ANALYZE").await.unwrap();
    both
}

#[tokio::test]
async fn a_page_and_a_correlation_are_found_by_the_indexes_of_the_log() {
    let both = filled().await;
    let page =
        "SELECT * FROM order_placed WHERE event_position > 9000 ORDER BY event_position LIMIT 10";
    let correlation =
        |value: &str| format!("SELECT * FROM order_placed WHERE event_correlation_id = '{value}'");

    let plan = async |sql: &str| {
        let sql = AssertSqlSafe(format!("EXPLAIN (COSTS OFF) {sql}"));
        let lines: Vec<String> = sqlx::query_scalar(sql).fetch_all(&both.postgres).await.unwrap();
        lines.join("\n")
    };
    let told = plan(page).await;
    assert!(
        told.contains("Index Scan using eventbus_event_pkey") && !told.contains("Sort"),
        "{told}"
    );
    let told = plan(&correlation("c4ca4238-a0b9-2382-0dcc-509a6f75849b")).await;
    assert!(told.contains("eventbus_event_correlation") && !told.contains("Seq Scan"), "{told}");

    let plan = async |sql: &str| {
        let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let lines: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sql).fetch_all(&both.sqlite).await.unwrap();
        lines.into_iter().map(|(_, _, _, line)| line).collect::<Vec<_>>().join("\n")
    };
    let told = plan(page).await;
    assert_eq!(told, "SEARCH eventbus_event USING INTEGER PRIMARY KEY (rowid>?)");
    let told = plan(&correlation("c77")).await;
    assert!(told.contains("USING INDEX eventbus_event_correlation (correlation_id=?)"), "{told}");

    let first = "SELECT min(event_position) FROM (SELECT event_position FROM order_placed \
                 WHERE event_position > 9000 ORDER BY event_position LIMIT 10) AS page";
    assert!(both.number(first).await > 9_000 && both.number_of_sqlite(first).await > 9_000);
}
