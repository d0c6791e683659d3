//! Statistics: what was counted is added up, and what waits is counted.

use std::time::Duration;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::stats::{MOST_NOTES, Note, NoteKind};
use crate::store::{
    Cursor, Entries, Fate, Figures, Group, Log, NewEvent, Noted, Series, Shards, Store, Sums,
    Track, Tracks, Waiting, Waits, Whose,
};
use crate::testing::suite::tools::{
    SHARDS, append, apply, change, claim, commit, dead, drain, log, note, notes, read_page,
    retrying, taken, torn,
};
use crate::testing::suite::{StoreFixture, bus};

fn series(subscription: &str, whose: Whose) -> Series {
    Series { subscription: subscription.to_owned(), event_type: "note.taken".to_owned(), whose }
}

fn tenant(name: &str) -> Whose {
    Whose::Tenant(name.to_owned())
}

fn of_tenant(mut event: NewEvent, tenant: &str) -> NewEvent {
    event.event.envelope.tenant = Some(tenant.to_owned());
    event
}

/// Sums of events that took these milliseconds each.
fn sums(times: &[u64]) -> Sums {
    let mut sums = Sums { retried: 2, dead: 1, ..Sums::default() };
    for time in times {
        sums.handled += 1;
        sums.latency.record(Duration::from_millis(*time));
        sums.duration.record(Duration::from_micros(*time));
    }
    sums
}

fn counted(minute: i64, subscription: &str, whose: Whose, sums: Sums) -> Entries {
    let sums = [((minute, series(subscription, whose)), sums)].into();
    Entries { sums, notes: Vec::new() }
}

/// A note of something at this time.
fn noted(kind: NoteKind, subscription: &str, at: i64) -> Note {
    let is_slow = kind == NoteKind::Slow;
    Note {
        id: Uuid::now_v7(),
        kind,
        at,
        subscription: subscription.to_owned(),
        position: 7,
        event_id: Uuid::now_v7(),
        event_type: "note.taken".to_owned(),
        tenant: is_slow.then(|| "acme".to_owned()),
        aggregate_id: is_slow.then(|| "a".to_owned()),
        attempt: 3,
        took: is_slow.then(|| Duration::from_micros(1_234_567)),
        given_up: !is_slow,
        error_kind: (!is_slow).then(|| "delivery_failed".to_owned()),
        error: (!is_slow).then(|| "no \"way\"".to_owned()),
    }
}

const fn all_of(kind: NoteKind) -> Noted<'static> {
    Noted { kind, since: i64::MIN, subscription: None, tenant: None, limit: usize::MAX }
}

pub(super) async fn minutes_are_added_up_whoever_counted<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    let (first, second) = (sums(&[1, 20, 20]), sums(&[20, 7_000]));
    bus.store().keep(&counted(10, "reader", Whose::Nobody, first.clone()), 0).await.unwrap();
    other.store().keep(&counted(10, "reader", Whose::Nobody, second.clone()), 0).await.unwrap();
    let mut more = counted(11, "reader", Whose::Nobody, first.clone());
    more.sums.insert((11, series("reader", tenant("acme"))), second.clone());
    more.sums.insert((11, series("reader", Whose::Others)), first.clone());
    more.sums.insert((11, series("another", Whose::Nobody)), Sums::default());
    bus.store().keep(&more, 0).await.unwrap();
    let mut both = first.clone();
    both.merge(&second);
    let mut all = both.clone();
    all.merge(&first);
    let found = other.store().sums(10, None).await.unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[&series("reader", Whose::Nobody)], all);
    assert_eq!(found[&series("reader", tenant("acme"))], second);
    assert_eq!(found[&series("reader", Whose::Others)], first);
    assert_eq!(found[&series("another", Whose::Nobody)], Sums::default());
    let found = bus.store().sums(11, Some("reader")).await.unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(found[&series("reader", Whose::Nobody)], first, "of the second minute");
    assert!(bus.store().sums(12, None).await.unwrap().is_empty());
}

pub(super) async fn what_is_old_or_too_much_is_forgotten<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let store = bus.store();
    let mut entries = counted(10, "reader", Whose::Nobody, sums(&[1]));
    entries.sums.insert((11, series("reader", Whose::Nobody)), sums(&[1]));
    entries.notes.push(noted(NoteKind::Failed, "reader", 10 * 60_000 + 5));
    let kept = noted(NoteKind::Failed, "another", 11 * 60_000);
    entries.notes.push(kept.clone());
    store.keep(&entries, 0).await.unwrap();
    let many = |_| noted(NoteKind::Slow, "reader", 11 * 60_000);
    let notes: Vec<Note> = (0..MOST_NOTES + 5).map(many).collect();
    store.keep(&Entries { notes: notes.clone(), ..Entries::default() }, 0).await.unwrap();
    // A store may forget with the next call.
    store.keep(&Entries::default(), 11).await.unwrap();
    let sums = store.sums(0, None).await.unwrap();
    assert_eq!(sums[&series("reader", Whose::Nobody)].handled, 1, "the first minute is gone");
    assert_eq!(store.notes(&all_of(NoteKind::Failed)).await.unwrap(), [kept]);
    let slow = store.notes(&all_of(NoteKind::Slow)).await.unwrap();
    assert_eq!(slow.len(), MOST_NOTES);
    assert!(slow.iter().all(|note| notes[5..].contains(note)), "the newest are left");
}

pub(super) async fn notes_are_read_as_they_were_kept<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut slow: Vec<Note> = (0..3).map(|_| noted(NoteKind::Slow, "reader", 100)).collect();
    slow[1].took = Some(Duration::from_secs(9));
    slow[2].tenant = Some("other".to_owned());
    let failed: Vec<Note> = (0..3)
        .map(|at| noted(NoteKind::Failed, if at == 1 { "another" } else { "reader" }, 100 + at))
        .collect();
    let notes = slow.iter().chain(&failed).cloned().collect();
    bus.store().keep(&Entries { notes, ..Entries::default() }, 0).await.unwrap();
    let read = async |wanted: Noted<'_>| bus.store().notes(&wanted).await.unwrap();
    let slowest = [slow[1].clone(), slow[2].clone(), slow[0].clone()];
    assert_eq!(read(all_of(NoteKind::Slow)).await, slowest, "the slowest first");
    let wanted = Noted { limit: 1, tenant: Some("acme"), ..all_of(NoteKind::Slow) };
    assert_eq!(read(wanted).await, slowest[..1]);
    let newest: Vec<Note> = failed.iter().rev().cloned().collect();
    assert_eq!(read(all_of(NoteKind::Failed)).await, newest, "the newest first");
    let wanted = Noted { subscription: Some("reader"), since: 101, ..all_of(NoteKind::Failed) };
    assert_eq!(read(wanted).await, newest[..1]);
}

async fn waiting<S: Log>(bus: &EventBus<S>, cursor: &S::Cursor, at_most: usize) -> Waiting {
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let waits = Waits { types: &types, shards: &shards, tracks: &Tracks::all(), at_most };
    bus.store().waiting(cursor, waits).await.unwrap()
}

fn events(waiting: &Waiting) -> u64 {
    waiting.groups.iter().map(|group| group.events).sum()
}

pub(super) async fn what_waits_is_counted_by_type_and_tenant<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    assert_eq!(waiting(&bus, &cursor, 10).await, Waiting::default());
    let acme = |n: &str| of_tenant(note(n, "x"), "acme");
    commit(&bus, &[acme("1"), note("1", "x"), acme("2"), torn(1), acme("3")]).await;
    let stored = log(&bus).await;
    let id = |at: usize| Some(stored[at].event.envelope.id);
    let group = |event_type: &str, whose, events, oldest| Group {
        event_type: event_type.to_owned(),
        whose,
        events,
        oldest,
    };
    let all = waiting(&bus, &cursor, 10).await;
    let expected = [
        group("note.taken", Whose::Nobody, 1, id(1)),
        group("note.taken", tenant("acme"), 3, id(0)),
        group("note.torn", Whose::Nobody, 1, id(3)),
    ];
    assert_eq!(all.groups, expected);
    assert_eq!(all.left, 0, "it was counted to the end");
    let some = waiting(&bus, &cursor, 2).await;
    assert_eq!((events(&some), some.looked), (2, 2), "{some:?}");
    assert!(some.left >= 3, "{some:?}");
    let is_first = |group: &Group| group.oldest == id(0);
    assert!(some.groups.iter().any(is_first), "the oldest is in the sample: {some:?}");
    let (types, shards) = (taken(), Shards::all(SHARDS));
    let waits = Waits {
        types: &types,
        shards: &shards,
        tracks: &Tracks::only(Track::default().with_tenant("acme")),
        at_most: 10,
    };
    let of_one = bus.store().waiting(&cursor, waits).await.unwrap();
    assert_eq!(of_one.groups, expected[1..2]);
    let mut by_shard = 0;
    for shard in 0..SHARDS {
        let shards = Shards::new(SHARDS, [shard]);
        let waits = Waits { types: &notes(), shards: &shards, tracks: &Tracks::all(), at_most: 10 };
        by_shard += events(&bus.store().waiting(&cursor, waits).await.unwrap());
    }
    assert_eq!(by_shard, 5, "each event waits in one shard");
}

pub(super) async fn what_waits_far_from_the_end_is_sampled_as_far_as_that<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let texts: Vec<NewEvent> = (0..200).map(|n| note(&n.to_string(), "x")).collect();
    commit(&bus, &texts).await;
    commit(&bus, &(0..200).map(torn).collect::<Vec<_>>()).await;
    let sample = waiting(&bus, &cursor, 80).await;
    assert!(sample.looked <= 80 && sample.looked + sample.left >= 400, "{sample:?}");
    assert_eq!(events(&sample), sample.looked, "each number there is an event");
    let of = |event_type| sample.groups.iter().find(|group| group.event_type == event_type);
    let (taken, torn) = (of("note.taken").unwrap(), of("note.torn").unwrap());
    assert_eq!(taken.oldest, Some(log(&bus).await[0].event.envelope.id));
    assert!(torn.events >= 10, "what lies far behind is in it, too: {sample:?}");
    assert_eq!(events(&waiting(&bus, &cursor, 1_000).await), 400);
}

pub(super) async fn what_waits_inside_a_page_is_what_was_not_passed<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let texts: Vec<NewEvent> = (0..6).map(|n| note(&n.to_string(), "x")).collect();
    commit(&bus, &texts).await;
    let page = read_page(bus.store(), &cursor, &notes(), 10).await.unwrap();
    for (passed, stored) in page.events.iter().enumerate() {
        let left = waiting(&bus, &page.window.at(stored.position), 10).await;
        assert_eq!(events(&left), u64::try_from(5 - passed).unwrap());
        let next = page.events.get(passed + 1).map(|stored| stored.event.envelope.id);
        assert_eq!(left.groups.first().and_then(|group| group.oldest), next);
    }
    let (_, end) = drain(&bus, cursor).await;
    assert_eq!(events(&waiting(&bus, &end, 10).await), 0);
}

/// An event whose transaction was open when a page was read is behind every place of it, whatever its number.
pub(super) async fn what_commits_late_is_counted_inside_a_page<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    commit(&bus, &[note("a", "1"), note("b", "2")]).await;
    let mut open = bus.store().begin().await.unwrap();
    append(&bus, &mut open, &[note("c", "late")]).await;
    commit(&bus, &[note("d", "3"), note("e", "4")]).await;
    let page = read_page(bus.store(), &cursor, &notes(), 10).await.unwrap();
    assert_eq!(page.events.len(), 4);
    let before_it = page.window.at(page.events[0].position);
    let behind_it = page.window.at(page.events[2].position);
    assert_eq!(events(&waiting(&bus, &before_it, 10).await), 3);
    assert_eq!(events(&waiting(&bus, &behind_it, 10).await), 1, "nobody sees it yet");
    bus.store().commit(open).await.unwrap();
    assert_eq!(events(&waiting(&bus, &before_it, 10).await), 4);
    assert_eq!(events(&waiting(&bus, &behind_it, 10).await), 2);
    assert_eq!(events(&waiting(&bus, &page.end, 10).await), 1);
}

pub(super) async fn what_is_stuck_is_counted_by_subscription_type_and_tenant<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let acme = |n: &str| of_tenant(note(n, "x"), "acme");
    commit(&bus, &[acme("1"), acme("2"), acme("3"), note("4", "x"), note("5", "x")]).await;
    let (reader, another) = (claim(&bus, "reader").await, claim(&bus, "another").await);
    let (events, _) = drain(&bus, reader.cursor.clone()).await;
    let changes = vec![
        change(&events[0], retrying(1, "no", 10)),
        change(&events[1], Fate::Parked),
        change(&events[2], dead(5, "never", 10)),
        change(&events[3], retrying(2, "no", 10)),
    ];
    apply(&bus, &reader, changes).await;
    apply(&bus, &another, vec![change(&events[4], dead(5, "never", 10))]).await;
    let told = async |subscription, tenant, at_most| {
        let stuck = bus.store().stuck(subscription, tenant, at_most).await.unwrap();
        let told = stuck.groups.into_iter().map(|group| {
            let Series { subscription, whose, .. } = group.series;
            (subscription, whose, group.retrying, group.parked, group.dead, group.oldest)
        });
        (told.collect::<Vec<_>>(), stuck.more_open, stuck.more_dead)
    };
    let id = |at: usize| Some(events[at].event.envelope.id);
    let of_another = ("another".to_owned(), Whose::Nobody, 0, 0, 1, None);
    let of_nobody = ("reader".to_owned(), Whose::Nobody, 1, 0, 0, id(3));
    let of_acme = ("reader".to_owned(), tenant("acme"), 1, 1, 1, id(0));
    let all = vec![of_another, of_nobody.clone(), of_acme.clone()];
    assert_eq!(told(None, None, 100).await, (all, false, false));
    let of_reader = vec![of_nobody, of_acme.clone()];
    assert_eq!(told(Some("reader"), None, 100).await.0, of_reader);
    assert_eq!(told(None, Some("acme"), 100).await.0, [of_acme]);
    let (_, more_open, more_dead) = told(None, None, 2).await;
    assert!(more_open && more_dead, "there are three deliveries and two letters");
}

pub(super) async fn subscriptions_are_listed_by_name<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    for name in ["b", "a", "B"] {
        claim(&bus, name).await;
    }
    assert_eq!(bus.store().subscriptions().await.unwrap(), ["B", "a", "b"]);
}

pub(super) async fn a_correlation_is_read_in_the_order_of_the_log<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let first = of_tenant(note("a", "first"), "acme");
    let root = first.event.envelope.id;
    let follows = |mut event: NewEvent, cause: Uuid| {
        event.event.envelope.correlation_id = Some(root);
        event.event.envelope.causation_id = Some(cause);
        event
    };
    let second = follows(torn(1), root);
    let third = follows(note("b", "third"), second.event.envelope.id);
    let mut stranger = note("c", "x");
    stranger.event.envelope.correlation_id = Some(Uuid::now_v7());
    commit(&bus, &[note("c", "x"), first, stranger, second.clone(), third]).await;
    let found = bus.store().correlated(root, 10).await.unwrap();
    let causes: Vec<_> = found.iter().map(|link| link.causation_id).collect();
    assert_eq!(causes, [None, Some(root), Some(second.event.envelope.id)]);
    assert_eq!((found[0].id, found[0].tenant.as_deref()), (root, Some("acme")));
    assert_eq!((found[1].event_type.as_str(), &found[1].aggregate_id), ("note.torn", &None));
    assert_eq!(found[2].aggregate_id.as_deref(), Some("b"));
    assert_eq!(bus.store().correlated(root, 2).await.unwrap(), found[..2]);
    let none = bus.store().correlated(Uuid::now_v7(), 10).await.unwrap();
    assert_eq!(none, []);
}
