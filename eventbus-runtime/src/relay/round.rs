//! One round of a replica: of each of its places what is due, then a page; then a rest.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::Error;
use crate::plan::checkpoint::worth_saving;
use crate::plan::pace::pace;
use crate::priority::Priority;
use crate::relay::keeper::TEND;
use crate::relay::place::{Goal, Place, Places};
use crate::relay::shared::State;
use crate::relay::step::Batch;
use crate::relay::trouble::no_handler;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{
    Log, MOST_PARKED, Roster, Shards, Track, Tracks, Trouble, Troubles, Wanted, covers,
};

/// What a round came to.
#[derive(Default)]
pub(super) struct Round {
    /// Whether there may be more at once.
    busy: bool,
    /// When the next retry is due.
    due: Option<i64>,
    /// Whether an event is in trouble.
    pub(super) open: bool,
    /// An event in trouble that nothing here can handle.
    missing: Option<Error>,
    /// The slots whose shards stand still, where others of their place do not.
    crowded: BTreeSet<u16>,
    /// The track whose detour began.
    detour: Option<Track>,
    /// Whether it ends with the first place that has something to do.
    is_turn: bool,
}

/// How far the shards of other replicas are.
enum Others {
    /// Something is open that they can deal with.
    Open,
    /// Nothing is, or only what `missing` tells of.
    Settled { missing: Option<Error> },
}

impl Round {
    fn add(&mut self, other: Self) {
        self.busy |= other.busy;
        self.due = [self.due, other.due].into_iter().flatten().min();
        self.open |= other.open;
        self.missing = self.missing.take().or(other.missing);
    }
}

impl<S: Log> Worker<S> {
    /// Reads and delivers until there is a reason to leave.
    pub(super) async fn read(&mut self, places: &mut Places<S::Cursor>) -> Flow<()> {
        let mut idle = 0;
        self.seat.rest();
        loop {
            if self.stopping() {
                return self.save_all(places).await.and(Err(Leave::Stopped));
            }
            if self.clock.now() >= self.tended_at.saturating_add(TEND) || self.shared.is_disturbed()
            {
                self.tend(places).await?;
            }
            if let Some(until) = self.circuit.closed_to(self.clock.now()) {
                self.shared.turn(State::Suspended);
                self.rest(places, u32::MAX, Some(until), false).await?;
                continue;
            }
            // Both are read before the store is, so that what comes meanwhile counts for the next round.
            let calls = *self.wake.borrow_and_update();
            let asked = self.shared.asked();
            self.seat.look(calls, asked);
            if self.shared.was_written() || self.shared.is_asked(asked) {
                places.look_again();
            }
            let round = self.every_place(places).await?;
            if self.shared.state() == State::Suspended && !self.circuit.is_probing() {
                self.shared.turn(State::Running);
            }
            if round.busy {
                idle = 0;
                continue;
            }
            self.tries = 0;
            self.end_if_done(places, &round).await?;
            let unanswered = !self.answer(places, asked, &round).await?;
            idle = if self.rest(places, idle, round.due, unanswered).await? { 0 } else { idle + 1 };
        }
    }

    /// One round over all places. Those of several priorities take turns, and where whose turn it is has nothing to do, the
    /// others are asked.
    async fn every_place(&mut self, places: &mut Places<S::Cursor>) -> Flow<Round> {
        let mut round = Round::default();
        if places.ranks().len() > 1 {
            self.places_of(|rank| rank.is_none(), places, &mut round).await?;
            let mut others = Round { is_turn: true, ..Round::default() };
            places.sort_by_turn();
            for turn in self.turns.order() {
                self.places_of(|rank| rank == Some(turn), places, &mut others).await?;
                if others.busy {
                    break;
                }
            }
            round.add(others);
        } else {
            self.places_of(|_| true, places, &mut round).await?;
        }
        places.merge();
        round.busy |= self.stopping();
        Ok(round)
    }

    /// One round over the places of some ranks. One that fails is given up, and the others go on.
    async fn places_of(
        &mut self,
        is_meant: impl Fn(Option<Priority>) -> bool,
        places: &mut Places<S::Cursor>,
        round: &mut Round,
    ) -> Flow<()> {
        let mut index = 0;
        while index < places.len() && !self.stopping() {
            if !is_meant(places.rank(index)) {
                index += 1;
                continue;
            }
            let (mut place, goal) = places.take(index);
            if goal == Goal::Arrived {
                round.busy = true;
                let into = places.ends_in(&place).cloned();
                match self.end_detour(&mut place, into).await {
                    Ok(()) => places.end_detour(&place),
                    Err(Leave::Stopped) => {
                        places.put_back(index, place);
                        return Err(Leave::Stopped);
                    }
                    Err(leave) => index = self.give_place_up(place, places, index, leave).await?,
                }
                continue;
            }
            match self.round(&mut place, &goal).await {
                Ok(mut done) => {
                    let crowded = std::mem::take(&mut done.crowded);
                    let detour = done.detour.take();
                    let had_turn = round.is_turn && done.busy;
                    round.add(done);
                    place.begins = false;
                    if had_turn {
                        place.turn = self.turns.next();
                    }
                    places.put_back(index, place);
                    places.set_apart(index, &crowded);
                    if let Some(track) = detour {
                        // Whoever waited for it comes first.
                        places.begin_detour(index, track);
                        round.busy = true;
                        break;
                    }
                    if had_turn {
                        break;
                    }
                    index += 1;
                }
                Err(Leave::Stopped) => {
                    places.put_back(index, place);
                    return Err(Leave::Stopped);
                }
                Err(leave) => {
                    round.busy = true;
                    index = self.give_place_up(place, places, index, leave).await?;
                }
            }
        }
        Ok(())
    }

    async fn round(&mut self, place: &mut Place<S::Cursor>, goal: &Goal<S::Cursor>) -> Flow<Round> {
        let open = self.troubles(place).await?;
        if open.attempted && self.circuit.is_probing() {
            return Ok(Round { busy: true, ..Round::default() });
        }
        let mut round = Round {
            busy: open.attempted,
            due: open.due,
            open: !open.keys.is_empty() || open.due.is_some(),
            missing: open.missing,
            crowded: BTreeSet::new(),
            detour: None,
            is_turn: false,
        };
        if place.is_crowded(&open.crowded) {
            return Ok(round);
        }
        if !open.crowded.is_empty() {
            tracing::warn!(
                slots = ?open.crowded,
                "an aggregate has {MOST_PARKED} events in trouble: its shard stands still until they are handled or dead"
            );
            return Ok(Round { busy: true, crowded: open.crowded, ..round });
        }
        if self.stopping() || self.is_at_end(&place.cursor) {
            return Ok(round);
        }
        let page = self.page_for_others(place, goal).await?;
        round.busy |= page.more || !page.events.is_empty();
        place.backlog.read(&page);
        if !page.events.is_empty() {
            self.page(place, page, open.keys).await?;
            if !self.stopping() {
                round.detour = self.let_others_pass(place).await?;
            }
            return Ok(round);
        }
        if !page.more {
            self.shared.moved();
        }
        place.unsaved |= place.cursor != page.end;
        place.cursor = page.end;
        if worth_saving(place.clock.now() - place.saved_at) {
            self.save(place).await?;
        }
        Ok(round)
    }

    /// Answers the question whether everything is settled; whether it is, or nobody asked.
    ///
    /// What other replicas own is settled as far as they wrote it down.
    async fn answer(&self, places: &Places<S::Cursor>, asked: u64, round: &Round) -> Flow<bool> {
        if !self.shared.is_asked(asked) {
            return Ok(true);
        }
        let own = round.due.is_none() && (!round.open || round.missing.is_some());
        if !own {
            return Ok(false);
        }
        let Others::Settled { missing } = self.others(places).await? else { return Ok(false) };
        self.shared.answer(asked, round.missing.as_ref().or(missing.as_ref()));
        Ok(true)
    }

    async fn others(&self, places: &Places<S::Cursor>) -> Flow<Others> {
        let roster = self.answered(self.store.roster(&self.spec.name)).await?;
        let Some(roster) = roster else { return Err(Leave::Removed) };
        let own = places.held();
        let of = u16::try_from(roster.shards.len()).unwrap_or(u16::MAX);
        let others = || roster.shards.iter().filter(|shard| !own.contains_key(&shard.held.shard));
        let shards = Shards::new(of, others().map(|shard| shard.held.shard));
        if others().next().is_none() {
            return Ok(Others::Settled { missing: None });
        }
        // Their owners wait for a handler as this replica does: whoever waited for them would wait for ever.
        let mut missing = None;
        for limit in [1, self.spec.page] {
            let troubles = self.store.troubles(&self.spec.name, &shards, i64::MAX, limit);
            let Troubles { ready, keys, next_at, .. } = self.answered(troubles).await?;
            let is_empty = ready.is_empty() && keys.is_empty() && next_at.is_none();
            let is_stuck = ready.iter().all(|open| self.nobody_handles(open, &roster));
            missing = ready.first().map(no_handler);
            match missing {
                None if is_empty => break,
                Some(_) if is_stuck => {}
                _ => return Ok(Others::Open),
            }
        }
        let mut ways: Vec<(u16, S::Cursor, Tracks)> = Vec::new();
        for shard in others() {
            let of_shard = shard.ways().map(|(at, of)| (shard.held.shard, at.clone(), of));
            ways.extend(of_shard);
        }
        for (shard, mut cursor, tracks) in ways {
            let shards = Shards::new(of, [shard]);
            let (types, tracks) = (&self.shared.types, &tracks);
            loop {
                let wanted = Wanted { types, shards: &shards, tracks, limit: 1, upto: None };
                let page = self.answered(self.store.page(&cursor, &wanted)).await?;
                if !page.events.is_empty() {
                    return Ok(Others::Open);
                }
                if !page.more {
                    break;
                }
                cursor = page.end;
            }
        }
        Ok(Others::Settled { missing })
    }

    /// Whether neither this code nor newer code handles an event in trouble.
    fn nobody_handles(&self, trouble: &Trouble, roster: &Roster<S::Cursor>) -> bool {
        let event_type = &trouble.stored.event.envelope.event_type;
        let is_newest = roster.handles == self.handles;
        self.spec.routes.find(event_type).is_none()
            && (is_newest || !covers(&roster.handles, event_type))
    }

    async fn save_all(&mut self, places: &mut Places<S::Cursor>) -> Flow<()> {
        while !places.is_empty() {
            let (mut place, _) = places.take(0);
            self.save(&mut place).await?;
        }
        Ok(())
    }

    /// Writes a cursor that moved over unwanted events only.
    pub(super) async fn save(&mut self, place: &mut Place<S::Cursor>) -> Flow<()> {
        if !place.unsaved {
            return Ok(());
        }
        let cursor = place.cursor.clone();
        self.record(place, Some(cursor), Batch::default()).await
    }

    /// Waits for a wake-up, the next retry, the next poll or the end, and looks at the roster meanwhile; whether it was
    /// woken.
    async fn rest(
        &mut self,
        places: &mut Places<S::Cursor>,
        idle: u32,
        due: Option<i64>,
        unanswered: bool,
    ) -> Flow<bool> {
        self.seat.rest();
        let mut wait = pace(idle, self.spec.poll);
        if let Some(due) = due {
            wait = wait.min(millis(due - self.clock.now()));
        }
        if unanswered {
            // Somebody waits for what another replica does.
            wait = wait.min(UNANSWERED);
        }
        let ends = Instant::now() + wait;
        loop {
            let tends = Instant::now()
                + millis(self.tended_at.saturating_add(TEND).saturating_sub(self.clock.now()));
            tokio::select! {
                _ = self.stop.wait_for(|stop| *stop) => return Ok(false),
                _ = self.wake.changed() => return Ok(true),
                // It rings after the commit, or once before it sleeps: one look is enough.
                () = self.store.rung() => return Ok(false),
                () = sleep_until(ends.min(tends)) => {}
            }
            if ends <= tends {
                return Ok(false);
            }
            let before = places.held();
            self.tend(places).await?;
            if places.held() != before {
                return Ok(true);
            }
        }
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// How soon a question is tried again that depends on other replicas.
const UNANSWERED: Duration = Duration::from_millis(20);
