//! A store that fails on request and counts what the relay asks of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use eventbus_runtime::integrity::{Check, LookedAt};
use eventbus_runtime::stats::Note;
use eventbus_runtime::store::{
    Agenda, Capability, Dropped, Due, Duplicates, Entries, Figures, Handled, Handles, Held, Hits,
    Hold, InTrouble, Integrity, Ledger, LetterSlice, Letters, Link, Listens, Log, LogRow, Moved,
    NewEvent, Noted, Old, Owner, Page, Pending, Readable, Registration, ReplayRow, Replica,
    Retention, Roster, Schedule, Scope, Selection, Series, Settled, Shard, Shards, Start, Step,
    Store, Stored, Stuck, Sums, Survey, Taken, Tallies, Troubles, Waiting, Waits, Wanted,
};
use eventbus_runtime::{
    Action, DeadLetter, Error, ErrorKind, LetterFilter, Result, ScheduleFilter, Scheduled, TypeSet,
};
use tokio::sync::Notify;
use uuid::Uuid;

/// A store with faults.
#[derive(Clone)]
pub(crate) struct Faulty<S> {
    inner: S,
    pub(crate) faults: Arc<Faults>,
}

/// What goes wrong, and what was counted.
#[derive(Default)]
pub(crate) struct Faults {
    /// The next step finds its fence stale.
    pub(crate) fenced: AtomicBool,
    /// The next step is refused.
    pub(crate) refused: AtomicBool,
    /// The transaction open now is refused at its end.
    pub(crate) poisoned: AtomicBool,
    /// The answer to the next commit is lost: it took place, and an error is returned.
    pub(crate) lost: AtomicBool,
    /// The connection of the transaction open now is lost.
    pub(crate) broken: AtomicBool,
    /// The log cannot be reached.
    pub(crate) down: AtomicBool,
    /// The database takes questions and answers none.
    pub(crate) silent: AtomicBool,
    /// The next page is held until somebody lets it go; then it cannot be read.
    pub(crate) held: AtomicBool,
    pub(crate) let_go: Notify,
    /// Old events that are read next are held, and that is told, until somebody lets them go.
    pub(crate) slow: AtomicBool,
    pub(crate) reached: Notify,
    pub(crate) discards: AtomicUsize,
    pub(crate) pages: AtomicUsize,
    /// Those of them that were read for some tenants or priorities only.
    pub(crate) apart: AtomicUsize,
    /// The events of all pages.
    pub(crate) fetched: AtomicUsize,
    pub(crate) rosters: AtomicUsize,
    pub(crate) takes: AtomicUsize,
    pub(crate) commits: AtomicUsize,
    pub(crate) looks: AtomicUsize,
    /// How often the schedule was looked at.
    pub(crate) agenda: AtomicUsize,
    /// The log refuses events with this payload.
    pub(crate) unwanted: Mutex<Option<String>>,
    /// How often statistics were to be kept.
    pub(crate) keeps: AtomicUsize,
}

impl Faults {
    async fn answer(&self) {
        if self.silent.load(SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    async fn reach(&self) -> Result<()> {
        self.answer().await;
        match self.down.load(SeqCst) {
            true => Err(refused("unreachable")),
            false => Ok(()),
        }
    }
}

impl<S> Faulty<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, faults: Arc::default() }
    }
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Store, message)
}

impl<S: Store> Store for Faulty<S> {
    type Connection = S::Connection;
    type Transaction = S::Transaction;

    const NAME: &'static str = S::NAME;

    async fn migrate(&self) -> Result<()> {
        self.inner.migrate().await
    }

    async fn append(
        &self,
        connection: &mut S::Connection,
        events: &[NewEvent],
    ) -> Result<Duplicates> {
        let unwanted = self.faults.unwanted.lock().unwrap().clone();
        if events.iter().any(|new| unwanted.as_ref() == Some(&new.event.data)) {
            return Err(refused("nobody wants this"));
        }
        self.inner.append(connection, events).await
    }

    async fn schedule(
        &self,
        connection: &mut S::Connection,
        events: &[NewEvent],
        due: Due,
    ) -> Result<Duplicates> {
        self.inner.schedule(connection, events, due).await
    }

    async fn begin(&self) -> Result<S::Transaction> {
        self.faults.answer().await;
        self.faults.poisoned.store(false, SeqCst);
        self.inner.begin().await
    }

    async fn commit(&self, transaction: S::Transaction) -> Result<()> {
        self.faults.commits.fetch_add(1, SeqCst);
        self.faults.answer().await;
        if self.faults.poisoned.swap(false, SeqCst) {
            self.inner.rollback(transaction).await?;
            return Err(refused("deferred constraint"));
        }
        self.inner.commit(transaction).await?;
        match self.faults.lost.swap(false, SeqCst) {
            true => Err(refused("connection lost")),
            false => Ok(()),
        }
    }

    async fn rollback(&self, transaction: S::Transaction) -> Result<()> {
        self.inner.rollback(transaction).await?;
        match self.faults.broken.swap(false, SeqCst) {
            true => Err(refused("connection lost")),
            false => Ok(()),
        }
    }

    fn connections(&self) -> Option<usize> {
        self.inner.connections()
    }

    async fn discard(&self, transaction: S::Transaction) {
        self.faults.discards.fetch_add(1, SeqCst);
        self.inner.discard(transaction).await;
    }
}

impl<S: Log> Log for Faulty<S> {
    type Cursor = S::Cursor;

    fn capabilities(&self) -> &'static [Capability] {
        self.inner.capabilities()
    }

    async fn register(&self, registration: &Registration) -> Result<()> {
        self.faults.reach().await?;
        self.inner.register(registration).await
    }

    async fn declare(&self, subscription: &str, seen: &Handles, handles: &Handles) -> Result<()> {
        self.inner.declare(subscription, seen, handles).await
    }

    async fn renew(&self, replica: &Replica, handles: &Handles) -> Result<bool> {
        self.faults.reach().await?;
        self.inner.renew(replica, handles).await
    }

    async fn retire(&self, replica: &Replica) -> Result<()> {
        self.faults.reach().await?;
        self.inner.retire(replica).await
    }

    async fn roster(&self, subscription: &str) -> Result<Option<Roster<S::Cursor>>> {
        self.faults.rosters.fetch_add(1, SeqCst);
        self.faults.reach().await?;
        self.inner.roster(subscription).await
    }

    async fn take(&self, replica: &Replica, shards: &[Held]) -> Result<Vec<Shard<S::Cursor>>> {
        self.faults.takes.fetch_add(1, SeqCst);
        self.inner.take(replica, shards).await
    }

    async fn give(&self, subscription: &str, shards: &[Held]) -> Result<()> {
        self.inner.give(subscription, shards).await
    }

    async fn pause(&self, subscription: &str, paused: bool) -> Result<bool> {
        self.inner.pause(subscription, paused).await
    }

    async fn seek(&self, subscription: &str, start: Start) -> Result<bool> {
        self.inner.seek(subscription, start).await
    }

    async fn remove(&self, subscription: &str) -> Result<bool> {
        self.inner.remove(subscription).await
    }

    async fn handled(&self, subscription: &str, event: Uuid) -> Result<Handled> {
        self.inner.handled(subscription, event).await
    }

    async fn rung(&self) {
        self.inner.rung().await;
    }

    fn listens(&self) -> Listens {
        self.inner.listens()
    }

    async fn pending(&self, cursor: &S::Cursor, waits: Waits<'_>) -> Result<Pending> {
        self.inner.pending(cursor, waits).await
    }

    async fn waiting(&self, cursor: &S::Cursor, waits: Waits<'_>) -> Result<Waiting> {
        self.inner.waiting(cursor, waits).await
    }

    async fn in_trouble(&self, subscription: &str) -> Result<InTrouble> {
        self.inner.in_trouble(subscription).await
    }

    async fn page(
        &self,
        cursor: &S::Cursor,
        wanted: &Wanted<'_, S::Cursor>,
    ) -> Result<Page<S::Cursor>> {
        self.faults.pages.fetch_add(1, SeqCst);
        self.faults.apart.fetch_add(usize::from(!wanted.tracks.are_all()), SeqCst);
        self.faults.reach().await?;
        if self.faults.held.swap(false, SeqCst) {
            self.faults.let_go.notified().await;
            return Err(refused("connection lost"));
        }
        let page = self.inner.page(cursor, wanted).await?;
        self.faults.fetched.fetch_add(page.events.len(), SeqCst);
        Ok(page)
    }

    async fn end(&self) -> Result<S::Cursor> {
        self.faults.reach().await?;
        self.inner.end().await
    }

    async fn last(
        &self,
        cursor: &S::Cursor,
        types: &TypeSet,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Stored>> {
        self.faults.reach().await?;
        self.inner.last(cursor, types, before, limit).await
    }

    async fn troubles(
        &self,
        subscription: &str,
        shards: &Shards,
        now: i64,
        limit: usize,
    ) -> Result<Troubles> {
        self.faults.looks.fetch_add(1, SeqCst);
        self.inner.troubles(subscription, shards, now, limit).await
    }

    async fn span(&self, start: Start, last: i64) -> Result<(S::Cursor, S::Cursor)> {
        self.faults.reach().await?;
        self.inner.span(start, last).await
    }

    async fn survey(
        &self,
        span: (&S::Cursor, &S::Cursor),
        shards: &Shards,
        selection: &Selection,
    ) -> Result<Tallies> {
        self.faults.reach().await?;
        self.inner.survey(span, shards, selection).await
    }

    async fn begin_replay(
        &self,
        registration: &Registration,
        from: &S::Cursor,
        row: &ReplayRow<S::Cursor>,
    ) -> Result<ReplayRow<S::Cursor>> {
        self.faults.reach().await?;
        self.inner.begin_replay(registration, from, row).await
    }

    async fn replay(&self, subscription: &str) -> Result<Option<ReplayRow<S::Cursor>>> {
        self.faults.reach().await?;
        self.inner.replay(subscription).await
    }

    async fn end_replay(&self, subscription: &str) -> Result<bool> {
        self.faults.reach().await?;
        self.inner.end_replay(subscription).await
    }

    async fn ledger(&self) -> Result<Ledger> {
        self.inner.ledger().await
    }

    async fn restore(&self, connection: &mut S::Connection, events: &[Old]) -> Result<()> {
        self.inner.restore(connection, events).await
    }

    async fn advance(
        &self,
        connection: &mut S::Connection,
        owner: &Owner,
        step: &Step<S::Cursor>,
    ) -> Result<()> {
        if self.faults.fenced.swap(false, SeqCst) {
            return Err(Error::new(ErrorKind::Fenced, "stale"));
        }
        if self.faults.refused.swap(false, SeqCst) {
            return Err(refused("disk full"));
        }
        self.inner.advance(connection, owner, step).await
    }
}

impl<S: Schedule> Schedule for Faulty<S> {
    async fn next_due(&self) -> Result<Option<Duration>> {
        self.faults.reach().await?;
        self.faults.agenda.fetch_add(1, SeqCst);
        self.inner.next_due().await
    }

    async fn take_due(
        &self,
        connection: &mut S::Connection,
        limit: usize,
    ) -> Result<Option<Taken>> {
        self.inner.take_due(connection, limit).await
    }

    async fn hold(&self, id: Uuid, failure: &str) -> Result<()> {
        self.inner.hold(id, failure).await
    }

    async fn scheduled(
        &self,
        filter: &ScheduleFilter,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> Result<Vec<Scheduled>> {
        self.inner.scheduled(filter, after, limit).await
    }

    async fn agenda(&self, at_most: usize) -> Result<Agenda> {
        self.inner.agenda(at_most).await
    }

    async fn count_scheduled(&self, filter: &ScheduleFilter) -> Result<u64> {
        self.inner.count_scheduled(filter).await
    }

    async fn cancel(&self, connection: &mut S::Connection, id: Uuid) -> Result<bool> {
        self.inner.cancel(connection, id).await
    }

    async fn reschedule(&self, connection: &mut S::Connection, id: Uuid, due: Due) -> Result<bool> {
        self.inner.reschedule(connection, id, due).await
    }
}

impl<S: Figures> Figures for Faulty<S> {
    async fn keep(&self, entries: &Entries, oldest: i64) -> Result<()> {
        self.faults.keeps.fetch_add(1, SeqCst);
        self.faults.reach().await?;
        self.inner.keep(entries, oldest).await
    }

    async fn sums(&self, since: i64, subscription: Option<&str>) -> Result<BTreeMap<Series, Sums>> {
        self.inner.sums(since, subscription).await
    }

    async fn notes(&self, wanted: &Noted<'_>) -> Result<Vec<Note>> {
        self.inner.notes(wanted).await
    }

    async fn subscriptions(&self) -> Result<Vec<String>> {
        self.inner.subscriptions().await
    }

    async fn stuck(
        &self,
        subscription: Option<&str>,
        tenant: Option<&str>,
        at_most: usize,
    ) -> Result<Stuck> {
        self.inner.stuck(subscription, tenant, at_most).await
    }

    async fn correlated(&self, id: Uuid, limit: usize) -> Result<Vec<Link>> {
        self.inner.correlated(id, limit).await
    }
}

impl<S: Letters> Letters for Faulty<S> {
    async fn letters(&self, slice: &LetterSlice<'_>) -> Result<Vec<DeadLetter>> {
        self.inner.letters(slice).await
    }

    async fn survey_letters(&self, filter: &LetterFilter) -> Result<Survey> {
        self.inner.survey_letters(filter).await
    }

    async fn next_letter(&self, subscription: &str) -> Result<Option<i64>> {
        self.inner.next_letter(subscription).await
    }

    async fn retry_letters(
        &self,
        connection: &mut S::Connection,
        slice: &LetterSlice<'_>,
        now: i64,
    ) -> Result<Moved> {
        self.inner.retry_letters(connection, slice, now).await
    }

    async fn remove_letters(
        &self,
        connection: &mut S::Connection,
        slice: &LetterSlice<'_>,
    ) -> Result<Moved> {
        self.inner.remove_letters(connection, slice).await
    }

    async fn take_letter(
        &self,
        connection: &mut S::Connection,
        id: Uuid,
    ) -> Result<Option<DeadLetter>> {
        self.inner.take_letter(connection, id).await
    }

    async fn park_letter(&self, connection: &mut S::Connection, letter: &DeadLetter) -> Result<()> {
        self.inner.park_letter(connection, letter).await
    }

    async fn record_action(&self, connection: &mut S::Connection, action: &Action) -> Result<()> {
        self.inner.record_action(connection, action).await
    }

    async fn actions(&self, before: Option<Uuid>, limit: usize) -> Result<Vec<Action>> {
        self.inner.actions(before, limit).await
    }
}

impl<S: Integrity> Integrity for Faulty<S> {
    fn checks(&self) -> &'static [Check] {
        self.inner.checks()
    }

    fn place(&self) -> String {
        self.inner.place()
    }

    async fn extent(&self) -> Result<Readable<LookedAt>> {
        self.inner.extent().await
    }

    async fn rows(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
        each: &mut (dyn FnMut(LogRow) + Send),
    ) -> Result<Readable<()>> {
        self.inner.rows(after, upto, limit, each).await
    }

    async fn find(&self, check: Check, scope: &Scope) -> Result<Readable<Hits>> {
        self.inner.find(check, scope).await
    }
}

impl<S: Retention> Retention for Faulty<S> {
    async fn settle(&self) -> Result<Settled> {
        self.inner.settle().await
    }

    async fn holds(&self) -> Result<Vec<Hold>> {
        self.inner.holds().await
    }

    async fn first_since(&self, time: SystemTime) -> Result<Option<i64>> {
        self.inner.first_since(time).await
    }

    async fn settled(&self, after: i64, upto: i64, limit: usize) -> Result<Vec<Old>> {
        let events = self.inner.settled(after, upto, limit).await;
        if self.faults.slow.swap(false, SeqCst) {
            self.faults.reached.notify_one();
            self.faults.let_go.notified().await;
        }
        events
    }

    async fn remove_unseen(&self, subscription: &str, unseen: Duration) -> Result<bool> {
        self.inner.remove_unseen(subscription, unseen).await
    }

    async fn count(&self, upto: i64) -> Result<u64> {
        self.inner.count(upto).await
    }

    async fn drop_events(&self, upto: i64, limit: usize) -> Result<Dropped> {
        self.faults.reach().await?;
        self.inner.drop_events(upto, limit).await
    }

    async fn whole(&self, upto: i64) -> Result<i64> {
        self.inner.whole(upto).await
    }

    async fn drop_partition(&self, upto: i64) -> Result<Option<u64>> {
        self.faults.reach().await?;
        self.inner.drop_partition(upto).await
    }

    async fn note_hold(&self, held_by: Option<&str>) -> Result<()> {
        self.inner.note_hold(held_by).await
    }
}
