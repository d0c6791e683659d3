//! Events that wait until they are due.

use std::time::Duration;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::envelope::RawEvent;
use crate::error::ErrorKind;
use crate::integrity::Check;
use crate::schedule::{ScheduleFilter, Scheduled};
use crate::store::{
    Due, EventKey, Log, NewEvent, Old, Retention, Schedule, Shards, Start, Store, Tracks, Waits,
};
use crate::testing::suite::tools::{
    SHARDS, claim_at, commit, data, drain, full, log, note, notes, torn,
};
use crate::testing::suite::{StoreFixture, bus};

/// Longer than any case takes.
const HOUR: Duration = Duration::from_secs(3_600);

async fn schedule<S: Store>(bus: &EventBus<S>, events: &[NewEvent], due: Due) {
    let mut tx = bus.store().begin().await.unwrap();
    bus.store().schedule(&mut tx, events, due).await.unwrap();
    bus.store().commit(tx).await.unwrap();
}

/// Moves what is due, at most `limit`, as the relay does.
async fn transfer<S: Log>(bus: &EventBus<S>, limit: usize) -> usize {
    let mut tx = bus.store().begin().await.unwrap();
    let taken = bus.store().take_due(&mut tx, limit).await.unwrap().expect("nobody else takes");
    let events = taken.events;
    if !events.is_empty() {
        bus.store().append(&mut tx, &events).await.unwrap();
    }
    bus.store().commit(tx).await.unwrap();
    events.len()
}

async fn waiting<S: Log>(bus: &EventBus<S>) -> Vec<Scheduled> {
    bus.scheduled().list(&ScheduleFilter::all(), None, 1_000).await.unwrap()
}

fn raw(events: &[NewEvent]) -> Vec<&RawEvent> {
    events.iter().map(|new| &new.event).collect()
}

fn id(new: &NewEvent) -> Uuid {
    new.event.envelope.id
}

pub(super) async fn a_scheduled_event_is_not_in_the_log<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    let events = [full(), note("b", "ü \" 𝄞"), torn(7)];
    schedule(&bus, &events, Due::After(HOUR)).await;
    assert_eq!(log(&bus).await, []);
    assert_eq!(transfer(&bus, 10).await, 0, "none is due");
    let waiting = waiting(&other).await;
    let found: Vec<_> = waiting.iter().map(|scheduled| &scheduled.event).collect();
    assert_eq!(found, raw(&events), "every column, and the very text of the payload");
    let next = bus.store().next_due().await.unwrap().unwrap();
    assert!(next > HOUR - Duration::from_secs(100) && next <= HOUR, "{next:?}");
}

pub(super) async fn what_is_due_is_moved_whole_and_in_order<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    assert_eq!(bus.store().next_due().await.unwrap(), None);
    let (late, early) = ([full(), note("a", "late")], [note("a", "1"), torn(2), note("a", "3")]);
    schedule(&bus, &late, Due::At(20)).await;
    schedule(&bus, &early, Due::At(10)).await;
    schedule(&bus, &[note("a", "tomorrow")], Due::After(HOUR)).await;
    assert_eq!(bus.store().next_due().await.unwrap(), Some(Duration::ZERO));
    assert_eq!(transfer(&bus, 2).await, 2);
    assert_eq!(transfer(&bus, 100).await, 3);
    assert_eq!(transfer(&bus, 100).await, 0);
    let log = log(&bus).await;
    let expected: Vec<_> = raw(&early).into_iter().chain(raw(&late)).collect();
    assert_eq!(log.iter().map(|stored| &stored.event).collect::<Vec<_>>(), expected);
    for (stored, new) in log.iter().zip(early.iter().chain(&late)) {
        assert_eq!(stored.slot, new.slot(), "its shard is that of an event emitted at once");
    }
    assert_eq!(waiting(&bus).await.len(), 1);
}

pub(super) async fn the_kind_of_an_aggregate_is_kept<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let new = NewEvent { aggregate_kind: "diary".to_owned(), ..note("a", "1") };
    schedule(&bus, std::slice::from_ref(&new), Due::At(0)).await;
    transfer(&bus, 1).await;
    assert_eq!(log(&bus).await[0].slot, new.slot());
    assert_ne!(new.slot(), note("a", "1").slot());
}

pub(super) async fn what_is_not_committed_is_not_scheduled<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut tx = bus.store().begin().await.unwrap();
    bus.store().schedule(&mut tx, &[torn(1)], Due::At(0)).await.unwrap();
    bus.store().rollback(tx).await.unwrap();
    assert_eq!(waiting(&bus).await, []);
    schedule(&bus, &[torn(2)], Due::At(0)).await;
    let mut tx = bus.store().begin().await.unwrap();
    let taken = bus.store().take_due(&mut tx, 10).await.unwrap().unwrap();
    bus.store().append(&mut tx, &taken.events).await.unwrap();
    bus.store().rollback(tx).await.unwrap();
    assert_eq!((log(&bus).await.len(), waiting(&bus).await.len()), (0, 1), "nothing was moved");
    assert_eq!(transfer(&bus, 10).await, 1);
}

pub(super) async fn a_key_is_taken_when_it_is_scheduled<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let keyed = |number, text: &str| {
        let key = EventKey { text: text.to_owned(), window: HOUR };
        NewEvent { key: Some(key), ..torn(number) }
    };
    let (first, second, other) = (keyed(1, "k"), keyed(2, "k"), keyed(3, "other"));
    schedule(&bus, std::slice::from_ref(&first), Due::At(0)).await;
    let mut tx = bus.store().begin().await.unwrap();
    let again = [second.clone(), other.clone(), torn(4)];
    let duplicates = bus.store().schedule(&mut tx, &again, Due::At(0)).await.unwrap();
    assert_eq!(duplicates, [(0, id(&first))].into());
    let duplicates = bus.store().append(&mut tx, &[second]).await.unwrap();
    assert_eq!(duplicates, [(0, id(&first))].into(), "an emit at once is one, too");
    bus.store().commit(tx).await.unwrap();
    assert_eq!(transfer(&bus, 10).await, 3);
    assert_eq!(data(&log(&bus).await), ["1", "3", "4"]);
}

pub(super) async fn what_is_cancelled_is_never_moved<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events: Vec<NewEvent> = (0..4).map(torn).collect();
    schedule(&bus, &events, Due::At(0)).await;
    let scheduled = bus.scheduled();
    assert!(scheduled.cancel(bus.store(), id(&events[1])).await.unwrap());
    assert!(!scheduled.cancel(bus.store(), id(&events[1])).await.unwrap(), "once");
    assert!(!scheduled.cancel(bus.store(), Uuid::now_v7()).await.unwrap());
    let mut tx = bus.store().begin().await.unwrap();
    assert!(scheduled.cancel(&mut tx, id(&events[2])).await.unwrap());
    assert!(!scheduled.cancel(&mut tx, id(&events[2])).await.unwrap());
    bus.store().rollback(tx).await.unwrap();
    let mut tx = bus.store().begin().await.unwrap();
    assert!(scheduled.cancel(&mut tx, id(&events[3])).await.unwrap());
    let own = torn(9);
    bus.store().schedule(&mut tx, std::slice::from_ref(&own), Due::At(0)).await.unwrap();
    assert!(scheduled.cancel(&mut tx, id(&own)).await.unwrap(), "of the same transaction");
    bus.store().commit(tx).await.unwrap();
    assert_eq!(transfer(&bus, 10).await, 2);
    assert_eq!(data(&log(&bus).await), ["0", "2"]);
    assert!(!scheduled.cancel(bus.store(), id(&events[0])).await.unwrap(), "it was moved");
}

pub(super) async fn the_schedule_is_listed_by_time_and_page_by_page<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let of = |tenant: &str, new: NewEvent| {
        let mut new = new;
        new.event.envelope.tenant = Some(tenant.to_owned());
        new
    };
    schedule(&bus, &[of("acme", note("a", "3")), torn(4)], Due::At(30)).await;
    schedule(&bus, &[note("b", "1"), note("a", "2")], Due::At(20)).await;
    schedule(&bus, &[of("acme", torn(5))], Due::At(40)).await;
    let scheduled = bus.scheduled();
    let all = waiting(&bus).await;
    let times: Vec<i64> = all.iter().map(|scheduled| scheduled.due_at).collect();
    assert_eq!(times, [20, 20, 30, 30, 40]);
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = scheduled.list(&ScheduleFilter::all(), after.as_ref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        pages.extend(page);
    }
    assert_eq!(pages, all);
    let filters = [
        ScheduleFilter::all(),
        ScheduleFilter::all().types("note.taken"),
        ScheduleFilter::all().types("*.t*n"),
        ScheduleFilter::all().types("note_torn"),
        ScheduleFilter::all().tenant("acme"),
        ScheduleFilter::all().aggregate("a"),
        ScheduleFilter::all().aggregate("a").tenant("acme").types("note.*"),
    ];
    for filter in filters {
        let meant: Vec<_> =
            all.iter().filter(|scheduled| filter.matches(&scheduled.event)).cloned().collect();
        assert_eq!(scheduled.list(&filter, None, 10).await.unwrap(), meant, "{filter:?}");
        let count = u64::try_from(meant.len()).unwrap();
        assert_eq!(scheduled.count(&filter).await.unwrap(), count, "{filter:?}");
    }
    let refused = scheduled.count(&ScheduleFilter::all().types("note.%")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
}

pub(super) async fn an_event_gets_another_time<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events = [torn(1), torn(2)];
    schedule(&bus, &events, Due::After(HOUR)).await;
    let earlier = std::time::UNIX_EPOCH + Duration::from_millis(5);
    let scheduled = bus.scheduled();
    let mut tx = bus.store().begin().await.unwrap();
    assert!(scheduled.reschedule(&mut tx, id(&events[0]), earlier).await.unwrap());
    bus.store().rollback(tx).await.unwrap();
    assert!(scheduled.reschedule(bus.store(), id(&events[1]), earlier).await.unwrap());
    assert!(!scheduled.reschedule(bus.store(), Uuid::now_v7(), earlier).await.unwrap());
    assert_eq!(waiting(&bus).await[0].due(), earlier);
    assert_eq!(transfer(&bus, 10).await, 1);
    assert_eq!(data(&log(&bus).await), ["2"]);
    assert!(!scheduled.reschedule(bus.store(), id(&events[1]), earlier).await.unwrap());
}

pub(super) async fn what_is_held_back_holds_back_its_aggregate_alone<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events = [note("a", "1"), note("a", "2"), note("b", "3"), note("a", "4")];
    assert_ne!(events[0].slot(), events[2].slot());
    schedule(&bus, &events[1..2], Due::At(20)).await;
    schedule(&bus, &events[..1], Due::At(10)).await;
    schedule(&bus, &events[2..], Due::At(30)).await;
    bus.store().hold(id(&events[1]), "no room for it").await.unwrap();
    assert_eq!(transfer(&bus, 10).await, 2, "one before it, and one of another aggregate");
    let held = waiting(&bus).await;
    assert_eq!(held.len(), 2);
    assert_eq!((held[0].failures, held[0].failure.as_deref()), (1, Some("no room for it")));
    assert_eq!(transfer(&bus, 10).await, 0);
    // The clock of the database is nobody's to move: an operator does not wait, either.
    let now = std::time::UNIX_EPOCH + Duration::from_millis(20);
    assert!(bus.scheduled().reschedule(bus.store(), id(&events[1]), now).await.unwrap());
    assert_eq!(waiting(&bus).await[0].failures, 0);
    assert_eq!(transfer(&bus, 10).await, 2);
    let expected = [r#"["a","1"]"#, r#"["b","3"]"#, r#"["a","2"]"#, r#"["a","4"]"#];
    assert_eq!(data(&log(&bus).await), expected);
}

pub(super) async fn two_who_move_at_once_move_once_and_in_order<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    let texts: Vec<String> = (100..200).map(|number| number.to_string()).collect();
    let events: Vec<NewEvent> = texts.iter().map(|text| note("a", text)).collect();
    schedule(&bus, &events, Due::At(0)).await;
    let all = async |bus: &EventBus<F::Store>| {
        while bus.store().next_due().await.unwrap().is_some() {
            let mut tx = bus.store().begin().await.unwrap();
            let events = bus.store().take_due(&mut tx, 7).await.unwrap().unwrap_or_default().events;
            tokio::task::yield_now().await;
            if !events.is_empty() {
                bus.store().append(&mut tx, &events).await.unwrap();
            }
            // In memory the second of two finds out at its end.
            match bus.store().commit(tx).await {
                Err(error) if error.kind() == ErrorKind::TransactionRollback => {}
                ended => ended.unwrap(),
            }
        }
    };
    tokio::join!(all(&bus), all(&other));
    let expected: Vec<String> = texts.iter().map(|text| format!(r#"["a","{text}"]"#)).collect();
    assert_eq!(data(&log(&bus).await), expected);
}

pub(super) async fn what_was_scheduled_is_as_old_as_its_place<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let began = claim_at(&bus, "reader", Start::Beginning).await;
    let mut reminder = note("a", "2");
    reminder.event.envelope.id =
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_000, 0));
    reminder.key = Some(EventKey { text: "k".to_owned(), window: HOUR });
    let first = note("a", "1");
    commit(&bus, std::slice::from_ref(&first)).await;
    schedule(&bus, std::slice::from_ref(&reminder), Due::At(0)).await;
    let found = async || {
        let report = bus.verify().await.unwrap();
        report.findings().iter().map(|found| found.check()).collect::<Vec<Check>>()
    };
    assert_eq!(found().await, [], "who has the key waits");
    transfer(&bus, 1).await;
    assert_eq!(found().await, [], "it came into the log later than it was scheduled");
    let all = Shards::all(SHARDS);
    let waits = bus
        .store()
        .pending(
            &began.cursor,
            Waits { types: &notes(), shards: &all, tracks: &Tracks::all(), at_most: 10 },
        )
        .await
        .unwrap();
    let oldest = waits.oldest.unwrap().get_timestamp().unwrap().to_unix().0;
    let emitted = id(&first).get_timestamp().unwrap().to_unix().0;
    assert!(oldest.abs_diff(emitted) < 100, "{oldest} and {emitted}");
    schedule(&bus, std::slice::from_ref(&NewEvent { key: None, ..reminder }), Due::After(HOUR))
        .await;
    assert_eq!(found().await, [Check::ScheduledInLog]);
}

pub(super) async fn a_time_in_the_log_is_found_among_moved_events<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let aged = |number, minutes: u64| {
        let mut new = torn(number);
        let (seconds, _) = Uuid::now_v7().get_timestamp().unwrap().to_unix();
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, seconds - minutes * 60, 0);
        new.event.envelope.id = Uuid::new_v7(stamp);
        new
    };
    let time = |new: &NewEvent| new.event.envelope.time().unwrap();
    // The clock of the database and that of this process may differ by a little.
    let minutes = |minutes| time(&aged(0, minutes)) - Duration::from_secs(10);
    commit(&bus, &[aged(1, 50), aged(2, 40), aged(3, 30)]).await;
    let mut reminders: Vec<NewEvent> = (10..40).map(|number| aged(number, 45)).collect();
    reminders.sort_by_key(id);
    schedule(&bus, &reminders, Due::At(0)).await;
    assert_eq!(transfer(&bus, 100).await, 30);
    commit(&bus, &[aged(4, 20)]).await;
    // What was scheduled came into the log just now, however old it is.
    let starts = [(40, 33), (30, 32), (20, 31), (1, 31)];
    for (ago, events) in starts {
        let name = format!("since {ago}");
        let claim = claim_at(&bus, &name, Start::Time(minutes(ago))).await;
        let (read, _) = drain(&bus, claim.cursor).await;
        assert_eq!(read.len(), events, "{name} minutes");
        let first = bus.store().first_since(minutes(ago)).await.unwrap();
        assert_eq!(first, Some(read[0].position), "{name} minutes");
    }
    let claim = claim_at(&bus, "after", Start::After(id(&reminders[3]))).await;
    assert_eq!(drain(&bus, claim.cursor).await.0.len(), 27, "of a moved event the place is found");
}

pub(super) async fn how_old_a_scheduled_event_is_goes_and_comes_back_with_it<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    schedule(&bus, &[torn(1), note("a", "2")], Due::At(0)).await;
    transfer(&bus, 10).await;
    commit(&bus, &[torn(3)]).await;
    let all = async || bus.store().settled(0, i64::MAX, 10).await.unwrap();
    let events = all().await;
    let moved = |old: &Old| old.moved_at.is_some_and(|at| at > 1_600_000_000_000);
    assert!(moved(&events[0]) && moved(&events[1]), "{events:?}");
    assert_eq!(events[2].moved_at, None, "it was emitted at once");
    bus.store().drop_events(events[2].position, 10).await.unwrap();
    let put_back = async |old: &Old| {
        let mut tx = bus.store().begin().await.unwrap();
        bus.store().restore(&mut tx, std::slice::from_ref(old)).await.unwrap();
        bus.store().commit(tx).await.unwrap();
    };
    let forgotten = Old { moved_at: None, ..events[0].clone() };
    put_back(&forgotten).await;
    put_back(&events[1]).await;
    assert_eq!(all().await, [forgotten, events[1].clone()], "with the event it was forgotten");
}
