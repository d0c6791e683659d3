//! Detours: a tenant with a large backlog is read beside the others, page by page in turn with them.
//!
//! ```text
//!   shards  ── p1 (big) ─┬─ p2 (all but big) ── p3 ── … ──────┬── all ──►
//!                        └─ d1 (big) ── d2 (big) ── … ── d999 ┘
//!
//!   turns      p1  p2 d1  p3 d2  p4 d3 …
//! ```
//!
//! A detour is a place of its own beside the one of its shards, under the same fences, with delivery rows in common. It
//! goes no farther than its shards have come, and ends where it meets them. What it is in the database is in
//! [`store`](crate::store::Way).

use crate::plan::fairness::{MOST_DETOURS, Tally};
use crate::plan::feed::Page;
use crate::relay::place::{Goal, Place};
use crate::relay::step::Batch;
use crate::relay::worker::{Flow, Worker};
use crate::store::{Cursor, Log, Tenants, Wanted, Way};

/// How often it is looked for others behind a tenant that is alone in what was read, unless somebody was heard to emit.
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
            let tenants = page.events.iter().map(|stored| stored.event.envelope.tenant.as_deref());
            self.tally.add(tenants);
        } else {
            *self = Self::default();
        }
    }

    /// A tenant is read on a detour.
    pub(super) fn forget(&mut self, tenant: &str) {
        self.tally.forget(tenant);
        self.alone = None;
    }

    /// Another place goes on together with this one.
    pub(super) fn add(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.alone = None;
    }
}

impl<S: Log> Worker<S> {
    /// Begins a detour where a tenant has had its share of the pages and others may have something behind it; the tenant.
    ///
    /// A replay has none: what it hands over was there before, and nobody waits for it as for news.
    pub(super) async fn let_others_pass(
        &mut self,
        place: &mut Place<S::Cursor>,
    ) -> Flow<Option<String>> {
        let may_begin = place.tenant().is_none()
            && self.upto.is_none()
            && place.without().len() < MOST_DETOURS
            && !self.circuit.is_probing();
        let ahead = place.backlog.tally.ahead(self.spec.page).filter(|_| may_begin);
        let Some(tenant) = ahead.map(str::to_owned) else { return Ok(None) };
        if place.backlog.tally.is_alone() && !self.others_wait(place, &tenant).await? {
            return Ok(None);
        }
        let way = Way::Begin(tenant.clone());
        self.turn_off(place, way).await?;
        tracing::info!(tenant, "a tenant has many events: they are read beside those of others");
        Ok(Some(tenant))
    }

    /// Ends a detour that has come to where its shards are.
    pub(super) async fn end_detour(&mut self, place: &mut Place<S::Cursor>) -> Flow<()> {
        let Some(tenant) = place.tenant().cloned() else { return Ok(()) };
        tracing::info!(tenant, "the events of a tenant are read with those of others again");
        self.turn_off(place, Way::End(tenant)).await
    }

    /// The next page of a place. Where tenants have detours in it, those whose turn it is wait until there is something of
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

    /// Whether somebody else than this tenant has an event behind a place. Where nobody has, it is asked again for what
    /// came since, when somebody emitted or now and then: in a log of one tenant it costs next to nothing.
    async fn others_wait(&self, place: &mut Place<S::Cursor>, tenant: &str) -> Flow<bool> {
        let (now, calls) = (place.clock.now(), *self.wake.borrow());
        let known = place.backlog.alone.take();
        if let Some(alone) = &known
            && alone.calls == calls
            && now - alone.at < LOOK
        {
            place.backlog.alone = known;
            return Ok(false);
        }
        let mut upto = known.map(|alone| alone.upto).filter(|upto| place.cursor < *upto);
        let mut without = place.without();
        without.insert(tenant.to_owned());
        let tenants = &Tenants::without(without);
        let (types, shards) = (&self.shared.types, &place.shards);
        loop {
            let from = upto.as_ref().unwrap_or(&place.cursor);
            let wanted = Wanted { types, shards, tenants, limit: 1, upto: None };
            let page = self.answered(self.store.page(from, &wanted)).await?;
            if !page.events.is_empty() {
                return Ok(true);
            }
            if !page.more || self.stopping() {
                place.backlog.alone = Some(Alone { upto: page.end, at: now, calls });
                return Ok(false);
            }
            upto = Some(page.end);
        }
    }
}
