//! Row level security for tenants, as SQL.

use crate::error::{Error, ErrorKind, Result};

/// The tables that hold no tenant's data, and why: they are not under row level security.
pub const OPEN_TABLES: &[(&str, &str)] = &[
    ("eventbus_schema", "one row, of the version and the cluster"),
    ("eventbus_type", "the catalog of event types, which every tenant shares"),
    ("eventbus_subscription", "names of subscriptions, and what their code handles"),
    ("eventbus_shard", "how far subscriptions are, not in whose events"),
    ("eventbus_replica", "which processes are alive"),
    ("eventbus_retention", "one row, of what was dropped and what holds the rest"),
];

/// A text of the SQL, with `eventbus_role` for the role and `eventbus_tenant` for the tenant of its connection.
const TABLES: &str = include_str!("../../migrations/tenants/tables.sql");
const ROLE: &str = include_str!("../../migrations/tenants/role.sql");
const EMITTER: &str = include_str!("../../migrations/tenants/emitter.sql");
const RELAY: &str = include_str!("../../migrations/tenants/relay.sql");
const OPERATOR: &str = include_str!("../../migrations/tenants/operator.sql");

/// The tenant that the application set. A setting that was local to a transaction is empty after it, and no tenant is.
const SET: &str = "nullif(current_setting('eventbus.tenant', true), '')";

/// The longest name of a role, in bytes: the server cuts longer ones off.
const MAX_ROLE: usize = 63;

/// Row level security for tenants on PostgreSQL, and the roles that pass it: SQL that is applied on request and never by
/// `migrate()`, for a migration of your own or by `PgBus::protect_tenants`.
///
/// | role | sees | writes |
/// |---|---|---|
/// | emitter | the rows of the tenant that the setting `eventbus.tenant` names, and nothing without it | events, scheduled ones, keys and parked letters of this tenant |
/// | pinned emitter | the rows of its own tenant, whatever is set | the same of that tenant |
/// | relay | all | subscriptions and all that they leave behind, events of any tenant |
/// | operator | all | dead letters, scheduled events, what retention drops, and what moves, pauses or removes a subscription |
///
/// None of them owns a table, is a superuser or bypasses row level security. Roles that are missing are made without the
/// right to log in: give them that, or make your own roles members of them.
///
/// ```
/// use eventbus_runtime::migrations::RowLevelSecurity;
///
/// let security = RowLevelSecurity::new().emitter("shop").pinned_emitter("shop_acme", "acme");
/// let sql = security.sql()?;
/// assert!(sql.contains(r#"CREATE POLICY "shop" ON eventbus_event"#));
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is protected before its SQL is run"]
pub struct RowLevelSecurity {
    emitter: String,
    pinned: Vec<(String, String)>,
    relay: String,
    operator: String,
}

impl RowLevelSecurity {
    /// With the roles `eventbus_emitter`, `eventbus_relay` and `eventbus_operator`.
    pub fn new() -> Self {
        Self {
            emitter: "eventbus_emitter".to_owned(),
            pinned: Vec::new(),
            relay: "eventbus_relay".to_owned(),
            operator: "eventbus_operator".to_owned(),
        }
    }

    /// Names the role that emits for whatever tenant its connection sets. Whoever can run SQL on such a connection can set
    /// another tenant: it keeps mistakes in, and no intruder. See [`RowLevelSecurity::pinned_emitter`].
    pub fn emitter(mut self, role: impl Into<String>) -> Self {
        self.emitter = role.into();
        self
    }

    /// Adds a role that emits for one tenant: its policies name the tenant, and no setting leads out of it. Do not make it
    /// a member of the others.
    pub fn pinned_emitter(mut self, role: impl Into<String>, tenant: impl Into<String>) -> Self {
        self.pinned.push((role.into(), tenant.into()));
        self
    }

    /// Names the role that runs subscriptions.
    pub fn relay(mut self, role: impl Into<String>) -> Self {
        self.relay = role.into();
        self
    }

    /// Names the role of those who look after dead letters, health and the rest.
    pub fn operator(mut self, role: impl Into<String>) -> Self {
        self.operator = role.into();
        self
    }

    /// The SQL: idempotent statements, separated by `;`, for the owner of the tables. Who makes roles needs `CREATEROLE`,
    /// unless they are there. Set `lock_timeout` before you run it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a name that no role can have or that two of them have, and for a tenant that no
    /// event can have.
    pub fn sql(&self) -> Result<String> {
        let pinned = self.pinned.iter().map(|(role, _)| role);
        let roles: Vec<&String> =
            [&self.emitter, &self.relay, &self.operator].into_iter().chain(pinned).collect();
        for (index, role) in roles.iter().enumerate() {
            check_role(role)?;
            if roles[..index].contains(role) {
                return Err(refused(format!(
                    "`{role}` is named twice: whoever emits for tenants, relays and operates are roles of their own"
                )));
            }
        }
        let mut texts = vec![TABLES.to_owned()];
        let mut add = |role, grants: &str, tenant: &str| {
            texts.push(fill(ROLE, role, tenant));
            texts.push(fill(grants, role, tenant));
        };
        add(&self.emitter, EMITTER, SET);
        add(&self.relay, RELAY, SET);
        add(&self.operator, OPERATOR, SET);
        for (role, tenant) in &self.pinned {
            if tenant.is_empty() || tenant.contains('\0') {
                return Err(refused(format!(
                    "`{role}` is pinned to {tenant:?}, which is no tenant"
                )));
            }
            add(role, EMITTER, &literal(tenant));
        }
        Ok(texts.join("\n"))
    }
}

impl Default for RowLevelSecurity {
    fn default() -> Self {
        Self::new()
    }
}

fn fill(text: &str, role: &str, tenant: &str) -> String {
    // The tenant last: its text may be anything.
    text.replace("'eventbus_role'", &literal(role))
        .replace("eventbus_role", &format!("\"{}\"", role.replace('"', "\"\"")))
        .replace("eventbus_tenant", tenant)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A dollar could end the quotes around the body in which the role is named.
fn check_role(role: &str) -> Result<()> {
    if role.is_empty() || role.len() > MAX_ROLE || role.contains(['\0', '$']) {
        return Err(refused(format!(
            "`{role}` cannot be the name of a role: it has 1 to {MAX_ROLE} bytes, and no `$`"
        )));
    }
    Ok(())
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::RowLevelSecurity;

    #[test]
    fn names_and_tenants_are_quoted() {
        let security =
            RowLevelSecurity::new().emitter("it's \"mine\"").pinned_emitter("p", "o'eventbus_role");
        let sql = security.sql().unwrap();
        for text in [
            "rolname = 'it''s \"mine\"'",
            "CREATE ROLE \"it's \"\"mine\"\"\" NOLOGIN",
            "CREATE POLICY \"p\" ON eventbus_key TO \"p\" USING (tenant = 'o''eventbus_role')",
        ] {
            assert!(sql.contains(text), "{text}");
        }
    }

    #[test]
    fn what_no_role_can_be_called_is_refused() {
        let named = |name: &str| RowLevelSecurity::new().relay(name).sql();
        for name in ["", "a$$b", "a\0b", &"a".repeat(64), "eventbus_operator"] {
            assert!(named(name).is_err(), "{name}");
        }
        assert!(named(&"a".repeat(63)).is_ok());
        assert!(RowLevelSecurity::new().pinned_emitter("p", "").sql().is_err());
    }
}
