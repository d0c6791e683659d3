//! Row level security for tenants, which PostgreSQL has. It is one object, so that it is made again when its roles are others, and
//! when the runtime's tables are.

use eventbus_runtime::migrations::{POSTGRES, RowLevelSecurity};

use super::Database;
use super::ast::Statement;
use super::objects::{Object, present};
use crate::config::{Config, Tenants};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::output::Emitted;

/// The one object.
pub(super) const NAME: &str = "tenants";

/// What protects the tables, where that is asked for.
pub(super) fn object(database: Database, tenants: &Tenants) -> Option<Object> {
    let (Database::Postgres, Tenants::Apart(security)) = (database, tenants) else { return None };
    let create = vec![Statement::Script(script(security).into())];
    Some(Object { name: NAME.to_owned(), create })
}

/// A step that makes a table has to be followed by this again, whatever it says: so the text names the last one.
fn script(security: &RowLevelSecurity) -> String {
    let last = POSTGRES.last().map_or(0, |step| step.version);
    let sql = security.sql().expect("the configuration refuses what cannot be a role");
    format!("-- For the tables of version {last}.\n\n{sql}")
}

/// What ends it.
pub(super) fn drop() -> Statement {
    Statement::Script(include_str!("tenants.drop.sql").into())
}

/// Refuses to end what holds tenants apart because a configuration does not speak of it any more.
pub(crate) fn refuse_silence(config: &Config, emitted: &[Emitted]) -> Result<()> {
    if config.tenants != Tenants::Unsaid || !present(emitted).contains_key(NAME) {
        return Ok(());
    }
    let message =
        "`migrations.tenants` is gone, and the emitted migrations hold tenants apart by it";
    Err(Error::new(ErrorKind::Config, message)
        .at(&config.file, None)
        .help("put the table [migrations.tenants] back")
        .help(
            "to end row level security, say so below [migrations]: tenants = false; its roles may do nothing with the tables then",
        ))
}
