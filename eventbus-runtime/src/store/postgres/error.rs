//! What PostgreSQL says, with the host, the database and the remedy; never with the password.

use std::io;

use sqlx::postgres::{PgConnectOptions, PgDatabaseError};

use crate::error::{Error, ErrorKind};
use crate::store::columns;
use crate::store::postgres::PgStore;

impl PgStore {
    /// What PostgreSQL said while we tried `what`.
    pub(super) fn error(&self, what: &str, cause: sqlx::Error) -> Error {
        error(&self.pool.connect_options(), what, cause)
    }

    /// Where the database is.
    pub(super) fn place(&self) -> String {
        place(&self.pool.connect_options())
    }
}

/// "PostgreSQL database `shop` at db.example:5432".
pub(super) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("PostgreSQL database `{database}` at {}", socket.display()),
        None => {
            let (host, port) = (options.get_host(), options.get_port());
            format!("PostgreSQL database `{database}` at {host}:{port}")
        }
    }
}

/// Turns what PostgreSQL said while we tried `what` into one sentence.
pub(super) fn error(options: &PgConnectOptions, what: &str, cause: sqlx::Error) -> Error {
    let (kind, remedy) = diagnose(options, &cause);
    let place = place(options);
    let message = match remedy {
        Some(remedy) => format!("{place}: cannot {what}: {remedy}"),
        None => format!("{place}: cannot {what}"),
    };
    Error::new(kind, message).with_source(columns::cause(cause))
}

fn diagnose(options: &PgConnectOptions, cause: &sqlx::Error) -> (ErrorKind, Option<String>) {
    let says = |kind, remedy: &str| (kind, Some(remedy.to_owned()));
    match cause {
        sqlx::Error::Io(error) => says(ErrorKind::Store, unreachable(error)),
        sqlx::Error::Tls(_) => says(ErrorKind::Configuration, NO_TLS),
        sqlx::Error::PoolTimedOut => says(
            ErrorKind::Store,
            "the pool had none within its timeout: every connection is in use (make the pool larger, or keep \
             transactions shorter), or the server cannot be reached or takes no more",
        ),
        sqlx::Error::PoolClosed => says(ErrorKind::Store, "the pool was closed"),
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if code == "42501" {
                let routine = error.try_downcast_ref::<PgDatabaseError>();
                let routine = routine.and_then(PgDatabaseError::routine);
                let remedy = unprivileged(options.get_username(), error.message(), routine);
                return (ErrorKind::Configuration, Some(remedy));
            }
            by_code(options, &code, error.message())
        }
        _ => (ErrorKind::Store, None),
    }
}

/// Whether PostgreSQL says that a page or an index is damaged.
pub(super) fn is_damage(cause: &sqlx::Error) -> bool {
    let code = cause.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("XX001" | "XX002"))
}

const NO_TLS: &str = "the server and the URL do not agree on TLS; where the server demands it, enable a TLS feature of \
                      sqlx in your Cargo.toml (`sqlx/tls-rustls` or `sqlx/tls-native-tls`) and write `?sslmode=require` \
                      into the URL";

fn unreachable(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "nothing listens there: is the server running, are host and port right?"
        }
        io::ErrorKind::NotFound => "there is no such socket: is the server running?",
        io::ErrorKind::TimedOut => "no answer: check host, port and firewall",
        _ => "the connection failed or was lost",
    }
}

fn by_code(options: &PgConnectOptions, code: &str, message: &str) -> (ErrorKind, Option<String>) {
    let user = options.get_username();
    match code {
        "40001" => (
            ErrorKind::TransactionRollback,
            Some("a serialization failure ended the transaction: run it again".to_owned()),
        ),
        "40P01" => (
            ErrorKind::TransactionRollback,
            Some("a deadlock ended the transaction: run it again".to_owned()),
        ),
        "28P01" => (
            ErrorKind::Configuration,
            Some(format!("the server refuses the password of user `{user}`")),
        ),
        "28000" if message.contains("no encryption") || message.contains("SSL off") => {
            (ErrorKind::Configuration, Some(NO_TLS.to_owned()))
        }
        "28000" => (
            ErrorKind::Configuration,
            Some(format!("the server refuses user `{user}`: check the role and pg_hba.conf")),
        ),
        "3D000" => (
            ErrorKind::Configuration,
            Some("this database does not exist: create it, or correct the URL".to_owned()),
        ),
        "42P01" if message.contains("\"eventbus_") => (
            ErrorKind::Configuration,
            Some(
                "the tables of eventbus are missing: call `migrate()`, or run the generated migrations (they are looked \
                 up along `search_path`)"
                    .to_owned(),
            ),
        ),
        // Our statements name no columns but ours.
        "42703" => (
            ErrorKind::Configuration,
            Some(
                "a column of the tables of eventbus is missing: call `migrate()`, or run the generated migrations; where \
                 they ran already, somebody changed a table"
                    .to_owned(),
            ),
        ),
        "08P01" if message.contains("startup parameter") => (
            ErrorKind::Configuration,
            Some(
                "the pooler refuses a parameter that sqlx sends: write `ignore_startup_parameters = extra_float_digits` \
                 into its configuration, or connect with `PgConnectOptions::extra_float_digits(None)`"
                    .to_owned(),
            ),
        ),
        "55P03" => (
            ErrorKind::Store,
            Some("another session holds a lock for too long: try again when it is done".to_owned()),
        ),
        "53300" => (
            ErrorKind::Store,
            Some("the server has no connection left: make the pools smaller or `max_connections` larger".to_owned()),
        ),
        "57P03" => (ErrorKind::Store, Some("the server is starting up or shutting down".to_owned())),
        // A constraint: the same rows would violate it again.
        _ if code.starts_with("23") => (ErrorKind::ValidationFailed, None),
        _ => (ErrorKind::Store, None),
    }
}

/// What to do about something that a user may not do. What a message says is translated, the names in it and the server's
/// own function that raised it are not.
fn unprivileged(user: &str, message: &str, routine: Option<&str>) -> String {
    match routine {
        Some("ExecWithCheckOptions") => format!(
            "row level security lets user `{user}` write rows of one tenant, the one that the setting `eventbus.tenant` \
             names or that its role is pinned to: emit inside `Context::with_tenant(..).scope(..)`, set the tenant in the \
             transaction (`SELECT set_config('eventbus.tenant', $1, true)`), emit each tenant's events by themselves, and \
             events of no tenant as the relay's role"
        ),
        Some("check_enable_rls") => format!(
            "row level security would hide rows from user `{user}`: migrate as a superuser or a role with BYPASSRLS"
        ),
        _ if message.contains("pg_control_system") => format!(
            "user `{user}` may not ask in which cluster it is: `GRANT EXECUTE ON FUNCTION pg_control_system() TO {user}`"
        ),
        _ if message.contains("eventbus_schema") => format!(
            "user `{user}` may not write to eventbus_schema that the tables are in another cluster than before: call \
             `migrate()` as their owner, or start a relay"
        ),
        _ => format!(
            "user `{user}` lacks a privilege: the tables of eventbus are migrated by their owner, and `RowLevelSecurity` says what \
             emitters, relays and operators may do; connect as the role that may do this"
        ),
    }
}
