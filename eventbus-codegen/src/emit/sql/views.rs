//! A view for each version of each type: what the log says of the event, and a column for each property of its payload.
//!
//! No row makes a view fail: a value that is not of its column's type is nothing. So a row that somebody else wrote, or wrote
//! before there were checks, hides no other.

use super::ast::{Expr, Statement, Value, View, quoted};
use super::column::Type;
use super::objects::Object;
use super::places::{Property, Version};
use super::{Database, document, names};
use crate::parallel;
use crate::registry::Registry;

/// The functions that columns are made by.
pub(super) const BASE: &str = "views";

/// A column that every view has: its name, what it holds in PostgreSQL and in SQLite, and what it is for.
const ENVELOPE: &[(&str, &str, &str, &str)] = &[
    ("event_position", "e.position", "e.position", "The event's number in the log."),
    ("event_id", "e.id", "e.id", "The event's id, a UUIDv7."),
    (
        "event_time",
        "eventbus_time_of(e.id)",
        "CASE WHEN substr(e.id, 15, 1) = '7' AND substr(e.id, 1, 8) || substr(e.id, 10, 4) NOT GLOB '*[^0-9a-f]*' \
         THEN strftime('%Y-%m-%dT%H:%M:%fZ', \
         json_extract('0x' || substr(e.id, 1, 8) || substr(e.id, 10, 4), '$') / 1000.0, 'unixepoch') END",
        "When it was emitted, or scheduled where it was scheduled first.",
    ),
    ("event_source", "e.source", "e.source", "The service that emitted it."),
    ("event_tenant", "e.tenant", "e.tenant", "The tenant; NULL in single-tenant use."),
    ("event_aggregate_id", "e.aggregate_id", "e.aggregate_id", "The id of its aggregate."),
    (
        "event_correlation_id",
        "e.correlation_id",
        "e.correlation_id",
        "What belongs together across services.",
    ),
    (
        "event_causation_id",
        "e.causation_id",
        "e.causation_id",
        "The event whose handling emitted this one.",
    ),
    (
        "event_metadata",
        "e.metadata",
        "e.metadata",
        "Extensions named by the caller, an object of strings.",
    ),
    ("event_data", "e.data", "e.data", "The payload as it was written."),
];

/// What makes the view of every version.
pub(super) fn objects(
    database: Database,
    registry: &Registry,
    versions: &[Version<'_>],
) -> Vec<Object> {
    let names = names::views(registry);
    let mut all = parallel::each(versions, |of| {
        let name = &names[&(of.event_type, of.number)];
        Object { name: format!("view {name}"), create: view(database, name, of) }
    });
    if database == Database::Postgres {
        let functions = Statement::Script(include_str!("views.postgres.sql").into());
        let create = vec![document("eventbus_view_document", "'null'"), functions];
        all.push(Object { name: BASE.to_owned(), create });
    }
    all
}

/// What drops a view.
pub(super) fn drop(view: &str) -> Statement {
    Statement::Drop { what: "VIEW", name: quoted(view) }
}

/// What drops the functions, in the order in which nothing needs them any more.
pub(super) fn drop_base(database: Database) -> Vec<Statement> {
    let all: &[&str] = match database {
        Database::Postgres => &[
            "eventbus_time_of(uuid)",
            "eventbus_as_json(jsonb)",
            "eventbus_as_time(jsonb)",
            "eventbus_as_date(jsonb)",
            "eventbus_as_uuid(jsonb)",
            "eventbus_as_double(jsonb)",
            "eventbus_as_bigint(jsonb)",
            "eventbus_as_integer(jsonb)",
            "eventbus_as_whole(jsonb)",
            "eventbus_as_boolean(jsonb)",
            "eventbus_as_text(jsonb)",
            "eventbus_view_document(json)",
        ],
        Database::Sqlite => &[],
    };
    let drop = |name: &&str| Statement::Drop { what: "FUNCTION", name: (*name).to_owned() };
    all.iter().map(drop).collect()
}

fn view(database: Database, name: &str, of: &Version<'_>) -> Vec<Statement> {
    let Version { event_type, event, number, contracts } = of;
    let root = contracts.root();
    let properties = root.properties();
    let taken: Vec<&str> = ENVELOPE.iter().map(|(column, ..)| *column).collect();
    let mut columns: Vec<(Expr, String, &str)> = ENVELOPE
        .iter()
        .map(|(column, postgres, sqlite, docs)| {
            let held = if database == Database::Postgres { postgres } else { sqlite };
            (Expr::Raw(held), (*column).to_owned(), *docs)
        })
        .collect();
    let called: Vec<&str> = properties.iter().map(|property| property.name).collect();
    let called = names::columns(&taken, &called);
    columns.extend(properties.iter().zip(called).map(|(property, column)| {
        (Type::of(&property.place).read(database, &every_name(property)), column, property.docs)
    }));
    // What is no object has no names for its parts.
    if properties.is_empty() && !root.is_empty_object() {
        let held = Type::of(&root).read(database, &[]);
        columns.push((held, "data_value".to_owned(), "The payload's value."));
    }
    let docs = match event.docs.as_str() {
        _ if *number != event.current => format!("Version {number} of {event_type}."),
        "" => format!("The events {event_type}, version {number}."),
        docs => docs.to_owned(),
    };
    let mut statements = Vec::new();
    let (mut made, mut told) = (Vec::new(), Vec::new());
    for (held, column, docs) in columns {
        if database == Database::Postgres && !docs.is_empty() {
            let path = vec![name.to_owned(), column.clone()];
            told.push(Statement::Describe { what: "COLUMN", path, docs: docs.to_owned() });
        }
        made.push((held, column));
    }
    statements.push(Statement::View(View {
        name: name.to_owned(),
        options: match database {
            Database::Postgres => " WITH (security_invoker = true)",
            Database::Sqlite => "",
        },
        columns: made,
        from: match database {
            // Its own level, so that a payload is parsed once for all columns.
            Database::Postgres => {
                "eventbus_event AS e CROSS JOIN LATERAL \
                 (SELECT eventbus_view_document(e.data) AS payload OFFSET 0) AS d"
            }
            Database::Sqlite => {
                "(SELECT *, CASE WHEN json_valid(data) THEN data END AS payload FROM eventbus_event) AS e"
            }
        },
        only: vec![
            ("e.type", Value::Text((*event_type).to_owned())),
            ("e.version", Value::Integer(*number)),
        ],
    }));
    if database == Database::Postgres {
        statements.push(Statement::Describe { what: "VIEW", path: vec![name.to_owned()], docs });
    }
    statements.extend(told);
    statements
}

fn every_name<'a>(property: &Property<'a>) -> Vec<&'a str> {
    std::iter::once(property.name).chain(property.aliases.iter().copied()).collect()
}
