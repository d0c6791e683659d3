//! The shop's tables, its roles, and the SQL with which somebody tries to leave a tenant.

use std::str::FromStr;

use eventbus_runtime::migrations::RowLevelSecurity;
use eventbus_runtime::{DomainEvent, PgBus};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, raw_sql};

use crate::Result;

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub(crate) enum OrderEvent {
    /// A customer placed an order.
    Placed {
        #[event(aggregate_id)]
        order: i32,
    },
}

/// What a program that is acme's alone may try.
pub(crate) const TRIES: [&str; 6] = [
    "SET eventbus.tenant = 'globex'",
    "SET ROLE tenants_relay",
    "SET row_security = off",
    "UPDATE eventbus_event SET tenant = 'acme'",
    "ALTER TABLE eventbus_event DISABLE ROW LEVEL SECURITY",
    "INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, data) \
     VALUES (1, 0, 1, gen_random_uuid(), 'order.placed', 'acme', 'globex', '{}')",
];

/// Ways to one database.
pub(crate) struct Connections {
    options: PgConnectOptions,
}

impl Connections {
    pub(crate) fn to(url: &str) -> Result<Self> {
        Ok(Self { options: PgConnectOptions::from_str(url)? })
    }

    /// The one by which the tables are made.
    pub(crate) async fn owner(&self) -> Result<PgBus> {
        Ok(PgBus::new(PgPoolOptions::new().connect_with(self.options.clone()).await?))
    }

    /// A role's. A few connections do.
    pub(crate) async fn of(&self, role: &str) -> Result<PgBus> {
        let options = self.options.clone().username(role).password(role);
        Ok(PgBus::new(PgPoolOptions::new().max_connections(4).connect_with(options).await?))
    }
}

/// Makes the tables, protects them, and lets the roles log in. A migration of your own would hold the same:
/// `RowLevelSecurity::sql` is its text.
pub(crate) async fn set_up(connections: &Connections) -> Result<()> {
    let owner = connections.owner().await?;
    owner.migrate().await?;
    let security = RowLevelSecurity::new()
        .emitter("tenants_app")
        .pinned_emitter("tenants_acme", "acme")
        .relay("tenants_relay")
        .operator("tenants_operator");
    owner.protect_tenants(&security).await?;
    raw_sql(
        "ALTER ROLE tenants_app LOGIN PASSWORD 'tenants_app';
         ALTER ROLE tenants_acme LOGIN PASSWORD 'tenants_acme';
         ALTER ROLE tenants_relay LOGIN PASSWORD 'tenants_relay';
         CREATE TABLE orders (
             id integer PRIMARY KEY,
             tenant text NOT NULL DEFAULT current_setting('eventbus.tenant')
         );
         ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE POLICY own ON orders USING (tenant = current_setting('eventbus.tenant', true));
         GRANT SELECT, INSERT ON orders TO tenants_app",
    )
    .execute(owner.pool())
    .await?;
    Ok(())
}

/// Places an order of the tenant around the call: a row and an event in one transaction. How many orders it sees then;
/// nothing here says whose.
pub(crate) async fn order(bus: &PgBus, order: i32) -> Result<i64> {
    let mut tx = bus.begin().await?;
    sqlx::query("INSERT INTO orders (id) VALUES ($1)").bind(order).execute(&mut *tx).await?;
    bus.emit(&mut tx, OrderPlaced { order }).await?;
    let orders = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(orders)
}

/// Runs one of the tries on a connection of its own; how many events that sees afterwards, and what the server said.
pub(crate) async fn attempt(bus: &PgBus, sql: &'static str) -> Result<(i64, String)> {
    let mut connection = bus.pool().acquire().await?.detach();
    let told = match raw_sql(sql).execute(&mut connection).await {
        Ok(_) => "is done".to_owned(),
        Err(sqlx::Error::Database(error)) => error.message().to_owned(),
        Err(error) => return Err(error.into()),
    };
    raw_sql("SET row_security = on").execute(&mut connection).await?;
    let count = "SELECT count(*) FROM eventbus_event";
    let events = sqlx::query_scalar(count).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok((events, told))
}
