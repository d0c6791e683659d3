//! Owning a whole subscription, as a relay's only replica does.

use std::time::Duration;

use eventbus_runtime::TypeSet;
use eventbus_runtime::store::{
    Handles, Held, Log, Owner, Page, Registration, Replica, Shards, Start, Wanted,
};
use uuid::Uuid;

/// How many shards the subscriptions of these tests have.
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

/// A replica with a lease of a minute.
#[must_use]
pub fn replica(subscription: &str) -> Replica {
    let (id, lease) = (Uuid::now_v7(), Duration::from_secs(60));
    Replica { id, subscription: subscription.to_owned(), lease }
}

/// Makes a subscription known.
///
/// # Panics
/// When the store refuses.
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
///
/// # Panics
/// When the store refuses.
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

impl<C> Claimed<C> {
    /// Gives it back.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn release<S: Log>(&self, store: &S) {
        store.retire(&self.replica).await.expect("the store answers");
    }
}

/// Reads a page of all shards.
///
/// # Errors
/// What the store says.
pub async fn read_page<S: Log>(
    store: &S,
    cursor: &S::Cursor,
    types: &TypeSet,
    limit: usize,
) -> eventbus_runtime::Result<Page<S::Cursor>> {
    let shards = Shards::all(SHARDS);
    store.page(cursor, &Wanted { types, shards: &shards, limit, upto: None }).await
}
