//! The derive macros of eventbus: nested enums become named, versioned, typed domain events.
//!
//! Use them through `eventbus_runtime`, which re-exports both; the code that they write needs no other crate.
//!
//! # The name is the nesting
//!
//! A type name is the variants from the root down, in snake_case, joined by dots. Renaming a Rust type changes no name.
//!
//! ```
//! use eventbus_runtime::DomainEvent;
//!
//! #[derive(Debug, Clone, DomainEvent)]
//! pub enum ShopEvent {
//!     Order(OrderEvent),
//! }
//!
//! #[derive(Debug, Clone, DomainEvent)]
//! pub enum OrderEvent {
//!     /// A customer placed an order.
//!     Placed { order_id: u64, total_cents: i64 },
//!     Cancelled,
//! }
//!
//! assert_eq!(OrderPlaced::TYPE, "order.placed");
//! let event: OrderEvent = OrderPlaced { order_id: 7, total_cents: 1250 }.into();
//! assert_eq!(event.to_data()?, r#"{"order_id":7,"total_cents":1250}"#);
//!
//! let root = ShopEvent::from_data("order.cancelled", 1, "{}")?;
//! assert!(OrderEvent::try_from(root).is_ok());
//! # Ok::<(), eventbus_runtime::Error>(())
//! ```
//!
//! Each struct or unit variant gets a payload struct next to the enum: the enum's name without `Event`, then the
//! variant's. It has the enum's visibility, the docs, and the attributes of serde and schemars, which mean what they
//! mean there. The enum's own JSON is `{"type","dataversion","data"}`. It is read through serde_json's `RawValue`, so
//! it cannot stand inside another type's `#[serde(untagged)]`, `#[serde(flatten)]` or internal tag.
//!
//! # What stays the compiler's own message
//!
//! One enum in two parents is E0119 (conflicting implementations of `Nested`): an event has one name. A parent of an
//! enum from another crate without `external` is E0117. Enums that contain one another are E0072 or E0391.

mod ast;
mod attr;
mod case;
mod check;
mod ctxt;
mod derive;
mod expand;
mod fallback;
mod payload;
#[cfg(test)]
mod snapshots;
mod suggest;
mod symbol;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `DomainEvent` on an enum of events, and writes its payload structs.
///
/// A variant is a leaf (a struct variant, a unit variant, or a newtype with `#[event(payload)]`) or a group (a newtype
/// over another derived enum).
///
/// # On the enum
///
/// `rename_all`: the case of the segments, `"snake_case"` (the default) or `"lowercase"`.
/// `derive(..)`: further derives of the generated payload structs, which always have `Debug` and `Clone`.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Disk(DiskEvent) }
/// #[derive(Debug, DomainEvent)]
/// #[event(rename_all = "lowercase", derive(PartialEq, Eq))]
/// pub enum DiskEvent {
///     FilledUp { percent: u8 },
/// }
///
/// assert_eq!(DiskFilledUp::TYPE, "disk.filledup");
/// assert_eq!(DiskFilledUp { percent: 99 }, DiskFilledUp { percent: 99 });
/// ```
///
/// `prefix`: the enum is shared between crates, or stands alone, and says itself what its names begin with.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "billing.invoice")]
/// pub enum InvoiceEvent {
///     Sent { number: u64 },
/// }
///
/// assert_eq!(InvoiceSent::TYPE, "billing.invoice.sent");
/// ```
///
/// `crate`: where the runtime crate is, for a crate that renames or re-exports it.
///
/// ```
/// use eventbus_runtime as bus;
///
/// #[derive(Debug, bus::DomainEvent)]
/// #[event(crate = "bus", prefix = "user")]
/// pub enum UserEvent {
///     Created { name: String },
/// }
/// ```
///
/// # On a variant
///
/// `name`: the segment, when the identifier is not it.
/// `version`: the current version of the payload, from 1.
/// `payload = "Name"`: the name of the generated payload struct.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Account(AccountEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum AccountEvent {
///     #[event(name = "oauth_linked", version = 2, unreadable(1), payload = "OAuthLinked")]
///     OAuth2Linked { provider: String },
/// }
///
/// assert_eq!(OAuthLinked::TYPE, "account.oauth_linked");
/// assert_eq!(OAuthLinked::VERSION, 2);
/// ```
///
/// `payload`: a newtype over a payload struct that derives [`EventPayload`](macro@EventPayload).
///
/// ```
/// # use eventbus_runtime::{DomainEvent, EventPayload};
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Account(AccountEvent) }
/// #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
/// pub struct Linked {
///     pub provider: String,
/// }
///
/// #[derive(Debug, DomainEvent)]
/// pub enum AccountEvent {
///     #[event(payload)]
///     Linked(Linked),
/// }
///
/// assert_eq!(Linked::TYPE, "account.linked");
/// ```
///
/// `external`: the nested enum lives in another crate, and its `prefix` is the path of this variant. The compiler holds
/// the two together.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// pub enum OrderEvent {
///     Placed { id: u64 },
/// }
///
/// #[derive(Debug, DomainEvent)]
/// pub enum ShopEvent {
///     #[event(external)]
///     Order(OrderEvent),
/// }
///
/// assert_eq!(ShopEvent::from(OrderEvent::Placed { id: 1 }).event_type(), "order.placed");
/// ```
///
/// Of serde's attributes a variant takes `bound`, `default`, `expecting` and `rename_all`.
///
/// # On a field
///
/// An `f32` or `f64` that is NaN or infinite is written as `null`, which cannot be read back: keep such values out, or
/// make the field an `Option`, which reads them as `None`.
///
/// `aggregate_id`: the field whose text is the aggregate's id: events of one aggregate are delivered in order. Its type
/// is `Display`.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Order(OrderEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum OrderEvent {
///     Placed {
///         #[event(aggregate_id)]
///         order_id: u64,
///     },
/// }
///
/// let event = OrderEvent::Placed { order_id: 7 };
/// assert_eq!(event.aggregate_id().as_deref(), Some("7"));
/// ```
#[proc_macro_derive(DomainEvent, attributes(event, serde, schemars))]
pub fn derive_domain_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive::answer(derive::domain_event(&input)).into()
}

/// Derives `EventPayload` on a struct with named fields, which a variant with `#[event(payload)]` carries.
///
/// The struct derives serde's `Serialize` and `Deserialize` and schemars' `JsonSchema` itself. On a field it takes
/// `aggregate_id`, on the struct `crate`, both as [`DomainEvent`](macro@DomainEvent) does.
///
/// ```
/// use eventbus_runtime::EventPayload;
///
/// #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
/// #[serde(rename_all = "camelCase")]
/// pub struct AccountLinked {
///     #[event(aggregate_id)]
///     pub account_id: String,
/// }
///
/// assert_eq!(AccountLinked::AGGREGATE_ID, Some("accountId"));
/// ```
#[proc_macro_derive(EventPayload, attributes(event))]
pub fn derive_event_payload(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive::answer(derive::event_payload(&input)).into()
}
