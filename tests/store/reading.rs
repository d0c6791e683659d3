//! Pages and cursors.

use eventbus_runtime::store::{Cursor, NewEvent, Store};
use eventbus_runtime::{DomainEvent, EventBus, TypeSet};
use eventbus_tests::claim::read_page;
use uuid::Uuid;

use crate::database::{Database, claim, drain, log};
use crate::events::{NoteEvent, NoteTaken, NoteTorn, note};

/// Emits `texts` in one transaction.
pub(crate) async fn emit<S: Store>(bus: &EventBus<S>, texts: &[&str]) {
    let mut tx = bus.store().begin().await.unwrap();
    let notes: Vec<NoteTaken> = texts.iter().map(|text| note("a", text)).collect();
    bus.emit(&mut tx, notes).await.unwrap();
    bus.store().commit(tx).await.unwrap();
}

pub(crate) async fn pages_follow_the_cursor<D: Database>() {
    let (_database, bus) = D::fresh().await;
    let filter = TypeSet::of::<NoteEvent>();
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &filter, 10).await.unwrap();
    assert!(page.events.is_empty() && !page.more, "an empty log has an empty page");

    emit(&bus, &["1", "2", "3"]).await;
    let page = read_page(bus.store(), &page.end, &filter, 2).await.unwrap();
    assert_eq!(page.events.len(), 2);
    assert!(page.more);
    let page = read_page(bus.store(), &page.end, &filter, 2).await.unwrap();
    assert_eq!(page.events.len(), 1);
    let (rest, end) = drain(&bus, page.end).await;
    assert_eq!(rest, []);

    emit(&bus, &["4"]).await;
    let (rest, _) = drain(&bus, end).await;
    assert_eq!(rest.len(), 1);
}

pub(crate) async fn only_wanted_types_are_read<D: Database>() {
    let (_database, bus) = D::fresh().await;
    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, (NoteTorn(1), note("a", "2"), NoteTorn(3))).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &TypeSet::of::<NoteTaken>(), 10).await.unwrap();
    assert_eq!(page.events.len(), 1);
    let (rest, _) = drain(&bus, page.end).await;
    assert_eq!(rest, [], "the end of a page lies behind what was not wanted");
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "note_book")]
enum NoteBookEvent {
    Opened,
}

pub(crate) async fn families_are_read_by_what_their_names_begin_with<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["the model"]).await;
    let model = log(&bus).await.remove(0).event;
    let names = [
        "note_book.opened",
        "notexbook.opened",
        "note_book",
        "note_books.opened",
        "note_book.page.torn",
        "Note_Book.opened",
        "lost",
    ];
    let renamed = names.map(|name| {
        let mut event = model.clone();
        event.envelope.id = Uuid::now_v7();
        event.envelope.event_type = name.to_owned();
        NewEvent::from(event)
    });
    let mut tx = bus.store().begin().await.unwrap();
    bus.store().append(&mut tx, &renamed).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    let cursor = claim(&bus, "reader").await.cursor;
    let read = async |types: TypeSet| {
        let page = read_page(bus.store(), &cursor, &types, 100).await.unwrap();
        let names = page.events.into_iter().map(|stored| stored.event.envelope.event_type);
        names.collect::<Vec<_>>()
    };
    let family = TypeSet::of::<NoteBookEvent>();
    assert_eq!(read(family.clone()).await, ["note_book.opened", "note_book.page.torn"]);
    let with_a_name = family.union(&TypeSet::of::<NoteTaken>());
    let wanted = ["note.taken", "note_book.opened", "note_book.page.torn"];
    assert_eq!(read(with_a_name).await, wanted);
    assert_eq!(read(TypeSet::everything()).await.len(), 1 + names.len());
}

pub(crate) async fn a_place_between_two_events_of_a_page_is_exact<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["1", "2", "3", "4"]).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &TypeSet::of::<NoteEvent>(), 10).await.unwrap();
    for (index, stored) in page.events.iter().enumerate() {
        let (rest, _) = drain(&bus, page.window.at(stored.position)).await;
        assert_eq!(rest, page.events[index + 1..]);
    }
}

pub(crate) async fn what_was_read_is_not_read_again<D: Database>() {
    let (_database, bus) = D::fresh().await;
    let mut cursor = claim(&bus, "reader").await.cursor;
    let mut seen = Vec::new();
    for round in 0..10 {
        emit(&bus, &["x"; 3][..round % 4]).await;
        let events;
        (events, cursor) = drain(&bus, cursor).await;
        assert_eq!(events.len(), round % 4);
        seen.extend(events.into_iter().map(|stored| stored.position));
    }
    assert!(seen.is_sorted());
}
