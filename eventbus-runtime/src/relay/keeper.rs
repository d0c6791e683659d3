//! Ownership: this replica's share of the shards.
//!
//! A replica looks at the roster once a second, and at once where it lost something. What it does then is decided by
//! [`assign`]; that it is alive it says in a task of its own, because a handler may take longer than a lease.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::error::{Error, ErrorKind};
use crate::plan::assign::assign;
use crate::plan::deploy;
use crate::relay::place::Places;
use crate::relay::shared::State;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Handles, Held, Log, Registration, Replica, Roster, Shard, Track};

/// How often a replica looks at the roster, in milliseconds.
pub(super) const TEND: i64 = 1_000;

impl<S: Log> Worker<S> {
    /// Makes the subscription known; a replay was when it was begun.
    pub(super) async fn register(&self) -> Flow<()> {
        if self.upto.is_some() {
            return Ok(());
        }
        let registration = Registration {
            subscription: self.spec.name.clone(),
            start: self.spec.start,
            shards: self.spec.shards,
            handles: self.handles.clone(),
        };
        self.answered(self.store.register(&registration)).await
    }

    /// Looks at the roster and moves towards this replica's share.
    pub(super) async fn tend(&mut self, places: &mut Places<S::Cursor>) -> Flow<()> {
        let asked = self.store.roster(&self.spec.name);
        let mut roster = self.answered(asked).await?.ok_or(Leave::Removed)?;
        self.tended_at = self.clock.now();
        if self.is_older(&roster) {
            let all = places.held().into_keys().collect();
            self.give(places, &all).await?;
            self.stalled.clear();
            if self.pulse.take().is_some() {
                self.answered(self.store.retire(&self.replica)).await?;
            }
            self.settle_state(places, &roster, true);
            return Ok(());
        }
        self.live(&roster).await?;
        self.announce(&mut roster).await?;
        let stands = |shard: &u16, stalled: &Stalled<S::Cursor>| {
            let row = roster.shards.iter().find(|row| row.held.shard == *shard);
            row.is_some_and(|row| stalled.is_at(row))
        };
        self.stalled.retain(|shard, stalled| stands(shard, stalled));
        let avoid = self.stalled.keys().copied().collect();
        let assignment = assign(self.replica.id, &roster, &places.held(), &avoid);
        if !places.drop_shards(&assignment.lost).is_empty() {
            self.recent.clear();
        }
        self.give(places, &assignment.give).await?;
        if !assignment.disown.is_empty() {
            self.answered(self.store.give(&self.spec.name, &assignment.disown)).await?;
        }
        if !assignment.take.is_empty() {
            self.take(places, &roster, &assignment.take).await?;
        }
        self.settle_state(places, &roster, false);
        Ok(())
    }

    /// Whether newer code than this is there, or was until lately.
    fn is_older(&mut self, roster: &Roster<S::Cursor>) -> bool {
        let Some(missing) = deploy::lacks(&roster.handles, &self.handles) else { return false };
        let grace = i64::try_from(self.spec.deploy_grace.as_millis()).unwrap_or(i64::MAX);
        let is_alone = roster.alive.iter().all(|replica| *replica == self.replica.id);
        if is_alone && roster.unseen >= grace {
            tracing::warn!(
                missing,
                "no newer code was alive for a while: this code goes on without it"
            );
            return false;
        }
        if self.older.as_deref() != Some(missing) {
            tracing::warn!(
                missing,
                "newer code handles what this code does not: it leaves the subscription to it"
            );
            self.older = Some(missing.to_owned());
        }
        true
    }

    /// Says that this replica is alive, from now on by itself, and what its code handles.
    async fn live(&mut self, roster: &Roster<S::Cursor>) -> Flow<()> {
        self.older = None;
        if roster.handles != self.handles {
            let declared = self.store.declare(&self.spec.name, &roster.handles, &self.handles);
            self.answered(declared).await?;
        }
        if self.pulse.is_none() || !roster.alive.contains(&self.replica.id) {
            let renewed = self.store.renew(&self.replica, &self.handles);
            if !self.answered(renewed).await? {
                return Err(Leave::Removed);
            }
            let (store, replica) = (self.store.clone(), self.replica.clone());
            self.pulse = Some(Pulse::start(store, replica, self.handles.clone()));
        }
        Ok(())
    }

    /// Says that the other lanes of this process are alive, once and before any of them works: so this one takes no more
    /// than its share, which it could give back only when its first page is done.
    async fn announce(&mut self, roster: &mut Roster<S::Cursor>) -> Flow<()> {
        for lane in std::mem::take(&mut self.others) {
            let renewed = self.store.renew(&lane, &self.handles);
            if !self.answered(renewed).await? {
                return Err(Leave::Removed);
            }
            roster.alive.insert(lane.id);
        }
        Ok(())
    }

    async fn take(
        &mut self,
        places: &mut Places<S::Cursor>,
        roster: &Roster<S::Cursor>,
        wanted: &[Held],
    ) -> Flow<()> {
        let taken = self.answered(self.store.take(&self.replica, wanted)).await?;
        self.has_again(taken.iter().map(|shard| shard.held));
        let numbers: Vec<u16> = taken.iter().map(|shard| shard.held.shard).collect();
        tracing::info!(shards = ?numbers, "shards taken");
        let of = u16::try_from(roster.shards.len()).unwrap_or(u16::MAX);
        places.add(&self.spec.name, of, taken, self.clock);
        Ok(())
    }

    /// Gives shards back; what they did is written down already, or costs another read.
    async fn give(&mut self, places: &mut Places<S::Cursor>, gone: &BTreeSet<u16>) -> Flow<()> {
        let given = places.drop_shards(gone);
        if given.is_empty() {
            return Ok(());
        }
        tracing::info!(shards = ?gone, "shards given back");
        self.let_go(&given);
        self.answered(self.store.give(&self.spec.name, &given)).await
    }

    /// Leaves a shard that an event of it stalls to whoever has newer code. It stands at `cursor`, which is written down.
    pub(super) async fn stall(
        &mut self,
        places: &mut Places<S::Cursor>,
        slot: u16,
        (track, cursor): (Option<Track>, S::Cursor),
        error: Error,
    ) -> Flow<()> {
        tracing::error!(error = error.full(), "a shard stalled");
        self.shared.stall(&error);
        if let Some(held) = places.drop_slot(slot) {
            let stalled = Stalled { kind: error.kind(), message: error.full(), track, cursor };
            self.stalled.insert(held.shard, stalled);
            self.let_go(&[held]);
            self.answered(self.store.give(&self.spec.name, &[held])).await?;
        }
        Ok(())
    }

    /// Tells what this replica is doing.
    fn settle_state(&self, places: &Places<S::Cursor>, roster: &Roster<S::Cursor>, older: bool) {
        let state = match self.stalled.values().next() {
            Some(Stalled { kind, message, .. }) => {
                self.shared.stall(&Error::new(*kind, message.clone()));
                return;
            }
            None if roster.paused => State::Paused,
            None if older => State::Outdated,
            None if places.is_empty() => State::Waiting,
            None if self.circuit.is_probing() => State::Suspended,
            None => State::Running,
        };
        self.shared.turn(state);
    }
}

/// Renews a replica's lease until it is dropped.
pub(super) struct Pulse(tokio::task::AbortHandle);

impl Pulse {
    fn start<S: Log>(store: S, replica: Replica, handles: Handles) -> Self {
        let beat = async move {
            let every = (replica.lease / 3).max(Duration::from_millis(1));
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.tick().await;
            loop {
                ticks.tick().await;
                match store.renew(&replica, &handles).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(error = error.full(), "the lease is not renewed"),
                }
            }
        };
        Self(tokio::spawn(tracing::Instrument::in_current_span(beat)).abort_handle())
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a shard is stalled, and where. It is tried again when it stands elsewhere, because somebody moved it.
pub(super) struct Stalled<C> {
    kind: ErrorKind,
    message: String,
    /// The track on whose detour it is.
    track: Option<Track>,
    cursor: C,
}

impl<C: PartialEq> Stalled<C> {
    fn is_at(&self, row: &Shard<C>) -> bool {
        let detour = self.track.as_ref().map(|track| row.detours.get(track));
        detour.unwrap_or(Some(&row.cursor)) == Some(&self.cursor)
    }
}
