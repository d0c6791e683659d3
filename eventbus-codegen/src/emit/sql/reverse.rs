//! The ways back: what a migration that can be reverted says in its second file.

use std::collections::BTreeMap;

use eventbus_runtime::migrations::Migration;

use super::ast::{Statement, Value};
use super::{Database, FACTS, Texts, insert, objects, rows};
use crate::canonical::sha256;
use crate::output::{Emitted, Registered};

/// Undoes a step of the runtime.
pub(super) fn step(database: Database, step: &Migration) -> Vec<Statement> {
    let down = Statement::Script(step.down.into());
    match database {
        // Rows are moved, and whoever sees a part of them must fail.
        Database::Postgres => {
            vec![Statement::SetLocal { name: "row_security", value: "off" }, down]
        }
        Database::Sqlite => vec![down],
    }
}

/// Removes the rows that are new, and gives those that change the facts that they had.
pub(super) fn types(
    new: &[Registered],
    changed: &[Registered],
    emitted: &[Emitted],
) -> Vec<Statement> {
    let before = rows(emitted);
    let former =
        changed.iter().filter_map(|row| before.get(&(row.event_type.as_str(), row.version)));
    let former: Vec<Registered> = former.map(|row| (*row).clone()).collect();
    let delete = |row: &Registered| {
        let key = vec![
            ("type", Value::Text(row.event_type.clone())),
            ("version", Value::Integer(row.version)),
        ];
        Statement::Delete { table: "eventbus_type", key }
    };
    new.iter().map(delete).chain(insert(&former, FACTS)).collect()
}

/// Drops what a file makes, and makes again what it dropped, as the emitted files have it.
pub(super) fn of_objects(
    database: Database,
    change: &BTreeMap<String, Option<String>>,
    emitted: &[Emitted],
    texts: &Texts,
) -> Vec<Statement> {
    let of_base = |name: &str| objects::base(name) == name;
    let mut made: Vec<&str> =
        change.iter().filter_map(|(name, hash)| hash.as_ref().and(Some(name.as_str()))).collect();
    made.sort_by_key(|name| of_base(name));
    let present = objects::present(emitted);
    let mut before: Vec<(&str, &str)> = change
        .keys()
        .filter_map(|name| present.get_key_value(name.as_str()))
        .map(|(name, hash)| (*name, *hash))
        .collect();
    before.sort_by_key(|(name, _)| !of_base(name));
    let dropped = made.into_iter().flat_map(|name| objects::drop(database, name));
    let mut files: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let again = before.into_iter().filter_map(|(name, hash)| {
        let is_it = |file: &&Emitted| is_made_by(file, name, hash);
        let file = emitted.iter().rev().find(is_it)?;
        let made = || texts.get(&file.file).map(|text| parts_of(file, text)).unwrap_or_default();
        let parts = files.entry(&file.file).or_insert_with(made);
        parts.get(name).map(|text| Statement::Script((*text).to_owned().into()))
    });
    dropped.chain(again).collect()
}

fn is_made_by(file: &Emitted, name: &str, hash: &str) -> bool {
    file.objects.get(name).is_some_and(|made| made.as_deref() == Some(hash))
}

/// How many empty lines a text that makes an object may have.
const MOST: usize = 400;

/// The texts that make the objects of a file. They follow each other behind what drops those of before, an empty line between
/// each two statements, and are known by their hashes.
fn parts_of<'a>(file: &'a Emitted, text: &'a str) -> BTreeMap<&'a str, &'a str> {
    let breaks: Vec<usize> = text.match_indices("\n\n").map(|(at, _)| at + 1).collect();
    let end = |from: usize, hash: &str| {
        let after = breaks.iter().copied().filter(|end| *end > from).chain([text.len()]);
        after.take(MOST).find(|end| sha256(&text[from..*end]) == hash)
    };
    let drops = ["DROP ", "DELETE ", "SET LOCAL "];
    let starts = breaks
        .iter()
        .map(|end| end + 1)
        .filter(|from| !drops.iter().any(|drop| text[*from..].starts_with(drop)));
    let mut order: Vec<(&str, &str)> = file
        .objects
        .iter()
        .filter_map(|(name, hash)| Some((name.as_str(), hash.as_deref()?)))
        .collect();
    order.sort_by_key(|(name, _)| objects::base(name) != *name);
    let (mut parts, mut next) = (BTreeMap::new(), None);
    for (name, hash) in order {
        let found = match next {
            Some(from) => end(from, hash).map(|end| (from, end)),
            None => starts.clone().find_map(|from| Some((from, end(from, hash)?))),
        };
        let Some((from, end)) = found else { continue };
        parts.insert(name, &text[from..end]);
        next = Some(end + 1);
    }
    parts
}
