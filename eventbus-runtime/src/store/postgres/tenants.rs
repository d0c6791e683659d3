//! Tenants: the setting by which row level security tells them apart, and who is let past it.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, SqlSafeStr, raw_sql};

use crate::error::{Error, ErrorKind, Result};
use crate::migrations::RowLevelSecurity;
use crate::store::Store;
use crate::store::postgres::PgStore;
use crate::store::transaction::{Abandoned, Transaction};

/// Sets a tenant until the transaction ends, unless one is set: a connection that is one tenant's stays that.
macro_rules! set_unless_set {
    ($tenant:literal) => {
        concat!(
            "set_config('eventbus.tenant', coalesce(nullif(current_setting('eventbus.tenant', true), ''), ",
            $tenant,
            "), true)"
        )
    };
}
pub(super) use set_unless_set;

/// Sets the tenant of the open transaction, where there is one.
pub(super) async fn enter(
    store: &PgStore,
    connection: &mut PgConnection,
    tenant: Option<&str>,
) -> Result<(), sqlx::Error> {
    set(store, connection, "SELECT set_config('eventbus.tenant', $1, true)", tenant).await
}

/// The same, where the connection has none.
pub(super) async fn enter_unless_set(
    store: &PgStore,
    connection: &mut PgConnection,
    tenant: Option<&str>,
) -> Result<(), sqlx::Error> {
    set(store, connection, concat!("SELECT ", set_unless_set!("$1")), tenant).await
}

async fn set(
    store: &PgStore,
    connection: &mut PgConnection,
    statement: &'static str,
    tenant: Option<&str>,
) -> Result<(), sqlx::Error> {
    if let Some(tenant) = tenant {
        store.query(statement).bind(tenant).execute(connection).await?;
    }
    Ok(())
}

/// A table of which this role sees a part: row level security applies, and no policy of the role's lets all of it through.
macro_rules! hidden {
    () => {
        "SELECT c.relname::text FROM pg_class AS c \
         WHERE c.oid IN ('eventbus_event'::regclass, 'eventbus_delivery'::regclass, 'eventbus_dead_letter'::regclass, \
             'eventbus_scheduled'::regclass, 'eventbus_moved'::regclass, 'eventbus_minute'::regclass, \
             'eventbus_note'::regclass) \
         AND row_security_active(c.oid) AND coalesce((SELECT NOT bool_or(p.polpermissive AND whole) \
                 OR bool_or(NOT p.polpermissive AND NOT whole) \
             FROM pg_policy AS p, LATERAL (SELECT pg_get_expr(p.polqual, p.polrelid) = 'true') AS q (whole) \
             WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r') \
             AND EXISTS (SELECT FROM unnest(p.polroles) AS role WHERE role = 0 OR pg_has_role(role, 'USAGE'))), true) \
         ORDER BY c.relname LIMIT 1"
    };
}
pub(super) use hidden;

/// That nothing is hidden from this role. Whoever reads the log for all takes what it does not see for what is not there,
/// and would move on past it.
pub(super) async fn sees_all(
    store: &PgStore,
    connection: &mut PgConnection,
    what: &str,
) -> Result<()> {
    let hidden: Option<String> = store
        .query_scalar(hidden!())
        .fetch_optional(connection)
        .await
        .map_err(|error| store.error(what, error))?;
    hidden.map_or(Ok(()), |table| Err(blind(store, what, &table)))
}

/// What is said to a role that sees a part of a table.
pub(super) fn blind(store: &PgStore, what: &str, table: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!(
            "{}: cannot {what}: row level security hides rows of {table} from user `{}`: connect as the role that \
             `RowLevelSecurity` names for the relay, or as the one for operators where nothing is delivered",
            store.place(),
            store.pool.connect_options().get_username()
        ),
    )
}

/// Puts the tables under row level security.
pub(super) async fn protect(store: &PgStore, security: &RowLevelSecurity) -> Result<()> {
    let what = "protect tenants";
    let failed = |error| store.error(what, error);
    let sql = security.sql()?;
    let begin = "BEGIN; SET LOCAL lock_timeout = '10s'".into_sql_str();
    let begun = Transaction::begin(&store.pool, Some(begin), Abandoned::Close).await?;
    let mut transaction = begun.map_err(failed)?;
    // Names are quoted where the text is made.
    let done = raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await;
    match done {
        Ok(_) => store.commit(transaction).await,
        Err(error) => {
            // What is rolled back by losing its connection is rolled back as well.
            store.rollback(transaction).await.ok();
            Err(failed(error))
        }
    }
}
