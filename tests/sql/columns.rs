//! What the code writes is taken by both databases, and is in the columns of the views as it was written.

use eventbus_runtime::DomainEvent;
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use schemars::generate::Contract;
use shop_events::ShopEvent;

use crate::cases::{BOTH, document};
use crate::cdevents::CdEvent;
use crate::database::{Both, literal, quoted};
use crate::documents;
use crate::events::LabEvent;
use crate::random::Random;

const EVENTS: usize = 300;
const DOCUMENTS: usize = 15;

#[tokio::test]
async fn every_kind_of_field_is_taken_and_read_back() {
    holds::<LabEvent>(|rng| (0..EVENTS).map(|_| LabEvent::random(rng)).collect()).await;
}

#[tokio::test]
async fn the_shops_events_are_taken_and_read_back() {
    holds::<ShopEvent>(|_| Vec::new()).await;
}

#[tokio::test]
async fn the_events_of_a_specification_are_taken_and_read_back() {
    holds::<CdEvent>(|_| Vec::new()).await;
}

async fn holds<E: DomainEvent>(random: impl Fn(&mut StdRng) -> Vec<E>) {
    let both = Both::after(&[(document::<E>(), BOTH)]).await;
    let mut rng = seeded();
    let mut events = random(&mut rng);
    for leaf in E::CATALOG.leaves() {
        let schema = (leaf.schema)(Contract::Deserialize).to_value();
        for _ in 0..DOCUMENTS {
            let read = documents::document(&schema, &mut rng);
            events.push(E::from_data(leaf.event_type, leaf.version, &read).unwrap());
        }
    }
    let version = |event_type: &str| {
        let leaves = E::CATALOG.leaves();
        leaves.into_iter().find(|leaf| leaf.event_type == event_type).unwrap().version
    };
    for event in &events {
        let (event_type, data) = (event.event_type(), event.to_data().unwrap());
        // Neither database holds it in a text.
        if data.contains("\\u0000") {
            continue;
        }
        for answer in both.append(event_type, version(event_type), &data).await {
            answer.unwrap_or_else(|error| panic!("{event_type} {data}: {error}"));
        }
    }
    let mut rows = 0;
    for (view, columns) in both.views().await {
        let view = quoted(&view);
        rows += both.number(&format!("SELECT count(*) FROM {view}")).await;
        let envelope = columns.iter().filter(|(name, _)| name.starts_with("event_")).count();
        assert_eq!(envelope, 10, "{columns:?}");
        let late = format!("SELECT count(*) FROM {view} WHERE NOT coalesce(");
        let late_of = |within: &str| format!("{late}{within}, false)");
        let within = "event_time BETWEEN now() - interval '1 hour' AND now() + interval '1 minute'";
        assert_eq!(both.number(&late_of(within)).await, 0, "{view}");
        let within = "event_time GLOB '????-??-??T??:??:??.???Z' AND abs(julianday(event_time) - julianday('now')) < 0.05";
        assert_eq!(both.number_of_sqlite(&late_of(within)).await, 0, "{view}");
        for (column, ty) in columns.iter().skip(envelope) {
            is_read_back(&both, &view, column, ty).await;
        }
    }
    let all = both.number("SELECT count(*) FROM eventbus_event").await;
    assert!(rows == all && all > 0, "each event is in one view: {rows} of {all}");
}

async fn is_read_back(both: &Both, view: &str, column: &str, ty: &str) {
    let (name, key) = (quoted(column), literal(column));
    let written = format!("event_data::jsonb -> {key}");
    // What is no time of PostgreSQL's is none in the column.
    let wrong = if ty == "timestamp with time zone" {
        format!(
            "{name} IS DISTINCT FROM CASE WHEN event_data ->> {key} ~ '^[0-9]{{4}}-' THEN \
             (event_data ->> {key})::timestamptz END"
        )
    } else if ty == "double precision" {
        // One number has several spellings.
        format!("{name} IS DISTINCT FROM (event_data ->> {key})::double precision")
    } else {
        format!("coalesce(to_jsonb({name}), 'null') IS DISTINCT FROM coalesce({written}, 'null')")
    };
    let sql = format!("SELECT count(*) FROM {view} WHERE {wrong}");
    assert_eq!(both.number(&sql).await, 0, "{view}.{name}, {ty}: {sql}");

    let path = literal(&format!("$.{}", serde_json::Value::from(column)));
    let expected = match ty {
        "jsonb" => format!("nullif(event_data -> {path}, 'null')"),
        // More than 64 bits are no number of SQLite's.
        "numeric" => format!(
            "CASE typeof(event_data ->> {path}) WHEN 'real' THEN event_data -> {path} ELSE event_data ->> {path} END"
        ),
        _ => format!("event_data ->> {path}"),
    };
    let sql = format!("SELECT count(*) FROM {view} WHERE {name} IS NOT ({expected})");
    assert_eq!(both.number_of_sqlite(&sql).await, 0, "{view}.{name}, {ty}: {sql}");
    let kinds = match ty {
        "boolean" | "integer" | "bigint" => "'integer', 'null'",
        "numeric" => "'integer', 'text', 'null'",
        "double precision" => "'real', 'null'",
        _ => "'text', 'null'",
    };
    let sql = format!("SELECT count(*) FROM {view} WHERE typeof({name}) NOT IN ({kinds})");
    assert_eq!(both.number_of_sqlite(&sql).await, 0, "{view}.{name}, {ty}: {sql}");
}
