//! The events that one call of a handler of batches may take.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::handler::Route;
use crate::plan::order::{self, Turn};
use crate::relay::attempt::Failed;
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
    pub(super) stored: &'p Stored,
    /// Its place in the page.
    pub(super) index: usize,
    /// Why it has failed before it was called; it is the only one of its group.
    unfit: Option<Failed>,
}

/// What an event of the page is to a batch.
enum Role<'p, S: Log> {
    /// It is not for this subscription, or was handled lately.
    Passed,
    Unknown(&'p Stored),
    Parked(&'p Stored, &'p str),
    Member(Member<'p, S>),
}

/// Events of one handler that follow each other, with those between them that need no call.
pub(super) struct Group<'p, S: Log> {
    start: usize,
    roles: Vec<Role<'p, S>>,
}

impl<S: Log> Worker<S> {
    /// The events from `start` on that one call may take. One that has failed already is a group of its own.
    pub(super) async fn gather<'p>(
        &self,
        spec: &'p Spec<S>,
        place: &Place<S::Cursor>,
        events: &'p [Arc<Stored>],
        start: usize,
        held: &HashSet<String>,
    ) -> Group<'p, S> {
        let mut group = Group { start, roles: Vec::new() };
        let mut first: Option<&Route<S>> = None;
        let mut members = 0;
        for (index, stored) in events.iter().enumerate().skip(start) {
            let role = self.role(spec, place, stored, index, held).await;
            if let Role::Member(Member { route, unfit, .. }) = &role {
                let follows = |first: &Route<S>| first.meets(route) && unfit.is_none();
                if members >= spec.batch() || !first.is_none_or(follows) {
                    break;
                }
                members = if unfit.is_some() { spec.batch() } else { members + 1 };
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
        stored: &'p Stored,
        index: usize,
        held: &HashSet<String>,
    ) -> Role<'p, S> {
        let delivery = place.delivery(stored);
        let (route, unfit) = match wanted(spec, &self.shared, stored, delivery).await {
            Wanted::Yes(route) => (route, self.care.blames(stored.position).map(Failed::from)),
            Wanted::Failed(route, failed) => (route, Some(failed)),
            Wanted::No => return Role::Passed,
            Wanted::Unknown => return Role::Unknown(stored),
        };
        let kind = spec.routes.kind(route, &stored.event.envelope.event_type);
        if spec.ordered && order::turn(stored, kind, held) == Turn::Park {
            return Role::Parked(stored, kind);
        }
        if self.recent.contains(stored.event.envelope.id, self.clock.now()) {
            return Role::Passed;
        }
        Role::Member(Member { route, kind, stored, index, unfit })
    }
}

impl<'p, S: Log> Group<'p, S> {
    /// Its place in the page.
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
                Role::Passed => {}
                Role::Unknown(stored) => batch.unknown(stored),
                Role::Parked(stored, kind) => batch.park(stored, kind),
                Role::Member(Member { stored, kind, .. })
                    if ordered && order::turn(stored, kind, held) == Turn::Park =>
                {
                    batch.park(stored, kind);
                }
                Role::Member(member) => called.push(member),
            }
        }
        (called, batch)
    }
}
