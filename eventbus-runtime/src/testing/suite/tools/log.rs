//! Writing events and reading them.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::catalog::{Catalog, Leaf, schema_of};
use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::filter::TypeSet;
use crate::priority::Priority;
use crate::store::{Log, NewEvent, Page, Shards, Store, Stored, Tracks, Wanted};
use crate::testing::suite::tools::claim::{SHARDS, claim};

static TAKEN: Leaf = Leaf::new("note.taken", 2, schema_of::<String>);
static TORN: Leaf = Leaf::new("note.torn", 1, schema_of::<String>);

/// The types of the suite's events, by name.
#[must_use]
pub fn notes() -> TypeSet {
    taken().union(&TypeSet::of_catalog(&Catalog::Leaf(&TORN)))
}

/// The type of [`note`] alone.
#[must_use]
pub fn taken() -> TypeSet {
    TypeSet::of_catalog(&Catalog::Leaf(&TAKEN))
}

fn event(leaf: &Leaf, aggregate_id: Option<&str>, data: String) -> NewEvent {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: leaf.event_type.to_owned(),
        version: leaf.version,
        source: "/suite".to_owned(),
        tenant: None,
        aggregate_id: aggregate_id.map(str::to_owned),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: Priority::Normal,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data }.into()
}

/// A `note.taken` of the aggregate `about`, whose payload is `["about","text"]`.
#[must_use]
pub fn note(about: &str, text: &str) -> NewEvent {
    let data = serde_json::to_string(&(about, text)).expect("two texts are always JSON");
    event(&TAKEN, Some(about), data)
}

/// A `note.torn` of no aggregate, whose payload is the number.
#[must_use]
pub fn torn(number: u32) -> NewEvent {
    event(&TORN, None, number.to_string())
}

/// A `note.taken` of the aggregate `a` with everything that an event can have.
#[must_use]
pub fn full() -> NewEvent {
    let mut new = event(&TAKEN, Some("a"), "{\"b\": 1,  \"a\": [0.10]}".to_owned());
    let envelope = &mut new.event.envelope;
    envelope.version = 7;
    envelope.tenant = Some("acme".to_owned());
    envelope.correlation_id = Some(Uuid::now_v7());
    envelope.causation_id = Some(Uuid::now_v7());
    envelope.traceparent = Some("00-1-2-01".to_owned());
    envelope.tracestate = Some("k=v".to_owned());
    envelope.priority = Priority::High;
    envelope.metadata = [("region".to_owned(), "eu".to_owned())].into();
    new
}

/// Appends events, if there are any, in an open transaction.
pub async fn append<S: Store>(
    bus: &EventBus<S>,
    connection: &mut S::Connection,
    events: &[NewEvent],
) {
    if !events.is_empty() {
        bus.store().append(connection, events).await.expect("the store appends");
    }
}

/// Appends notes about `a` in a transaction of their own.
pub async fn emit<S: Store>(bus: &EventBus<S>, texts: &[&str]) {
    let events: Vec<NewEvent> = texts.iter().map(|text| note("a", text)).collect();
    commit(bus, &events).await;
}

/// Appends events in a transaction of their own.
pub async fn commit<S: Store>(bus: &EventBus<S>, events: &[NewEvent]) {
    let mut tx = bus.store().begin().await.expect("the store begins");
    append(bus, &mut tx, events).await;
    bus.store().commit(tx).await.expect("the store commits");
}

/// Reads a page of all shards.
///
/// # Errors
/// What the store says.
pub async fn read_page<S: Log>(
    store: &S,
    cursor: &S::Cursor,
    types: &TypeSet,
    limit: usize,
) -> Result<Page<S::Cursor>> {
    let shards = Shards::all(SHARDS);
    store
        .page(cursor, &Wanted { types, shards: &shards, tracks: &Tracks::all(), limit, upto: None })
        .await
}

/// Reads pages of two until there is nothing more: the suite's events, and where they end.
pub async fn drain<S: Log>(bus: &EventBus<S>, mut cursor: S::Cursor) -> (Vec<Stored>, S::Cursor) {
    let types = notes();
    let mut events = Vec::new();
    loop {
        let page = read_page(bus.store(), &cursor, &types, 2).await.expect("the store reads");
        let done = page.events.is_empty() && !page.more;
        events.extend(page.events);
        cursor = page.end;
        if done {
            return (events, cursor);
        }
    }
}

/// All events of the suite's types that are committed.
pub async fn log<S: Log>(bus: &EventBus<S>) -> Vec<Stored> {
    let reader = format!("reader {}", Uuid::now_v7());
    let claim = claim(bus, &reader).await;
    drain(bus, claim.cursor).await.0
}

/// The payloads of events.
#[must_use]
pub fn data(events: &[Stored]) -> Vec<&str> {
    events.iter().map(|stored| stored.event.data.as_str()).collect()
}
