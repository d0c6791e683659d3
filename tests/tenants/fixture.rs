//! A database of two tenants, acme and globex, whose tables belong to nobody with special rights.

use std::str::FromStr;

use eventbus_runtime::migrations::RowLevelSecurity;
use eventbus_runtime::{Context, PgBus};
use eventbus_tests::postgres::{PgDatabase, server_url};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, raw_sql};

use crate::placed;

/// The roles. A cluster has them, not a database: they are made once and stay.
pub(crate) const OWNER: &str = "eventbus_test_owner";
pub(crate) const EMITTER: &str = "eventbus_test_emitter";
pub(crate) const RELAY: &str = "eventbus_test_relay";
pub(crate) const OPERATOR: &str = "eventbus_test_operator";
/// The role that is pinned to acme.
pub(crate) const ACME: &str = "eventbus_test_acme";

pub(crate) fn security() -> RowLevelSecurity {
    let security = RowLevelSecurity::new().emitter(EMITTER).relay(RELAY).operator(OPERATOR);
    security.pinned_emitter(ACME, "acme")
}

pub(crate) fn acme() -> Context {
    Context::new().with_tenant("acme")
}

pub(crate) fn globex() -> Context {
    Context::new().with_tenant("globex")
}

pub(crate) struct Tenants {
    pub(crate) database: PgDatabase,
}

impl Tenants {
    /// Migrated by its owner and not protected yet.
    pub(crate) async fn open() -> Self {
        make_roles().await;
        let tenants = Self { database: PgDatabase::empty().await };
        tenants.run(&format!("ALTER SCHEMA public OWNER TO {OWNER}")).await;
        tenants.bus(OWNER).await.migrate().await.unwrap();
        tenants
    }

    /// Protected, and empty.
    pub(crate) async fn new() -> Self {
        let tenants = Self::open().await;
        tenants.bus(OWNER).await.protect_tenants(&security()).await.unwrap();
        tenants
    }

    /// The same with an event of acme, two of globex, the first of them with the key `secret`, one of nobody, and a parked
    /// letter of either.
    pub(crate) async fn filled() -> Self {
        let tenants = Self::new().await;
        let bus = tenants.bus(RELAY).await;
        bus.emit(bus.store(), placed(1)).tenant("acme").await.unwrap();
        bus.emit(bus.store(), placed(2)).tenant("globex").key("secret").await.unwrap();
        bus.emit(bus.store(), placed(3)).tenant("globex").await.unwrap();
        bus.emit(bus.store(), placed(4)).key("nobody's").await.unwrap();
        for tenant in [acme(), globex()] {
            let error = eventbus_runtime::HandlerError::retryable("busy");
            tenant.scope(bus.dead_letters().park("webhook", "{}", error)).await.unwrap();
        }
        tenants
    }

    /// A bus whose connections are of a role.
    pub(crate) async fn bus(&self, role: &str) -> PgBus {
        let options = self.options(role);
        PgBus::connect(options.to_url_lossy().as_str()).await.unwrap()
    }

    /// A connection of a role.
    pub(crate) async fn connection(&self, role: &str) -> PgConnection {
        self.options(role).connect().await.unwrap()
    }

    pub(crate) fn options(&self, role: &str) -> PgConnectOptions {
        let options = PgConnectOptions::from_str(&self.database.url()).unwrap();
        options.username(role).password(role)
    }

    /// A connection of the emitter on which somebody set acme, and one of the role that is pinned to it, on which somebody
    /// set globex.
    pub(crate) async fn of_acme(&self) -> [PgConnection; 2] {
        let mut set = self.connection(EMITTER).await;
        run(&mut set, "SET eventbus.tenant = 'acme'").await.unwrap();
        let mut pinned = self.connection(ACME).await;
        run(&mut pinned, "SET eventbus.tenant = 'globex'").await.unwrap();
        [set, pinned]
    }

    /// Runs SQL as the superuser.
    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.database.url()).await.unwrap();
        run(&mut connection, sql).await.unwrap();
    }

    /// Asks as the superuser, whom no policy concerns.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let mut connection = PgConnection::connect(&self.database.url()).await.unwrap();
        number(&mut connection, sql).await.unwrap()
    }
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
}

pub(crate) async fn number(connection: &mut PgConnection, sql: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await
}

/// Of several tests that come at once, a lock lets one make them.
async fn make_roles() {
    let mut admin = PgConnection::connect(&server_url()).await.unwrap();
    let lock = "SELECT pg_advisory_lock(hashtextextended('eventbus.test.roles', 0))";
    run(&mut admin, lock).await.unwrap();
    for role in [OWNER, EMITTER, RELAY, OPERATOR, ACME] {
        let exists = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
        if number(&mut admin, &exists).await.unwrap() == 0 {
            run(&mut admin, &format!("CREATE ROLE {role} LOGIN PASSWORD '{role}'")).await.unwrap();
        }
    }
    admin.close().await.unwrap();
}
