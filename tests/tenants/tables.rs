//! That nothing is forgotten, and that protecting can be done again.

use eventbus_runtime::migrations::OPEN_TABLES;
use sqlx::{AssertSqlSafe, Row};

use crate::fixture::{ACME, EMITTER, OWNER, RELAY, Tenants, acme, number, run, security};
use crate::placed;

/// A table that is made later fails this, until somebody decides about it: in `migrations/tenants/` where it holds a
/// tenant's data, in `OPEN_TABLES` where it does not.
#[tokio::test]
async fn every_table_is_protected_or_said_to_need_no_protection() {
    let tenants = Tenants::new().await;
    let mut connection = tenants.connection(OWNER).await;
    let tables = "SELECT relname::text, relrowsecurity, relforcerowsecurity FROM pg_class \
                  WHERE relname LIKE 'eventbus\\_%' AND relkind IN ('r', 'p') ORDER BY relname";
    let rows = sqlx::query(tables).fetch_all(&mut connection).await.unwrap();
    assert!(rows.len() > 10);
    for row in &rows {
        let (table, enabled, forced): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
        let open = OPEN_TABLES.iter().any(|(name, _)| *name == table);
        assert_eq!((enabled, forced), (!open, !open), "{table}");
    }
    for (table, _) in OPEN_TABLES {
        assert!(rows.iter().any(|row| row.get::<&str, _>(0) == *table), "there is no {table}");
    }
}

/// Row level security, and what each role may do.
async fn rules(tenants: &Tenants) -> Vec<String> {
    let rules = "SELECT tablename || policyname || cmd || qual || coalesce(with_check, '') FROM pg_policies \
                 UNION ALL SELECT relname || relacl::text || relrowsecurity FROM pg_class WHERE relacl IS NOT NULL \
                 AND relname LIKE 'eventbus%' UNION ALL SELECT attname || attacl::text FROM pg_attribute \
                 WHERE attacl IS NOT NULL AND attrelid = 'eventbus_event'::regclass ORDER BY 1";
    let mut connection = tenants.connection(OWNER).await;
    sqlx::query_scalar(rules).fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn protecting_again_changes_nothing() {
    let tenants = Tenants::filled().await;
    let (rules_before, fences) =
        (rules(&tenants).await, "SELECT count(*) FROM eventbus_shard WHERE fence > 1");
    assert!(rules_before.len() > 20, "{rules_before:#?}");
    tenants.bus(OWNER).await.protect_tenants(&security()).await.unwrap();
    assert_eq!(rules(&tenants).await, rules_before);
    assert_eq!(tenants.number(fences).await, 0, "nobody is fenced");
    let mut migration = tenants.connection(OWNER).await;
    run(&mut migration, &security().sql().unwrap()).await.unwrap();
    assert_eq!(rules(&tenants).await, rules_before, "also without a transaction around it");
}

#[tokio::test]
async fn the_same_role_can_be_pinned_to_another_tenant() {
    let tenants = Tenants::filled().await;
    let count = "SELECT count(*) FROM eventbus_event";
    assert_eq!(number(&mut tenants.connection(ACME).await, count).await.unwrap(), 1);
    let moved = security().pinned_emitter("eventbus_test_owner", "o'hara");
    tenants.bus(OWNER).await.protect_tenants(&moved).await.unwrap();
    let owner = tenants.bus(OWNER).await;
    owner.emit(owner.store(), placed(5)).tenant("o'hara").await.unwrap();
    assert_eq!(number(&mut tenants.connection(OWNER).await, count).await.unwrap(), 1);
}

/// Roles that are missing are made, and a schema of one's own is opened to them.
#[tokio::test]
async fn missing_roles_are_made_and_may_use_the_schema() {
    let tenants = Tenants::open().await;
    let role = format!("eventbus_test_{}", uuid::Uuid::now_v7().simple());
    tenants
        .run(&format!(
            "REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM {EMITTER}"
        ))
        .await;
    let owner = tenants.bus(OWNER).await;
    let sql = security().pinned_emitter(&role, "globex").sql().unwrap();
    let superuser = tenants.database.bus().await;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(superuser.pool()).await.unwrap();
    let emitter = tenants.bus(EMITTER).await;
    acme().scope(async { emitter.emit(emitter.store(), placed(1)).await }).await.unwrap();
    let login = format!("SELECT rolcanlogin::int::bigint FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(tenants.number(&login).await, 0);
    tenants.run(&format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"")).await;
    drop(owner);
}

/// A partition is reached through its parent alone.
#[tokio::test]
async fn partitions_are_covered() {
    let tenants = Tenants::open().await;
    let mut owner = tenants.connection(OWNER).await;
    let partitioned = "\
        DROP TABLE eventbus_key; CREATE TABLE eventbus_key (tenant text NOT NULL, key text NOT NULL, event_id uuid NOT NULL, \
            expires_at timestamptz NOT NULL, PRIMARY KEY (tenant, key)) PARTITION BY HASH (tenant); \
        CREATE TABLE part PARTITION OF eventbus_key FOR VALUES WITH (MODULUS 1, REMAINDER 0) PARTITION BY HASH (key); \
        CREATE TABLE leaf PARTITION OF part FOR VALUES WITH (MODULUS 1, REMAINDER 0)";
    run(&mut owner, partitioned).await.unwrap();
    run(&mut owner, &security().sql().unwrap()).await.unwrap();
    let relay = tenants.bus(RELAY).await;
    for tenant in ["acme", "globex"] {
        relay.emit(relay.store(), placed(1)).tenant(tenant).key("k").await.unwrap();
    }
    for mut acme in tenants.of_acme().await {
        assert_eq!(number(&mut acme, "SELECT count(*) FROM eventbus_key").await.unwrap(), 1);
    }
    for part in ["part", "leaf"] {
        let count = format!("SELECT count(*) FROM {part}");
        assert_eq!(number(&mut owner, &count).await.unwrap(), 0, "the owner sees nothing either");
        assert!(number(&mut tenants.connection(ACME).await, &count).await.is_err());
    }
}
