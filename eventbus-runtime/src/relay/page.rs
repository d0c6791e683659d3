//! A page of events on its way to the handlers.

use std::collections::HashSet;

use crate::plan::feed::Page;
use crate::relay::in_hand::InHand;
use crate::relay::place::{Goal, Place};
use crate::relay::worker::{Flow, Worker};
use crate::store::{Cursor, Log, Wanted};

impl<S: Log> Worker<S> {
    /// Reads a page behind a place: together with other subscriptions, or up to another place of this one. Where a track
    /// has a detour, it is read for this subscription alone.
    pub(super) async fn next_page(
        &self,
        place: &Place<S::Cursor>,
        goal: &Goal<S::Cursor>,
    ) -> Flow<Page<S::Cursor>> {
        let Place { cursor, shards, tracks, .. } = place;
        let meet = match goal {
            Goal::Meet(meet) => Some(meet),
            Goal::On | Goal::Arrived => None,
        };
        let limit = if self.circuit.is_probing() { 1 } else { self.care.limit() };
        // A replay reads a part of the log that nobody else is at.
        let meet = meet.or(self.upto.as_ref());
        if let Some(past) = &self.past
            && let Some(number) = past.number(cursor)
        {
            let page = past.page((cursor, number), (shards, limit), meet);
            return Ok(self.answered(page).await?.into());
        }
        if meet.is_some() || !tracks.are_all() {
            let types = &self.shared.types;
            let wanted = Wanted { types, shards, tracks, limit, upto: meet };
            return Ok(self.answered(self.store.page(cursor, &wanted)).await?.into());
        }
        self.answered(self.seat.page(&self.store, cursor, (shards, limit))).await
    }

    /// Hands a page's events over; `held` are the keys that have an open row.
    pub(super) async fn page(
        &mut self,
        place: &mut Place<S::Cursor>,
        page: Page<S::Cursor>,
        held: HashSet<String>,
    ) -> Flow<()> {
        self.deliver(place, &InHand::page(&page), held).await
    }

    /// Hands events over in the way of their handlers; those of a key in `held` wait.
    pub(super) async fn deliver(
        &mut self,
        place: &mut Place<S::Cursor>,
        hand: &InHand<'_, S::Cursor>,
        held: HashSet<String>,
    ) -> Flow<()> {
        if self.spec.routes.batches() {
            return self.batches(place, hand, held).await;
        }
        match self.spec.routes.transactional() {
            true => self.transactional(place, hand, held).await,
            false => self.plain(place, hand, held).await,
        }
    }
}

/// The place after the first `done` events of a page.
pub(super) fn after<C: Cursor>(page: &Page<C>, done: usize) -> C {
    match page.events.get(done) {
        None => page.end.clone(),
        Some(_) => page.window.at(page.events[done - 1].position),
    }
}
