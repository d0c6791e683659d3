//! The hash that shards are ranges of.

use uuid::Uuid;

use crate::envelope::Envelope;
use crate::store::NewEvent;

impl NewEvent {
    /// Ten bits of a hash of tenant, aggregate kind and aggregate id; of the event's id where there is no aggregate. It is
    /// stored, so it may never change.
    #[must_use]
    pub fn slot(&self) -> u16 {
        slot_of_aggregate(&self.event.envelope, &self.aggregate_kind)
    }
}

/// The slot of an event whose aggregate, where it has one, is of this kind.
pub(crate) fn slot_of_aggregate(envelope: &Envelope, kind: &str) -> u16 {
    let Some(id) = &envelope.aggregate_id else { return slot_of_id(envelope.id) };
    let tenant = envelope.tenant.as_deref().unwrap_or_default();
    let hash = |hash, part: &str| fnv1a(fnv1a(hash, part.as_bytes()), &[0]);
    ten_bits([tenant, kind, id].into_iter().fold(FNV_OFFSET, hash))
}

/// The slot of an event of no aggregate.
pub(crate) fn slot_of_id(id: Uuid) -> u16 {
    ten_bits(fnv1a(FNV_OFFSET, id.as_bytes()))
}

fn ten_bits(hash: u64) -> u16 {
    u16::try_from((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54)
        .expect("ten bits fit")
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, continued from `hash`.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use uuid::Uuid;

    use crate::envelope::{Envelope, RawEvent};
    use crate::store::NewEvent;

    fn slot(new: &NewEvent) -> u16 {
        new.slot()
    }

    fn event(
        id: u128,
        event_type: &str,
        tenant: Option<&str>,
        aggregate_id: Option<&str>,
    ) -> NewEvent {
        let event = RawEvent {
            envelope: Envelope {
                id: Uuid::from_u128(id),
                event_type: event_type.to_owned(),
                version: 1,
                source: "test".to_owned(),
                tenant: tenant.map(str::to_owned),
                aggregate_id: aggregate_id.map(str::to_owned),
                correlation_id: None,
                causation_id: None,
                traceparent: None,
                tracestate: None,
                priority: crate::Priority::Normal,
                metadata: BTreeMap::new(),
            },
            data: "{}".to_owned(),
        };
        event.into()
    }

    #[test]
    fn another_kind_is_another_aggregate() {
        let family = event(1, "order.placed", None, Some("7"));
        let mut stated = family.clone();
        stated.aggregate_kind = "cart".to_owned();
        assert_ne!(slot(&stated), slot(&family));
        let cart = event(1, "cart.filled", None, Some("7"));
        assert_eq!(slot(&stated), slot(&cart));
    }

    #[test]
    fn the_stored_hash_never_changes() {
        assert_eq!(slot(&event(1, "order.placed", None, Some("7"))), 540);
        assert_eq!(slot(&event(1, "order.placed", Some("acme"), Some("7"))), 317);
        assert_eq!(slot(&event(1, "order.placed", None, None)), 197);
    }

    #[test]
    fn an_aggregate_has_one_slot_and_many_aggregates_have_all() {
        let one = slot(&event(1, "order.placed", None, Some("7")));
        assert_eq!(one, slot(&event(2, "order.shipped", None, Some("7"))));
        let slots: HashSet<u16> = (0..20_000)
            .map(|id| slot(&event(id, "order.placed", None, Some(&id.to_string()))))
            .collect();
        assert_eq!(slots.len(), 1024);
        let slots: HashSet<u16> =
            (0..20_000).map(|id| slot(&event(id, "system.up", None, None))).collect();
        assert_eq!(slots.len(), 1024);
    }
}
