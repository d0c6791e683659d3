//! Dead letters: how they come to be, and how they are read.

use uuid::Uuid;

use crate::context::Context;
use crate::dead_letter::{Content, DeadLetter, FailedAttempt, LetterFilter};
use crate::error::{ErrorKind, HandlerError};
use crate::filter::TypeSet;
use crate::store::{Failure, Fate, Letters, Log, Shards};
use crate::testing::suite::tools::{
    SHARDS, all, claim, commit, dead, emit, failure, full, give_up, log, read_page, retrying,
    settle,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn a_letter_has_the_whole_event_and_every_error<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[full()]).await;
    let stored = log(&bus).await.remove(0);
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

pub(super) async fn a_letter_keeps_the_newest_errors<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let stored = log(&bus).await.remove(0);
    for attempt in 1..=24 {
        settle(&bus, "reader", vec![(&stored, retrying(attempt, "no", 0))]).await;
    }
    settle(&bus, "reader", vec![(&stored, Fate::Parked)]).await;
    settle(&bus, "reader", vec![(&stored, dead(25, "never", 0))]).await;
    let letters = all(&bus, &LetterFilter::all()).await;
    let attempts: Vec<u32> = letters[0].errors.iter().map(|error| error.attempt).collect();
    assert_eq!(attempts, (6..=25).collect::<Vec<u32>>());
}

pub(super) async fn letters_are_read_oldest_first_and_page_by_page<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
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

pub(super) async fn filters_mean_the_same_everywhere<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[full()]).await;
    let mut torn = full();
    (torn.event.envelope.event_type, torn.event.envelope.tenant) =
        ("note_book.torn".to_owned(), None);
    commit(&bus, &[torn]).await;
    let stored = bus.store();
    let claim = claim(&bus, "everything").await;
    let types = TypeSet::everything();
    let page = read_page(stored, &claim.cursor, &types, 10).await.unwrap();
    settle(&bus, "reader", vec![(&page.events[0], dead(1, "no", 10))]).await;
    settle(&bus, "other", vec![(&page.events[0], dead(1, "no", 20))]).await;
    let terminal = failure("no", 30);
    let terminal = Failure { kind: ErrorKind::MaxRetries, ..terminal };
    let fate = Fate::Dead { attempts: 1, failure: terminal, retry_at: None };
    settle(&bus, "reader", vec![(&page.events[1], fate)]).await;
    let busy = || HandlerError::retryable("busy");
    bus.dead_letters().park("webhook", "{}", busy()).await.unwrap();
    let acme = Context::new().with_tenant("acme");
    acme.scope(bus.dead_letters().park("webhook", "{}", busy())).await.unwrap();
    let letters = all(&bus, &LetterFilter::all()).await;
    assert_eq!(letters.len(), 5);
    assert_eq!(letters[4].tenant(), Some("acme"));
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

pub(super) async fn a_letter_outlives_its_subscription<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let letters = give_up(&bus, "reader", &["1"]).await;
    assert!(bus.store().remove("reader").await.unwrap());
    let refused = bus.dead_letters().by("alice").retry(letters[0].id).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("does not exist any more"), "{refused}");
    assert_eq!(all(&bus, &LetterFilter::all()).await, letters);
}
