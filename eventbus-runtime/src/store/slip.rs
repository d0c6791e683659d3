//! A row of the schedule, which may be damaged: one that cannot be read must keep no other from being moved.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::schedule::Scheduled;
use crate::store::{Agenda, NewEvent, Taken};

/// The time until which a row is held that was set aside: nobody tries it again by himself.
macro_rules! forever {
    () => {
        "9223372036854775807"
    };
}
pub(crate) use forever;

/// What can always be read of a row.
pub(crate) struct Slip {
    pub(crate) due_at: i64,
    pub(crate) number: i64,
    pub(crate) failures: i64,
    pub(crate) failure: Option<String>,
}

/// The columns of an event, as far as the database's types tell that they are sound.
pub(crate) struct Columns {
    pub(crate) event: RawEvent,
    pub(crate) version: i64,
    pub(crate) metadata: Option<String>,
}

impl Columns {
    fn event(self) -> std::result::Result<RawEvent, String> {
        let Self { mut event, version, metadata } = self;
        event.envelope.version = u32::try_from(version)
            .map_err(|error| format!("column `version` is malformed: {error}"))?;
        if let Some(text) = metadata {
            event.envelope.metadata = serde_json::from_str(&text)
                .map_err(|error| format!("column `metadata` is malformed: {error}"))?;
        }
        Ok(event)
    }
}

impl Slip {
    /// The scheduled event: what could be read of it, `outline`, where not all could.
    pub(crate) fn told(
        self,
        columns: std::result::Result<Columns, sqlx::Error>,
        outline: impl FnOnce() -> RawEvent,
    ) -> Scheduled {
        let Self { due_at, number, failures, failure } = self;
        let event = columns.map_err(|error| error.to_string()).and_then(Columns::event);
        let mut scheduled = match event {
            Ok(event) => Scheduled { failure, ..Scheduled::new(event, due_at, number) },
            Err(why) => {
                let why = format!(
                    "it cannot be read: {why}; repair row {number} of eventbus_scheduled and call \
                     `bus.scheduled().reschedule(..)`, or `.cancel(..)`"
                );
                let scheduled = Scheduled::new(outline(), due_at, number);
                Scheduled { failure: Some(why), unreadable: true, ..scheduled }
            }
        };
        scheduled.failures = u32::try_from(failures).unwrap_or(u32::MAX);
        scheduled
    }
}

/// What is taken of rows that are due, each with the kind of its aggregate: to be moved, or to be set aside.
pub(crate) fn taken(rows: impl Iterator<Item = Result<(Scheduled, String)>>) -> Result<Taken> {
    let mut taken = Taken::default();
    for row in rows {
        let (scheduled, aggregate_kind) = row?;
        if scheduled.unreadable {
            taken.unreadable.push(scheduled);
        } else {
            taken.events.push(NewEvent { event: scheduled.event, aggregate_kind, key: None });
        }
    }
    Ok(taken)
}

/// What a database says of its schedule: how many wait, since when one is due, how many were refused and how many set aside;
/// the first of these, and why.
pub(crate) type AgendaColumns = (i64, Option<i64>, i64, i64, Option<String>, Option<String>);

/// Reads it. One more than `at_most` are counted where there are more.
pub(crate) fn agenda(columns: AgendaColumns, at_most: usize) -> Agenda {
    let (waiting, late, refused, aside, id, failure) = columns;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let most = u64::try_from(at_most).unwrap_or(u64::MAX);
    Agenda {
        waiting: count(waiting).min(most),
        more: count(waiting) > most,
        overdue: late.and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis),
        refused: count(refused),
        aside: count(aside),
        trouble: id.zip(failure),
    }
}

/// What there is of an event whose row is damaged. Texts are asked for by their place among the columns.
pub(crate) fn outline(id: Option<Uuid>, text: impl Fn(usize) -> Option<String>) -> RawEvent {
    let envelope = Envelope {
        id: id.unwrap_or_default(),
        event_type: text(1).unwrap_or_default(),
        source: text(3).unwrap_or_default(),
        tenant: text(4),
        aggregate_id: text(5),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: crate::Priority::Normal,
        version: 0,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data: text(11).unwrap_or_default() }
}
