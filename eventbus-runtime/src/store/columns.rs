//! What both databases' columns have in common.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use crate::error::{Error, ErrorKind, Result};
use crate::filter::{TypePattern, TypeSet};
use crate::store::{Change, Failure, Fate, NewEvent};

/// The hash that shards are ranges of: 10 bits of tenant, aggregate kind and aggregate id; of the event id where there is no aggregate. It is stored, so it may never change.
pub(crate) fn shard(new: &NewEvent) -> i16 {
    let envelope = &new.event.envelope;
    let hash = match &envelope.aggregate_id {
        Some(id) => {
            let kind = &new.aggregate_kind;
            let tenant = envelope.tenant.as_deref().unwrap_or_default();
            [tenant, kind, id]
                .iter()
                .fold(FNV_OFFSET, |hash, part| fnv1a(fnv1a(hash, part.as_bytes()), &[0]))
        }
        None => fnv1a(FNV_OFFSET, envelope.id.as_bytes()),
    };
    i16::try_from((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54)
        .expect("ten bits fit")
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, continued from `hash`.
pub(crate) fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A stable hash of a name.
#[cfg(feature = "sqlite")]
pub(crate) fn hash(name: &str) -> u64 {
    fnv1a(FNV_OFFSET, name.as_bytes())
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

/// Reads a version or a number of attempts.
pub(crate) fn read_u32(value: i64, column: &str, position: i64) -> Result<u32> {
    u32::try_from(value).map_err(|error| malformed(position, column).with_source(error))
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
    pub(crate) next_at: Option<i64>,
    pub(crate) failure: Option<&'a Failure>,
}

impl<'a> DeliveryRow<'a> {
    /// `None` where the row goes.
    pub(crate) fn of(change: &'a Change) -> Option<Self> {
        let (state, attempts, next_at, failure) = match &change.fate {
            Fate::Handled => return None,
            Fate::Parked => ("parked", 0, None, None),
            Fate::Retrying { attempts, next_at, failure } => {
                ("retrying", *attempts, Some(*next_at), Some(failure))
            }
            Fate::Dead { attempts, failure } => ("dead", *attempts, None, Some(failure)),
        };
        Some(Self { state, attempts, next_at, failure })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use uuid::Uuid;

    use super::shard;
    use crate::envelope::{Envelope, RawEvent};
    use crate::store::NewEvent;

    fn event(
        id: u128,
        event_type: &str,
        tenant: Option<&str>,
        aggregate_id: Option<&str>,
    ) -> NewEvent {
        let event = RawEvent {
            envelope: Envelope {
                id: Uuid::from_u128(id),
                event_type: event_type.to_owned(),
                version: 1,
                source: "test".to_owned(),
                tenant: tenant.map(str::to_owned),
                aggregate_id: aggregate_id.map(str::to_owned),
                correlation_id: None,
                causation_id: None,
                traceparent: None,
                tracestate: None,
                metadata: BTreeMap::new(),
            },
            data: "{}".to_owned(),
        };
        event.into()
    }

    #[test]
    fn another_kind_is_another_aggregate() {
        let family = event(1, "order.placed", None, Some("7"));
        let mut stated = family.clone();
        stated.aggregate_kind = "cart".to_owned();
        assert_ne!(shard(&stated), shard(&family));
        let cart = event(1, "cart.filled", None, Some("7"));
        assert_eq!(shard(&stated), shard(&cart));
    }

    #[test]
    fn the_stored_hash_never_changes() {
        assert_eq!(shard(&event(1, "order.placed", None, Some("7"))), 540);
        assert_eq!(shard(&event(1, "order.placed", Some("acme"), Some("7"))), 317);
        assert_eq!(shard(&event(1, "order.placed", None, None)), 197);
    }

    #[test]
    fn an_aggregate_has_one_shard_and_many_aggregates_have_all() {
        let one = shard(&event(1, "order.placed", None, Some("7")));
        assert_eq!(one, shard(&event(2, "order.shipped", None, Some("7"))));
        let shards: HashSet<i16> = (0..20_000)
            .map(|id| shard(&event(id, "order.placed", None, Some(&id.to_string()))))
            .collect();
        assert_eq!(shards.len(), 1024);
        let shards: HashSet<i16> =
            (0..20_000).map(|id| shard(&event(id, "system.up", None, None))).collect();
        assert_eq!(shards.len(), 1024);
    }
}
