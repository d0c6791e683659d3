//! A transaction with many savepoints, each of which uses up an id.

use std::collections::BTreeSet;
use std::fmt::Debug;

use sqlx::{PgConnection, query_scalar, raw_sql};

/// Sets 2,000 savepoints in an open transaction; their ids.
///
/// # Panics
/// When the server refuses.
pub async fn set_savepoints(connection: &mut PgConnection) -> BTreeSet<String> {
    raw_sql(
        "CREATE TEMPORARY TABLE t (n int); DO $$ BEGIN FOR n IN 1..2000 LOOP \
         BEGIN INSERT INTO t VALUES (n); EXCEPTION WHEN others THEN NULL; END; END LOOP; END $$",
    )
    .execute(&mut *connection)
    .await
    .expect("the server sets savepoints");
    let ids = query_scalar("SELECT DISTINCT xmin::text FROM t").persistent(false);
    let ids: Vec<String> = ids.fetch_all(connection).await.expect("the server tells their ids");
    assert_eq!(ids.len(), 2_000, "each row was written under a savepoint of its own");
    ids.into_iter().collect()
}

/// How many of these ids a cursor lists. Those of other transactions do not count: a server that others use gives out
/// many of them.
pub fn listed(cursor: &impl Debug, ids: &BTreeSet<String>) -> usize {
    let text = format!("{cursor:?}");
    let numbers: BTreeSet<&str> = text.split(|char: char| !char.is_ascii_digit()).collect();
    ids.iter().filter(|id| numbers.contains(id.as_str())).count()
}
