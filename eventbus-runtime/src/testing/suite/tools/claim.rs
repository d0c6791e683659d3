//! Owning a whole subscription, as a relay's only replica does.

use std::time::Duration;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::Result;
use crate::store::{Handles, Held, Log, Owner, Registration, Replica, Start, Step, Way};

/// How many shards the subscriptions of the suite have.
pub const SHARDS: u16 = 16;

/// A subscription with all its shards.
#[derive(Debug)]
pub struct Claimed<C> {
    /// Under which it commits.
    pub owner: Owner,
    /// Where its first shard stands.
    pub cursor: C,
    /// Who it belongs to.
    pub replica: Replica,
}

/// A replica with a lease of an hour: no case takes so long, so that none can pass by waiting for its end.
#[must_use]
pub fn replica(subscription: &str) -> Replica {
    let (id, lease) = (Uuid::now_v7(), Duration::from_secs(3_600));
    Replica { id, subscription: subscription.to_owned(), lease }
}

/// Makes a subscription known.
pub async fn register<S: Log>(store: &S, subscription: &str, start: Start) {
    let registration = Registration {
        subscription: subscription.to_owned(),
        start,
        shards: SHARDS,
        handles: Handles::new(),
    };
    store.register(&registration).await.expect("the store registers it");
}

/// Takes every shard of a subscription, a new one at `start`; `None` where somebody who is alive has one.
pub async fn try_claim<S: Log>(
    store: &S,
    subscription: &str,
    start: Start,
) -> Option<Claimed<S::Cursor>> {
    register(store, subscription, start).await;
    let replica = replica(subscription);
    let roster = store.roster(subscription).await.expect("the store answers");
    let roster = roster.expect("it was just registered");
    let is_owned = |owner: Option<Uuid>| owner.is_some_and(|owner| roster.alive.contains(&owner));
    if roster.shards.iter().any(|shard| is_owned(shard.owner)) {
        return None;
    }
    assert!(store.renew(&replica, &Handles::new()).await.expect("the store answers"));
    let shards: Vec<Held> = roster.shards.iter().map(|shard| shard.held).collect();
    let mut taken = store.take(&replica, &shards).await.expect("the store answers");
    taken.sort_by_key(|shard| shard.held);
    if taken.len() < shards.len() {
        store.retire(&replica).await.expect("the store answers");
        return None;
    }
    let cursor = taken[0].cursor.clone();
    let held = taken.into_iter().map(|shard| shard.held).collect();
    let owner = Owner { subscription: subscription.to_owned(), of: SHARDS, held };
    Some(Claimed { owner, cursor, replica })
}

/// Takes a subscription that is free, or about to be: a database learns a moment later that a connection was closed.
pub async fn claim<S: Log>(bus: &EventBus<S>, subscription: &str) -> Claimed<S::Cursor> {
    claim_at(bus, subscription, Start::Beginning).await
}

/// The same, a new one at `start`.
pub async fn claim_at<S: Log>(
    bus: &EventBus<S>,
    subscription: &str,
    start: Start,
) -> Claimed<S::Cursor> {
    loop {
        if let Some(claimed) = try_claim(bus.store(), subscription, start).await {
            return claimed;
        }
        tokio::task::yield_now().await;
    }
}

impl<C> Claimed<C> {
    /// Gives it back.
    pub async fn release<S: Log>(&self, store: &S) {
        store.retire(&self.replica).await.expect("the store answers");
    }
}

/// A step that only moves.
#[must_use]
pub const fn to<C>(cursor: C) -> Step<C> {
    Step { cursor: Some(cursor), way: Way::Main, changes: Vec::new() }
}

/// Makes a step in a transaction of its own.
///
/// # Errors
/// What the store says; then the transaction was rolled back.
pub async fn advance<S: Log>(
    bus: &EventBus<S>,
    owner: &Owner,
    step: &Step<S::Cursor>,
) -> Result<()> {
    let mut tx = bus.store().begin().await?;
    match bus.store().advance(&mut tx, owner, step).await {
        Ok(()) => bus.store().commit(tx).await,
        Err(error) => {
            bus.store().rollback(tx).await?;
            Err(error)
        }
    }
}
