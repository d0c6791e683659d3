//! Dead letters that somebody reads, retries, removes, parks or takes, and stops waiting for.

use std::time::Duration;

use eventbus_runtime::{HandlerError, LetterFilter};
use uuid::Uuid;

use crate::cancelled::bench::{Bench, DEAD, TrialMade};
use crate::cancelled::cutting::cut_off_everywhere;
use crate::cancelled::database::Database;

const LETTERS: &str = "SELECT count(*) FROM eventbus_dead_letter WHERE aggregate_id = $1";
const OPEN: &str =
    "SELECT count(*) FROM eventbus_delivery WHERE subscription = 'witness' AND $1 <> ''";
const PARKED: &str = "SELECT count(*) FROM eventbus_dead_letter WHERE source = $1";
const ROWS: &str = "SELECT count(*) FROM business WHERE trial = $1";
const DISCARDED: &str =
    "SELECT count(*) FROM eventbus_action WHERE action = 'discard' AND reason = $1 AND count = 1";

impl<D: Database> Bench<D> {
    /// Emits an event that becomes a dead letter, and gives that one's id.
    async fn letter(&self) -> Uuid {
        let dead = TrialMade { trial: DEAD.to_owned(), part: 0 };
        self.bus.emit(self.bus.store(), dead).await.unwrap();
        self.witness.settled().await.unwrap();
        self.witness.dead_letters().await.unwrap().pop().unwrap().id
    }

    /// Every dead event has its letter, and none is in trouble beside it.
    async fn has_letters(&self, count: i64, trial: &str) {
        self.witness.settled().await.unwrap();
        assert_eq!(self.count(LETTERS, DEAD).await, count, "{trial}: letters");
        assert_eq!(self.count(OPEN, trial).await, 0, "{trial}: nothing is in trouble");
    }
}

/// The event dies again, so that there is one letter whether it was retried or not.
pub(crate) async fn a_letter_that_is_retried<D: Database>() {
    let bench = Bench::<D>::new().await;
    bench.letter().await;
    let letters = bench.bus.dead_letters();
    let retry = async |_: &str| {
        let all = letters.list(&LetterFilter::all(), None, 10).await.unwrap();
        assert_eq!(letters.count(&LetterFilter::all()).await.unwrap(), 1);
        assert_eq!(letters.get(all[0].id).await.unwrap().unwrap(), all[0]);
        letters.by("alice").retry(all[0].id).await.unwrap();
        letters.actions(None, 10).await.unwrap();
    };
    cut_off_everywhere(retry, async |trial, _| {
        bench.still_works(trial).await;
        bench.has_letters(1, trial).await;
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_letter_that_is_discarded<D: Database>() {
    let bench = Bench::<D>::new().await;
    let letters = bench.bus.dead_letters();
    for _ in 0..4 {
        bench.letter().await;
    }
    // Each trial has the letter that the one before it left, or a new one.
    let discard = async |trial: &str| {
        let first = letters.list(&LetterFilter::all(), None, 1).await.unwrap()[0].id;
        letters.by("alice").discard(first, trial).await.unwrap();
    };
    cut_off_everywhere(discard, async |trial, ended| {
        bench.still_works(trial).await;
        let discarded = bench.count(DISCARDED, trial).await;
        assert!(discarded == 1 || ended.is_none(), "{trial}: it ended and did nothing");
        bench.has_letters(4 - discarded, trial).await;
        if discarded == 1 {
            bench.letter().await;
        }
    })
    .await;
    bench.end().await;
}

pub(crate) async fn letters_that_are_retried_and_purged<D: Database>() {
    let bench = Bench::<D>::new().await;
    let letters = bench.bus.dead_letters();
    let dead = LetterFilter::all().subscription("witness");
    for _ in 0..3 {
        bench.letter().await;
    }
    let act = async |_: &str| {
        letters.by("alice").retry_where(&dead).await.unwrap();
        bench.witness.settled().await.unwrap();
        letters.by("alice").discard_where(&dead, "all of them").await.unwrap();
        letters.by("alice").purge(Duration::ZERO).await.unwrap();
    };
    cut_off_everywhere(act, async |trial, ended| {
        bench.still_works(trial).await;
        bench.witness.settled().await.unwrap();
        let left = bench.count(LETTERS, DEAD).await;
        assert!(left == 0 || (left == 3 && ended.is_none()), "{trial}: {left} letters");
        bench.has_letters(left, trial).await;
        for _ in left..3 {
            bench.letter().await;
        }
    })
    .await;
    bench.end().await;
}

pub(crate) async fn a_letter_that_is_parked_and_taken<D: Database>() {
    let bench = Bench::<D>::new().await;
    let letters = bench.bus.dead_letters();
    let act = async |trial: &str| {
        let id = letters.park(trial, "{}", HandlerError::terminal("gone")).await.unwrap();
        let mut tx = D::begin(&bench.bus).await.unwrap();
        letters.park_in(&mut tx, trial, "{}", HandlerError::terminal("again")).await.unwrap();
        letters.by("alice").take(&mut tx, id).await.unwrap();
        D::run(&mut tx, "INSERT INTO business (trial) SELECT $1 WHERE $2 = 0", trial, 0)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    cut_off_everywhere(act, async |trial, ended| {
        bench.still_works(trial).await;
        // The one that was taken, or the one that was parked in its place.
        let (parked, taken) = (bench.count(PARKED, trial).await, bench.count(ROWS, trial).await);
        assert!(parked == 1 || (parked == 0 && taken == 0), "{trial}: {parked} letters");
        assert!(ended.is_none() || taken == 1, "{trial}: it ended and did nothing");
        let again = letters.list(&LetterFilter::all().source(trial), None, 10).await.unwrap();
        let is_second = again.iter().any(|letter| letter.message.contains("again"));
        assert_eq!(is_second, taken == 1, "{trial}: the second letter commits with the row");
    })
    .await;
    bench.end().await;
}
