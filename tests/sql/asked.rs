//! What the checks say, whom they stop, and where they stand.

use eventbus_runtime::PgBus;
use shop_events::ShopEvent;
use sqlx::{AssertSqlSafe, Connection, Executor as _, PgConnection, raw_sql};
use uuid::Uuid;

use crate::cases::{BOTH, document};
use crate::database::Both;

const REFUNDED: &str =
    r#"{"payment_id":"018bcfe5-6800-7000-8000-000000000000","amount":3,"currency":"EUR"}"#;

async fn checked() -> Both {
    Both::after(&[(document::<ShopEvent>(), "checks = true")]).await
}

#[tokio::test]
async fn a_refusal_names_the_type_the_version_and_the_place() {
    let both = checked().await;
    let said = async |data: &str| {
        let answers = both.append("payment.refunded", 1, data).await;
        answers
            .map(|answer| answer.unwrap_err().into_database_error().unwrap().message().to_owned())
    };
    let all = [
        (r#"{"amount":3,"currency":"EUR"}"#, "has no", "payment_id"),
        (&REFUNDED.replace("3,", "\"3\","), "has something else at", "amount"),
        (&REFUNDED.replace("3,", "3.5,"), "has something else at", "amount"),
        ("[]", "is array", "it takes object"),
    ];
    for (data, what, place) in all {
        for message in said(data).await {
            let begin = format!("the payload of payment.refunded, version 1, {what}");
            assert!(message.starts_with(&begin) && message.contains(place), "{message}");
        }
    }
    let no_json = "INSERT INTO eventbus_event (shard, version, id, type, source, data) \
                   VALUES (0, 1, 'a', 'payment.refunded', 'test', '{')";
    let error = both.sqlite.execute(no_json).await.unwrap_err();
    assert!(error.to_string().contains("is no JSON: it takes object"), "{error}");
    for answer in both.append("payment.refunded", 1, REFUNDED).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn whoever_writes_what_is_not_known_yet_is_not_stopped() {
    let both = checked().await;
    for (event_type, version) in [("payment.refunded", 2), ("payment.reversed", 1)] {
        for answer in both.append(event_type, version, "[]").await {
            answer.unwrap();
        }
    }
    let more = REFUNDED.replace("\"amount\"", "\"reason\":[1],\"amount\"");
    for answer in both.append("payment.refunded", 1, &more).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn what_is_scheduled_is_refused_before_it_is_due() {
    let both = checked().await;
    let sql = |id: Uuid, more: &str, value: &str| {
        format!(
            "INSERT INTO eventbus_scheduled ({more}id, due_at, shard, version, type, source, aggregate_kind, data) \
             VALUES ({value}'{id}', 1, 0, 1, 'payment.refunded', 'test', 'payment', '{{}}')"
        )
    };
    let refused = both.postgres.execute(AssertSqlSafe(sql(Uuid::now_v7(), "", ""))).await;
    assert!(refused.unwrap_err().to_string().contains("has no /amount"));
    let refused = both.sqlite.execute(AssertSqlSafe(sql(Uuid::now_v7(), "", ""))).await;
    assert!(refused.unwrap_err().to_string().contains("has no $.\"amount\""));
}

/// A role that may write events and nothing else is checked as everybody is, whatever tables it makes for itself.
#[tokio::test]
async fn a_role_that_may_only_write_needs_no_other_right_and_comes_around_nothing() {
    let both = checked().await;
    let role = format!("eventbus_test_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&both.database.url()).await.unwrap();
    let run = async |connection: &mut PgConnection, sql: String| {
        raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
    };
    run(
        &mut connection,
        format!(
            "CREATE ROLE {role}; GRANT INSERT ON eventbus_event TO {role}; SET ROLE {role}; \
             CREATE TEMPORARY TABLE eventbus_shape (LIKE eventbus_shape)"
        ),
    )
    .await
    .unwrap_err();
    run(&mut connection, format!("CREATE ROLE {role}; GRANT INSERT ON eventbus_event TO {role}"))
        .await
        .unwrap();
    run(
        &mut connection,
        format!(
            "SET ROLE {role}; CREATE TEMPORARY TABLE eventbus_shape (type text, version integer, place integer, \
             parent text[], name text, aliases text[], kinds text[], required boolean)"
        ),
    )
    .await
    .unwrap();
    let insert = |data: &str| {
        format!(
            "INSERT INTO eventbus_event (epoch, shard, version, id, type, source, data) \
             VALUES (1, 0, 1, '{}', 'payment.refunded', 'test', '{data}')",
            Uuid::now_v7()
        )
    };
    run(&mut connection, insert(REFUNDED)).await.unwrap();
    let refused = run(&mut connection, insert("{}")).await.unwrap_err().to_string();
    assert!(refused.contains("the payload of payment.refunded"), "{refused}");
    for sql in ["SELECT FROM public.eventbus_shape", "SELECT eventbus_check()"] {
        let refused = run(&mut connection, sql.to_owned()).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    run(
        &mut connection,
        format!(
            "RESET ROLE; DROP TABLE pg_temp.eventbus_shape; DROP OWNED BY {role}; DROP ROLE {role}"
        ),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_log_of_partitions_is_checked_as_before() {
    let both = checked().await;
    let bus = PgBus::connect(&both.database.url()).await.unwrap();
    bus.partition_log(3).await.unwrap();
    for _ in 0..8 {
        let [postgres, _] = both.append("payment.refunded", 1, REFUNDED).await;
        postgres.unwrap();
        let [postgres, _] = both.append("payment.refunded", 1, "{}").await;
        assert!(postgres.unwrap_err().to_string().contains("has no /amount"));
    }
    let parts = "SELECT count(DISTINCT tableoid) FROM eventbus_event";
    assert!(both.number(parts).await > 1, "the events are in several partitions");
}

#[tokio::test]
async fn views_look_at_all_of_a_log_of_partitions() {
    let both = Both::after(&[(document::<ShopEvent>(), BOTH)]).await;
    let bus = PgBus::connect(&both.database.url()).await.unwrap();
    bus.partition_log(3).await.unwrap();
    for data in [REFUNDED, "{}", REFUNDED, REFUNDED, REFUNDED, REFUNDED] {
        let [postgres, _] = both.append("payment.refunded", 1, data).await;
        assert_eq!(postgres.is_ok(), data == REFUNDED);
    }
    assert_eq!(both.number("SELECT count(*) FROM payment_refunded WHERE amount = 3").await, 5);
}

/// What PostgreSQL cannot hold in a text is right where a text, or a number, is right.
#[tokio::test]
async fn what_json_can_say_and_a_database_cannot_hold_is_let_through() {
    let both = checked().await;
    let huge = format!("1{}", "0".repeat(140_000));
    for (held, instead) in [
        ("\"EUR\"", "\"\\u0000\""),
        ("\"EUR\"", "\"\\ud800 1e99999\""),
        ("3", "1e99999"),
        ("3", "300.0"),
        ("3", "3e2"),
        ("3", huge.as_str()),
    ] {
        let data = REFUNDED.replace(held, instead);
        let [postgres, sqlite] = both.append("payment.refunded", 1, &data).await;
        postgres.unwrap_or_else(|error| panic!("{data}: {error}"));
        sqlite.unwrap_or_else(|error| panic!("{data}: {error}"));
    }
    for answer in both.append("payment.refunded", 1, &REFUNDED.replace("3,", "[1e99999],")).await {
        assert!(answer.unwrap_err().to_string().contains("amount"));
    }
}
