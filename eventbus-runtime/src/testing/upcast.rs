//! Former versions of a payload, as an application's tests check them.

use crate::event::{DomainEvent, EventPayload};

/// Reads `data`, a payload that was stored at a former `version`, as the relay would, and returns it as the current
/// payload, for the caller to assert on.
///
/// ```
/// use eventbus_runtime::testing::assert_upcasts;
/// use eventbus_runtime::{DomainEvent, EventPayload};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order", derive(PartialEq))]
/// pub enum OrderEvent {
///     #[event(version = 2, upcast(1 => OrderPlacedV1))]
///     Placed { total_cents: i64 },
/// }
///
/// #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
/// pub struct OrderPlacedV1 {
///     total: i64,
/// }
///
/// impl From<OrderPlacedV1> for OrderPlaced {
///     fn from(old: OrderPlacedV1) -> Self {
///         Self { total_cents: old.total * 100 }
///     }
/// }
///
/// let placed = assert_upcasts::<OrderPlaced>(1, r#"{"total":12}"#);
/// assert_eq!(placed, OrderPlaced { total_cents: 1200 });
/// ```
///
/// # Panics
/// With what is wrong: when the payload cannot be read, or when `version` is no former one.
#[must_use = "the payload is to be asserted on"]
#[track_caller]
pub fn assert_upcasts<P: DomainEvent + EventPayload>(version: u32, data: &str) -> P {
    let leaves = P::CATALOG.leaves();
    let leaf = leaves.first().expect("a payload is one event type");
    let (event_type, current) = (leaf.event_type, leaf.version);
    assert!(
        (1..current).contains(&version),
        "version {version} of `{event_type}` is no former one: its current version is {current}"
    );
    match P::from_data(event_type, version, data) {
        Ok(payload) => payload,
        Err(error) => panic!("{}\nthe payload was: {data}", error.full()),
    }
}
