//! Names and texts that mean something in SQL.

use eventbus_runtime::DomainEvent;

use crate::cases::{BOTH, document};
use crate::database::{Both, literal, quoted};

/// It's a 'quote', a "quote", a \ and $$; DROP TABLE eventbus_event; -- and /* this.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum HostileEvent {
    Select(SelectEvent),
    SelectFrom(SelectFromEvent),
    #[event(name = "eventbus_dead")]
    Own(OwnEvent),
    Sqlite(SqliteEvent),
    Long(LongEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum SelectEvent {
    /// It's a 'quote', a "quote", a \ and $$; DROP TABLE eventbus_event; -- and /* this.
    FromWhere {
        /// Ends ' here.
        r#where: String,
        #[serde(rename = "it's \"quoted\" \\ $.a[0] {b}")]
        quoted: u8,
        #[serde(rename = "日本語")]
        unicode: bool,
        #[serde(rename = "")]
        empty: u8,
        #[serde(rename = "line\nbreak\u{1}")]
        line: u8,
        #[serde(rename = "event_id")]
        id: u8,
        #[serde(rename = "EVENT_DATA")]
        data: u8,
        #[serde(rename = "data_event_id")]
        other: u8,
        case: u8,
        #[serde(rename = "CASE")]
        upper: u8,
        #[serde(rename = "ctid")]
        system: u8,
        #[serde(rename = "0")]
        number: u8,
        #[serde(rename = "a_name_of_more_than_sixty_three_bytes_that_ends_in_some_way_or_other_1")]
        one: u8,
        #[serde(rename = "a_name_of_more_than_sixty_three_bytes_that_ends_in_some_way_or_other_2")]
        two: u8,
        #[serde(rename = "ééééééééééééééééééééééééééééééééééééééé")]
        wide: u8,
    },
    Void,
    Nothing {},
}

#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum SelectFromEvent {
    /// Its view would be called as that of `select.from_where`.
    #[event(name = "where")]
    Filtered { group: u8 },
}

#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum OwnEvent {
    /// A table of the runtime is called as its view would be.
    Letter { id: u8 },
}

#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum SqliteEvent {
    Master { id: u8 },
}

#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum LongEvent {
    #[event(name = "a_variant_whose_name_is_longer_than_a_name_may_be_in_postgres_one")]
    One { id: u8 },
    #[event(name = "a_variant_whose_name_is_longer_than_a_name_may_be_in_postgres_two")]
    Two { id: u8 },
}

const PAYLOAD: &str = r#"{"where":"x","it's \"quoted\" \\ $.a[0] {b}":1,"日本語":true,"":2,"line\nbreak\u0001":3,"event_id":4,
"EVENT_DATA":5,"data_event_id":6,"case":7,"CASE":8,"ctid":9,"0":10,
"a_name_of_more_than_sixty_three_bytes_that_ends_in_some_way_or_other_1":11,
"a_name_of_more_than_sixty_three_bytes_that_ends_in_some_way_or_other_2":12,
"ééééééééééééééééééééééééééééééééééééééé":13}"#;

#[tokio::test]
async fn whatever_things_are_called_they_are_found_in_their_columns() {
    let both = Both::after(&[(document::<HostileEvent>(), BOTH)]).await;
    for answer in both.append("select.from_where", 1, PAYLOAD).await {
        answer.unwrap();
    }
    let views = both.views().await;
    let has = |view: &str| views.keys().any(|name| name.starts_with(view));
    assert!(has("select_from_where_") && !views.contains_key("select_from_where"), "{views:?}");
    assert_eq!(views.len(), 8, "{:?}", views.keys());
    assert!(
        views.keys().all(|name| name.len() <= 63 && !name.starts_with("eventbus_")),
        "{views:?}"
    );

    let (view, columns) =
        views.iter().find(|(_, columns)| columns.iter().any(|(name, _)| name == "where")).unwrap();
    let mut sum = 0;
    for (column, ty) in columns.iter().filter(|(_, ty)| ty == "integer") {
        let sql = format!("SELECT {} FROM {}", quoted(column), quoted(view));
        let value = both.number(&sql.replace("SELECT ", "SELECT 1::bigint * ")).await;
        assert_eq!(both.number_of_sqlite(&sql).await, value, "{column} {ty}");
        sum += value;
    }
    assert_eq!(sum, (1..=13).sum::<i64>(), "{columns:?}");
    let told = format!(
        "SELECT count(*) FROM pg_class WHERE relname = {} AND obj_description(oid) LIKE 'It''s a ''quote'', a \"quote\"%'",
        literal(view)
    );
    assert_eq!(both.number(&told).await, 1);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["日本語", "ctid", "0", "data_", "data_EVENT_DATA"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[tokio::test]
async fn a_property_is_missed_whatever_it_is_called() {
    let both = Both::after(&[(document::<HostileEvent>(), BOTH)]).await;
    let whole: serde_json::Value = serde_json::from_str(PAYLOAD).unwrap();
    for name in whole.as_object().unwrap().keys() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        let mut wrong = whole.clone();
        wrong[name] = serde_json::json!([]);
        for data in [without, wrong] {
            for answer in both.append("select.from_where", 1, &data.to_string()).await {
                assert!(answer.is_err(), "{name}: {data}");
            }
        }
    }
    for (event_type, data) in
        [("select.void", "{}"), ("select.void", "null"), ("select.nothing", "{}")]
    {
        let [postgres, sqlite] = both.append(event_type, 1, data).await;
        assert_eq!(postgres.is_ok(), sqlite.is_ok(), "{event_type} {data}");
    }
}
