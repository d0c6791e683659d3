//! `[migrations.tenants]`: whether the database itself holds tenants apart, and the roles for it.

use eventbus_runtime::migrations::RowLevelSecurity;

use super::read::Section;
use crate::diagnostic::{Error, Result};

/// What is said of tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenants {
    /// Nothing.
    Unsaid,
    /// That the database does not tell them apart.
    Together,
    /// That row level security does, with these roles.
    Apart(RowLevelSecurity),
}

/// Reads it from `[migrations]`.
pub(super) fn tenants(migrations: &Section<'_>, has_postgres: bool) -> Result<Tenants> {
    if migrations.is_flag("tenants") {
        return match migrations.flag("tenants")? {
            Some(true) => Err(migrations
                .error("`migrations.tenants` is a table, or `false`", migrations.place("tenants"))
                .help("write [migrations.tenants]; its keys have defaults")),
            _ => Ok(Tenants::Together),
        };
    }
    let Some(section) = migrations.section("tenants")? else { return Ok(Tenants::Unsaid) };
    section.only(&["emitter", "relay", "operator", "pinned"])?;
    let place = || migrations.place("tenants");
    if !has_postgres {
        return Err(migrations
            .error("`migrations.tenants` is row level security, which only PostgreSQL has", place())
            .help("name a folder for its migrations, migrations.postgres, or give each tenant an SQLite file of its own"));
    }
    let mut security = RowLevelSecurity::new();
    if let Some((role, _)) = section.text("emitter")? {
        security = security.emitter(role);
    }
    if let Some((role, _)) = section.text("relay")? {
        security = security.relay(role);
    }
    if let Some((role, _)) = section.text("operator")? {
        security = security.operator(role);
    }
    if let Some(pinned) = section.section("pinned")? {
        for (role, tenant) in pinned.texts()? {
            security = security.pinned_emitter(role, tenant);
        }
    }
    let refused = |error: eventbus_runtime::Error| -> Error {
        migrations
            .error(format!("`migrations.tenants`: {error}"), place())
            .help("give each of them a role of its own: emitter = \"shop\", pinned = { shop_acme = \"acme\" }")
    };
    security.sql().map_err(refused)?;
    Ok(Tenants::Apart(security))
}
