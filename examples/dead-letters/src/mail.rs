//! The handlers, and all that is wrong with them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eventbus_runtime::{Event, HandlerError};

use crate::{OrderPlaced, OrderShipped};

/// A mail sender that remembers what it sent.
#[derive(Clone, Default)]
pub(crate) struct Mail(Arc<State>);

#[derive(Default)]
struct State {
    /// Whether somebody added the template for French addresses.
    has_template: AtomicBool,
    sent: Mutex<Vec<(u32, &'static str)>>,
}

impl Mail {
    /// Confirms an order. What is wrong with an address no further attempt can mend; a busy server, and a template
    /// that is missing, may be mended from outside.
    pub(crate) fn confirm(&self, event: &Event<OrderPlaced>) -> Result<(), HandlerError> {
        let failed = if !event.email.contains('@') {
            Some(HandlerError::terminal(format!("`{}` is no address", event.email)))
        } else if event.email.starts_with("busy") && event.attempt() < 3 {
            Some(HandlerError::retryable("the mail server is busy"))
        } else if event.email.starts_with("fr@") && !self.0.has_template.load(Ordering::SeqCst) {
            Some(HandlerError::retryable("there is no template `confirm.fr`"))
        } else {
            None
        };
        self.end(event.order, "placed", event.attempt(), failed)
    }

    /// Says that the parcel is under way.
    pub(crate) fn tell(&self, event: &Event<OrderShipped>) -> Result<(), HandlerError> {
        self.end(event.order, "shipped", event.attempt(), None)
    }

    /// Adds the template.
    pub(crate) fn fix(&self) {
        self.0.has_template.store(true, Ordering::SeqCst);
    }

    /// What was sent about an order, in that order.
    pub(crate) fn sent(&self, order: u32) -> Vec<&'static str> {
        self.log().iter().filter(|(of, _)| *of == order).map(|(_, what)| *what).collect()
    }

    fn end(
        &self,
        order: u32,
        what: &'static str,
        attempt: u32,
        failed: Option<HandlerError>,
    ) -> Result<(), HandlerError> {
        let Some(failed) = failed else {
            println!("  order {order} {what:8} attempt {attempt}: sent");
            self.log().push((order, what));
            return Ok(());
        };
        println!("  order {order} {what:8} attempt {attempt}: {failed:?}");
        Err(failed)
    }

    fn log(&self) -> MutexGuard<'_, Vec<(u32, &'static str)>> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
