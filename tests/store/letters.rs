//! Dead letters, on the store in memory, too.

use eventbus_runtime::store::{Fate, Letters, Log, NewEvent, Shards, Store, Stored};
use eventbus_runtime::{
    Content, DeadLetter, ErrorKind, EventBus, FailedAttempt, HandlerError, LetterFilter,
    MemoryStore, RawEvent,
};
use eventbus_tests::claim::{SHARDS, read_page};
use uuid::Uuid;

use crate::database::{Database, claim, log};
use crate::delivery::{apply, change, dead, failure};
use crate::reading::emit;

/// Where a bus can be had: a database, or memory.
pub(crate) trait Place: Sized {
    type Store: Log;

    async fn fresh() -> (Self, EventBus<Self::Store>);
}

impl<D: Database> Place for D {
    type Store = D::Store;

    async fn fresh() -> (Self, EventBus<Self::Store>) {
        D::fresh().await
    }
}

/// The store in memory.
pub(crate) struct Memory;

impl Place for Memory {
    type Store = MemoryStore;

    async fn fresh() -> (Self, EventBus<MemoryStore>) {
        (Self, EventBus::in_memory())
    }
}

/// Everything that was emitted.
pub(crate) async fn events<S: Log>(bus: &EventBus<S>) -> Vec<Stored> {
    log(bus).await
}

/// What becomes of events in a subscription.
pub(crate) async fn settle<S: Log>(
    bus: &EventBus<S>,
    subscription: &str,
    fates: Vec<(&Stored, Fate)>,
) {
    let claim = claim(bus, subscription).await;
    let changes = fates.into_iter().map(|(stored, fate)| change(stored, fate)).collect();
    apply(bus, &claim, changes).await;
    claim.release(bus.store()).await;
}

/// Emits notes and lets a subscription give them all up.
pub(crate) async fn give_up<S: Log>(
    bus: &EventBus<S>,
    subscription: &str,
    texts: &[&str],
) -> Vec<DeadLetter> {
    let before = events(bus).await.len();
    emit(bus, texts).await;
    let stored = events(bus).await;
    let fates = stored[before..].iter().map(|stored| (stored, dead(5, "never", 10))).collect();
    settle(bus, subscription, fates).await;
    let mut letters = all(bus, &LetterFilter::all().subscription(subscription)).await;
    letters.split_off(letters.len() - texts.len())
}

pub(crate) async fn all<S: Letters>(bus: &EventBus<S>, filter: &LetterFilter) -> Vec<DeadLetter> {
    bus.dead_letters().list(filter, None, usize::MAX).await.unwrap()
}

pub(crate) fn ids(letters: &[DeadLetter]) -> Vec<Uuid> {
    letters.iter().map(|letter| letter.id).collect()
}

/// What was done, the newest first: who, what, how many, why.
pub(crate) async fn done<S: Letters>(
    bus: &EventBus<S>,
) -> Vec<(String, String, u64, Option<String>)> {
    let actions = bus.dead_letters().actions(None, 100).await.unwrap();
    let told = actions.into_iter();
    told.map(|action| (action.who, action.action, action.count, action.reason)).collect()
}

/// An event with everything that an event can have.
fn full() -> RawEvent {
    let mut event = RawEvent {
        envelope: eventbus_runtime::Envelope::default(),
        data: "{\"b\": 1,  \"a\": [0.10]}".to_owned(),
    };
    let envelope = &mut event.envelope;
    envelope.id = Uuid::now_v7();
    envelope.event_type = "note.taken".to_owned();
    envelope.version = 7;
    envelope.source = "/desk".to_owned();
    envelope.tenant = Some("acme".to_owned());
    envelope.aggregate_id = Some("a".to_owned());
    envelope.correlation_id = Some(Uuid::now_v7());
    envelope.causation_id = Some(Uuid::now_v7());
    envelope.traceparent = Some("00-1-2-01".to_owned());
    envelope.tracestate = Some("k=v".to_owned());
    envelope.metadata = [("region".to_owned(), "eu".to_owned())].into();
    event
}

async fn append<S: Store>(bus: &EventBus<S>, event: RawEvent) {
    let mut tx = bus.store().begin().await.unwrap();
    bus.store().append(&mut tx, &[NewEvent::from(event)]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
}

pub(crate) fn retrying(attempts: u32, message: &str, at: i64) -> Fate {
    Fate::Retrying { attempts, next_at: at, failure: failure(message, at) }
}

pub(crate) async fn a_letter_has_the_whole_event_and_every_error<P: Place>() {
    let (_place, bus) = P::fresh().await;
    append(&bus, full()).await;
    let stored = events(&bus).await.remove(0);
    settle(&bus, "reader", vec![(&stored, retrying(1, "no", 10))]).await;
    settle(&bus, "reader", vec![(&stored, retrying(2, "still \"no\"", 20))]).await;
    settle(&bus, "reader", vec![(&stored, dead(3, "never", 30))]).await;
    let letters = all(&bus, &LetterFilter::all()).await;
    assert_eq!(letters.len(), 1);
    let error = |at, attempt, message: &str| {
        let kind = "DeliveryFailed".to_owned();
        FailedAttempt { at, attempt, kind, message: message.to_owned() }
    };
    let expected = DeadLetter {
        id: letters[0].id,
        content: Content::Undelivered {
            subscription: "reader".to_owned(),
            stored: Box::new(stored.clone()),
        },
        attempts: 3,
        kind: "DeliveryFailed".to_owned(),
        message: "never".to_owned(),
        errors: vec![error(10, 1, "no"), error(20, 2, "still \"no\""), error(30, 3, "never")],
        at: 30,
        retry_at: None,
    };
    assert_eq!(letters[0], expected);
    assert_eq!(bus.dead_letters().get(expected.id).await.unwrap(), Some(expected));
    assert_eq!(letters[0].event(), Some(&stored.event));
    let troubles = bus.store().troubles("reader", &Shards::all(SHARDS), 100, 10).await.unwrap();
    assert!(troubles.keys.is_empty() && troubles.next_at.is_none(), "its row is gone");
    assert_eq!(bus.dead_letters().get(Uuid::now_v7()).await.unwrap(), None);
}

pub(crate) async fn a_letter_keeps_the_newest_errors<P: Place>() {
    let (_place, bus) = P::fresh().await;
    emit(&bus, &["1"]).await;
    let stored = events(&bus).await.remove(0);
    for attempt in 1..=24 {
        settle(&bus, "reader", vec![(&stored, retrying(attempt, "no", 0))]).await;
    }
    settle(&bus, "reader", vec![(&stored, Fate::Parked)]).await;
    settle(&bus, "reader", vec![(&stored, dead(25, "never", 0))]).await;
    let letters = all(&bus, &LetterFilter::all()).await;
    let attempts: Vec<u32> = letters[0].errors.iter().map(|error| error.attempt).collect();
    assert_eq!(attempts, (6..=25).collect::<Vec<u32>>());
}

pub(crate) async fn letters_are_read_oldest_first_and_page_by_page<P: Place>() {
    let (_place, bus) = P::fresh().await;
    give_up(&bus, "second", &["1", "2", "3"]).await;
    give_up(&bus, "first", &["4", "5"]).await;
    let letters = all(&bus, &LetterFilter::all()).await;
    let data: Vec<&str> = letters.iter().map(DeadLetter::data).collect();
    let of = |n: u32| format!(r#"["a","{n}"]"#);
    assert_eq!(data, (1..=5).map(of).collect::<Vec<_>>());
    assert!(letters.is_sorted_by_key(|letter| letter.id));
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = bus.dead_letters().list(&LetterFilter::all(), after, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        read.extend(page);
    }
    assert_eq!(read, letters);
}

/// Filters that choose some of the letters in [`filters_mean_the_same_everywhere`].
fn filters(letters: &[DeadLetter]) -> Vec<LetterFilter> {
    let any = LetterFilter::all;
    vec![
        any(),
        any().id(letters[1].id),
        any().event_id(letters[1].event().unwrap().envelope.id),
        any().source("event"),
        any().source("webhook"),
        any().source("web%"),
        any().subscription("reader"),
        any().subscription("nobody"),
        any().types("note.*"),
        any().types("note.taken"),
        any().types("note_taken"),
        any().types("note*aken"),
        any().types("n_te.*"),
        any().types("Note.*"),
        any().types("*.torn"),
        any().types("*"),
        any().tenant("acme"),
        any().tenant(""),
        any().kind(ErrorKind::DeliveryFailed),
        any().kind(ErrorKind::MaxRetries),
        any().within(10..20),
        any().within(10..21),
        any().within(i64::MIN..10),
        any().subscription("reader").types("note.*").tenant("acme").within(0..100),
        any().source("webhook").types("*"),
    ]
}

pub(crate) async fn filters_mean_the_same_everywhere<P: Place>() {
    let (_place, bus) = P::fresh().await;
    append(&bus, full()).await;
    let mut torn = full();
    torn.envelope.id = Uuid::now_v7();
    (torn.envelope.event_type, torn.envelope.tenant) = ("note_book.torn".to_owned(), None);
    append(&bus, torn).await;
    let stored = bus.store();
    let claim = claim(&bus, "everything").await;
    let types = eventbus_runtime::TypeSet::everything();
    let page = read_page(stored, &claim.cursor, &types, 10).await.unwrap();
    settle(&bus, "reader", vec![(&page.events[0], dead(1, "no", 10))]).await;
    settle(&bus, "other", vec![(&page.events[0], dead(1, "no", 20))]).await;
    let terminal = failure("no", 30);
    let terminal = eventbus_runtime::store::Failure { kind: ErrorKind::MaxRetries, ..terminal };
    let fate = Fate::Dead { attempts: 1, failure: terminal, retry_at: None };
    settle(&bus, "reader", vec![(&page.events[1], fate)]).await;
    let busy = || HandlerError::retryable("busy");
    bus.dead_letters().park("webhook", "{}", busy()).await.unwrap();
    let letters = all(&bus, &LetterFilter::all()).await;
    assert_eq!(letters.len(), 4);
    for filter in filters(&letters) {
        let expected: Vec<_> = letters.iter().filter(|letter| filter.matches(letter)).collect();
        let found = all(&bus, &filter).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        let count = bus.dead_letters().count(&filter).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), expected.len(), "{filter:?}");
        let survey = bus.store().survey_letters(&filter).await.unwrap();
        assert_eq!(survey.newest, expected.last().map(|letter| letter.id), "{filter:?}");
    }
    let refused = bus.dead_letters().count(&LetterFilter::all().types("note.%")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
}
