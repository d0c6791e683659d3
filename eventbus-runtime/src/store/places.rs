//! What both databases' checks answer with: columns that are named as the parts of a place.

use sqlx::{Column, ColumnIndex, Decode, Row, Type};

use crate::error::{Error, ErrorKind};
use crate::integrity::{LookedAt, Place};
use crate::store::{Hits, Scope};

/// A row of which numbers and texts can be read by the names of their columns.
pub(crate) trait Answer: Row {
    /// A number; `None` where there is no such column, or nothing that can be read in it.
    fn number(&self, column: &str) -> Option<i64>;
    /// A text, in the same way.
    fn text(&self, column: &str) -> Option<String>;
}

impl<R: Row> Answer for R
where
    for<'c> &'c str: ColumnIndex<R>,
    i64: Type<R::Database> + for<'r> Decode<'r, R::Database>,
    String: Type<R::Database> + for<'r> Decode<'r, R::Database>,
{
    fn number(&self, column: &str) -> Option<i64> {
        let there = self.columns().iter().any(|found| found.name() == column);
        there.then(|| self.try_get(column).unwrap_or_default()).flatten()
    }

    fn text(&self, column: &str) -> Option<String> {
        let there = self.columns().iter().any(|found| found.name() == column);
        there.then(|| self.try_get(column).unwrap_or_default()).flatten()
    }
}

/// Reads a text of a row of the log by its bytes, because a damaged row may hold others than those of a text; one that cannot
/// be read is `None`, and its column is noted.
pub(crate) fn readable<'r, R>(
    row: &'r R,
    column: &'static str,
    unreadable: &mut Vec<&'static str>,
) -> Option<String>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    Option<Vec<u8>>: Decode<'r, R::Database>,
{
    let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(column);
    let text = bytes.map(|bytes| bytes.map(String::from_utf8).transpose());
    text.ok().and_then(Result::ok).unwrap_or_else(|| {
        unreadable.push(column);
        None
    })
}

/// Reads the rows of a check's statement, of which `total` counts them all.
pub(crate) fn hits<R: Answer>(rows: &[R], scope: &Scope) -> Hits {
    let place = |row: &R| Place {
        position: row.number("position"),
        event_id: row.text("event_id"),
        subscription: row.text("subscription"),
        shard: row.number("shard"),
        key: row.text("key"),
        letter: row.text("letter"),
        detail: row.text("detail"),
    };
    let total = rows.first().and_then(|row| row.number("total"));
    Hits {
        count: total.map_or(0, whole),
        places: rows.iter().take(scope.samples).map(place).collect(),
    }
}

/// Reads what there is.
pub(crate) fn looked_at<R: Answer>(row: &R) -> LookedAt {
    let count = |column| row.number(column).map_or(0, whole);
    LookedAt {
        events: 0,
        first_position: None,
        last_position: row.number("last"),
        subscriptions: count("subscriptions"),
        shards: count("shards"),
        deliveries: count("deliveries"),
        dead_letters: count("dead_letters"),
        keys: count("keys"),
    }
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// What is said of tables that former code made.
pub(crate) fn older(place: &str, found: i64, needed: i64) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!(
            "{place}: cannot verify: the tables of eventbus have version {found}, this program needs {needed}: call \
             `migrate()`, or run the generated migrations"
        ),
    )
}
