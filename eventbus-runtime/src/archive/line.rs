//! A line of a segment: an event with its number and its slot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::priority::Priority;
use crate::store::{Old, Stored};

/// As it is written: the names are those of the columns of `eventbus_event`.
#[derive(Serialize)]
struct Written<'a> {
    position: i64,
    shard: u16,
    id: Uuid,
    r#type: &'a str,
    version: u32,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'a str>,
    /// Where it is not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: &'a BTreeMap<String, String>,
    /// When it came into the log, where it was scheduled: the column of `eventbus_moved`.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_at: Option<i64>,
    /// The payload, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    /// The payload as a text, where it is no JSON or would not stay on its line.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// As it is read.
#[derive(Deserialize)]
struct Read {
    position: i64,
    shard: u16,
    id: Uuid,
    r#type: String,
    version: u32,
    source: String,
    tenant: Option<String>,
    aggregate_id: Option<String>,
    correlation_id: Option<Uuid>,
    causation_id: Option<Uuid>,
    traceparent: Option<String>,
    tracestate: Option<String>,
    priority: Option<i64>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    moved_at: Option<i64>,
    data: Option<Box<RawValue>>,
    text: Option<String>,
}

/// Writes an event and the end of its line.
pub(super) fn write(old: &Old, to: &mut Vec<u8>) {
    let Stored { position, slot, event: RawEvent { envelope, data } } = &old.stored;
    let raw: Option<&RawValue> = serde_json::from_str(data).ok();
    // What surrounds a value is not part of it, and a payload may have been written over several lines.
    // A `null` would be read as no value.
    let raw = raw.filter(|raw| raw.get() == data && data != "null" && !data.contains(['\n', '\r']));
    let written = Written {
        position: *position,
        shard: *slot,
        id: envelope.id,
        r#type: &envelope.event_type,
        version: envelope.version,
        source: &envelope.source,
        tenant: envelope.tenant.as_deref(),
        aggregate_id: envelope.aggregate_id.as_deref(),
        correlation_id: envelope.correlation_id,
        causation_id: envelope.causation_id,
        traceparent: envelope.traceparent.as_deref(),
        tracestate: envelope.tracestate.as_deref(),
        priority: (envelope.priority != Priority::Normal).then(|| envelope.priority.number()),
        metadata: &envelope.metadata,
        moved_at: old.moved_at,
        data: raw,
        text: raw.is_none().then_some(data),
    };
    serde_json::to_writer(&mut *to, &written).expect("texts and numbers are always JSON");
    to.push(b'\n');
}

/// Reads a line without its end.
pub(super) fn read(line: &str) -> Result<Old, serde_json::Error> {
    let read: Read = serde_json::from_str(line)?;
    let data = match (read.data, read.text) {
        (Some(data), None) => Box::<str>::from(data).into(),
        (None, Some(text)) => text,
        _ => return Err(serde::de::Error::custom("it has not one of `data` and `text`")),
    };
    let priority = match read.priority {
        None => Priority::Normal,
        Some(number) => Priority::of_number(number)
            .ok_or_else(|| serde::de::Error::custom(format!("{number} is no priority")))?,
    };
    let envelope = Envelope {
        id: read.id,
        event_type: read.r#type,
        version: read.version,
        source: read.source,
        tenant: read.tenant,
        aggregate_id: read.aggregate_id,
        correlation_id: read.correlation_id,
        causation_id: read.causation_id,
        traceparent: read.traceparent,
        tracestate: read.tracestate,
        priority,
        metadata: read.metadata,
    };
    let event = RawEvent { envelope, data };
    let stored = Stored { position: read.position, slot: read.shard, event };
    Ok(Old { stored, moved_at: read.moved_at })
}
