//! A connection of a tenant tries to leave it.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::timeout;

use crate::fixture::{ACME, EMITTER, OPERATOR, OWNER, RELAY, Tenants, globex, number, run};
use crate::placed;

/// The rows that a connection sees of each protected table that it may read.
async fn seen(connection: &mut PgConnection) -> [i64; 4] {
    let mut seen = [0; 4];
    let tables = ["eventbus_event", "eventbus_key", "eventbus_delivery", "eventbus_dead_letter"];
    for (count, table) in seen.iter_mut().zip(tables) {
        *count = number(connection, &format!("SELECT count(*) FROM {table}")).await.unwrap();
    }
    seen
}

/// The code of the error with which a statement is refused.
async fn code(connection: &mut PgConnection, sql: &str) -> String {
    let refused = run(connection, sql).await;
    let Err(sqlx::Error::Database(error)) = refused else { panic!("{sql}: {refused:?}") };
    error.code().unwrap().into_owned()
}

const DENIED: &str = "42501";

#[tokio::test]
async fn a_tenant_sees_its_own_rows_and_nobody_elses() {
    let tenants = Tenants::filled().await;
    assert_eq!(seen(&mut tenants.connection(RELAY).await).await, [4, 2, 0, 2]);
    for mut acme in tenants.of_acme().await {
        assert_eq!(seen(&mut acme).await, [1, 0, 0, 1]);
        let whose = "SELECT count(*) FROM eventbus_event WHERE tenant IS DISTINCT FROM 'acme'";
        assert_eq!(number(&mut acme, whose).await.unwrap(), 0);
        // A row that is hidden does not even make a condition fail.
        let fails = "SELECT count(*) FROM eventbus_event WHERE 1 / (CASE tenant WHEN 'globex' THEN 0 ELSE 1 END) = 1";
        assert_eq!(number(&mut acme, fails).await.unwrap(), 1);
        let table = "CREATE TEMPORARY TABLE taken AS TABLE eventbus_event";
        run(&mut acme, table).await.unwrap();
        assert_eq!(number(&mut acme, "SELECT count(*) FROM taken").await.unwrap(), 1);
    }
}

#[tokio::test]
async fn without_a_tenant_nothing_is_seen() {
    let tenants = Tenants::filled().await;
    let mut emitter = tenants.connection(EMITTER).await;
    assert_eq!(seen(&mut emitter).await, [0; 4]);
    let acme = "BEGIN; SELECT set_config('eventbus.tenant', 'acme', true); COMMIT";
    run(&mut emitter, acme).await.unwrap();
    let left = "SELECT count(*) FROM (SELECT current_setting('eventbus.tenant', true)) AS s (tenant) WHERE tenant = ''";
    assert_eq!(number(&mut emitter, left).await.unwrap(), 1, "the setting is empty and not gone");
    assert_eq!(
        seen(&mut emitter).await,
        [0; 4],
        "an empty tenant is none, also where a key has none"
    );
    let key = "INSERT INTO eventbus_key VALUES ('', 'k', gen_random_uuid(), now())";
    assert_eq!(code(&mut emitter, key).await, DENIED);
}

/// An insert of an event of somebody.
fn insert(tenant: &str) -> String {
    format!(
        "INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, data) \
         VALUES (1, 0, 1, gen_random_uuid(), 'order.placed', 'me', {tenant}, '{{}}')"
    )
}

#[tokio::test]
async fn a_tenant_writes_its_own_rows_and_nobody_elses() {
    let tenants = Tenants::filled().await;
    let before = "SELECT count(*) FROM eventbus_event WHERE tenant IS DISTINCT FROM 'acme'";
    for mut acme in tenants.of_acme().await {
        run(&mut acme, &insert("'acme'")).await.unwrap();
        for refused in [
            &insert("'globex'"),
            &insert("NULL"),
            &insert("''"),
            // Several rows are written as a whole or not at all.
            &insert("t")
                .replace("VALUES (", "SELECT ")
                .replace("'{}')", "'{}' FROM unnest(ARRAY['acme', 'globex']) AS t"),
            "INSERT INTO eventbus_key VALUES ('globex', 'new', gen_random_uuid(), now())",
            "INSERT INTO eventbus_dead_letter (id, source, tenant, data, attempts, kind, message, errors, died_at) \
             VALUES (gen_random_uuid(), 'webhook', 'globex', '{}', 1, 'k', 'm', '[]', 0)",
            // What is there already is changed by nobody, not even its tenant.
            "UPDATE eventbus_event SET tenant = 'acme'",
            "UPDATE eventbus_key SET tenant = 'acme'",
            "UPDATE eventbus_dead_letter SET tenant = 'acme'",
            "DELETE FROM eventbus_event",
            "DELETE FROM eventbus_dead_letter",
            "TRUNCATE eventbus_key",
            "DELETE FROM eventbus_delivery",
            "UPDATE eventbus_shard SET fence = fence + 1",
            "DELETE FROM eventbus_detour",
            "UPDATE eventbus_schema SET epoch = epoch + 1",
            "SELECT FROM eventbus_action",
            "SELECT FROM eventbus_replay",
        ] {
            assert_eq!(code(&mut acme, refused).await, DENIED, "{refused}");
        }
        run(&mut acme, "DELETE FROM eventbus_key").await.unwrap();
        run(&mut acme, "UPDATE eventbus_key SET expires_at = now()").await.unwrap();
        let copy = "COPY eventbus_key FROM STDIN";
        let refused = acme_copy(&mut acme, copy).await;
        assert!(refused.contains("row-level security"), "{refused}");
    }
    assert_eq!(tenants.number(before).await, 3);
    assert_eq!(
        tenants.number("SELECT count(*) FROM eventbus_key WHERE expires_at > now()").await,
        2
    );
}

async fn acme_copy(connection: &mut PgConnection, sql: &str) -> String {
    match connection.copy_in_raw(sql).await {
        Err(error) => error.to_string(),
        Ok(copy) => {
            copy.abort("not wanted").await.unwrap();
            "it began".to_owned()
        }
    }
}

#[tokio::test]
async fn what_is_copied_out_is_a_tenants_own() {
    use futures_util::TryStreamExt;

    let tenants = Tenants::filled().await;
    for mut acme in tenants.of_acme().await {
        let sql = "COPY eventbus_event (tenant) TO STDOUT";
        let rows: Vec<_> = acme.copy_out_raw(sql).await.unwrap().try_collect().await.unwrap();
        assert_eq!(rows.concat(), b"acme\n");
    }
}

/// A conflict would tell that somebody else has the key; the policy is asked first.
#[tokio::test]
async fn keys_and_numbers_of_others_cannot_be_probed() {
    let tenants = Tenants::filled().await;
    let probe = |key: &str| {
        format!(
            "INSERT INTO eventbus_key VALUES ('globex', '{key}', gen_random_uuid(), now()) ON CONFLICT"
        )
    };
    for mut acme in tenants.of_acme().await {
        for key in ["secret", "free"] {
            for end in ["DO NOTHING", "(tenant, key) DO UPDATE SET expires_at = now()"] {
                assert_eq!(
                    code(&mut acme, &format!("{} {end}", probe(key))).await,
                    DENIED,
                    "{key}"
                );
            }
        }
        // A number taken in advance would fail the emit of whoever comes to it.
        let number = insert("'acme'").replace("(epoch", "(position, epoch");
        let number = number.replace("VALUES (1", "OVERRIDING SYSTEM VALUE VALUES (5, 1");
        assert_eq!(code(&mut acme, &number).await, DENIED);
        let xid = insert("'acme'")
            .replace("(epoch", "(xid, epoch")
            .replace("VALUES (1", "VALUES ('3', 1");
        assert_eq!(code(&mut acme, &xid).await, DENIED);
        let letter = "INSERT INTO eventbus_dead_letter (id, source, subscription, position, tenant, data, attempts, kind, \
                      message, errors, died_at) VALUES (gen_random_uuid(), 'event', 'mail', 2, 'acme', '{}', 1, 'k', \
                      'm', '[]', 0)";
        assert_eq!(code(&mut acme, letter).await, DENIED, "a letter of a subscription");
        for sequence in
            ["nextval('eventbus_event_position_seq')", "setval('eventbus_event_position_seq', 1)"]
        {
            assert_eq!(code(&mut acme, &format!("SELECT {sequence}")).await, DENIED);
        }
        let read = "SELECT last_value FROM eventbus_event_position_seq";
        assert_eq!(code(&mut acme, read).await, DENIED);
    }
    assert_eq!(
        tenants.number("SELECT count(*) FROM eventbus_key WHERE tenant = 'globex'").await,
        1
    );
}

#[tokio::test]
async fn no_other_role_and_no_other_rule_can_be_had() {
    let tenants = Tenants::filled().await;
    for mut acme in tenants.of_acme().await {
        for role in [OWNER, RELAY, OPERATOR, "postgres"] {
            assert_eq!(code(&mut acme, &format!("SET ROLE {role}")).await, DENIED);
            let session = format!("SET SESSION AUTHORIZATION {role}");
            assert_eq!(code(&mut acme, &session).await, DENIED);
        }
        for rule in [
            "ALTER TABLE eventbus_event DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE eventbus_event NO FORCE ROW LEVEL SECURITY",
            "CREATE POLICY mine ON eventbus_event USING (true)",
            "ALTER TABLE eventbus_event OWNER TO CURRENT_USER",
            "CREATE TABLE heir () INHERITS (eventbus_event)",
            "CREATE TRIGGER t AFTER INSERT ON eventbus_event EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "GRANT SELECT ON eventbus_action TO CURRENT_USER",
        ] {
            assert_eq!(code(&mut acme, rule).await, DENIED, "{rule}");
        }
        run(&mut acme, "SET row_security = off").await.unwrap();
        assert_eq!(
            code(&mut acme, "SELECT FROM eventbus_event").await,
            DENIED,
            "it fails, it does not show"
        );
    }
}

/// The setting is the application's to choose: a role that may emit for all tenants keeps mistakes in. A role that is
/// pinned keeps in whatever is run on its connection.
#[tokio::test]
async fn a_setting_is_followed_and_a_pinned_role_follows_none() {
    let tenants = Tenants::filled().await;
    let mut emitter = tenants.connection(EMITTER).await;
    let mut pinned = tenants.connection(ACME).await;
    for (tenant, events) in [("acme", 1), ("globex", 2), ("nobody", 0), ("", 0)] {
        for set in ["SET SESSION eventbus.tenant", "SET LOCAL eventbus.tenant"] {
            let set = format!("BEGIN; {set} = '{tenant}'");
            run(&mut emitter, &set).await.unwrap();
            assert_eq!(seen(&mut emitter).await[0], events, "{set}");
            run(&mut pinned, &set).await.unwrap();
            assert_eq!(seen(&mut pinned).await, [1, 0, 0, 1], "{set}");
            run(&mut emitter, "COMMIT").await.unwrap();
            run(&mut pinned, "COMMIT").await.unwrap();
        }
        let inside = format!(
            "SELECT count(*) FROM eventbus_event WHERE set_config('eventbus.tenant', '{tenant}', false) IS NOT NULL"
        );
        assert_eq!(number(&mut pinned, &inside).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_view_and_a_function_show_what_their_reader_may_see() {
    let tenants = Tenants::filled().await;
    let mut owner = tenants.connection(OWNER).await;
    let views = "CREATE VIEW owners AS SELECT * FROM eventbus_event; \
                 CREATE FUNCTION owners_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER \
                 AS 'SELECT count(*) FROM eventbus_event'; GRANT SELECT ON owners TO PUBLIC";
    run(&mut owner, views).await.unwrap();
    let version = number(&mut owner, "SELECT current_setting('server_version_num')::bigint").await;
    let invoker = version.unwrap() >= 150_000;
    if invoker {
        let view = "CREATE VIEW readers WITH (security_invoker = true) AS SELECT * FROM eventbus_event; \
                    GRANT SELECT ON readers TO PUBLIC";
        run(&mut owner, view).await.unwrap();
    }
    for mut acme in tenants.of_acme().await {
        // With the rights of the owner, who sees nothing, because row level security is forced.
        for sql in [
            "SELECT count(*) FROM owners WHERE tenant = 'globex'",
            "SELECT count(*) FROM owners WHERE tenant IS NULL",
        ] {
            assert_eq!(number(&mut acme, sql).await.unwrap(), 0);
        }
        assert_eq!(number(&mut acme, "SELECT owners_count()").await.unwrap(), 0);
        if invoker {
            assert_eq!(number(&mut acme, "SELECT count(*) FROM readers").await.unwrap(), 1);
        }
    }
}

#[tokio::test]
async fn statistics_of_the_table_are_hidden() {
    let tenants = Tenants::filled().await;
    tenants.run("ANALYZE").await;
    for mut acme in tenants.of_acme().await {
        let stats = "SELECT count(*) FROM pg_stats WHERE tablename LIKE 'eventbus%' \
                     AND attname IN ('tenant', 'key', 'data', 'aggregate_id')";
        assert_eq!(number(&mut acme, stats).await.unwrap(), 0);
    }
}

/// Everybody may listen: what is heard is that somebody committed, and nothing of it.
#[tokio::test]
async fn the_doorbell_says_nothing() {
    let tenants = Tenants::new().await;
    let options = tenants.options(ACME);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let mut listener = PgListener::connect_with(&pool).await.unwrap();
    let channel = "SELECT 'eventbus_' || 'eventbus_schema'::regclass::oid";
    let channel: String = sqlx::query_scalar(channel).fetch_one(&mut listener).await.unwrap();
    listener.listen(&channel).await.unwrap();
    let mut sleeper = tenants.connection(RELAY).await;
    let sleep = "SELECT pg_advisory_lock(hashtextextended('eventbus.doorbell', 'eventbus_schema'::regclass::oid::bigint))";
    run(&mut sleeper, sleep).await.unwrap();
    let bus = tenants.bus(EMITTER).await;
    globex().scope(async { bus.emit(bus.store(), placed(1)).await }).await.unwrap();
    let heard = timeout(Duration::from_secs(30), listener.recv()).await.unwrap().unwrap();
    assert_eq!(heard.payload(), "");
}
