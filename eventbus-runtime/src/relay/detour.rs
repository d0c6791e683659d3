//! Detours: a priority or a tenant with a large backlog is read beside the others, page by page in turn with them.
//!
//! ```text
//!   shards  ── p1 (big) ─┬─ p2 (all but big) ── p3 ── … ──────┬── all ──►
//!                        └─ d1 (big) ── d2 (big) ── … ── d999 ┘
//!
//!   turns      p1  p2 d1  p3 d2  p4 d3 …
//! ```
//!
//! A detour is a place of its own beside the one of its shards, under the same fences, with delivery rows in common. It
//! goes no farther than its shards have come, and ends where it meets them. Where a priority has one, a tenant in it has one
//! beside that. Places of different priorities take turns as [`turns`](crate::plan::turns) says, those of one priority together. What it is in the database is in
//! [`store`](crate::store::Way).

use crate::plan::fairness::{MOST_DETOURS, Tally};
use crate::plan::feed::Page;
use crate::priority::Priority;
use crate::relay::place::{Goal, Place};
use crate::relay::step::Batch;
use crate::relay::worker::{Flow, Worker};
use crate::store::{Cursor, Log, Track, Wanted, Way};

/// How often it is looked for others behind what is alone in what was read, unless somebody was heard to emit.
const LOOK: i64 = 100;

/// What is known of the backlog of a place.
#[derive(Clone)]
pub(super) struct Backlog<C> {
    tally: Tally,
    /// Up to where nobody else has an event than the one who is alone.
    alone: Option<Alone<C>>,
}

/// A look at what others have, in vain.
#[derive(Clone)]
struct Alone<C> {
    upto: C,
    at: i64,
    /// How many wake-ups there had been.
    calls: u64,
}

impl<C> Default for Backlog<C> {
    fn default() -> Self {
        Self { tally: Tally::default(), alone: None }
    }
}

impl<C: Cursor> Backlog<C> {
    /// A page was read. What there is to read counts as a backlog while there is more behind it.
    pub(super) fn read(&mut self, page: &Page<C>) {
        if page.more {
            let envelopes = page.events.iter().map(|stored| &stored.event.envelope);
            self.tally
                .add(envelopes.map(|envelope| (envelope.priority, envelope.tenant.as_deref())));
        } else {
            *self = Self::default();
        }
    }

    /// A track is read on a detour.
    pub(super) fn forget(&mut self, track: &Track) {
        self.tally.forget(track);
        self.alone = None;
    }

    /// Another place goes on together with this one.
    pub(super) fn add(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.alone = None;
    }
}

impl<S: Log> Worker<S> {
    /// Begins a detour where a priority or a tenant has had its share of the pages and others may have something behind it;
    /// its track. A priority comes before a tenant in it.
    ///
    /// A replay has none: what it hands over was there before, and nobody waits for it as for news.
    pub(super) async fn let_others_pass(
        &mut self,
        place: &mut Place<S::Cursor>,
    ) -> Flow<Option<Track>> {
        let of_tenant = place.track().is_some_and(|track| track.tenant.is_some());
        if of_tenant || self.upto.is_some() || self.circuit.is_probing() {
            return Ok(None);
        }
        let Some(track) = self.ahead(place).await? else { return Ok(None) };
        let way = Way::Begin { track: track.clone(), from: place.track().cloned() };
        self.turn_off(place, way).await?;
        tracing::info!(%track, "many events are read beside the others");
        Ok(Some(track))
    }

    /// What is to have a detour.
    async fn ahead(&self, place: &mut Place<S::Cursor>) -> Flow<Option<Track>> {
        let page = self.spec.page;
        let tally = &place.backlog.tally;
        let (alone, of_one_priority) = (tally.is_alone(), tally.is_of_one_priority());
        let tenants = place.without().iter().filter(|track| track.tenant.is_some());
        let tenant = tally.ahead(page).filter(|_| tenants.count() < MOST_DETOURS);
        let priority = tally.priority_ahead(page).filter(|_| may_be_split(place));
        // While another priority has a detour, its events wait by that alone.
        let others_wait = place.without().iter().any(|track| track.tenant.is_none());
        match (priority, tenant) {
            (Some(priority), _) if others_wait || !of_one_priority => Ok(Some(Track::of(priority))),
            (priority, Some(tenant)) if alone => {
                let found = self.look_past(place, &tenant).await?;
                Ok(found.map(|found| match priority {
                    Some(priority) if priority != found => Track::of(priority),
                    _ => tenant,
                }))
            }
            (Some(priority), tenant) => {
                let track = Track::of(priority);
                let found = self.look_past(place, &track).await?;
                Ok(if found.is_some() { Some(track) } else { tenant })
            }
            (None, tenant) => Ok(tenant),
        }
    }

    /// Ends a detour that has come to where its events are read from now on: on the track `into`, or with its shards.
    pub(super) async fn end_detour(
        &mut self,
        place: &mut Place<S::Cursor>,
        into: Option<Track>,
    ) -> Flow<()> {
        let Some(track) = place.track().cloned() else { return Ok(()) };
        tracing::info!(%track, "what was read beside the others is read with them again");
        self.turn_off(place, Way::End { track, into }).await
    }

    /// The next page of a place. Where tracks have detours in it, those whose turn it is wait until there is something of
    /// others, or nothing at all: on PostgreSQL that may be behind the end of a window.
    pub(super) async fn page_for_others(
        &self,
        place: &mut Place<S::Cursor>,
        goal: &Goal<S::Cursor>,
    ) -> Flow<Page<S::Cursor>> {
        loop {
            let page = self.next_page(place, goal).await?;
            let goes_on = page.more && page.events.is_empty() && !goal.is(&page.end);
            if !goes_on || place.without().is_empty() || self.stopping() {
                return Ok(page);
            }
            place.unsaved |= place.cursor != page.end;
            place.cursor = page.end;
        }
    }

    async fn turn_off(&mut self, place: &mut Place<S::Cursor>, way: Way) -> Flow<()> {
        let cursor = place.cursor.clone();
        let transaction = self.begin().await?;
        self.commit_on(place, transaction, (Some(cursor), way), Batch::default()).await
    }

    /// The priority of an event behind a place that is not on this track, if there is one. Where there is none, it is asked
    /// again for what came since, when somebody emitted or now and then: in a log of one tenant or priority it costs next
    /// to nothing.
    async fn look_past(
        &self,
        place: &mut Place<S::Cursor>,
        track: &Track,
    ) -> Flow<Option<Priority>> {
        let (now, calls) = (place.clock.now(), *self.wake.borrow());
        let known = place.backlog.alone.take();
        if let Some(alone) = &known
            && alone.calls == calls
            && now - alone.at < LOOK
        {
            place.backlog.alone = known;
            return Ok(None);
        }
        let mut upto = known.map(|alone| alone.upto).filter(|upto| place.cursor < *upto);
        let tracks = &place.tracks.clone().without(track.clone());
        let (types, shards) = (&self.shared.types, &place.shards);
        loop {
            let from = upto.as_ref().unwrap_or(&place.cursor);
            let wanted = Wanted { types, shards, tracks, limit: 1, upto: None };
            let page = self.answered(self.store.page(from, &wanted)).await?;
            if let Some(first) = page.events.first() {
                return Ok(Some(first.event.envelope.priority));
            }
            if !page.more || self.stopping() {
                place.backlog.alone = Some(Alone { upto: page.end, at: now, calls });
                return Ok(None);
            }
            upto = Some(page.end);
        }
    }
}

/// Whether a priority of a place may get a detour. Not while a tenant has one in all priorities, which older code began: it
/// ends where the shards are, and they would have to be in one place then.
fn may_be_split<C: Cursor>(place: &Place<C>) -> bool {
    let whole = |track: &Track| track.priority.is_none();
    place.priorities().count() > 1 && !place.without().iter().any(whole)
}
