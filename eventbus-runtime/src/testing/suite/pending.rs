//! What waits behind a place, counted.

use crate::filter::TypeSet;
use crate::store::{Cursor, Fate, InTrouble, Log, Shards, Store, Tracks, Waits};
use crate::testing::suite::tools::{
    SHARDS, append, apply, change, claim, commit, drain, emit, note, notes, read_page, retrying,
    taken, torn,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn what_waits_is_counted_up_to_a_bound<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let all = Shards::all(SHARDS);
    let store = bus.store();
    let nothing = store
        .pending(
            &cursor,
            Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most: 10 },
        )
        .await
        .unwrap();
    assert_eq!((nothing.events, nothing.more, nothing.oldest), (0, false, None));
    emit(&bus, &["1", "2", "3", "4"]).await;
    let (events, end) = drain(&bus, cursor.clone()).await;
    let oldest = Some(events[0].event.envelope.id);
    for (at_most, expected) in [(3, (3, true)), (4, (4, false)), (5, (4, false))] {
        let waits = store
            .pending(
                &cursor,
                Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most },
            )
            .await
            .unwrap();
        assert_eq!((waits.events, waits.more), expected);
        assert_eq!(waits.oldest, oldest);
    }
    let page = read_page(store, &cursor, &notes(), 10).await.unwrap();
    let inside = page.window.at(events[1].position);
    let waits = store
        .pending(
            &inside,
            Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most: 10 },
        )
        .await
        .unwrap();
    assert_eq!((waits.events, waits.oldest), (2, Some(events[2].event.envelope.id)));
    assert_eq!(
        store
            .pending(
                &end,
                Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most: 10 }
            )
            .await
            .unwrap(),
        nothing
    );
}

pub(super) async fn what_waits_is_of_its_types_and_shards<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let notes_of_many: Vec<_> = (0..40).map(|n| note(&n.to_string(), "x")).collect();
    commit(&bus, &notes_of_many).await;
    commit(&bus, &[torn(1)]).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let count = async |types: &TypeSet, shards: &Shards| {
        bus.store()
            .pending(&cursor, Waits { types, shards, tracks: &Tracks::all(), at_most: 100 })
            .await
            .unwrap()
            .events
    };
    let all = Shards::all(SHARDS);
    assert_eq!(count(&notes(), &all).await, 41);
    assert_eq!(count(&taken(), &all).await, 40);
    assert_eq!(count(&TypeSet::everything(), &all).await, 41);
    let mut sum = 0;
    for shard in 0..SHARDS {
        sum += count(&taken(), &Shards::new(SHARDS, [shard])).await;
    }
    assert_eq!(sum, 40, "each event waits in one shard");
}

/// An event of a lower number that commits after a place was taken is behind that place.
pub(super) async fn what_commits_late_waits_from_then_on<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut open = bus.store().begin().await.unwrap();
    append(&bus, &mut open, &[note("a", "late")]).await;
    emit(&bus, &["1", "2"]).await;
    let (read, end) = drain(&bus, cursor).await;
    assert_eq!(read.len(), 2);
    let all = Shards::all(SHARDS);
    let waits = async || {
        bus.store()
            .pending(
                &end,
                Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most: 10 },
            )
            .await
            .unwrap()
            .events
    };
    assert_eq!(waits().await, 0, "nobody sees it yet");
    bus.store().commit(open).await.unwrap();
    assert_eq!(waits().await, 1);
}

pub(super) async fn what_is_in_trouble_is_counted_by_what_it_waits_for<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3", "4"]).await;
    let (claimed, _other) = (claim(&bus, "reader").await, claim(&bus, "another").await);
    let (events, _) = drain(&bus, claimed.cursor.clone()).await;
    let changes = vec![
        change(&events[0], retrying(1, "no", 10)),
        change(&events[1], Fate::Parked),
        change(&events[2], Fate::Parked),
    ];
    apply(&bus, &claimed, changes).await;
    let count = async |name: &str| bus.store().in_trouble(name).await.unwrap();
    assert_eq!(count("reader").await, InTrouble { retrying: 1, parked: 2 });
    assert_eq!(count("another").await, InTrouble::default());
    assert_eq!(count("nobody").await, InTrouble::default(), "nothing is known of it");
}
