//! The task that reads for all who listen.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::error::Result;
use crate::filter::TypeSet;
use crate::plan::pace::pace;
use crate::relay::feed::{Feed, Seat};
use crate::relay::tail::join::Fed;
use crate::relay::tail::queue::BUFFER;
use crate::relay::tail::{Joining, Tail};
use crate::store::{Log, Shards, Tracks, Wanted};

/// How long an idle tail sleeps at most when nobody wakes it.
const POLL: Duration = Duration::from_secs(1);

/// How many events are read at once: half of what a queue holds, so that who keeps up misses nothing of a long page.
const PAGE: usize = BUFFER / 2;

pub(super) struct Reader<S: Log> {
    store: S,
    tail: Tail,
    joins: mpsc::UnboundedReceiver<Joining<S::Cursor>>,
    calls: watch::Receiver<u64>,
    listeners: Vec<Fed>,
    /// What any of them wants.
    types: TypeSet,
    shards: Shards,
    feed: Arc<Feed<S::Cursor>>,
    /// What it reads that with, together with durable subscriptions.
    seat: Seat<S::Cursor>,
    cursor: Option<S::Cursor>,
    /// Who joins next, and where.
    entering: Option<Entering<S::Cursor>>,
}

/// Those who join together, and the place where they do.
struct Entering<C> {
    at: C,
    joining: Vec<(Fed, oneshot::Sender<Result<C>>)>,
}

/// What the reader does next.
enum Turn {
    Read,
    Rest,
    Leave,
}

impl<S: Log> Reader<S> {
    pub(super) fn new(
        store: S,
        tail: Tail,
        feed: Arc<Feed<S::Cursor>>,
        joins: mpsc::UnboundedReceiver<Joining<S::Cursor>>,
    ) -> Self {
        let seat = Seat::new(Arc::clone(&feed), TypeSet::default());
        let calls = tail.calls().subscribe();
        Self {
            store,
            tail,
            joins,
            calls,
            listeners: Vec::new(),
            types: TypeSet::default(),
            shards: Shards::all(1),
            feed,
            seat,
            cursor: None,
            entering: None,
        }
    }

    /// Reads as long as somebody listens.
    pub(super) async fn run(mut self) {
        let (mut idle, mut tries) = (0, 0);
        loop {
            // Read before the store is, so that what comes meanwhile counts for the next turn.
            let calls = *self.calls.borrow_and_update();
            self.seat.look(calls, 0);
            let turn = self.turn().await;
            tries = if turn.is_ok() { 0 } else { tries + 1 };
            let wait = match turn {
                Ok(Turn::Leave) => return,
                Ok(Turn::Read) => {
                    idle = 0;
                    // Whoever listens in the same thread takes what is there before more comes.
                    yield_now().await;
                    continue;
                }
                Ok(Turn::Rest) => pace(idle, POLL),
                Err(error) => {
                    tracing::warn!(error = error.full(), "the store failed, trying again");
                    pace(tries, POLL)
                }
            };
            self.seat.rest();
            tokio::select! {
                _ = self.calls.changed() => idle = 0,
                () = self.store.rung() => idle = idle.saturating_add(1),
                () = sleep(wait) => idle = idle.saturating_add(1),
            }
        }
    }

    /// Lets go who went and in who joins, and reads a page.
    async fn turn(&mut self) -> Result<Turn> {
        let before = self.listeners.len();
        self.listeners.retain(|listener| !listener.is_gone());
        if self.listeners.len() != before {
            self.want();
        }
        self.invite().await;
        if self.has_met() {
            self.admit();
            return Ok(Turn::Read);
        }
        let Some(cursor) = self.cursor.clone().filter(|_| !self.listeners.is_empty()) else {
            self.cursor = None;
            return Ok(if self.tail.leave(&self.joins) { Turn::Leave } else { Turn::Read });
        };
        self.read(&cursor).await
    }

    /// Finds the place where those start who want to join now.
    async fn invite(&mut self) {
        if self.entering.is_some() || self.joins.is_empty() {
            return;
        }
        let mut joining = Vec::new();
        while let Ok(Joining { fed, answer }) = self.joins.try_recv() {
            joining.push((fed, answer));
        }
        match self.store.end().await {
            Ok(at) => self.entering = Some(Entering { at, joining }),
            Err(error) => {
                for (_, answer) in joining {
                    let error = crate::Error::new(error.kind(), error.full());
                    // Who does not wait any more needs no answer.
                    let _ = answer.send(Err(error));
                }
            }
        }
    }

    /// Whether the others have been given everything before the place where somebody joins.
    fn has_met(&self) -> bool {
        let Some(entering) = &self.entering else { return false };
        let behind = self.cursor.as_ref().is_some_and(|cursor| *cursor < entering.at);
        !behind || self.listeners.is_empty()
    }

    fn admit(&mut self) {
        let Some(Entering { at, joining }) = self.entering.take() else { return };
        for (fed, answer) in joining {
            if answer.send(Ok(at.clone())).is_ok() {
                self.listeners.push(fed);
            }
        }
        self.cursor = Some(at);
        self.want();
    }

    /// Reads the next page, and hands it to everybody who wants some of it.
    async fn read(&mut self, cursor: &S::Cursor) -> Result<Turn> {
        let (types, shards) = (&self.types, &self.shards);
        let page = match &self.entering {
            Some(Entering { at, .. }) => {
                let tracks = &Tracks::all();
                let wanted = Wanted { types, shards, tracks, limit: PAGE, upto: Some(at) };
                self.store.page(cursor, &wanted).await?.into()
            }
            None => self.seat.page(&self.store, cursor, (shards, PAGE)).await?,
        };
        let busy = page.more || !page.events.is_empty() || self.entering.is_some();
        for stored in page.events {
            self.listeners.iter().for_each(|listener| listener.feed(&stored));
        }
        self.listeners.iter().for_each(Fed::page_ends);
        self.cursor = Some(page.end);
        Ok(if busy { Turn::Read } else { Turn::Rest })
    }

    /// Counts together what everybody wants.
    fn want(&mut self) {
        let union = |all: TypeSet, listener: &Fed| all.union(listener.types());
        self.types = self.listeners.iter().fold(TypeSet::default(), union);
        self.seat = Seat::new(Arc::clone(&self.feed), self.types.clone());
    }
}
