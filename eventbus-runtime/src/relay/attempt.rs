//! One call of one handler: its timeout, its panic, its transaction.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::event::Delivery;
use crate::handler::{Call, CallError, Route, Slot, Tx, lend};
use crate::relay::shared::{Busy, Shared};
use crate::relay::worker::Worker;
use crate::store::{Log, Stored};
use crate::subscribe::Spec;

/// Why an attempt failed.
pub(super) struct Failed {
    pub(super) error: Error,
    /// Whether the handler was cut off, so that its connection is in an unknown state.
    pub(super) cut: bool,
    /// Whether its transaction turned out to be gone, so that the database is more likely to blame than the event.
    pub(super) lost: bool,
    /// Whether the event was written by newer code than this, which must not give it up.
    pub(super) newer: bool,
    /// Which event of a batch is known to be at fault.
    pub(super) unread: Option<usize>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, cut: false, lost: false, newer: false, unread: None }
    }
}

impl Failed {
    fn cut(kind: ErrorKind, message: String) -> Self {
        Self { cut: true, ..Error::new(kind, message).into() }
    }
}

/// Calls the handler once.
pub(super) async fn attempt<S: Log>(
    spec: &Spec<S>,
    shared: &Shared,
    route: &Route<S>,
    tx: Option<Tx<S>>,
    stored: &Stored,
    delivery: Delivery,
) -> Result<(), Failed> {
    // Handlers that never wait must not keep the runtime's other tasks from running.
    tokio::task::coop::consume_budget().await;
    let id = stored.event.envelope.id;
    let position = stored.position;
    let (handler, event_type) = (route.handler, route.event_type);
    shared.busy().insert(position, Busy { handler, event_type, id });
    let attempt = delivery.attempt;
    let span = tracing::info_span!("delivery", event_type, %id, position, attempt);
    let limit = spec.timeout.saturating_mul(attempt);
    let began = Instant::now();
    let mut call = route.call(tx, stored, delivery);
    let context = Context::of(&stored.event.envelope);
    #[cfg(feature = "opentelemetry")]
    crate::span::follow(&span, &context, []);
    let ended = context.scope(timeout(limit, polled(&mut call))).instrument(span).await;
    // What is left of a call that was cut off runs the handler's destructors, which are as likely to panic.
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(call)));
    shared.busy().remove(&position);
    shared.took(event_type, (stored, attempt), began.elapsed());
    outcome(ended, dropped, handler, limit, |_, error| unreadable(route.version, stored, error))
}

/// What came of a call that was given up at its time limit or polled to its end, and then dropped.
pub(super) fn outcome(
    ended: Result<Result<Result<(), CallError>, Panic>, Elapsed>,
    dropped: Result<(), Panic>,
    handler: &str,
    limit: Duration,
    unread: impl FnOnce(usize, Error) -> Failed,
) -> Result<(), Failed> {
    let panicked = |panic: Panic| panicked(&format!("handler `{handler}`"), panic.as_ref());
    match ended {
        Ok(Ok(Ok(()))) => dropped.map_err(panicked),
        Ok(Ok(Err(CallError::Handler(error)))) => Err(error.into()),
        Ok(Ok(Err(CallError::Decode(index, error)))) => Err(unread(index, error)),
        Ok(Err(panic)) => Err(panicked(panic)),
        Err(_) => {
            let message = format!("handler `{handler}` took longer than {limit:?}");
            Err(Failed::cut(ErrorKind::HandlerTimeout, message))
        }
    }
}

impl<S: Log> Worker<S> {
    /// Lends an open transaction to the handler and gets it back; after a failure it is ended here.
    pub(super) async fn lent(
        &self,
        transaction: S::Transaction,
        route: &Route<S>,
        stored: &Stored,
        delivery: Delivery,
    ) -> Result<S::Transaction, Failed> {
        let (tx, slot) = lend::<S>(transaction);
        let outcome = attempt(&self.spec, &self.shared, route, Some(tx), stored, delivery).await;
        self.back(outcome, slot, route.handler).await
    }

    /// Takes a lent transaction back; after a failure it is ended.
    pub(super) async fn back(
        &self,
        outcome: Result<(), Failed>,
        slot: Slot<S>,
        handler: &str,
    ) -> Result<S::Transaction, Failed> {
        match (outcome, slot.take()) {
            (Ok(()), Some(transaction)) => Ok(transaction),
            (Ok(()), None) => Err(kept(handler)),
            (Err(failed), None) => Err(failed),
            (Err(failed), Some(transaction)) if failed.cut => {
                self.store.discard(transaction).await;
                Err(failed)
            }
            (Err(failed), Some(transaction)) => {
                let lost = !self.roll_back(transaction).await;
                Err(Failed { lost, ..failed })
            }
        }
    }
}

pub(super) type Panic = Box<dyn Any + Send>;

/// Polls a call to its end or its panic; after a panic it is not polled again.
pub(super) async fn polled(call: &mut Call<'_>) -> Result<Result<(), CallError>, Panic> {
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(ended)) => Poll::Ready(Ok(ended)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// A failure that a panic is told by; `who` is what panicked.
pub(super) fn panicked(who: &str, panic: &(dyn Any + Send)) -> Failed {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a text");
    Failed::cut(ErrorKind::DeliveryFailed, format!("{who} panicked: {text}"))
}

fn kept(handler: &str) -> Failed {
    let message = format!(
        "handler `{handler}` ended without giving its transaction back: \
         do not leak the `Tx`, store it or send it to another task"
    );
    Error::new(ErrorKind::DeliveryFailed, message).into()
}

/// A payload does not fit what reads events up to the version `reads`; the event is kept for newer code where such wrote
/// it.
pub(super) fn unreadable(reads: u32, stored: &Stored, error: Error) -> Failed {
    let envelope = &stored.event.envelope;
    let stored_version = envelope.version;
    if stored_version <= reads {
        return error.into();
    }
    let message = format!(
        "newer_version: `{}` at position {} was written in version {stored_version}, this code reads {reads}: \
         deploy newer code",
        envelope.event_type, stored.position
    );
    let error = Error::new(ErrorKind::DeserializationFailed, message).with_source(error);
    Failed { newer: true, ..error.into() }
}
