//! Events in trouble, and what is given up.

use uuid::Uuid;

use crate::bus::EventBus;
use crate::dead_letter::{DeadLetter, LetterFilter};
use crate::error::ErrorKind;
use crate::store::{Change, Failure, Fate, Letters, Log, Step, Stored, Way};
use crate::testing::suite::tools::claim::{Claimed, advance, claim};
use crate::testing::suite::tools::log::{emit, log};

/// What becomes of an event, ordered by the id of its aggregate.
#[must_use]
pub fn change(stored: &Stored, fate: Fate) -> Change {
    let envelope = &stored.event.envelope;
    Change {
        position: stored.position,
        slot: stored.slot,
        first_at: None,
        was: None,
        event_id: envelope.id,
        key: envelope.aggregate_id.clone(),
        fate,
    }
}

/// A failure of a handler.
#[must_use]
pub fn failure(message: &str, at: i64) -> Failure {
    Failure { kind: ErrorKind::DeliveryFailed, message: message.to_owned(), at }
}

/// Failed at this time, and due at once.
#[must_use]
pub fn retrying(attempts: u32, message: &str, at: i64) -> Fate {
    Fate::Retrying { attempts, next_at: at, failure: failure(message, at) }
}

/// Given up.
#[must_use]
pub fn dead(attempts: u32, message: &str, at: i64) -> Fate {
    Fate::Dead { attempts, failure: failure(message, at), retry_at: None }
}

/// Makes a step that does not move.
pub async fn apply<S: Log>(bus: &EventBus<S>, claim: &Claimed<S::Cursor>, changes: Vec<Change>) {
    let step = Step { cursor: None, way: Way::Main, changes };
    advance(bus, &claim.owner, &step).await.expect("the owner was not replaced");
}

/// What becomes of events in a subscription that nobody owns.
pub async fn settle<S: Log>(bus: &EventBus<S>, subscription: &str, fates: Vec<(&Stored, Fate)>) {
    let claim = claim(bus, subscription).await;
    let changes = fates.into_iter().map(|(stored, fate)| change(stored, fate)).collect();
    apply(bus, &claim, changes).await;
    claim.release(bus.store()).await;
}

/// Emits notes and lets a subscription give them all up.
pub async fn give_up<S: Log>(
    bus: &EventBus<S>,
    subscription: &str,
    texts: &[&str],
) -> Vec<DeadLetter> {
    let before = log(bus).await.len();
    emit(bus, texts).await;
    let stored = log(bus).await;
    let fates = stored[before..].iter().map(|stored| (stored, dead(5, "never", 10))).collect();
    settle(bus, subscription, fates).await;
    let mut letters = all(bus, &LetterFilter::all().subscription(subscription)).await;
    letters.split_off(letters.len() - texts.len())
}

/// The letters that a filter means.
pub async fn all<S: Letters>(bus: &EventBus<S>, filter: &LetterFilter) -> Vec<DeadLetter> {
    bus.dead_letters().list(filter, None, usize::MAX).await.expect("the store lists letters")
}

/// Their ids.
#[must_use]
pub fn ids(letters: &[DeadLetter]) -> Vec<Uuid> {
    letters.iter().map(|letter| letter.id).collect()
}

/// What was done, the newest first: who, what, how many, why.
pub async fn done<S: Letters>(bus: &EventBus<S>) -> Vec<(String, String, u64, Option<String>)> {
    let actions = bus.dead_letters().actions(None, 100).await.expect("the store reads actions");
    let told = actions.into_iter();
    told.map(|action| (action.who, action.action, action.count, action.reason)).collect()
}
