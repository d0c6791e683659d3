//! Whether an event is handed over at all: what comes from the log may be of no type that is known here, and the filter
//! has the last word.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::event::Delivery;
use crate::handler::Route;
use crate::relay::attempt::{Failed, panicked, unreadable};
use crate::relay::shared::Shared;
use crate::store::{Log, Stored};
use crate::subscribe::Spec;

/// What an event is to a subscription.
pub(super) enum Wanted<'a, S: Log> {
    /// Its handler gets it.
    Yes(&'a Route<S>),
    /// The filter does not let it through.
    No,
    /// It belongs to a handler's family, and no handler knows its type.
    Unknown,
    /// The filter could not tell: the event fails as it would with its handler.
    Failed(&'a Route<S>, Failed),
}

/// Asks the routes and the filter about an attempt of an event.
pub(super) async fn wanted<'a, S: Log>(
    spec: &'a Spec<S>,
    shared: &Shared,
    stored: &Stored,
    delivery: Delivery,
) -> Wanted<'a, S> {
    let wanted = ask(spec, shared, stored, delivery);
    if !matches!(wanted, Wanted::Yes(_)) {
        // A page of unwanted events must not keep the runtime's other tasks from running.
        tokio::task::coop::consume_budget().await;
    }
    wanted
}

/// The same at once.
pub(super) fn ask<'a, S: Log>(
    spec: &'a Spec<S>,
    shared: &Shared,
    stored: &Stored,
    delivery: Delivery,
) -> Wanted<'a, S> {
    if shared.selection.as_ref().is_some_and(|selection| !selection.matches(stored)) {
        return Wanted::No;
    }
    let event_type = &stored.event.envelope.event_type;
    let Some(route) = spec.routes.find(event_type) else {
        // Families that are read for some of their names bring the others too.
        let belongs = shared.types.contains(event_type);
        return if belongs { Wanted::Unknown } else { Wanted::No };
    };
    match catch_unwind(AssertUnwindSafe(|| spec.routes.wants(stored, delivery))) {
        Ok(Ok(true)) => Wanted::Yes(route),
        Ok(Ok(false)) => Wanted::No,
        Ok(Err(error)) => {
            let reads = spec.routes.reads(route, event_type);
            Wanted::Failed(route, unreadable(reads, stored, error))
        }
        Err(panic) => Wanted::Failed(route, panicked("the filter", panic.as_ref())),
    }
}
