//! The events that one call of a handler of batches may take.

use std::collections::HashSet;
use std::ops::Range;

use crate::handler::Route;
use crate::relay::attempt::Failed;
use crate::relay::in_hand::Item;
use crate::relay::place::Place;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::Worker;
use crate::store::{Log, Stored};
use crate::subscribe::Spec;

/// An event that its handler is to be called with.
pub(super) struct Member<'p, S: Log> {
    pub(super) route: &'p Route<S>,
    pub(super) kind: &'p str,
    pub(super) item: Item<'p>,
    /// Its place among all that are in hand.
    pub(super) index: usize,
    /// Why it has failed before it was called; it is the only one of its group.
    unfit: Option<Failed>,
}

/// What an event in hand is to a batch.
enum Role<'p, S: Log> {
    /// It is not for this subscription.
    Passed(Item<'p>),
    /// It was handled lately.
    Repeated(&'p Route<S>, Item<'p>),
    Unknown(&'p Stored),
    Parked(Item<'p>, &'p str),
    Member(Member<'p, S>),
}

/// Events of one handler that follow each other, with those between them that need no call.
pub(super) struct Group<'p, S: Log> {
    start: usize,
    roles: Vec<Role<'p, S>>,
}

impl<S: Log> Worker<S> {
    /// The events from `start` on that one call may take. One that failed before is a group of its own.
    pub(super) async fn gather<'p>(
        &self,
        spec: &'p Spec<S>,
        place: &Place<S::Cursor>,
        items: &[Item<'p>],
        start: usize,
        held: &HashSet<String>,
    ) -> Group<'p, S> {
        let mut group = Group { start, roles: Vec::new() };
        let mut first: Option<&Route<S>> = None;
        let mut members = 0;
        for (index, item) in items.iter().enumerate().skip(start) {
            let role = self.role(spec, place, *item, index, held).await;
            if let Role::Member(Member { route, unfit, item, .. }) = &role {
                let alone = unfit.is_some() || item.has_failed();
                let follows = |first: &Route<S>| first.meets(route) && !alone;
                if members >= spec.batch() || !first.is_none_or(follows) {
                    break;
                }
                members = if alone { spec.batch() } else { members + 1 };
                first = Some(route);
            }
            group.roles.push(role);
        }
        group
    }

    async fn role<'p>(
        &self,
        spec: &'p Spec<S>,
        place: &Place<S::Cursor>,
        item: Item<'p>,
        index: usize,
        held: &HashSet<String>,
    ) -> Role<'p, S> {
        let (stored, delivery) = (item.stored(), item.delivery(place));
        let (route, unfit) = match wanted(spec, &self.shared, stored, delivery).await {
            Wanted::Yes(route) => (route, self.care.blames(stored.position).map(Failed::from)),
            Wanted::Failed(route, failed) => (route, Some(failed)),
            Wanted::No => return Role::Passed(item),
            Wanted::Unknown => return Role::Unknown(stored),
        };
        let kind = spec.routes.kind(route, &stored.event.envelope.event_type);
        if item.waits(kind, spec.ordered, held) {
            return Role::Parked(item, kind);
        }
        if self.recent.contains(stored.event.envelope.id, self.clock.now()) {
            return Role::Repeated(route, item);
        }
        Role::Member(Member { route, kind, item, index, unfit })
    }
}

impl<'p, S: Log> Member<'p, S> {
    pub(super) const fn stored(&self) -> &'p Stored {
        self.item.stored()
    }
}

impl<'p, S: Log> Group<'p, S> {
    /// Its place among all that are in hand.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.roles.len()
    }

    /// Why its only event has failed already.
    pub(super) fn unfit(&mut self) -> Option<Failed> {
        self.roles.iter_mut().find_map(|role| match role {
            Role::Member(member) => member.unfit.take(),
            _ => None,
        })
    }

    /// Whom to call of a part of it, and what the others leave behind: those are parked whose key is held by now.
    pub(super) fn part(
        &self,
        range: Range<usize>,
        ordered: bool,
        held: &HashSet<String>,
    ) -> (Vec<&Member<'p, S>>, Batch) {
        let (mut called, mut batch) = (Vec::new(), Batch::of(ordered));
        for role in &self.roles[range.start - self.start..range.end - self.start] {
            match role {
                Role::Passed(item) => batch.pass(*item),
                Role::Repeated(route, item) => batch.repeated(route, *item),
                Role::Unknown(stored) => batch.unknown(stored),
                Role::Parked(item, kind) => batch.park(*item, kind),
                Role::Member(Member { item, kind, .. }) if item.waits(kind, ordered, held) => {
                    batch.park(*item, kind);
                }
                Role::Member(member) => called.push(member),
            }
        }
        (called, batch)
    }
}
