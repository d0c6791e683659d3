//! A log of partitions: ranges of numbers, each a table of its own, so that old events go with their table.
//!
//! ```text
//!   eventbus_event                   partitioned by the number; the sequence, the policies and the grants are its own
//!     eventbus_event_0               up to 1,250,000: the table that the log was before
//!     eventbus_event_1250001         1,000,000 numbers
//!     eventbus_event_2250001         ahead of the last number, and empty
//!     eventbus_event_default         what no other has room for: empty, unless nobody made partitions in time
//!   eventbus_dropped_0               one that was taken out of the log and is about to be dropped
//! ```
//!
//! | what | locks | how long |
//! |---|---|---|
//! | the log becomes partitioned ([`convert`]) | the log, against everybody | some milliseconds; it is asked for as [`patience`] says |
//! | a partition is made ([`ahead`]) | the default partition, which is empty; where its numbers are near, the log against emitters | the same |
//! | one is taken out ([`leave`]) | the log, against everybody; the subscriptions, as for a batch | the same |
//! | it is counted and dropped | nothing of the log's | as long as it takes |
//!
//! [`patience`]: super::patience

mod ahead;
mod convert;
mod leave;

use std::fmt;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, raw_sql};

use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::PgStore;

pub(super) use crate::store::postgres::partition::leave::{drop_one, whole};

/// What a log of partitions looks like: [`PgBus::partition_log`](super::PgBus::partition_log).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partitions {
    /// How many there are, without the default one.
    pub count: usize,
    /// There is room for numbers up to this one.
    pub upto: i64,
    /// How many bytes the default partition has. None, as long as partitions were made in time.
    pub default_bytes: u64,
}

impl fmt::Display for Partitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, upto, default_bytes } = self;
        write!(f, "{count} partitions, for numbers up to {upto}")?;
        if *default_bytes > 0 {
            write!(
                f,
                "; {default_bytes} bytes are in the default partition: make them larger, or call this more often"
            )?;
        }
        Ok(())
    }
}

const PARTITION: &str = "partition the log";

/// The log as the catalog has it.
struct Layout {
    is_partitioned: bool,
    /// Whether this user may take parts out of it.
    is_owned: bool,
    /// The partitions with a range, in the order of their numbers.
    parts: Vec<Part>,
    default_bytes: i64,
}

/// A partition, and its numbers: the first one, and the first one behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// As SQL takes it.
    name: String,
    from: i64,
    to: i64,
}

pub(super) async fn partition(store: &PgStore, size: u32) -> Result<Partitions> {
    if size == 0 {
        let message = "a partition has room for one event at least";
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    convert::convert(store, size.into()).await?;
    ahead::make(store, Some(size.into())).await?;
    leave::finish(store).await?;
    let mut errand = store.errand(PARTITION).await?;
    let found = layout(store, &mut errand).await.map_err(|error| store.error(PARTITION, error));
    let found = store.end(errand, found).await?;
    Ok(Partitions {
        count: found.parts.len(),
        upto: found.parts.last().map_or(0, |part| part.to - 1),
        default_bytes: found.default_bytes.unsigned_abs(),
    })
}

async fn layout(store: &PgStore, connection: &mut PgConnection) -> Result<Layout, sqlx::Error> {
    type Row = (bool, bool, Option<String>, Option<String>, Option<i64>);
    let rows: Vec<Row> = store
        .query_as(
            "SELECT c.relkind = 'p', pg_has_role(c.relowner, 'USAGE'), p.oid::regclass::text, \
                 pg_get_expr(p.relpartbound, p.oid), pg_relation_size(p.oid) FROM pg_class AS c \
             LEFT JOIN (pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhrelid AND p.relispartition) ON i.inhparent = c.oid \
             WHERE c.oid = 'eventbus_event'::regclass",
        )
        .fetch_all(connection)
        .await?;
    let mut found =
        Layout { is_partitioned: false, is_owned: false, parts: Vec::new(), default_bytes: 0 };
    for (is_partitioned, is_owned, name, bounds, bytes) in rows {
        found.is_partitioned = is_partitioned;
        found.is_owned = is_owned;
        let (Some(name), Some(bounds)) = (name, bounds) else { continue };
        match range(&bounds) {
            Some((from, to)) => found.parts.push(Part { name, from, to }),
            None => found.default_bytes += bytes.unwrap_or(0),
        }
    }
    found.parts.sort_by_key(|part| part.from);
    Ok(found)
}

/// The numbers of `FOR VALUES FROM ('1') TO ('51')`; `None` for the default partition.
fn range(bounds: &str) -> Option<(i64, i64)> {
    let (from, to) = bounds.strip_prefix("FOR VALUES FROM (")?.split_once(") TO (")?;
    let number = |text: &str| match text {
        "MINVALUE" => Some(i64::MIN),
        "MAXVALUE" => Some(i64::MAX),
        number => number.trim_matches('\'').parse().ok(),
    };
    Some((number(from)?, number(to.strip_suffix(')')?)?))
}

/// Runs statements that the server made of its catalog, in one round trip: locks are held meanwhile.
async fn run(connection: &mut PgConnection, statements: &[String]) -> Result<(), sqlx::Error> {
    raw_sql(AssertSqlSafe(statements.join(";\n"))).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn bounds_are_read_as_the_server_writes_them() {
        assert_eq!(range("FOR VALUES FROM ('1101') TO ('1201')"), Some((1_101, 1_201)));
        assert_eq!(range("FOR VALUES FROM (MINVALUE) TO ('51')"), Some((i64::MIN, 51)));
        assert_eq!(range("FOR VALUES FROM ('51') TO (MAXVALUE)"), Some((51, i64::MAX)));
        assert_eq!(range("DEFAULT"), None);
        assert_eq!(range("FOR VALUES IN ('a')"), None);
    }
}
