//! What SQLite says, with the file and the remedy.

use std::fmt::Display;

use crate::error::{Error, ErrorKind};
use crate::store::columns;

/// Turns what SQLite said while we tried `what` on the file at `place` into one sentence.
pub(super) fn error(place: &dyn Display, what: &str, error: sqlx::Error) -> Error {
    let code = primary_code(&error);
    let (kind, remedy) = match code {
        Some(BUSY | LOCKED) => (
            ErrorKind::Store,
            "another connection kept writing for longer than the busy timeout: keep transactions short, and open those \
             that write with `bus.begin()` (`BEGIN IMMEDIATE`), which waits before it reads",
        ),
        Some(READONLY) => (
            ErrorKind::Configuration,
            "it is read-only: allow this process to write the file and its folder (SQLite keeps `-wal` and `-shm` \
             files beside it), and take `mode=ro` out of the URL",
        ),
        Some(CANTOPEN) => (
            ErrorKind::Configuration,
            "the file cannot be opened or created: its folder must exist and this process must be allowed to write in \
             it (SQLite keeps `-wal` and `-shm` files beside the file)",
        ),
        Some(NOTADB) => (ErrorKind::Configuration, "the file is not an SQLite database"),
        Some(FULL) => (ErrorKind::Store, "the disk is full"),
        _ if misses_our_tables(&error) => (
            ErrorKind::Configuration,
            "the tables of eventbus are missing: call `migrate()`, or run the generated migrations",
        ),
        _ if misses_our_columns(&error) => (
            ErrorKind::Configuration,
            "a column of the tables of eventbus is missing: call `migrate()`, or run the generated migrations; where \
             they ran already, somebody changed a table",
        ),
        _ => {
            return Error::new(
                ErrorKind::Store,
                format!("SQLite database `{place}`: cannot {what}"),
            )
            .with_source(columns::cause(error));
        }
    };
    Error::new(kind, format!("SQLite database `{place}`: cannot {what}: {remedy}"))
        .with_source(columns::cause(error))
}

/// What a caller's transaction gets that began to read and then could not become a writer.
pub(super) fn cannot_upgrade(place: &dyn Display, error: sqlx::Error) -> Error {
    Error::new(
        ErrorKind::TransactionRollback,
        format!(
            "SQLite database `{place}`: cannot emit: this transaction was opened to read (`BEGIN`) and cannot become a \
             writer, because another one wrote meanwhile: roll back and open it with `bus.begin()`, or with \
             `pool.begin_with(\"BEGIN IMMEDIATE\")`"
        ),
    )
    .with_source(columns::cause(error))
}

/// Whether somebody else is writing.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED))
}

/// Whether SQLite says that the file is damaged.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(CORRUPT | NOTADB))
}

/// Whether a transaction read, another one wrote, and now the first wants to write.
pub(super) fn is_stale(error: &sqlx::Error) -> bool {
    code(error) == Some(BUSY_SNAPSHOT)
}

/// Whether a transaction cannot begin because one is open already.
pub(super) fn is_within_another(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("within a transaction"))
}

const BUSY: u32 = 5;
const BUSY_SNAPSHOT: u32 = BUSY | 2 << 8;
const LOCKED: u32 = 6;
const READONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const NOTADB: u32 = 26;

/// The low byte of the extended result code.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    code(error).map(|code| code & 0xff)
}

fn code(error: &sqlx::Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn misses_our_tables(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().starts_with("no such table: eventbus_"))
}

/// Our statements name no columns but ours.
fn misses_our_columns(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        let message = error.message();
        message.starts_with("no such column: ") || message.contains(" has no column named ")
    })
}
