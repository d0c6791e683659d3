//! Who sleeps until something is committed, and who wakes them.

use std::future::Future;
#[cfg(feature = "postgres")]
use std::sync::MutexGuard;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

#[cfg(feature = "postgres")]
use crate::store::Listens;

/// What the clones of a store share: those who sleep, and the task that listens for them. It ends with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Bell(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rings: watch::Sender<u64>,
    /// Told of each who lies down.
    lies_down: Arc<Notify>,
    task: Mutex<Option<AbortHandle>>,
    /// Whether it would ring, where that takes a connection which may be lost.
    #[cfg(feature = "postgres")]
    hearing: Mutex<Listens>,
}

impl Bell {
    pub(crate) fn new() -> Self {
        let (rings, lies_down) = (watch::Sender::new(0), Arc::default());
        Self(Arc::new(Inner {
            rings,
            lies_down,
            task: Mutex::default(),
            #[cfg(feature = "postgres")]
            hearing: Mutex::new(Listens::Yes),
        }))
    }

    /// Sleeps until it rings; `listen` makes the task that rings, where none runs.
    pub(crate) async fn rung<F>(&self, listen: impl FnOnce(Ringer) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut rings = self.0.rings.subscribe();
        self.start(listen);
        self.0.lies_down.notify_one();
        // The sender lives as long as this bell does.
        let _ = rings.changed().await;
    }

    /// Whether it would ring, as its task said last.
    #[cfg(feature = "postgres")]
    pub(crate) fn hearing(&self) -> Listens {
        self.0.hearing().clone()
    }

    fn start<F>(&self, listen: impl FnOnce(Ringer) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let listening = listen(Ringer(Arc::downgrade(&self.0)));
            *task = Some(tokio::spawn(listening).abort_handle());
        }
    }
}

#[cfg(feature = "postgres")]
impl Inner {
    fn hearing(&self) -> MutexGuard<'_, Listens> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

/// The task's end of the bell, which does not keep it.
#[derive(Debug)]
pub(crate) struct Ringer(Weak<Inner>);

impl Ringer {
    /// Whether the bell is there at all.
    pub(crate) fn is_there(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// Wakes all who sleep.
    pub(crate) fn ring(&self) {
        if let Some(bell) = self.0.upgrade() {
            bell.rings.send_modify(|rings| *rings = rings.wrapping_add(1));
        }
    }

    /// Says whether it hears. Who is lost stays so since the first time.
    #[cfg(feature = "postgres")]
    pub(crate) fn hears(&self, listens: Listens) {
        let Some(bell) = self.0.upgrade() else { return };
        let mut hearing = bell.hearing();
        *hearing = match (&*hearing, listens) {
            (Listens::Lost { since, .. }, Listens::Lost { error, .. }) => {
                Listens::Lost { since: *since, error }
            }
            (_, listens) => listens,
        };
    }

    /// Waits until somebody sleeps; false where the bell is gone.
    pub(crate) async fn somebody_sleeps(&self) -> bool {
        while let Some(bell) = self.0.upgrade() {
            if bell.rings.receiver_count() > 0 {
                return true;
            }
            // The bell itself is not held meanwhile: with its last clone this task ends.
            let lies_down = Arc::clone(&bell.lies_down);
            drop(bell);
            lies_down.notified().await;
        }
        false
    }
}
