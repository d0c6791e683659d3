//! Reading pages.

use crate::catalog::{Catalog, Group};
use crate::filter::TypeSet;
use crate::store::{Cursor, Log, NewEvent, Shards, Tracks, Wanted};
use crate::testing::suite::tools::{
    SHARDS, claim, commit, drain, emit, log, note, notes, read_page, taken, torn,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn pages_follow_the_cursor<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &notes(), 10).await.unwrap();
    assert!(page.events.is_empty() && !page.more, "an empty log has an empty page");

    emit(&bus, &["1", "2", "3"]).await;
    let page = read_page(bus.store(), &page.end, &notes(), 2).await.unwrap();
    assert_eq!(page.events.len(), 2);
    assert!(page.more);
    let page = read_page(bus.store(), &page.end, &notes(), 2).await.unwrap();
    assert_eq!(page.events.len(), 1);
    let (rest, end) = drain(&bus, page.end).await;
    assert_eq!(rest, []);

    emit(&bus, &["4"]).await;
    let (rest, _) = drain(&bus, end).await;
    assert_eq!(rest.len(), 1);
}

pub(super) async fn a_page_has_no_more_than_its_limit<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["x"; 7]).await;
    let whole = log(&bus).await;
    for limit in 1..=8 {
        let mut cursor = claim(&bus, &format!("reader of {limit}")).await.cursor;
        let mut read = Vec::new();
        while read.len() < 7 {
            let page = read_page(bus.store(), &cursor, &notes(), limit).await.unwrap();
            assert!(page.events.len() <= limit);
            assert!(page.more || read.len() + page.events.len() == 7, "`more` until all are read");
            read.extend(page.events);
            cursor = page.end;
        }
        assert_eq!(read, whole);
    }
}

pub(super) async fn only_wanted_types_are_read<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[torn(1), note("a", "2"), torn(3)]).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &taken(), 10).await.unwrap();
    assert_eq!(page.events.len(), 1);
    let (rest, _) = drain(&bus, page.end).await;
    assert_eq!(rest, [], "the end of a page lies behind what was not wanted");
}

static NOTE_BOOK: Group = Group {
    rust_path: "NoteBookEvent",
    docs: "",
    prefix: "note_book",
    members: &[],
    unknown: false,
    subset: false,
};

pub(super) async fn families_are_read_by_what_their_names_begin_with<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
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
        let mut event = note("a", "1").event;
        event.envelope.event_type = name.to_owned();
        NewEvent::from(event)
    });
    emit(&bus, &["1"]).await;
    commit(&bus, &renamed).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let read = async |types: TypeSet| {
        let page = read_page(bus.store(), &cursor, &types, 100).await.unwrap();
        let names = page.events.into_iter().map(|stored| stored.event.envelope.event_type);
        names.collect::<Vec<_>>()
    };
    let family = TypeSet::of_catalog(&Catalog::Group(&NOTE_BOOK));
    assert_eq!(read(family.clone()).await, ["note_book.opened", "note_book.page.torn"]);
    let wanted = ["note.taken", "note_book.opened", "note_book.page.torn"];
    assert_eq!(read(family.union(&taken())).await, wanted);
    assert_eq!(read(TypeSet::everything()).await.len(), 1 + names.len());
}

pub(super) async fn only_wanted_shards_are_read<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events: Vec<NewEvent> = (0..60).map(|n| note(&n.to_string(), "x")).collect();
    commit(&bus, &events).await;
    let whole = log(&bus).await;
    let cursor = claim(&bus, "reader").await.cursor;
    for types in [notes(), TypeSet::everything()] {
        for numbers in [vec![], vec![3], vec![0, 5, 15], (0..SHARDS).collect()] {
            let shards = Shards::new(SHARDS, numbers);
            let wanted = Wanted {
                types: &types,
                shards: &shards,
                tracks: &Tracks::all(),
                limit: 100,
                upto: None,
            };
            let page = bus.store().page(&cursor, &wanted).await.unwrap();
            let expected = whole.iter().filter(|stored| shards.contains(stored.slot));
            assert_eq!(page.events.iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }
}

pub(super) async fn a_place_between_two_events_of_a_page_is_exact<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3", "4"]).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let page = read_page(bus.store(), &cursor, &notes(), 10).await.unwrap();
    let mut before = None;
    for (index, stored) in page.events.iter().enumerate() {
        let place = page.window.at(stored.position);
        assert!(before < Some(place.clone()), "places of a window compare as they stand in it");
        assert!(place <= page.end);
        let (rest, _) = drain(&bus, place.clone()).await;
        assert_eq!(rest, page.events[index + 1..]);
        before = Some(place);
    }
}

pub(super) async fn what_was_read_is_not_read_again<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
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

pub(super) async fn a_rare_event_is_found_behind_many_others<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &(0..5_000).map(torn).collect::<Vec<_>>()).await;
    commit(&bus, &[note("a", "rare")]).await;
    let mut cursor = claim(&bus, "reader").await.cursor;
    loop {
        let page = read_page(bus.store(), &cursor, &taken(), 10).await.unwrap();
        if page.events.len() == 1 {
            break;
        }
        assert!(page.more, "whoever brings nothing and says that nothing more is there ends it");
        cursor = page.end;
    }
}
