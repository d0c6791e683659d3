//! In which cluster the tables live: transaction ids of two clusters do not compare.

use sqlx::postgres::PgConnection;

use crate::store::postgres::{PgStore, errand};

/// What the log's end looks like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The epoch that is being written.
    pub(super) epoch: i32,
    /// The last number that was given out.
    pub(super) last: i64,
}

/// The last number that was given out, of the sequence `q`.
///
/// Never `q.last_value`: while `nextval` writes its log it shows a number up to 32 ahead, and a plain read does not wait
/// for it. Numbers that are given out later would then lie below a floor, and their events would be lost (measured:
/// 13 of 1,200,000 reads beside four busy writers). The function takes the lock that `nextval` holds. `is_called` stays
/// a plain read: it needs the privilege without which newer servers answer NULL.
macro_rules! last_number {
    () => {
        "CASE WHEN q.is_called THEN pg_sequence_last_value('eventbus_event_position_seq') ELSE 0 END"
    };
}
pub(super) use last_number;

/// The fence of a row of `eventbus_shard`, as owners know it; NULL where the tables are in another cluster than
/// `eventbus_schema` says.
///
/// The epoch stands above what is counted in the row, so that raising it raises every fence: whoever holds a shard from
/// before has a cursor that may be ahead of the restored one, and must take the shard again to learn where it stands.
macro_rules! fence {
    ($row:literal) => {
        concat!(
            "(SELECT ",
            $row,
            ".fence + ((x.epoch - 1)::bigint << 40) FROM eventbus_schema AS x \
             WHERE x.cluster = (SELECT system_identifier::text FROM pg_control_system()))"
        )
    };
}
pub(super) use fence;

/// What is said where the one row of `eventbus_schema` is gone.
pub(super) const NO_ROW: &str =
    "the row of eventbus_schema is missing: call `migrate()`, which puts it back";

/// Reads the epoch and the last number. Where the tables turn out to live in another cluster than before, because they
/// were restored from a dump or moved by pg_upgrade, it raises the epoch first.
pub(super) async fn now(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<Now, sqlx::Error> {
    if let Some(now) = read(store, connection).await? {
        return Ok(now);
    }
    adopt(store, connection).await?;
    errand::anew(connection).await?;
    read(store, connection).await?.ok_or_else(|| sqlx::Error::Protocol(NO_ROW.to_owned()))
}

async fn read(store: &PgStore, connection: &mut PgConnection) -> Result<Option<Now>, sqlx::Error> {
    let found: Option<(i32, i64)> = store
        .query_as(concat!(
            "SELECT s.epoch, ",
            last_number!(),
            " FROM eventbus_schema AS s, eventbus_event_position_seq AS q \
         WHERE s.cluster = (SELECT system_identifier::text FROM pg_control_system())",
        ))
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|(epoch, last)| Now { epoch, last }))
}

/// Whether the tables are in the cluster that the row names.
pub(super) async fn is_here(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<bool, sqlx::Error> {
    store
        .query_scalar(
            "SELECT EXISTS (SELECT FROM eventbus_schema \
             WHERE cluster = (SELECT system_identifier::text FROM pg_control_system()))",
        )
        .fetch_one(connection)
        .await
}

/// Whether the row is there at all.
pub(super) async fn exists(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<bool, sqlx::Error> {
    store.query_scalar("SELECT EXISTS (SELECT FROM eventbus_schema)").fetch_one(connection).await
}

/// Records the cluster where it changed. Of several that try at once, the row's lock lets one.
pub(super) async fn adopt(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let raised: Option<i32> = store
        .query_scalar(
            "UPDATE eventbus_schema AS s SET cluster = c.id, \
         epoch = CASE WHEN s.cluster IS NULL THEN s.epoch ELSE s.epoch + 1 END \
         FROM (SELECT system_identifier::text AS id FROM pg_control_system()) AS c \
         WHERE s.cluster IS DISTINCT FROM c.id RETURNING epoch",
        )
        .fetch_optional(connection)
        .await?;
    if let Some(epoch) = raised {
        tracing::warn!(epoch, "the tables of eventbus are in a new cluster");
    }
    Ok(())
}
