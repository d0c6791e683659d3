//! Emitting.

use eventbus_runtime::ErrorKind;
use eventbus_runtime::store::Store;
use eventbus_runtime::testing::suite::tools::log;

use crate::database::Database;
use crate::events::{NoteEvent, NoteTorn, note};

pub(crate) async fn events_come_back_as_they_were_emitted<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let bus = bus.with_source("/notes");
    let mut tx = bus.store().begin().await.unwrap();
    let ids = bus.emit(&mut tx, (note("a", "ü \" \\ \n 𝄞"), NoteTorn(7))).await.unwrap();
    bus.store().commit(tx).await.unwrap();

    let log = log(&bus).await;
    assert_eq!(log.iter().map(|stored| stored.event.envelope.id).collect::<Vec<_>>(), ids);
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
    bus.emit(&mut tx, one).await.unwrap();
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
