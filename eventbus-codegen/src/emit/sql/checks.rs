//! What makes the log refuse payloads without the properties that their schemas require, or with values of another kind.
//!
//! One trigger looks up what a version asks for, so that a thousand types make rows and no code. A pair of type and version
//! without rows passes: whoever is newer than these migrations is not stopped.

use std::collections::VecDeque;

use super::Database;
use super::ast::{Insert, Statement, Value};
use super::document;
use super::objects::Object;
use super::places::{Contracts, Place, Property, Version};
use crate::kinds::{Kind, Kinds};
use crate::parallel;

/// The table, the function and the triggers.
pub(super) const BASE: &str = "checks";

/// How many places of a version are looked at, nearest first: a type that contains itself has no end.
const MOST: usize = 200;

/// How deep a place may be.
const DEEPEST: usize = 8;

/// What makes the checks of every version.
pub(super) fn objects(database: Database, versions: &[Version<'_>]) -> Vec<Object> {
    let mut all = vec![Object { name: BASE.to_owned(), create: base(database) }];
    all.extend(parallel::each(versions, |of| {
        let rows = rows(database, of.event_type, of.number, &of.contracts);
        let create = vec![Statement::Insert(insert(database, rows))];
        Object { name: format!("check {}@{}", of.event_type, of.number), create }
    }));
    all
}

fn base(database: Database) -> Vec<Statement> {
    match database {
        Database::Postgres => {
            let document = document("eventbus_check_document", "'0'");
            vec![document, Statement::Script(include_str!("checks.postgres.sql").into())]
        }
        Database::Sqlite => {
            let check = include_str!("check.sqlite.sql");
            let scheduled = format!(
                "-- What is not due yet comes into the log later, where nobody is left to be told.\n{}",
                check.replace("_event", "_scheduled")
            );
            let all = [include_str!("checks.sqlite.sql").into(), check.into(), scheduled.into()];
            all.map(Statement::Script).into()
        }
    }
}

/// What drops the checks of a version, `order.placed@1`.
pub(super) fn drop(version: &str) -> Statement {
    let (event_type, version) = version.rsplit_once('@').unwrap_or((version, "0"));
    let key = vec![
        ("type", Value::Text(event_type.to_owned())),
        ("version", Value::Integer(version.parse().unwrap_or(0))),
    ];
    Statement::Delete { table: "eventbus_shape", key }
}

/// What drops all that checks.
pub(super) fn drop_base(database: Database) -> Vec<Statement> {
    let all: &[(&'static str, &str)] = match database {
        Database::Postgres => &[
            ("TRIGGER", "eventbus_check ON eventbus_event"),
            ("TRIGGER", "eventbus_check ON eventbus_scheduled"),
            ("FUNCTION", "eventbus_check()"),
            ("FUNCTION", "eventbus_is_wrong(jsonb, eventbus_shape)"),
            ("FUNCTION", "eventbus_is_kind(jsonb, text)"),
            ("FUNCTION", "eventbus_check_document(json)"),
            ("TABLE", "eventbus_shape"),
        ],
        Database::Sqlite => &[
            ("TRIGGER", "eventbus_check_event"),
            ("TRIGGER", "eventbus_check_scheduled"),
            ("TABLE", "eventbus_shape"),
        ],
    };
    all.iter().map(|(what, name)| Statement::Drop { what, name: (*name).to_owned() }).collect()
}

fn insert(database: Database, rows: Vec<Vec<Value>>) -> Insert {
    let columns: &[&str] = match database {
        Database::Postgres => &["type", "version", "place", "path", "names", "kinds", "required"],
        Database::Sqlite => {
            &["type", "version", "place", "parent", "path", "aliases", "kinds", "required"]
        }
    };
    Insert { table: "eventbus_shape", columns, rows, key: &[], update: &[] }
}

/// What each place of a version must have, the payload itself first.
fn rows(database: Database, name: &str, version: u32, contracts: &Contracts) -> Vec<Vec<Value>> {
    let row = |place: usize, is: Vec<Value>| {
        let place = u32::try_from(place).expect("there are no more than the most");
        let key = [Value::Text(name.to_owned()), Value::Integer(version), Value::Integer(place)];
        key.into_iter().chain(is).collect::<Vec<Value>>()
    };
    let root = contracts.root();
    let mut rows = vec![row(0, whole(database, root.kinds()))];
    let mut open: VecDeque<(Vec<&str>, Place<'_>)> = [(Vec::new(), root)].into();
    while let Some((parent, place)) = open.pop_front() {
        for property in place.properties() {
            if rows.len() >= MOST {
                return rows;
            }
            let kinds = property.place.kinds();
            if property.required || kinds != Kinds::ALL {
                rows.push(row(rows.len(), part(database, &parent, &property, kinds)));
            }
            if parent.len() < DEEPEST && property.aliases.is_empty() {
                let mut path = parent.clone();
                path.push(property.name);
                open.push_back((path, property.place));
            }
        }
    }
    rows
}

/// The payload itself.
fn whole(database: Database, kinds: Kinds) -> Vec<Value> {
    match database {
        Database::Postgres => vec![
            Value::Texts(Vec::new()),
            Value::Texts(Vec::new()),
            named(database, kinds),
            Value::Boolean(true),
        ],
        Database::Sqlite => vec![
            Value::Null,
            Value::Text("$".to_owned()),
            Value::Null,
            named(database, kinds),
            Value::Boolean(true),
        ],
    }
}

fn part(database: Database, parent: &[&str], is: &Property<'_>, kinds: Kinds) -> Vec<Value> {
    let (kinds, required) = (named(database, kinds), Value::Boolean(is.required));
    match database {
        Database::Postgres => {
            let path = parent.iter().copied().chain([is.name]).map(stored).collect();
            let names = std::iter::once(is.name).chain(is.aliases.iter().copied());
            let names = names.map(stored).collect();
            vec![Value::Texts(path), Value::Texts(names), kinds, required]
        }
        Database::Sqlite => {
            let parent = path(parent.iter().copied());
            let below = |name| format!("{parent}{}", step(name));
            let aliases: Vec<String> = is.aliases.iter().map(|name| below(name)).collect();
            let aliases = match aliases.as_slice() {
                [] => Value::Null,
                all => Value::Text(serde_json::Value::from(all).to_string()),
            };
            let place = Value::Text(below(is.name));
            vec![Value::Text(parent), place, aliases, kinds, required]
        }
    }
}

/// The kinds as the database names them.
fn named(database: Database, kinds: Kinds) -> Value {
    let is_any_number = kinds.has(Kind::Integer) && kinds.has(Kind::Fraction);
    let kinds = if is_any_number && database == Database::Postgres {
        kinds.without(Kind::Integer)
    } else {
        kinds
    };
    let names = kinds.each().flat_map(|kind| match (database, kind) {
        (_, Kind::Null) => &["null"][..],
        (Database::Postgres, Kind::Bool) => &["boolean"],
        (Database::Sqlite, Kind::Bool) => &["true", "false"],
        (_, Kind::Integer) => &["integer"],
        (Database::Postgres, Kind::Fraction) => &["number"],
        (Database::Sqlite, Kind::Fraction) => &["real"],
        (Database::Postgres, Kind::Text) => &["string"],
        (Database::Sqlite, Kind::Text) => &["text"],
        (_, Kind::Array) => &["array"],
        (_, Kind::Object) => &["object"],
    });
    let names: Vec<&str> = names.copied().collect();
    Value::Text(format!(" {} ", names.join(" ")))
}

/// A property's name as PostgreSQL holds it.
pub(super) fn stored(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// A path of SQLite's to a property below these.
pub(super) fn path<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().fold("$".to_owned(), |path, name| path + &step(name))
}

fn step(name: &str) -> String {
    format!(".{}", serde_json::Value::from(name))
}
