//! Shards, their owners and their fences.

use std::collections::BTreeMap;

use crate::error::ErrorKind;
use crate::store::{Fate, Held, Log, Owner, Shard, Shards, Start, Step, Store, Way};
use crate::testing::suite::tools::{
    SHARDS, advance, append, change, claim, drain, emit, log, notes, read_page, register, replica,
    to, torn, try_claim,
};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn the_cursor_survives_its_owner<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    emit(&bus, &["1", "2", "3"]).await;
    let first = claim(&bus, "reader").await;
    let page = read_page(bus.store(), &first.cursor, &notes(), 2).await.unwrap();
    advance(&bus, &first.owner, &to(page.end.clone())).await.unwrap();
    first.release(bus.store()).await;
    drop(bus);

    let second = claim(&other, "reader").await;
    assert_eq!(second.cursor, page.end);
    assert!(second.owner.held[0].fence > first.owner.held[0].fence);
    assert_eq!(drain(&other, second.cursor).await.0.len(), 1);
}

pub(super) async fn one_process_owns_a_shard<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    let owned = claim(&bus, "reader").await;
    for bus in [&bus, &other] {
        assert!(try_claim(bus.store(), "reader", Start::Beginning).await.is_none());
    }
    claim(&other, "another reader").await;
    advance(&bus, &owned.owner, &to(owned.cursor.clone())).await.unwrap();
    owned.release(bus.store()).await;
    let taken = claim(&other, "reader").await;
    assert_eq!(taken.owner.held[7].fence, owned.owner.held[7].fence + 1);
}

pub(super) async fn a_fence_that_moved_takes_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let owned = claim(&bus, "reader").await;
    let stale: Vec<Held> = owned.owner.held.iter().map(|held| before(*held)).collect();
    let late = replica("reader");
    assert_eq!(bus.store().take(&late, &stale).await.unwrap(), []);
    let mixed = [owned.owner.held[2], stale[3]];
    let taken = bus.store().take(&late, &mixed).await.unwrap();
    let cursor = owned.cursor.clone();
    let held = Held { shard: 2, fence: mixed[0].fence + 1 };
    assert_eq!(taken, [Shard { held, owner: Some(late.id), cursor, detours: BTreeMap::new() }]);
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(roster.shards.len(), usize::from(SHARDS));
    assert!(roster.shards.is_sorted_by_key(|shard| shard.held.shard));
    for shard in roster.shards {
        let owner = if shard.held.shard == 2 { late.id } else { owned.replica.id };
        assert_eq!(shard.owner, Some(owner));
    }
}

fn before(held: Held) -> Held {
    Held { fence: held.fence - 1, ..held }
}

pub(super) async fn of_those_who_take_at_once_one_has_it<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    register(bus.store(), "reader", Start::Beginning).await;
    for _ in 0..5 {
        let roster = bus.store().roster("reader").await.unwrap().unwrap();
        let held: Vec<Held> = roster.shards.iter().map(|shard| shard.held).collect();
        let (one, two) = (replica("reader"), replica("reader"));
        let (first, second) =
            tokio::join!(bus.store().take(&one, &held), other.store().take(&two, &held));
        let (first, second) = (first.unwrap(), second.unwrap());
        let mut taken: Vec<u16> =
            first.iter().chain(&second).map(|shard| shard.held.shard).collect();
        taken.sort_unstable();
        assert_eq!(taken, (0..SHARDS).collect::<Vec<_>>(), "each shard has one owner");
    }
}

pub(super) async fn what_is_given_back_keeps_its_place<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let owned = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, owned.cursor.clone()).await;
    advance(&bus, &owned.owner, &to(end.clone())).await.unwrap();
    let (given, kept) = (owned.owner.held[0], owned.owner.held[1]);
    bus.store().give("reader", &[given, before(kept)]).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(
        roster.shards[0],
        Shard { held: given, owner: None, cursor: end.clone(), detours: BTreeMap::new() }
    );
    let owner = Some(owned.replica.id);
    assert_eq!(
        roster.shards[1],
        Shard { held: kept, owner, cursor: end, detours: BTreeMap::new() },
        "a stale fence gives nothing"
    );
}

pub(super) async fn a_step_moves_its_own_shards_alone<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let owned = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, owned.cursor.clone()).await;
    let owner = Owner { held: owned.owner.held[4..6].to_vec(), ..owned.owner.clone() };
    assert_eq!(owner.shards(), Shards::new(SHARDS, [4, 5]));
    advance(&bus, &owner, &to(end.clone())).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    for shard in roster.shards {
        let moved = (4..6).contains(&shard.held.shard);
        assert_eq!(&shard.cursor, if moved { &end } else { &owned.cursor });
    }
}

pub(super) async fn a_stale_fence_commits_nothing<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    emit(&bus, &["1"]).await;
    let stale = claim(&bus, "reader").await;
    let (events, end) = drain(&bus, stale.cursor.clone()).await;
    stale.release(bus.store()).await;
    let fresh = claim(&other, "reader").await;

    let mut one_is_stale = fresh.owner.clone();
    one_is_stale.held[3] = stale.owner.held[3];
    let still = Step { cursor: None, way: Way::Main, changes: Vec::new() };
    for owner in [&stale.owner, &one_is_stale] {
        for step in [&still, &to(end.clone())] {
            let mut tx = bus.store().begin().await.unwrap();
            append(&bus, &mut tx, &[torn(1)]).await;
            let refused = bus.store().advance(&mut tx, owner, step).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Fenced, "a step that stays is fenced, too");
            bus.store().rollback(tx).await.unwrap();
        }
    }
    let changes = vec![change(&events[0], Fate::Parked)];
    let refused = advance(&bus, &stale.owner, &Step { cursor: None, way: Way::Main, changes })
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    let troubles = bus.store().troubles("reader", &Shards::all(SHARDS), 0, 10).await.unwrap();
    assert!(troubles.ready.is_empty() && log(&bus).await.len() == 1);

    fresh.release(other.store()).await;
    assert_eq!(claim(&bus, "reader").await.cursor, fresh.cursor, "the cursor stands");
}
