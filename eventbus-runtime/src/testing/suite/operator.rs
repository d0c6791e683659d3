//! What is done to dead letters.

use std::time::Duration;

use uuid::Uuid;

use crate::dead_letter::{LetterFilter, Retried};
use crate::emit::MAX_PAYLOAD;
use crate::error::{Error, ErrorKind, HandlerError};
use crate::store::{Fate, LetterSlice, Letters, Log, Obstacle, Shards, Store};
use crate::testing::suite::tools::{
    SHARDS, all, dead, done, emit, failure, give_up, ids, log, retrying, settle,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn a_retried_letter_is_a_delivery_again<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let letter = give_up(&bus, "reader", &["1"]).await.remove(0);
    let stored = letter.stored().unwrap().clone();
    bus.dead_letters().by("alice").retry(letter.id).await.unwrap();
    assert_eq!(all(&bus, &LetterFilter::all()).await, []);
    assert_eq!(done(&bus).await, [("alice".to_owned(), "retry".to_owned(), 1, None)]);
    let troubles =
        bus.store().troubles("reader", &Shards::all(SHARDS), i64::MAX, 10).await.unwrap();
    assert!(troubles.keys.contains("a"), "its siblings wait");
    assert_eq!((troubles.ready.len(), troubles.ready[0].attempts), (1, 0));
    assert_eq!(troubles.ready[0].stored, stored);

    settle(&bus, "reader", vec![(&stored, retrying(1, "again", 20))]).await;
    settle(&bus, "reader", vec![(&stored, dead(2, "for ever", 30))]).await;
    let letters = all(&bus, &LetterFilter::all()).await;
    let told: Vec<(u32, &str)> =
        letters[0].errors.iter().map(|error| (error.attempt, error.message.as_str())).collect();
    assert_eq!(told, [(5, "never"), (1, "again"), (2, "for ever")]);
    assert_eq!((letters.len(), letters[0].attempts, letters[0].at), (1, 2, 30));
}

pub(super) async fn a_letter_that_cannot_be_retried_stays_and_says_why<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let alice = bus.dead_letters().by("alice");
    let refused = alice.retry(Uuid::now_v7()).await.unwrap_err();
    assert!(refused.to_string().contains("there is no dead letter"), "{refused}");
    let parked = bus.dead_letters().park("mail", "1", HandlerError::retryable("no")).await.unwrap();
    let refused = alice.retry(parked).await.unwrap_err();
    assert!(refused.to_string().contains("takes it out, with `take`"), "{refused}");
    let letter = give_up(&bus, "reader", &["1"]).await.remove(0);
    settle(&bus, "reader", vec![(letter.stored().unwrap(), retrying(1, "anew", 5))]).await;
    let refused = alice.retry(letter.id).await.unwrap_err();
    assert!(refused.to_string().contains("being tried again already"), "{refused}");
    let all_of_it = alice.retry_where(&LetterFilter::all()).await.unwrap();
    assert_eq!((all_of_it.retried, all_of_it.kept), (0, 2));
    assert_eq!(ids(&all(&bus, &LetterFilter::all()).await), [parked, letter.id]);
    let nothing = ("alice".to_owned(), "retry".to_owned(), 0, None);
    assert_eq!(done(&bus).await, [nothing], "what was refused was not done");

    settle(&bus, "reader", vec![(letter.stored().unwrap(), dead(2, "later", 6))]).await;
    let letters = all(&bus, &LetterFilter::all().subscription("reader")).await;
    let told: Vec<&str> = letters[0].errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!((ids(&letters), told), (vec![letter.id], vec!["anew", "later"]), "there is one");
}

pub(super) async fn retry_by_filter_touches_what_matches<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    give_up(&bus, "reader", &["1", "2"]).await;
    let others = give_up(&bus, "other", &["3"]).await;
    let filter = LetterFilter::all().subscription("reader");
    let retried = bus.dead_letters().by("alice").retry_where(&filter).await.unwrap();
    assert_eq!((retried.retried, retried.kept), (2, 0));
    assert_eq!(all(&bus, &LetterFilter::all()).await, others);
    assert!(
        bus.store()
            .troubles("other", &Shards::all(SHARDS), 100, 10)
            .await
            .unwrap()
            .ready
            .is_empty()
    );
    let actions = bus.dead_letters().actions(None, 10).await.unwrap();
    assert_eq!(actions[0].subject, r#"{"subscription":"reader"}"#);
    assert_eq!((actions.len(), actions[0].count), (1, 2));
}

pub(super) async fn many_letters_are_one_action<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let letters = give_up(&bus, "reader", &["x"; 2_100]).await;
    assert_eq!(letters.len(), 2_100);
    let bob = bus.dead_letters().by("bob");
    let Retried { retried, kept, .. } = bob.retry_where(&LetterFilter::all()).await.unwrap();
    assert_eq!((retried, kept), (2_100, 0));
    assert_eq!(done(&bus).await, [("bob".to_owned(), "retry".to_owned(), 2_100, None)]);
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0);
    let ready =
        bus.store().troubles("reader", &Shards::all(SHARDS), i64::MAX, 5_000).await.unwrap().ready;
    assert_eq!(ready.len(), 2_100);
}

pub(super) async fn discarding_and_purging_are_recorded<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let letters = give_up(&bus, "reader", &["1", "2", "3"]).await;
    let alice = bus.dead_letters().by("alice");
    alice.discard(letters[0].id, "a test order").await.unwrap();
    alice.discard(letters[0].id, "a test order").await.unwrap_err();
    let reader = LetterFilter::all().event_id(letters[1].event().unwrap().envelope.id);
    assert_eq!(alice.discard_where(&reader, "the same").await.unwrap(), 1);
    assert_eq!(ids(&all(&bus, &LetterFilter::all()).await), [letters[2].id]);
    bus.dead_letters().park("mail", "1", HandlerError::retryable("no")).await.unwrap();
    let cleaner = bus.dead_letters().by("cleaner");
    assert_eq!(cleaner.purge(Duration::from_secs(3_600)).await.unwrap(), 1);
    let left = all(&bus, &LetterFilter::all()).await;
    assert_eq!((left.len(), left[0].source()), (1, "mail"), "it is not an hour old");
    let did = |who: &str, what: &str, count, why: Option<&str>| {
        (who.to_owned(), what.to_owned(), count, why.map(str::to_owned))
    };
    let expected = [
        did("cleaner", "purge", 1, None),
        did("alice", "discard", 1, Some("the same")),
        did("alice", "discard", 1, Some("a test order")),
    ];
    assert_eq!(done(&bus).await, expected);
    let first = bus.dead_letters().actions(None, 1).await.unwrap().remove(0);
    let next = bus.dead_letters().actions(Some(first.id), 1).await.unwrap().remove(0);
    assert_eq!(next.reason.as_deref(), Some("the same"), "page by page");
    let one = bus.dead_letters().actions(Some(next.id), 5).await.unwrap().remove(0);
    assert_eq!(one.subject, format!(r#"{{"id":"{}"}}"#, letters[0].id));
    for (who, why) in [(" ", "x"), ("alice", ""), ("a\0", "x")] {
        let refused = bus.dead_letters().by(who).discard(left[0].id, why).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
    }
}

pub(super) async fn what_the_application_parks_it_takes<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let failed = || {
        let text = format!("answered \0{}", "ä".repeat(10_000));
        Error::new(ErrorKind::HandlerTimeout, text)
    };
    let letters = bus.dead_letters();
    let payload = r#"{"url": "https://example.org",  "body": "\u0000"}"#;
    let first = letters.park("webhook", payload, failed()).await.unwrap();
    let mut tx = bus.store().begin().await.unwrap();
    letters.park_in(&mut tx, "webhook", "2", failed()).await.unwrap();
    bus.store().rollback(tx).await.unwrap();
    let mut tx = bus.store().begin().await.unwrap();
    let third = letters.park_in(&mut tx, "mail", "3", failed()).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    let parked = all(&bus, &LetterFilter::all()).await;
    assert_eq!(ids(&parked), [first, third], "what was rolled back is not there");
    assert_eq!(parked[0].data(), payload, "byte for byte");
    assert_eq!((parked[0].kind.as_str(), parked[0].source()), ("HandlerTimeout", "webhook"));
    assert!(parked[0].message.starts_with("answered \u{2400}ää"));
    assert!(parked[0].message.len() <= 8 * 1024 && parked[0].errors.len() == 1);

    let alice = letters.by("alice");
    let mut tx = bus.store().begin().await.unwrap();
    assert_eq!(alice.take(&mut tx, first).await.unwrap(), parked[0]);
    bus.store().rollback(tx).await.unwrap();
    assert_eq!(ids(&all(&bus, &LetterFilter::all()).await), [first, third], "nothing happened");
    assert_eq!(done(&bus).await, []);
    let mut tx = bus.store().begin().await.unwrap();
    assert_eq!(alice.take(&mut tx, first).await.unwrap(), parked[0]);
    bus.store().commit(tx).await.unwrap();
    assert_eq!(done(&bus).await, [("alice".to_owned(), "take".to_owned(), 1, None)]);
    let event = give_up(&bus, "reader", &["1"]).await.remove(0);
    for id in [first, event.id] {
        let mut tx = bus.store().begin().await.unwrap();
        let refused = alice.take(&mut tx, id).await.unwrap_err();
        assert!(refused.to_string().contains("parked no letter"), "{refused}");
        bus.store().rollback(tx).await.unwrap();
    }
    for (source, data) in [("event", "1"), ("", "1"), ("mail", "{"), ("mail", "\0")] {
        let refused = letters.park(source, data, failed()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ValidationFailed, "{source} {data}");
    }
    let long = format!("\"{}\"", "x".repeat(MAX_PAYLOAD));
    letters.park("mail", &long, failed()).await.unwrap_err();
}

pub(super) async fn letters_are_due_by_themselves_three_times<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    let stored = log(&bus).await;
    let due = |at| Fate::Dead { attempts: 5, failure: failure("no", at), retry_at: Some(at + 50) };
    let filter = LetterFilter::all().subscription("reader");
    let retry = async |now| {
        let slice = LetterSlice { due: Some(now), ..LetterSlice::first(&filter, 10) };
        let mut tx = bus.store().begin().await.unwrap();
        let moved = bus.store().retry_letters(&mut tx, &slice, now).await.unwrap();
        bus.store().commit(tx).await.unwrap();
        moved
    };
    let next = async || bus.store().next_letter("reader").await.unwrap();
    assert_eq!(next().await, None);
    settle(&bus, "reader", vec![(&stored[1], dead(5, "no", 0))]).await;
    for round in [100, 200, 300] {
        settle(&bus, "reader", vec![(&stored[0], due(round))]).await;
        assert_eq!(next().await, Some(round + 50));
        assert!(retry(round + 49).await.is_empty());
        assert_eq!(retry(round + 50).await.moved.len(), 1);
    }
    settle(&bus, "reader", vec![(&stored[0], due(400))]).await;
    assert_eq!(next().await, None, "three times are enough");
    let letter = all(&bus, &filter).await.into_iter().find(|letter| letter.at == 400).unwrap();
    assert_eq!((letter.retry_at, letter.errors.len()), (None, 4));

    bus.dead_letters().by("alice").retry(letter.id).await.unwrap();
    settle(&bus, "reader", vec![(&stored[0], due(500))]).await;
    assert_eq!(next().await, Some(550), "somebody retried it, so it counts anew");
    settle(&bus, "reader", vec![(&stored[0], retrying(1, "anew", 0))]).await;
    let moved = retry(550).await;
    assert_eq!(moved.kept.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [Obstacle::Open]);
    assert_eq!(next().await, None, "nobody asks again for what cannot be");
}

pub(super) async fn operators_at_the_same_time_retry_once<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    for _ in 0..5 {
        let id = give_up(&bus, "reader", &["1"]).await[0].id;
        let (alice, bob) = (bus.dead_letters().by("alice"), other.dead_letters().by("bob"));
        let (first, second) = tokio::join!(alice.retry(id), bob.retry(id));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let refused = first.err().or(second.err()).unwrap();
        assert_eq!(refused.kind(), ErrorKind::ValidationFailed, "it is gone: {refused}");
    }
    assert_eq!(done(&bus).await.len(), 5);
    let (first, second) = {
        give_up(&bus, "reader", &["x"; 50]).await;
        let (alice, bob) = (bus.dead_letters().by("alice"), other.dead_letters().by("bob"));
        let filter = LetterFilter::all();
        tokio::join!(alice.retry_where(&filter), bob.discard_where(&filter, "old"))
    };
    assert_eq!(first.unwrap().retried + second.unwrap(), 50);
}
