//! What an operator does to a subscription.

use uuid::Uuid;

use crate::dead_letter::LetterFilter;
use crate::error::ErrorKind;
use crate::store::{Fate, Log, Shards, Start, Step, Way};
use crate::testing::suite::tools::{
    SHARDS, advance, all, apply, change, claim, dead, drain, emit, give_up, retrying, to,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn a_pause_is_told_to_every_handle<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    let owned = claim(&bus, "reader").await;
    let paused = async || other.store().roster("reader").await.unwrap().unwrap().paused;
    assert!(!paused().await);
    assert!(bus.store().pause("reader", true).await.unwrap());
    assert!(bus.store().pause("reader", true).await.unwrap(), "whether it is known, not changed");
    assert!(paused().await);
    advance(&bus, &owned.owner, &to(owned.cursor.clone())).await.unwrap();
    assert!(bus.store().pause("reader", false).await.unwrap());
    assert!(!paused().await);
    for paused in [true, false] {
        assert!(!bus.store().pause("nobody", paused).await.unwrap());
    }
}

pub(super) async fn a_seek_moves_it_and_takes_it_from_its_owner<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3"]).await;
    let owned = claim(&bus, "reader").await;
    let (events, end) = drain(&bus, owned.cursor.clone()).await;
    advance(&bus, &owned.owner, &to(end)).await.unwrap();
    let changes = vec![
        change(&events[0], retrying(1, "no", 5)),
        change(&events[1], Fate::Parked),
        change(&events[2], dead(5, "never", 5)),
    ];
    apply(&bus, &owned, changes).await;

    assert!(bus.store().seek("reader", Start::Beginning).await.unwrap());
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    for (shard, held) in roster.shards.iter().zip(&owned.owner.held) {
        assert!(shard.owner.is_none() && shard.held.fence > held.fence);
    }
    let step = Step { cursor: None, way: Way::Main, changes: Vec::new() };
    let refused = advance(&bus, &owned.owner, &step).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced, "what its owner does meanwhile is not committed");
    let troubles =
        bus.store().troubles("reader", &Shards::all(SHARDS), i64::MAX, 10).await.unwrap();
    assert!(troubles.ready.is_empty() && troubles.keys.is_empty() && troubles.next_at.is_none());
    assert_eq!(all(&bus, &LetterFilter::all()).await.len(), 1, "dead letters stay");
    let again = claim(&bus, "reader").await;
    assert_eq!(drain(&bus, again.cursor.clone()).await.0, events);
    again.release(bus.store()).await;

    assert!(bus.store().seek("reader", Start::Now).await.unwrap());
    emit(&bus, &["4"]).await;
    let again = claim(&bus, "reader").await;
    assert_eq!(drain(&bus, again.cursor).await.0.len(), 1);
}

pub(super) async fn a_seek_to_nowhere_moves_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let owned = claim(&bus, "reader").await;
    let nowhere = Start::After(Uuid::now_v7());
    let refused = bus.store().seek("reader", nowhere).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    advance(&bus, &owned.owner, &to(owned.cursor.clone())).await.unwrap();
    assert!(!bus.store().seek("nobody", Start::Now).await.unwrap());
    assert!(bus.store().roster("nobody").await.unwrap().is_none());
}

pub(super) async fn what_is_removed_begins_anew<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let letters = give_up(&bus, "reader", &["1"]).await;
    emit(&bus, &["2"]).await;
    let owned = claim(&bus, "reader").await;
    let (events, end) = drain(&bus, owned.cursor.clone()).await;
    apply(&bus, &owned, vec![change(&events[1], retrying(1, "no", 5))]).await;
    advance(&bus, &owned.owner, &to(end)).await.unwrap();
    let other = claim(&bus, "other").await;

    assert!(bus.store().remove("reader").await.unwrap());
    assert!(bus.store().roster("reader").await.unwrap().is_none());
    assert!(!bus.store().remove("reader").await.unwrap(), "it was known no more");
    let step = to(owned.cursor.clone());
    let refused = advance(&bus, &owned.owner, &step).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    assert_eq!(all(&bus, &LetterFilter::all()).await, letters, "dead letters stay");
    advance(&bus, &other.owner, &to(other.cursor.clone())).await.unwrap();

    let anew = claim(&bus, "reader").await;
    assert_eq!(drain(&bus, anew.cursor).await.0, events);
    let troubles =
        bus.store().troubles("reader", &Shards::all(SHARDS), i64::MAX, 10).await.unwrap();
    assert!(troubles.keys.is_empty(), "what was in trouble is forgotten");
}

/// Its fences must not be those of the new one of its name, or it would move a cursor that is not its own.
pub(super) async fn an_owner_of_what_was_removed_commits_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let old = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, old.cursor.clone()).await;
    assert!(bus.store().remove("reader").await.unwrap());
    let new = claim(&bus, "reader").await;
    let refused = advance(&bus, &old.owner, &to(end)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    let held = old.owner.held;
    assert_eq!(bus.store().take(&old.replica, &held).await.unwrap(), []);
    bus.store().give("reader", &held).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    for shard in roster.shards {
        assert_eq!((shard.owner, shard.cursor), (Some(new.replica.id), new.cursor.clone()));
    }
}
