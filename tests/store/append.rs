//! Emitting.

use eventbus_runtime::store::Store;
use eventbus_runtime::{
    DomainEvent, Envelope, ErrorKind, MAX_BATCH, MAX_PAYLOAD, RawEvent, TypeSet,
};
use uuid::Uuid;

use eventbus_runtime::testing::suite::tools::{claim, log, read_page};

use crate::database::Database;
use crate::events::{NoteEvent, NoteTorn, note};

#[derive(Debug, DomainEvent)]
#[event(prefix = "account")]
enum AccountEvent {
    #[event(payload = "Opened")]
    Opened {
        #[event(tenant_id)]
        tenant: Option<String>,
    },
}

pub(crate) async fn events_come_back_as_they_were_emitted<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let bus = bus.with_source("/notes");
    let mut tx = bus.store().begin().await.unwrap();
    let ids = bus.emit(&mut tx, (note("a", "ü \" \\ \n 𝄞"), NoteTorn(7))).await.unwrap();
    bus.store().commit(tx).await.unwrap();

    let log = log(&bus).await;
    assert_eq!(log.iter().map(|stored| stored.event.envelope.id).collect::<Vec<_>>(), ids.ids());
    assert!(log[0].position < log[1].position);
    let (taken, torn) = (&log[0].event, &log[1].event);
    assert_eq!(taken.data, r#"["a","ü \" \\ \n 𝄞"]"#, "the very text that was written");
    assert_eq!(taken.envelope.event_type, "note.taken");
    assert_eq!(taken.envelope.version, 2);
    assert_eq!(taken.envelope.source, "/notes");
    assert_eq!(taken.envelope.aggregate_id.as_deref(), Some("a"));
    assert!(taken.envelope.metadata.is_empty());
    assert_eq!(torn.data, "7");
    assert_eq!(torn.envelope.aggregate_id, None);
}

pub(crate) async fn everything_that_holds_events_can_be_emitted<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let one = NoteTorn(1);
    let several = vec![NoteEvent::Torn(NoteTorn(2)), NoteEvent::Taken(note("a", "3"))];
    bus.emit(&mut tx, &one).await.unwrap();
    bus.emit(&mut *tx, one).await.unwrap();
    bus.emit(&mut tx, &several).await.unwrap();
    bus.emit(&mut tx, several.as_slice()).await.unwrap();
    bus.emit(&mut tx, several).await.unwrap();
    bus.emit(&mut tx, [NoteTorn(4), NoteTorn(5)]).await.unwrap();
    bus.emit(&mut tx, &[NoteTorn(6)]).await.unwrap();
    bus.emit(&mut tx, [&NoteTorn(7)]).await.unwrap();
    bus.emit(&mut tx, (NoteTorn(8), &note("b", "9"), vec![NoteTorn(10)])).await.unwrap();
    assert!(bus.emit(&mut tx, Vec::<NoteTorn>::new()).await.unwrap().is_empty());
    bus.store().commit(tx).await.unwrap();
    let data: Vec<String> = log(&bus).await.into_iter().map(|stored| stored.event.data).collect();
    let three = r#"["a","3"]"#;
    let expected = ["1", "1", "2", three, "2", three, "2", three, "4", "5", "6", "7", "8"];
    assert_eq!(data[..13], expected);
    assert_eq!(data[13..], [r#"["b","9"]"#, "10"]);
}

pub(crate) async fn a_refused_event_leaves_nothing_of_its_emit<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let refused = bus.emit(&mut tx, [note("a", "fine"), note("a", "\0")]).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
    assert!(
        refused.to_string().contains("`note.taken` contains the character U+0000"),
        "{refused}"
    );
    let refused = bus.emit(&mut tx, note("", "fine")).await.unwrap_err();
    assert!(refused.to_string().contains("aggregate id of `note.taken` is empty"), "{refused}");
    bus.emit(&mut tx, note("a", "\\u0000")).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    assert_eq!(log(&bus).await.len(), 1, "a refusal does not spoil the transaction");
}

pub(crate) async fn options_win_over_what_a_payload_marks<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let (correlation, causation) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut tx = bus.store().begin().await.unwrap();
    let emit = bus.emit(&mut tx, (Opened { tenant: Some("marked".to_owned()) }, note("a", "b")));
    let emit = emit.tenant("acme").correlation(correlation).causation(causation);
    emit.metadata("channel", "shop").metadata("channel", "web").await.unwrap();
    let marked = Opened { tenant: Some("marked".to_owned()) };
    bus.emit(&mut tx, marked).await.unwrap();
    let mut again = log_of_uncommitted("note.torn");
    again.envelope.metadata = [("old".to_owned(), "1".to_owned())].into();
    bus.emit(&mut tx, &again).metadata("new", "2").await.unwrap();
    bus.store().commit(tx).await.unwrap();

    let claim = claim(&bus, "everything").await;
    let page = read_page(bus.store(), &claim.cursor, &TypeSet::of::<RawEvent>(), 10).await.unwrap();
    let envelopes: Vec<&Envelope> = page.events.iter().map(|it| &it.event.envelope).collect();
    for envelope in &envelopes[..2] {
        assert_eq!(envelope.tenant.as_deref(), Some("acme"));
        assert_eq!(envelope.correlation_id, Some(correlation));
        assert_eq!(envelope.causation_id, Some(causation));
        assert_eq!(envelope.metadata, [("channel".to_owned(), "web".to_owned())].into());
    }
    assert_eq!(envelopes[2].tenant.as_deref(), Some("marked"));
    assert_eq!(envelopes[3].id, again.envelope.id, "what is written again keeps the rest");
    assert_eq!(envelopes[3].metadata.keys().collect::<Vec<_>>(), ["new", "old"]);
}

fn log_of_uncommitted(event_type: &str) -> RawEvent {
    let event_type = event_type.to_owned();
    let envelope = Envelope { id: Uuid::now_v7(), event_type, ..Envelope::default() };
    RawEvent { envelope, data: "1".to_owned() }
}

pub(crate) async fn limits_are_told_before_anything_is_written<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let mut refused = Vec::new();
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for (name, value) in [named("Channel", "x"), named("tenantid", "x"), named("channel", "\0")] {
        refused.push(bus.emit(&mut tx, NoteTorn(1)).metadata(name, value).await.unwrap_err());
    }
    refused.push(bus.emit(&mut tx, NoteTorn(1)).tenant("").await.unwrap_err());
    let many = vec![NoteTorn(1); MAX_BATCH + 1];
    refused.push(bus.emit(&mut tx, &many).await.unwrap_err());
    let large = "x".repeat(MAX_PAYLOAD - 100);
    refused.push(bus.emit(&mut tx, vec![note("a", &large); 65]).await.unwrap_err());
    let told = [
        "metadata `Channel` cannot be a CloudEvents extension",
        "metadata `tenantid` is an attribute of the event's own",
        "metadata `channel` of `note.torn` contains the character U+0000",
        "the tenant of `note.torn` is empty",
        "more than 10000 events in one emit",
        "more than 67108864 bytes together",
    ];
    for (error, told) in refused.iter().zip(told) {
        assert_eq!(error.kind(), ErrorKind::ValidationFailed, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    bus.emit(&mut tx, &many[1..]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    assert_eq!(log(&bus).await.len(), MAX_BATCH);
}

pub(crate) async fn receipts_say_what_was_written<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let one = bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    let two = bus.emit(&mut tx, [NoteTorn(2), NoteTorn(3)]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    let ids: Vec<Uuid> = log(&bus).await.iter().map(|stored| stored.event.envelope.id).collect();
    assert_eq!([one.id(), two.ids()[0], two.ids()[1]], ids[..]);
    assert_eq!((one.len(), two.id(), two[1].id()), (1, ids[1], ids[2]));
}
