//! Which events wait for which.

use std::collections::HashSet;

use crate::envelope::Envelope;
use crate::priority::Priority;
use crate::store::{Change, Fate, Stored};

/// What is done with an event when its turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is handed to its handler.
    Handle,
    /// It is parked behind an earlier event of its key.
    Park,
}

/// The key whose events keep their order: tenant, kind of aggregate, aggregate id and priority.
/// An event of no aggregate waits for nothing, and one of another priority than its sibling does not wait for that: an
/// urgent one would wait as long as another is retried.
///
/// The tenant's length stands before it, so that no choice of tenant and id makes two keys one: `order//o-1` without a
/// tenant, `order/4/acme/o-1` with one. A priority that is not the usual one stands before all of it, `high:order//o-1`.
pub(crate) fn key(envelope: &Envelope, kind: &str) -> Option<String> {
    let id = envelope.aggregate_id.as_deref()?;
    let lane = match envelope.priority {
        Priority::Normal => "",
        Priority::High => "high:",
        Priority::Low => "low:",
    };
    Some(match &envelope.tenant {
        None => format!("{lane}{kind}//{id}"),
        Some(tenant) => format!("{lane}{kind}/{}/{tenant}/{id}", tenant.len()),
    })
}

/// What to do with an event while the keys in `held` have an open event before it. Allocates nothing where none is.
pub(crate) fn turn(stored: &Stored, kind: &str, held: &HashSet<String>) -> Turn {
    if held.is_empty() {
        return Turn::Handle;
    }
    match key(&stored.event.envelope, kind) {
        Some(key) if held.contains(&key) => Turn::Park,
        _ => Turn::Handle,
    }
}

/// Closes the key of an event that is being retried: its later siblings are parked.
pub(crate) fn hold(change: &Change, held: &mut HashSet<String>) {
    if let (Fate::Retrying { .. }, Some(key)) = (&change.fate, &change.key) {
        held.insert(key.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use uuid::Uuid;

    use super::{Turn, key, turn};
    use crate::envelope::{Envelope, RawEvent};
    use crate::store::Stored;

    fn envelope(event_type: &str, tenant: Option<&str>, id: Option<&str>) -> Envelope {
        Envelope {
            id: Uuid::now_v7(),
            event_type: event_type.to_owned(),
            version: 1,
            source: "test".to_owned(),
            tenant: tenant.map(str::to_owned),
            aggregate_id: id.map(str::to_owned),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            tracestate: None,
            priority: crate::Priority::Normal,
            metadata: BTreeMap::new(),
        }
    }

    fn stored(event_type: &str, id: Option<&str>) -> Stored {
        let event = RawEvent { envelope: envelope(event_type, None, id), data: "{}".to_owned() };
        Stored { position: 1, slot: 0, event }
    }

    #[test]
    fn a_key_is_one_of_its_kind() {
        let placed = key(&envelope("order.placed", None, Some("o-1")), "order");
        assert_eq!(placed, key(&envelope("payment.taken", None, Some("o-1")), "order"));
        assert_ne!(placed, key(&envelope("order.placed", None, Some("o-1")), "payment"));
        assert_eq!(key(&envelope("system.started", Some("acme"), None), "system"), None);
    }

    #[test]
    fn tenants_and_ids_never_run_together() {
        let keys: HashSet<_> = [
            (None, "4/acme/1"),
            (Some("acme"), "1"),
            (Some("acme/1"), ""),
            (Some("acm"), "e/1"),
            (Some(""), "acme/1"),
        ]
        .map(|(tenant, id)| key(&envelope("order.placed", tenant, Some(id)), "order"))
        .into();
        assert_eq!(keys.len(), 5);
    }

    #[test]
    fn siblings_of_an_open_event_are_parked_and_others_are_not() {
        let held = HashSet::from(["order//o-1".to_owned()]);
        assert_eq!(turn(&stored("order.shipped", Some("o-1")), "order", &held), Turn::Park);
        assert_eq!(turn(&stored("order.shipped", Some("o-2")), "order", &held), Turn::Handle);
        assert_eq!(turn(&stored("system.started", None), "system", &held), Turn::Handle);
        assert_eq!(
            turn(&stored("order.shipped", Some("o-1")), "order", &HashSet::new()),
            Turn::Handle
        );
    }
}
