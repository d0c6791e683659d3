//! Watches: knowing that something was committed, without the events themselves; and queries that run again then.

mod key;
mod live;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::TypeSet;
use crate::relay::{self, Hit, Listener, Marks};
use crate::store::Log;

pub use crate::watch::key::Key;
pub use crate::watch::live::Live;

/// Says when events are committed that hit its keys, in this process or another.
///
/// It keeps no events, only which keys were hit since somebody last looked: a thousand events in between are one
/// [`Changed`], and one that is never asked holds up nobody and misses nothing. An event is there to be read when its
/// change is told, on the database that the bus works on. It ends, with `None`, when the bus is shut down or dropped, after
/// what it has not told yet. Dropping it ends its reading.
///
/// It is a [`Stream`] of the crates `futures-core` and `futures-util`; [`Watch::changed`] does without them.
#[must_use = "a watch ends when it is dropped"]
pub struct Watch {
    listener: Listener<Marks>,
    keys: Arc<[Key]>,
}

/// Which keys of a watch were hit since it last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    keys: Arc<[Key]>,
    hit: Vec<bool>,
    position: i64,
}

impl<S: Log> EventBus<S> {
    /// Watches for events that hit one of these keys and are committed from now on, in this process or another.
    ///
    /// Returns when it listens; it leaves nothing in the database.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn start() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{EventBus, Key};
    ///
    /// let bus = EventBus::in_memory();
    /// let keys = [Key::event_type("order.placed"), Key::family("stock"), Key::aggregate(7)];
    /// let mut watch = bus.watch(keys).await?;
    /// while let Some(changed) = watch.changed().await {
    ///     for key in changed.keys() {
    ///         println!("{key:?} was hit, last at {}", changed.position());
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is no key, or one that no event can hit, which the message names;
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn watch(&self, keys: impl IntoIterator<Item = Key>) -> Result<Watch> {
        self.watch_all(keys.into_iter().collect()).await
    }

    async fn watch_all(&self, keys: Arc<[Key]>) -> Result<Watch> {
        if keys.is_empty() {
            let message =
                "a watch without a key would wait for nothing: name one, or take `Key::all()`";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        keys.iter().try_for_each(Key::check)?;
        let types = keys.iter().fold(TypeSet::default(), |all, key| all.union(key.types()));
        let listener = relay::start_watch(self, types, Arc::clone(&keys)).await?;
        Ok(Watch { listener, keys })
    }
}

impl Watch {
    /// Waits until a key was hit; at once where one was since this was last asked. `None` when nothing comes any more.
    /// Nothing is lost when this is dropped before it resolves.
    pub async fn changed(&mut self) -> Option<Changed> {
        poll_fn(|context| self.poll_changed(context)).await
    }

    fn poll_changed(&self, context: &Context<'_>) -> Poll<Option<Changed>> {
        let told = |Hit { keys, position }: Hit| Changed {
            keys: Arc::clone(&self.keys),
            hit: keys,
            position,
        };
        self.listener.inbox.poll(context).map(|hit| hit.map(told))
    }
}

impl Stream for Watch {
    type Item = Changed;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Changed>> {
        self.poll_changed(context)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.listener.end();
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Changed {
    /// The keys that were hit, in the order in which they were given.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().zip(&self.hit).filter_map(|(key, hit)| hit.then_some(key))
    }

    /// Whether this key was hit.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.keys().any(|hit| hit == key)
    }

    /// The highest number in the log of an event that hit.
    #[must_use]
    pub const fn position(&self) -> i64 {
        self.position
    }
}
