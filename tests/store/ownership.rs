//! Claims, fences and durable cursors.

use eventbus_runtime::store::{Log, Owner, Start, Step, Store};
use eventbus_runtime::{ErrorKind, EventBus, TypeSet};
use eventbus_tests::claim::{read_page, try_claim};

use crate::database::{Database, claim, claim_at, drain, log};
use crate::events::{NoteEvent, NoteTorn};
use crate::reading::emit;

/// Moves the cursor in a transaction of its own.
pub(crate) async fn advance<S: Log>(
    bus: &EventBus<S>,
    owner: &Owner,
    step: &Step<S::Cursor>,
) -> eventbus_runtime::Result<()> {
    let mut tx = bus.store().begin().await?;
    match bus.store().advance(&mut tx, owner, step).await {
        Ok(()) => bus.store().commit(tx).await,
        Err(error) => {
            bus.store().rollback(tx).await?;
            Err(error)
        }
    }
}

/// A step that only moves.
pub(crate) fn to<C>(cursor: C) -> Step<C> {
    Step { cursor: Some(cursor), changes: Vec::new() }
}

pub(crate) async fn the_cursor_survives_its_owner<D: Database>() {
    let (database, bus) = D::fresh().await;
    emit(&bus, &["1", "2", "3"]).await;
    let first = claim(&bus, "reader").await;
    let page = read_page(bus.store(), &first.cursor, &TypeSet::of::<NoteEvent>(), 2).await.unwrap();
    advance(&bus, &first.owner, &to(page.end.clone())).await.unwrap();
    first.release(bus.store()).await;
    drop(bus);

    let bus = database.bus().await;
    let second = claim(&bus, "reader").await;
    assert_eq!(second.cursor, page.end);
    assert!(second.owner.held[0].fence > first.owner.held[0].fence);
    assert_eq!(drain(&bus, second.cursor).await.0.len(), 1);
}

pub(crate) async fn a_new_subscription_can_start_now<D: Database>() {
    let (_database, bus) = D::fresh().await;
    emit(&bus, &["before"]).await;
    let claim = claim_at(&bus, "late", Start::Now).await;
    emit(&bus, &["after"]).await;
    let (events, _) = drain(&bus, claim.cursor).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.data, r#"["a","after"]"#);
}

pub(crate) async fn one_process_owns_a_subscription<D: Database>() {
    let (database, bus) = D::fresh().await;
    let other = database.bus().await;
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

pub(crate) async fn a_stale_fence_commits_nothing<D: Database>() {
    let (database, bus) = D::fresh().await;
    let other = database.bus().await;
    emit(&bus, &["1"]).await;
    let stale = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, stale.cursor.clone()).await;
    stale.release(bus.store()).await;
    let fresh = claim(&other, "reader").await;

    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    let step = Step { cursor: None, changes: Vec::new() };
    let refused = bus.store().advance(&mut tx, &stale.owner, &step).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced, "a step that does not move is fenced, too");
    let refused = bus.store().advance(&mut tx, &stale.owner, &to(end)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
    bus.store().rollback(tx).await.unwrap();
    assert_eq!(log(&bus).await.len(), 1);

    fresh.release(other.store()).await;
    assert_eq!(claim(&bus, "reader").await.cursor, fresh.cursor, "the cursor stands");
}
