//! The tail: one task that reads the end of the log for everybody in this process who listens without a durable place.
//!
//! ```text
//!                          ┌─► queue of 256 ─► stream          ─► whoever polls it
//!   log ──► page ──► tail ─┼─► queue of 256 ─► stream
//!                          ├─► queue of 256 ─► ephemeral task  ─► handlers
//!                          └─► marks        ─► watch           ─► whoever asks what changed
//! ```
//!
//! It reads each page once, of the types that anybody wants, where it can together with durable subscriptions
//! ([`feed`](crate::relay::feed)), and hands every event to the queues of those who want it.
//! It waits for none of them: a queue that is full loses its oldest event, and marks say only which keys were hit. It is
//! there while somebody listens.
//!
//! **Joining.** Whoever joins starts at the end of the log as it is then. The tail first reads up to that place for those
//! who are there already; from then on the new one gets what follows. What was there before, it reads for itself from
//! the same place backwards. So no event comes twice and none is missed in between, whatever is emitted meanwhile.

mod ephemeral;
mod inbox;
mod join;
mod listening;
mod marks;
mod queue;
mod reader;

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tracing::Instrument;

use crate::error::Result;
use crate::relay::feed::Feed;
use crate::relay::shared::Shared;
use crate::relay::tail::join::Fed;
use crate::relay::tail::reader::Reader;
use crate::store::Log;

pub(crate) use crate::relay::tail::ephemeral::start as start_ephemeral;
pub(crate) use crate::relay::tail::join::{Listener, start_stream, start_watch};
pub use crate::relay::tail::listening::Listening;
pub(crate) use crate::relay::tail::marks::{Hit, Marks};
pub(crate) use crate::relay::tail::queue::Next;

/// The way to the tail of one bus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail {
    /// Where the tail takes in who joins, an `mpsc::UnboundedSender<Joining<S::Cursor>>`; `None` while there is none.
    door: Arc<Mutex<Option<Box<dyn Any + Send>>>>,
    /// What wakes it: each of its listeners has this as its own.
    calls: watch::Sender<u64>,
}

/// Somebody who wants to listen.
struct Joining<C> {
    fed: Fed,
    /// Gets the place that the listener starts at.
    answer: oneshot::Sender<Result<C>>,
}

impl Tail {
    /// What wakes it.
    fn calls(&self) -> watch::Sender<u64> {
        self.calls.clone()
    }

    /// Lets somebody join; begins to read where nobody did.
    fn enter<S: Log>(&self, store: &S, feed: Arc<Feed<S::Cursor>>, joining: Joining<S::Cursor>) {
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = door.as_ref().map(|door| {
            let sender = door.downcast_ref::<mpsc::UnboundedSender<Joining<S::Cursor>>>();
            sender.expect("a bus has one store")
        });
        let refused = match sender {
            Some(sender) => sender.send(joining).err().map(|refused| refused.0),
            None => Some(joining),
        };
        // A tail that is gone without leaving was dropped with its runtime.
        if let Some(joining) = refused {
            let (sender, joins) = mpsc::unbounded_channel();
            sender.send(joining).unwrap_or_else(|_| unreachable!("the receiver is right here"));
            *door = Some(Box::new(sender));
            let reader = Reader::new(store.clone(), self.clone(), feed, joins);
            tokio::spawn(reader.run().instrument(tracing::info_span!("tail")));
        }
        self.calls.send_modify(|calls| *calls = calls.wrapping_add(1));
    }

    /// Ends the tail, unless somebody has just joined; whether it did.
    fn leave<T>(&self, joins: &mpsc::UnboundedReceiver<T>) -> bool {
        let mut door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        let alone = joins.is_empty();
        if alone {
            *door = None;
        }
        alone
    }
}

/// Whether a listener is to be fed no more.
fn is_gone(shared: &Shared) -> bool {
    shared.is_stopping() || shared.is_over()
}
