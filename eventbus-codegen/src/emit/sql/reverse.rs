//! The ways back: what a migration that can be reverted says in its second file.

use eventbus_runtime::migrations::Migration;

use super::ast::{Delete, Statement, Value};
use super::{Database, FACTS, insert, rows};
use crate::output::{Emitted, Registered};

/// Undoes a step of the runtime.
pub(super) fn step(database: Database, step: &Migration) -> Vec<Statement> {
    let down = Statement::Script(step.down);
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
    let gone = new
        .iter()
        .map(|row| vec![Value::Text(row.event_type.clone()), Value::Integer(row.version)]);
    let delete = Delete { table: "eventbus_type", key: &["type", "version"], rows: gone.collect() };
    let delete = (!new.is_empty()).then_some(Statement::Delete(delete));
    delete.into_iter().chain(insert(&former, FACTS)).collect()
}
