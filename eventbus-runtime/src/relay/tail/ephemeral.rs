//! The task of an ephemeral subscription: its handlers, and retries in memory.
//!
//! An event whose turn has not come waits behind the one of its aggregate that is in hand, also while that one waits for
//! its next attempt. At most [`BUFFER`] events are in hand, waiting ones included; what comes meanwhile stays in the queue.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::Instrument;

use crate::bus::EventBus;
use crate::clock::{Clock, system_time};
use crate::error::{Error, Result};
use crate::event::Delivery;
use crate::plan::{order, verdict};
use crate::relay::attempt::attempt;
use crate::relay::shared::{Ending, Shared};
use crate::relay::tail::join::{Listener, join};
use crate::relay::tail::listening::Listening;
use crate::relay::tail::queue::{BUFFER, Next, Queue};
use crate::relay::wanted::{Wanted, ask, wanted};
use crate::store::{Fate, Log, Stored};
use crate::subscribe::Spec;

/// Starts a checked ephemeral subscription; returns when it listens.
pub(crate) async fn start<S: Log>(
    bus: &EventBus<S>,
    spec: Spec<S>,
    last: usize,
) -> Result<Listening> {
    let span = tracing::info_span!("subscription", subscription = %spec.name);
    let shared = Shared::new(&spec.name, spec.routes.types());
    let shared = Arc::new(shared.waking(bus.hub.tail().calls()));
    let is_wanted = |stored: &Stored| {
        let asked = ask(&spec, &shared, stored, Delivery::new(stored.position, 1));
        matches!(asked, Wanted::Yes(_) | Wanted::Failed(..))
    };
    let listener = join(bus, Arc::clone(&shared), last, is_wanted).await?;
    tokio::spawn(Work::new(spec, listener).run().instrument(span));
    Ok(Listening::new(shared))
}

/// An event in hand.
struct Job {
    stored: Arc<Stored>,
    /// What orders it.
    key: Option<String>,
    /// Attempts so far.
    attempts: u32,
    /// When the first one began.
    first_at: i64,
}

/// What a call came to.
enum Outcome {
    /// The filter does not let it through.
    Skipped,
    Unknown,
    Handled(&'static str),
    Failed(&'static str, Error),
}

type Call = Pin<Box<dyn Future<Output = (Job, Outcome)> + Send>>;

struct Work<S: Log> {
    spec: Arc<Spec<S>>,
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    stop: watch::Receiver<bool>,
    clock: Clock,
    calls: FuturesUnordered<Call>,
    rests: FuturesUnordered<Pin<Box<dyn Future<Output = Job> + Send>>>,
    /// Events whose turn has come.
    ready: VecDeque<Job>,
    /// The keys that an event is in hand of, each with those that wait behind it.
    lines: HashMap<String, VecDeque<Job>>,
    /// How many events are in hand.
    held: usize,
    /// Whether nothing more is begun.
    over: bool,
}

impl<S: Log> Work<S> {
    fn new(spec: Spec<S>, Listener { shared, inbox: queue }: Listener) -> Self {
        Self {
            spec: Arc::new(spec),
            stop: shared.stopped(),
            shared,
            queue,
            clock: Clock::new(),
            calls: FuturesUnordered::new(),
            rests: FuturesUnordered::new(),
            ready: VecDeque::new(),
            lines: HashMap::new(),
            held: 0,
            over: false,
        }
    }

    /// Runs until it is stopped; ends with the events that handlers work on, and lets the others go.
    async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let _ending = Ending(&shared);
        loop {
            self.begin_calls();
            if self.over && self.calls.is_empty() {
                break;
            }
            let idle = !self.over && self.has_room() && self.held < BUFFER;
            tokio::select! {
                Some((job, outcome)) = self.calls.next() => self.finish(job, outcome),
                Some(job) = self.rests.next(), if !self.over => self.ready.push_back(job),
                open = self.queue.filled(), if idle => self.over |= !open,
                () = stopped(&mut self.stop), if !self.over => self.over = true,
            }
        }
        tracing::debug!("ephemeral subscription ended");
    }

    fn has_room(&self) -> bool {
        self.calls.len() < self.spec.calls()
    }

    fn begin_calls(&mut self) {
        while !self.over && self.has_room() {
            let Some(job) = self.ready.pop_front().or_else(|| self.next()) else { return };
            self.calls.push(self.call(job));
        }
    }

    /// The next event of the queue whose turn has come; those before it wait behind others.
    fn next(&mut self) -> Option<Job> {
        while self.held < BUFFER {
            let stored = match self.queue.take()? {
                Next::Event(stored) => stored,
                Next::Missed(missed) => {
                    tracing::warn!(missed, "the handlers are too slow: events were dropped");
                    self.shared.stats().count_missed(missed);
                    self.shared.meters.missed(missed);
                    continue;
                }
            };
            self.held += 1;
            let key = self.key(&stored);
            let job = Job { stored, key: key.clone(), attempts: 0, first_at: self.clock.now() };
            let Some(key) = key else { return Some(job) };
            match self.lines.get_mut(&key) {
                Some(line) => line.push_back(job),
                None => {
                    self.lines.insert(key, VecDeque::new());
                    return Some(job);
                }
            }
        }
        None
    }

    /// What orders an event; `None` where nothing does.
    fn key(&self, stored: &Stored) -> Option<String> {
        let envelope = &stored.event.envelope;
        let route = self.spec.routes.find(&envelope.event_type).filter(|_| self.spec.ordered)?;
        order::key(envelope, self.spec.routes.kind(route, &envelope.event_type))
    }

    fn call(&self, job: Job) -> Call {
        let (spec, shared) = (Arc::clone(&self.spec), Arc::clone(&self.shared));
        Box::pin(async move {
            let delivery = Delivery::new(job.stored.position, job.attempts + 1);
            let delivery = delivery.first_at(system_time(job.first_at));
            let outcome = handed_over(&spec, &shared, &job.stored, delivery).await;
            (job, outcome)
        })
    }

    /// Takes in what a call came to.
    fn finish(&mut self, mut job: Job, outcome: Outcome) {
        job.attempts += 1;
        let id = job.stored.event.envelope.id;
        match outcome {
            Outcome::Skipped => {}
            Outcome::Unknown => {
                self.shared.stats().count_unknown();
                self.shared.meters.unknown();
            }
            Outcome::Handled(event_type) => {
                self.shared.count(event_type, &Fate::Handled, id);
            }
            Outcome::Failed(event_type, error) => {
                let fate = self.judge(&job, event_type, &error);
                self.shared.count(event_type, &fate, id);
                if let Fate::Retrying { next_at, .. } = fate {
                    let wait = u64::try_from(next_at - self.clock.now()).unwrap_or(0);
                    self.rests.push(Box::pin(async move {
                        sleep(Duration::from_millis(wait)).await;
                        job
                    }));
                    return;
                }
            }
        }
        self.let_go(&job);
    }

    /// An event is dealt with: the next one of its key has its turn.
    fn let_go(&mut self, job: &Job) {
        self.held -= 1;
        let Some(key) = &job.key else { return };
        match self.lines.get_mut(key).and_then(VecDeque::pop_front) {
            Some(next) => self.ready.push_back(next),
            None => {
                self.lines.remove(key);
            }
        }
    }

    /// Decides what becomes of an event whose attempt failed, and tells.
    fn judge(&self, job: &Job, event_type: &'static str, error: &Error) -> Fate {
        let (retry, on_failure) = (&self.spec.retry, self.spec.on_failure);
        let policy = verdict::Policy { retry, on_failure, revive: None };
        let (now, attempt) = (self.clock.now(), job.attempts);
        let fate = verdict::fate(error, attempt, policy, now, rand::random::<f64>());
        let (id, position) = (job.stored.event.envelope.id, job.stored.position);
        match &fate {
            Fate::Retrying { next_at, failure, .. } => tracing::warn!(
                event_type, %id, position, attempt, kind = %failure.kind, error = failure.message,
                wait_ms = next_at - now, "delivery failed, trying again"
            ),
            Fate::Dead { failure, .. } => tracing::error!(
                event_type, %id, position, attempt, kind = %failure.kind, error = failure.message,
                "delivery failed, the event is dropped"
            ),
            Fate::Handled | Fate::Parked => {
                tracing::debug!(event_type, %id, position, attempt, "duplicate event skipped");
            }
        }
        fate
    }
}

/// Resolves when it is asked to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Who runs the task holds the sender, so waiting can only end with the condition.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn handed_over<S: Log>(
    spec: &Spec<S>,
    shared: &Shared,
    stored: &Stored,
    delivery: Delivery,
) -> Outcome {
    match wanted(spec, shared, stored, delivery).await {
        Wanted::No => Outcome::Skipped,
        Wanted::Unknown => Outcome::Unknown,
        Wanted::Failed(route, failed) => Outcome::Failed(route.event_type, failed.error),
        Wanted::Yes(route) => match attempt(spec, shared, route, None, stored, delivery).await {
            Ok(()) => Outcome::Handled(route.event_type),
            Err(failed) => Outcome::Failed(route.event_type, failed.error),
        },
    }
}
