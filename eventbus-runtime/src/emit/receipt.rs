//! What an emit answers.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Duplicates, Handled, Log, NewEvent, Store};

/// How soon it is asked again whether an event is handled; twice as late each time.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(100);

/// What became of the events of one emit, in their order. It derefs to the slice of [`Receipt`]s.
#[derive(Clone)]
pub struct Receipts<S> {
    each: Vec<Receipt>,
    /// Whose events they are, where they are all of one tenant.
    tenant: Option<String>,
    store: S,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    id: Uuid,
    duplicate: bool,
}

/// What is kept of events for their receipts.
#[derive(Default)]
pub(crate) struct Written {
    ids: Vec<Uuid>,
    tenant: Option<String>,
}

impl Written {
    pub(crate) fn new(events: &[NewEvent]) -> Self {
        let tenant = events.first().and_then(|new| new.event.envelope.tenant.as_ref());
        let same = events.iter().all(|new| new.event.envelope.tenant.as_ref() == tenant);
        Self {
            ids: events.iter().map(|new| new.event.envelope.id).collect(),
            tenant: tenant.filter(|_| same).cloned(),
        }
    }
}

impl<S: Store> Receipts<S> {
    /// What is said of the events with these ids, of which some were duplicates.
    pub(crate) fn of(store: &S, written: Written, duplicates: &Duplicates) -> Self {
        let Written { ids, tenant } = written;
        let each = ids.into_iter().enumerate().map(|(index, id)| match duplicates.get(&index) {
            Some(first) => Receipt { id: *first, duplicate: true },
            None => Receipt { id, duplicate: false },
        });
        Self { each: each.collect(), tenant, store: store.clone() }
    }

    /// The id of the event, where one was emitted; of the first where they were several.
    ///
    /// # Panics
    /// When nothing was emitted: an empty `Vec` or slice. [`Receipts::ids`] answers for any number.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> Uuid {
        self.each.first().expect("one event was emitted").id
    }

    /// The id of each event.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.each.iter().map(|receipt| receipt.id).collect()
    }
}

impl<S: Log> Receipts<S> {
    /// Waits until a subscription has handled every event of this emit, in whatever process it runs.
    ///
    /// Call it after the commit: before it the subscription does not see the events. An event that the subscription's
    /// filter passes over counts as handled when its cursor was written next, which may take a minute.
    ///
    /// ```
    /// # #[cfg(all(feature = "testing", feature = "relay"))] async fn place() -> eventbus_runtime::Result<()> {
    /// use std::time::Duration;
    ///
    /// use eventbus_runtime::{DomainEvent, Event, EventBus, HandlerError};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    /// }
    ///
    /// async fn charge(_: Event<OrderPlaced>) -> Result<(), HandlerError> {
    ///     Ok(())
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// bus.subscribe("billing").handle(charge).start().await?;
    /// let receipts = bus.emit(bus.store(), OrderPlaced { total_cents: 1290 }).await?;
    /// receipts.handled_by("billing", Duration::from_secs(5)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`] when it takes longer than `within`; [`ErrorKind::Configuration`] for a subscription
    /// that the database does not know, or one whose code handles no event of this type; [`ErrorKind::MaxRetries`] with
    /// the reason when one became a dead letter; [`ErrorKind::Store`] when the database refuses.
    pub async fn handled_by(&self, subscription: &str, within: Duration) -> Result<()> {
        let ends = Instant::now() + within;
        // Whoever may see the rows of a tenant alone has to say whose it wants to see.
        let mut context = Context::current();
        context.tenant = self.tenant.clone().or(context.tenant);
        for Receipt { id, .. } in &self.each {
            let mut wait = SHORTEST;
            loop {
                match context.clone().scope(self.store.handled(subscription, *id)).await? {
                    Handled::Yes => break,
                    Handled::NotYet if Instant::now() + wait < ends => sleep(wait).await,
                    other => return Err(unhandled(subscription, *id, &other, within)),
                }
                wait = (wait * 2).min(LONGEST);
            }
        }
        Ok(())
    }
}

fn unhandled(subscription: &str, id: Uuid, handled: &Handled, within: Duration) -> Error {
    let (kind, what) = match handled {
        Handled::Dead(reason) => {
            (ErrorKind::MaxRetries, format!("gave event {id} up, it is a dead letter: {reason}"))
        }
        Handled::Unknown => (
            ErrorKind::Configuration,
            "is not known to the database: check its name, and start it once".to_owned(),
        ),
        Handled::Never(event_type) => (
            ErrorKind::Configuration,
            format!("handles no `{event_type}`: event {id} passes it by"),
        ),
        Handled::Yes | Handled::NotYet => (
            ErrorKind::HandlerTimeout,
            format!(
                "did not handle event {id} within {within:?}: does it run, and was the event committed?"
            ),
        ),
    };
    Error::new(kind, format!("subscription `{subscription}` {what}"))
}

impl Receipt {
    /// The event's id; for a duplicate, that of the event which was there before it.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Whether the event was not written because another one has its key, in this emit or before it.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        self.duplicate
    }
}

impl<S> fmt::Debug for Receipts<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.each).finish()
    }
}

impl<S> Deref for Receipts<S> {
    type Target = [Receipt];

    fn deref(&self) -> &[Receipt] {
        &self.each
    }
}

impl<S> IntoIterator for Receipts<S> {
    type Item = Receipt;
    type IntoIter = std::vec::IntoIter<Receipt>;

    fn into_iter(self) -> Self::IntoIter {
        self.each.into_iter()
    }
}
