//! Replays: a part of the log, what it holds, and how one begins and ends.

use uuid::Uuid;

use crate::bus::EventBus;
use crate::store::{
    Change, Fate, Handles, Log, Registration, ReplayRow, Selection, Shards, Start, Store, Stored,
    Tracks, Wanted,
};
use crate::testing::suite::tools::{
    SHARDS, advance, append, apply, change, claim, commit, data, emit, full, log, note, notes,
    register, retrying, taken, to, torn,
};
use crate::testing::suite::{StoreFixture, bus};

fn registration(name: &str) -> Registration {
    Registration {
        subscription: name.to_owned(),
        start: Start::Beginning,
        shards: SHARDS,
        handles: Handles::new(),
    }
}

/// Begins a replay of the whole log.
async fn begin<S: Log>(bus: &EventBus<S>, name: &str, filter: &str) -> ReplayRow<S::Cursor> {
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    let row = ReplayRow { filter: filter.to_owned(), total: 7, began_at: 5, upto, archived: 3 };
    bus.store().begin_replay(&registration(name), &from, &row).await.unwrap()
}

/// What is between two places, read page by page, which has to come to the second one.
async fn between<S: Log>(bus: &EventBus<S>, from: &S::Cursor, upto: &S::Cursor) -> Vec<Stored> {
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let (mut cursor, mut events) = (from.clone(), Vec::new());
    while cursor < *upto {
        let wanted = Wanted {
            types: &types,
            shards: &shards,
            tracks: &Tracks::all(),
            limit: 2,
            upto: Some(upto),
        };
        let page = bus.store().page(&cursor, &wanted).await.unwrap();
        events.extend(page.events);
        cursor = page.end;
    }
    assert!(cursor >= *upto, "{cursor:?} and {upto:?}");
    events
}

/// The types and how many there are of each.
async fn counted<S: Log>(
    bus: &EventBus<S>,
    span: (&S::Cursor, &S::Cursor),
    selection: &Selection,
) -> Vec<(String, u64)> {
    let tallies = bus.store().survey(span, &Shards::all(SHARDS), selection).await.unwrap();
    tallies.into_iter().map(|(name, tally)| (name, tally.count)).collect()
}

pub(super) async fn a_span_ends_where_the_log_did<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    assert!(between(&bus, &from, &upto).await.is_empty(), "of an empty log");
    commit(&bus, &[torn(1), torn(2), torn(3)]).await;
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    emit(&bus, &["later"]).await;
    let stored = between(&bus, &from, &upto).await;
    assert_eq!(data(&stored), ["1", "2", "3"]);
    assert_eq!(
        counted(&bus, (&from, &upto), &Selection::default()).await,
        [("note.torn".to_owned(), 3)]
    );
}

pub(super) async fn a_span_is_bounded_by_numbers<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &(1..=6).map(torn).collect::<Vec<_>>()).await;
    let positions: Vec<i64> = log(&bus).await.iter().map(|stored| stored.position).collect();
    let span = |first, last| bus.store().span(Start::Position(first), last);
    for (first, last, expected) in [
        (positions[1], positions[3], vec!["2", "3", "4"]),
        (positions[4], i64::MAX, vec!["5", "6"]),
        (i64::MIN, positions[0], vec!["1"]),
        (positions[5] + 1, i64::MAX, vec![]),
        (positions[5], positions[5], vec!["6"]),
        (positions[3], positions[1], vec![]),
        (positions[5] + 1, positions[1], vec![]),
    ] {
        let (from, upto) = span(first, last).await.unwrap();
        assert_eq!(data(&between(&bus, &from, &upto).await), expected, "{first} to {last}");
    }
    let (from, upto) = bus.store().span(Start::Beginning, positions[2]).await.unwrap();
    assert_eq!(data(&between(&bus, &from, &upto).await), ["1", "2", "3"]);
}

pub(super) async fn a_survey_counts_what_is_meant<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let whole = full();
    commit(&bus, &[note("a", "1"), torn(2), whole.clone(), note("b", "4"), torn(5)]).await;
    let stored = log(&bus).await;
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    commit(&bus, &[note("a", "later")]).await;
    let envelope = whole.event.envelope;
    let mut selections = vec![Selection::default(); 9];
    selections[1].tenant = envelope.tenant;
    selections[2].correlation_id = envelope.correlation_id;
    selections[3].aggregate_id = Some("a".to_owned());
    selections[4].since = Some(stored[3].event.envelope.id);
    selections[5].until = Some(stored[3].event.envelope.id);
    selections[6].types = taken();
    (selections[7].first, selections[7].last) = (stored[1].position, stored[3].position);
    selections[8].correlation_id = Some(Uuid::nil());
    for selection in &selections {
        let tallies = bus.store().survey((&from, &upto), &Shards::all(SHARDS), selection).await;
        let tallies = tallies.unwrap();
        let meant: Vec<_> = stored.iter().filter(|stored| selection.matches(stored)).collect();
        assert_eq!(
            tallies.values().map(|tally| tally.count).sum::<u64>(),
            u64::try_from(meant.len()).unwrap(),
            "{selection:?}"
        );
        for (name, tally) in tallies {
            let of = || meant.iter().filter(|stored| stored.event.envelope.event_type == name);
            let ids = || of().map(|stored| stored.event.envelope.id);
            assert_eq!(tally.count, u64::try_from(of().count()).unwrap(), "{name}");
            assert_eq!(tally.first, of().map(|stored| stored.position).min().unwrap());
            assert_eq!(tally.last, of().map(|stored| stored.position).max().unwrap());
            assert_eq!((tally.oldest, tally.newest), (ids().min().unwrap(), ids().max().unwrap()));
        }
    }
}

pub(super) async fn a_survey_counts_what_is_behind_a_place<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &(0..8).map(|n| note(&n.to_string(), "x")).collect::<Vec<_>>()).await;
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let wanted = Wanted {
        types: &types,
        shards: &shards,
        tracks: &Tracks::all(),
        limit: 3,
        upto: Some(&upto),
    };
    let page = bus.store().page(&from, &wanted).await.unwrap();
    let behind = counted(&bus, (&page.end, &upto), &Selection::default()).await;
    assert_eq!(behind, [("note.taken".to_owned(), 5)]);
    assert!(counted(&bus, (&upto, &upto), &Selection::default()).await.is_empty());
    let mut sum = 0;
    for shard in 0..SHARDS {
        let shards = Shards::new(SHARDS, [shard]);
        let tallies = bus.store().survey((&from, &upto), &shards, &Selection::default()).await;
        let count = tallies.unwrap().values().map(|tally| tally.count).sum::<u64>();
        let stored = log(&bus).await;
        let own = stored.iter().filter(|stored| shards.contains(stored.slot)).count();
        assert_eq!(count, u64::try_from(own).unwrap(), "of shard {shard}");
        sum += count;
    }
    assert_eq!(sum, 8);
}

pub(super) async fn a_replay_is_known_with_its_end<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    assert!(bus.store().replay("replay:again").await.unwrap().is_none());
    let row = begin(&bus, "replay:again", "all").await;
    assert_eq!((row.filter.as_str(), row.total, row.began_at), ("all", 7, 5));
    emit(&bus, &["later"]).await;
    let second = begin(&bus, "replay:again", "other").await;
    assert_eq!(second, row, "the first one counts");
    let other = EventBus::on(fixture.store().await);
    assert_eq!(other.store().replay("replay:again").await.unwrap(), Some(row.clone()));
    let claimed = claim(&other, "replay:again").await;
    assert_eq!(between(&other, &claimed.cursor, &row.upto).await.len(), 2);
    register(bus.store(), "reader", Start::Beginning).await;
    assert!(bus.store().replay("reader").await.unwrap().is_none(), "a subscription is none");
}

pub(super) async fn a_replay_ends_when_nothing_of_it_is_in_trouble<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let row = begin(&bus, "replay:again", "all").await;
    let claimed = claim(&bus, "replay:again").await;
    let stored = between(&bus, &claimed.cursor, &row.upto).await;
    advance(&bus, &claimed.owner, &to(row.upto.clone())).await.unwrap();
    apply(&bus, &claimed, vec![change(&stored[0], retrying(1, "busy", 10))]).await;
    assert!(!bus.store().end_replay("replay:again").await.unwrap());
    let handled = Change { was: Some(1), ..change(&stored[0], Fate::Handled) };
    apply(&bus, &claimed, vec![handled]).await;
    assert!(bus.store().end_replay("replay:again").await.unwrap());
    assert!(!bus.store().end_replay("replay:again").await.unwrap(), "it has ended");
    assert!(bus.store().roster("replay:again").await.unwrap().is_none());
    assert!(bus.store().replay("replay:again").await.unwrap().is_none());
    let again = begin(&bus, "replay:again", "other").await;
    assert_eq!(again.filter, "other", "nothing of the first one is left");
    assert!(bus.store().remove("replay:again").await.unwrap());
    assert!(bus.store().replay("replay:again").await.unwrap().is_none(), "removed as well");
}

pub(super) async fn a_span_leaves_out_what_is_still_open<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let late = EventBus::on(fixture.store().await);
    commit(&bus, &[torn(1)]).await;
    let mut open = late.store().begin().await.unwrap();
    append(&late, &mut open, &[torn(2)]).await;
    commit(&bus, &[torn(3)]).await;
    let (from, upto) = bus.store().span(Start::Beginning, i64::MAX).await.unwrap();
    late.store().commit(open).await.unwrap();
    commit(&bus, &[torn(4)]).await;
    assert_eq!(data(&between(&bus, &from, &upto).await), ["1", "3"]);
    let counted = counted(&bus, (&from, &upto), &Selection::default()).await;
    assert_eq!(counted, [("note.torn".to_owned(), 2)]);
}
