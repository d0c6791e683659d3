//! Which version the runtime's tables have, and who made them: `migrate()`, or migration files of the toolchain, which
//! register event types in `eventbus_type`. The two keep their own books, so that only one of them may make the next step.

use crate::error::{Error, ErrorKind, Result};

/// Refuses a bus on tables of another version, and says what mends that. `by_files` is `None` where this user may not know.
///
/// Older tables that `migrate()` made are let through: it is called on a bus.
pub(crate) fn refuse_other(
    place: &str,
    found: i64,
    known: i64,
    by_files: Option<bool>,
) -> Result<()> {
    let files = "write the missing migrations with `cargo eventbus codegen` and apply them, `sqlx migrate run`";
    let remedy = match by_files {
        _ if found == known => return Ok(()),
        _ if found > known => return Err(newer(place, found, known)),
        Some(false) => return Ok(()),
        Some(true) => files.to_owned(),
        None => {
            format!("call `migrate()` as their owner; or, where migration files made them, {files}")
        }
    };
    Err(refused(format!(
        "{place}: the tables of eventbus have version {found}, this program needs {known}: {remedy}"
    )))
}

/// What is said of tables that newer code made.
pub(crate) fn newer(place: &str, found: i64, known: i64) -> Error {
    refused(format!(
        "{place}: the tables of eventbus have version {found}, this program knows up to {known}: it is older than the program \
         that migrated them; deploy the newer one"
    ))
}

/// What `migrate()` says of tables that are not its own.
pub(crate) fn made_by_files(place: &str) -> Error {
    refused(format!(
        "{place}: cannot migrate: the tables of eventbus were made by migration files, which would fail behind `migrate()`: take \
         the call out, write what is missing with `cargo eventbus codegen` and apply it, `sqlx migrate run`"
    ))
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
