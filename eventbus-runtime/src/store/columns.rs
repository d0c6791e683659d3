//! What both databases' columns have in common.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use sqlx::{Column, Row};
use uuid::Uuid;

use crate::dead_letter::FailedAttempt;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::{TypePattern, TypeSet};
use crate::priority::Priority;
use crate::store::{
    Change, Failure, Fate, Handles, Held, InTrouble, NewEvent, Owner, Pending, Shard, Track,
};

/// An event's columns, of the table `e`. Each database's `stored` reads them by their place in this list, which costs
/// less than finding each by its name: further columns of a statement stand behind them.
macro_rules! event_columns {
    () => {
        "e.position, e.shard, e.id, e.type, e.version, e.source, e.tenant, e.aggregate_id, e.correlation_id, \
         e.causation_id, e.traceparent, e.tracestate, e.metadata, e.data, e.priority"
    };
}
pub(crate) use event_columns;

/// What is wrong with a column that was read by its place, under its name.
pub(crate) fn named<R: Row>(row: &R, error: sqlx::Error) -> sqlx::Error {
    match error {
        sqlx::Error::ColumnDecode { index, source } => {
            let column = index.parse().ok().and_then(|place: usize| row.columns().get(place));
            let index = column.map_or(index, |column| column.name().to_owned());
            sqlx::Error::ColumnDecode { index, source }
        }
        other => other,
    }
}

/// The column `shard`: the event's slot.
pub(crate) fn slot(new: &NewEvent) -> i16 {
    i16::try_from(new.slot()).expect("ten bits fit")
}

/// The `metadata` column: an object of strings, absent when there is none.
pub(crate) fn metadata(metadata: &BTreeMap<String, String>) -> Option<String> {
    (!metadata.is_empty())
        .then(|| serde_json::to_string(metadata).expect("a map of strings is always JSON"))
}

/// Reads the `metadata` column.
pub(crate) fn read_metadata(
    text: Option<String>,
    position: i64,
) -> Result<BTreeMap<String, String>> {
    let Some(text) = text else { return Ok(BTreeMap::new()) };
    serde_json::from_str(&text).map_err(|error| malformed(position, "metadata").with_source(error))
}

/// What was counted, with one more than was asked for where there is more.
pub(crate) fn pending(counted: i64, oldest: Option<Uuid>, beyond: bool, at_most: usize) -> Pending {
    let (counted, at_most) = (read_count(counted), u64::try_from(at_most).unwrap_or(u64::MAX));
    Pending { events: counted.min(at_most), more: beyond || counted > at_most, oldest }
}

/// What was counted of delivery rows.
pub(crate) fn in_trouble(retrying: i64, parked: i64) -> InTrouble {
    InTrouble { retrying: read_count(retrying), parked: read_count(parked) }
}

fn read_count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Reads a version or a number of attempts.
pub(crate) fn read_u32(value: i64, column: &str, position: i64) -> Result<u32> {
    u32::try_from(value).map_err(|error| malformed(position, column).with_source(error))
}

/// Reads a slot, which is a column named `shard`.
pub(crate) fn read_slot(value: i64, position: i64) -> Result<u16> {
    u16::try_from(value).map_err(|error| malformed(position, "shard").with_source(error))
}

/// Reads a priority by its number.
pub(crate) fn read_priority(number: i64) -> std::result::Result<Priority, sqlx::Error> {
    Priority::of_number(number).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: "priority".to_owned(),
        source: format!("{number} is no priority").into(),
    })
}

/// The columns `tenant`, `priority` and `everybody` of a track.
pub(crate) fn track(track: &Track) -> (&str, i16, bool) {
    let Track { priority, tenant } = track;
    (tenant.as_deref().unwrap_or_default(), priority.map_or(-1, Priority::number), tenant.is_none())
}

/// Reads them.
pub(crate) fn read_track(tenant: String, priority: i64, everybody: bool) -> Track {
    Track { priority: Priority::of_number(priority), tenant: (!everybody).then_some(tenant) }
}

/// The `handles` column: an object of versions.
pub(crate) fn handles(handles: &Handles) -> String {
    serde_json::to_string(handles).expect("a map of numbers is always JSON")
}

/// Reads the `handles` column.
pub(crate) fn read_handles(subscription: &str, text: &str) -> Result<Handles> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!("column `handles` of subscription `{subscription}` is malformed");
        Error::new(ErrorKind::DeserializationFailed, message).with_source(error)
    })
}

/// What is said where a replay was removed while it was begun.
pub(crate) fn gone(place: &str, subscription: &str) -> Error {
    let message = format!(
        "{place}: `{subscription}` was removed while it was started, or is no replay: start it again"
    );
    Error::new(ErrorKind::Configuration, message)
}

/// A count as SQL gives and takes it.
pub(crate) fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Shards with their detours, of rows of a shard and one of its detours, in the order of shards.
pub(crate) fn with_detours<C>(
    rows: impl Iterator<Item = std::result::Result<(Shard<C>, Option<(Track, C)>), sqlx::Error>>,
) -> std::result::Result<Vec<Shard<C>>, sqlx::Error> {
    let mut shards: Vec<Shard<C>> = Vec::new();
    for row in rows {
        let (shard, detour) = row?;
        match shards.last_mut() {
            Some(last) if last.held.shard == shard.held.shard => last.detours.extend(detour),
            _ => {
                let detours = shard.detours.into_iter().chain(detour).collect();
                shards.push(Shard { detours, ..shard });
            }
        }
    }
    Ok(shards)
}

/// What is said to an owner that knows of other detours than there are.
pub(crate) fn astray(owner: &Owner, track: &Track) -> Error {
    Error::new(
        ErrorKind::Fenced,
        format!(
            "the detours of {track} in subscription `{}` are not those that this replica knows: nothing of this \
             transaction may be committed",
            owner.subscription
        ),
    )
}

/// What is said to an owner whose fence is stale.
pub(crate) fn fenced(owner: &Owner) -> Error {
    let held: Vec<String> =
        owner.held.iter().map(|Held { shard, fence }| format!("{shard} under {fence}")).collect();
    Error::new(
        ErrorKind::Fenced,
        format!(
            "another replica of subscription `{}` took shards of this one since it took them ({}): nothing of this \
             transaction may be committed",
            owner.subscription,
            held.join(", ")
        ),
    )
}

/// The rows that were read before a step, each with its attempts.
pub(crate) fn as_read(changes: &[Change]) -> impl Iterator<Item = (i64, u32)> {
    changes.iter().filter_map(|change| Some((change.position, change.was?)))
}

/// Somebody changed a row since it was read.
pub(crate) fn overtaken(owner: &Owner) -> Error {
    Error::new(
        ErrorKind::Fenced,
        format!(
            "somebody else changed a row of subscription `{}` in eventbus_delivery since this replica read it: nothing of \
             this transaction may be committed",
            owner.subscription
        ),
    )
}

/// A row that this library cannot have written.
pub(crate) fn malformed(position: i64, column: &str) -> Error {
    Error::new(
        ErrorKind::DeserializationFailed,
        format!(
            "column `{column}` of the event at position {position} of eventbus_event is malformed"
        ),
    )
}

/// What a database or driver said, without sqlx's wrapping, which says it twice.
pub(crate) fn cause(error: sqlx::Error) -> Box<dyn StdError + Send + Sync> {
    match error {
        sqlx::Error::Database(error) => error.into(),
        sqlx::Error::Io(error) => error.into(),
        sqlx::Error::Configuration(error) | sqlx::Error::Tls(error) => error,
        other => other.into(),
    }
}

/// The wanted types as SQL is asked for them: names, and what the names of families begin with; everything begins with
/// nothing.
pub(crate) fn wanted(types: &TypeSet) -> (Vec<String>, Vec<String>) {
    let (mut names, mut families) = (Vec::new(), Vec::new());
    for pattern in types.patterns() {
        match pattern {
            TypePattern::Name(name) => names.push(name),
            TypePattern::Family(prefix) if prefix.is_empty() => families.push(prefix),
            TypePattern::Family(prefix) => families.push(format!("{prefix}.")),
        }
    }
    (names, families)
}

/// The page size as SQL takes it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whether this append, having written events of these keys, is one of the few that remove expired keys: one in 64, by
/// the random end of an id, so that nothing has to be counted.
pub(crate) fn sweeps(written: &[&NewEvent]) -> bool {
    let chosen =
        |new: &&NewEvent| new.key.is_some() && new.event.envelope.id.as_u128().is_multiple_of(64);
    written.iter().any(chosen)
}

/// How many expired keys are removed at once: four for each that came since.
pub(crate) const SWEEP: u32 = 256;

/// A delivery row as it is written.
#[derive(Debug)]
pub(crate) struct DeliveryRow<'a> {
    pub(crate) state: &'static str,
    pub(crate) attempts: u32,
    pub(crate) first_at: Option<i64>,
    pub(crate) next_at: Option<i64>,
    pub(crate) failure: Option<&'a Failure>,
}

impl<'a> DeliveryRow<'a> {
    /// `None` where the row goes: the event was handled, or it becomes a dead letter.
    pub(crate) fn of(change: &'a Change) -> Option<Self> {
        let first_at = change.first_at;
        let (state, attempts, next_at, failure) = match &change.fate {
            Fate::Handled | Fate::Dead { .. } => return None,
            Fate::Parked => ("parked", 0, None, None),
            Fate::Retrying { attempts, next_at, failure } => {
                ("retrying", *attempts, Some(*next_at), Some(failure))
            }
        };
        Some(Self { state, attempts, first_at, next_at, failure })
    }

    /// What is appended to its `errors` column.
    pub(crate) fn error(&self) -> Option<FailedAttempt> {
        self.failure.map(|failure| FailedAttempt::new(self.attempts, failure))
    }
}

/// A dead letter as it is written.
#[derive(Debug)]
pub(crate) struct Burial<'a> {
    pub(crate) id: Uuid,
    pub(crate) change: &'a Change,
    pub(crate) attempts: u32,
    pub(crate) failure: &'a Failure,
    pub(crate) retry_at: Option<i64>,
}

impl<'a> Burial<'a> {
    /// `None` where the event is not given up.
    pub(crate) fn of(change: &'a Change) -> Option<Self> {
        let Fate::Dead { attempts, failure, retry_at } = &change.fate else { return None };
        let (attempts, retry_at) = (*attempts, *retry_at);
        Some(Self { id: Uuid::now_v7(), change, attempts, failure, retry_at })
    }
}

/// An entry of an `errors` column.
#[cfg(feature = "sqlite")]
pub(crate) fn object(failed: &FailedAttempt) -> String {
    serde_json::to_string(failed).expect("texts and numbers are always JSON")
}

/// The `errors` column.
pub(crate) fn errors(errors: &[FailedAttempt]) -> String {
    serde_json::to_string(errors).expect("texts and numbers are always JSON")
}

/// Reads the `errors` column of a letter.
pub(crate) fn read_errors(text: &str, letter: Uuid) -> Result<Vec<FailedAttempt>> {
    serde_json::from_str(text).map_err(|cause| {
        let message =
            format!("column `errors` of letter {letter} of eventbus_dead_letter is malformed");
        Error::new(ErrorKind::DeserializationFailed, message).with_source(cause)
    })
}

/// What is said where an event is to become a dead letter that the log does not hold.
pub(crate) fn lost(place: &str, subscription: &str) -> Error {
    Error::new(
        ErrorKind::Store,
        format!(
            "{place}: subscription `{subscription}` gives up an event that is not in the log any more: whatever deletes \
             old events must leave those that have a row in eventbus_delivery"
        ),
    )
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use sqlx::{Connection, Row, SqliteConnection};

    use super::named;

    #[tokio::test]
    async fn what_is_wrong_with_a_column_names_it() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let query = sqlx::query("SELECT 1 AS position, 'two' AS version");
        let row = query.fetch_one(&mut connection).await.unwrap();
        let error = named(&row, row.try_get::<i64, _>(1).unwrap_err()).to_string();
        assert!(error.contains("column version"), "{error}");
        let error = named(&row, row.try_get::<i64, _>(2).unwrap_err()).to_string();
        assert!(error.contains("out of bounds"), "{error}");
    }
}
