//! Row level security by emitted files alone.

use eventbus_runtime::PgBus;
use eventbus_tests::toolchain::Fixture;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, query_scalar, raw_sql};

use crate::SHOP;
use crate::histories::ALL;
use crate::target::{Server, Target};

const EMITTER: &str = "eventbus_test_files_emitter";

/// An event of a tenant, as a writer in another language would insert it.
fn event(number: u8, tenant: &str) -> String {
    format!(
        "INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, data) VALUES \
         (1, 0, 1, '01890a5d-ac96-774b-bcce-b302099a80{number:02}', 'order.shipped', '/shop', '{tenant}', \
         '{{\"carrier\": \"dhl\"}}')"
    )
}

async fn sees(connection: &mut PgConnection) -> i64 {
    query_scalar("SELECT count(*) FROM eventbus_event").fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn an_emitter_sees_and_writes_its_own_tenant_alone() {
    let fixture = Fixture::new("tenants-files", SHOP);
    // A log with views is not partitioned: they would stay with the first partition.
    fixture.configure(&ALL.replace("views = true\n", ""));
    fixture.codegen();
    for server in [Server::Usual, Server::Newest] {
        let target = server.empty().await;
        target.apply(&fixture.path(server.folder())).await;
        for (number, tenant) in [(1, "acme"), (2, "globex")] {
            target.execute(&event(number, tenant)).await;
        }
        let Target::Postgres { pool, .. } = &target else { panic!("it is PostgreSQL") };
        PgBus::new(pool.clone()).partition_log(1_000).await.unwrap();
        let mut emitter = PgConnection::connect(&target.url()).await.unwrap();
        raw_sql(AssertSqlSafe(format!("SET ROLE {EMITTER}"))).execute(&mut emitter).await.unwrap();
        assert_eq!(sees(&mut emitter).await, 0, "{server:?}: no tenant is set");
        raw_sql("SET eventbus.tenant = 'acme'").execute(&mut emitter).await.unwrap();
        assert_eq!(sees(&mut emitter).await, 1, "{server:?}");
        let own = raw_sql(AssertSqlSafe(event(3, "acme"))).execute(&mut emitter).await;
        assert_eq!(own.unwrap().rows_affected(), 1);
        let other = raw_sql(AssertSqlSafe(event(4, "globex"))).execute(&mut emitter).await;
        assert!(other.unwrap_err().to_string().contains("row-level security"));
        let part = raw_sql("SELECT FROM eventbus_event_0").execute(&mut emitter).await;
        assert!(part.unwrap_err().to_string().contains("permission denied"));
        assert_eq!(sees(&mut emitter).await, 2);
    }
}

#[test]
fn it_is_never_taken_away_in_silence() {
    let fixture = Fixture::new("tenants-gone", SHOP);
    fixture.configure(ALL);
    fixture.codegen();
    let before = fixture.generated();
    let (without, _) = ALL.split_once("[migrations.tenants]").unwrap();
    fixture.configure(without);
    fixture.run(&["codegen"]).refused(&["`migrations.tenants` is gone", "tenants = false"]);
    fixture.run(&["codegen", "--check"]).refused(&["`migrations.tenants` is gone"]);
    fixture.configure(&format!("{without}tenants = false\n"));
    fixture.codegen();
    let after = fixture.generated();
    let new: Vec<_> = after
        .iter()
        .filter(|(file, _)| file.starts_with("migrations/") && !before.contains_key(*file))
        .collect();
    assert_eq!(new.len(), 1, "{new:?}");
    let (file, (text, _)) = new[0];
    assert!(file.ends_with("_eventbus_tenants.sql") && text.contains("DISABLE ROW LEVEL SECURITY"));
    fixture.configure(without);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0, "it is said once");
}
