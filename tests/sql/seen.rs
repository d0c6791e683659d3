//! A view shows each reader what the log shows it.

use eventbus_runtime::migrations::RowLevelSecurity;
use shop_events::ShopEvent;
use sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql};
use uuid::Uuid;

use crate::cases::{BOTH, document};
use crate::database::Both;

async fn run(connection: &mut PgConnection, sql: String) {
    let done = raw_sql(AssertSqlSafe(sql.clone())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[tokio::test]
async fn a_tenant_sees_its_own_events_in_a_view_and_writes_what_the_checks_let_through() {
    let both = Both::after(&[(document::<ShopEvent>(), BOTH)]).await;
    let roles = ["emitter", "relay", "operator"]
        .map(|role| format!("eventbus_test_{role}_{}", Uuid::now_v7().simple()));
    let [emitter, relay, operator] = &roles;
    let security = RowLevelSecurity::new().emitter(emitter).relay(relay).operator(operator);
    let mut connection = PgConnection::connect(&both.database.url()).await.unwrap();
    run(&mut connection, security.sql().unwrap()).await;
    run(
        &mut connection,
        format!("GRANT SELECT ON payment_refunded TO {emitter}; SET ROLE {emitter}"),
    )
    .await;
    for tenant in ["acme", "globex"] {
        for amount in [1, 2] {
            let insert = format!(
                "SET eventbus.tenant = '{tenant}'; \
                 INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, data) \
                 VALUES (1, 0, 1, '{}', 'payment.refunded', 'test', '{tenant}', \
                 '{{\"payment_id\":\"018bcfe5-6800-7000-8000-000000000000\",\"amount\":{amount},\"currency\":\"EUR\"}}')",
                Uuid::now_v7()
            );
            run(&mut connection, insert).await;
        }
    }
    run(&mut connection, "SET eventbus.tenant = 'acme'".to_owned()).await;
    let seen = "SELECT event_tenant, amount FROM payment_refunded ORDER BY event_position";
    let seen: Vec<(String, i64)> = sqlx::query_as(seen).fetch_all(&mut connection).await.unwrap();
    assert_eq!(seen, [("acme".to_owned(), 1), ("acme".to_owned(), 2)]);
    let [emitter, relay, operator] = roles;
    let roles = format!("{emitter}, {relay}, {operator}");
    run(&mut connection, format!("RESET ROLE; DROP OWNED BY {roles}; DROP ROLE {roles}")).await;
    assert_eq!(both.number("SELECT count(*) FROM payment_refunded").await, 4);
}
