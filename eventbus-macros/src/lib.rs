// Longer than other files, because the attribute reference is the documentation of the derive.

//! The derive macros of eventbus: nested enums become named, versioned, typed domain events.
//!
//! Use them through `eventbus_runtime`, which re-exports them; the code that they write needs no other crate.
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
#[cfg(test)]
mod fuzz;
mod payload;
#[cfg(test)]
mod pins;
#[cfg(test)]
mod snapshots;
mod subset;
mod suggest;
mod symbol;
mod text;

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
/// `aggregate`: the kind of the aggregates, where the first segment of the names is not it. Events whose kind, tenant and
/// aggregate id are the same are delivered in order, whatever their families are. It holds for every enum below, until
/// one states another kind; an enum of another crate (`external`) states its own. Events keep the kind in which they were
/// emitted for their shard, and have the code's present one for their order.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// #[derive(Debug, DomainEvent)]
/// pub enum ShopEvent {
///     Order(OrderEvent),
///     Cart(CartEvent),
/// }
///
/// #[derive(Debug, DomainEvent)]
/// pub enum OrderEvent {
///     Placed { #[event(aggregate_id)] order_id: u64 },
/// }
///
/// #[derive(Debug, DomainEvent)]
/// #[event(aggregate = "order")]
/// pub enum CartEvent {
///     CheckedOut { #[event(aggregate_id)] order_id: u64 },
/// }
///
/// assert_eq!(CartCheckedOut { order_id: 7 }.aggregate_kind(), "order");
/// assert_eq!(OrderPlaced { order_id: 7 }.aggregate_kind(), "order");
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
/// `version`: the current version of the payload, from 1; above 1 with what reads the former ones, see below.
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
/// `alias`: a former full name, which is still read: from the log, by handlers and filters, as JSON. It may repeat. The
/// event answers with the name that it has now. No event has the alias as its name any more, and no other as its alias:
/// within an enum the derive sees to that, across enums the compiler, where the first enum holds both.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order", derive(PartialEq))]
/// pub enum OrderEvent {
///     #[event(alias = "order.created", alias = "sale.placed")]
///     Placed { id: u64 },
/// }
///
/// let event = OrderPlaced::from_data("sale.placed", 1, r#"{"id":7}"#)?;
/// assert_eq!((event.event_type(), &event), ("order.placed", &OrderPlaced { id: 7 }));
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
///
/// `upcast`: the structs that read the former versions of the payload; each derives
/// [`EventPayload`](macro@EventPayload). Each is converted by `From` into the next, the last into the current payload; a
/// step that is missing does not compile. An event of the current version takes none of them. Where a field with a
/// default is all that is new, the current payload reads the former version itself: `upcast(1 => OrderPlaced)`.
///
/// `unreadable`: the former versions of which no event is kept. Every version below the current one is in one of the
/// two. One that is stored all the same fails to be read, and goes to the dead letters.
///
/// A version above the current one was written by newer code. It is read leniently, without what was added, and
/// `Event::is_newer` says so.
///
/// ```
/// # use eventbus_runtime::{DomainEvent, EventPayload};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order", derive(PartialEq))]
/// pub enum OrderEvent {
///     #[event(version = 4, upcast(2 => OrderPlacedV2, 3 => OrderPlacedV3), unreadable(1))]
///     Placed { total_cents: i64, currency: String },
/// }
///
/// #[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
/// pub struct OrderPlacedV2 {
///     total: i64,
/// }
///
/// #[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
/// pub struct OrderPlacedV3 {
///     total_cents: i64,
/// }
///
/// impl From<OrderPlacedV2> for OrderPlacedV3 {
///     fn from(old: OrderPlacedV2) -> Self {
///         Self { total_cents: old.total * 100 }
///     }
/// }
///
/// impl From<OrderPlacedV3> for OrderPlaced {
///     fn from(old: OrderPlacedV3) -> Self {
///         Self { total_cents: old.total_cents, currency: "EUR".to_owned() }
///     }
/// }
///
/// let placed = OrderPlaced::from_data("order.placed", 2, r#"{"total":12}"#)?;
/// assert_eq!(placed, OrderPlaced { total_cents: 1200, currency: "EUR".to_owned() });
/// assert!(OrderPlaced::from_data("order.placed", 1, "{}").is_err());
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
///
/// `retired`: the day from which the event is no longer emitted, `"2026-01-31"`. It can still be read, so that what is
/// stored is. Emitting its payload does not compile; emitting the variant through its enum is refused when it is tried.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// pub enum OrderEvent {
///     #[event(retired = "2026-01-31")]
///     Voided { id: u64 },
///     Cancelled { id: u64 },
/// }
///
/// fn emit(event: &impl eventbus_runtime::Emittable) {}
///
/// emit(&OrderCancelled { id: 7 });
/// assert!(matches!(OrderEvent::from_data("order.voided", 1, r#"{"id":7}"#)?, OrderEvent::Voided { id: 7 }));
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
///
/// ```compile_fail,E0277
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # #[event(prefix = "order")]
/// # pub enum OrderEvent {
/// #     #[event(retired = "2026-01-31")]
/// #     Voided { id: u64 },
/// # }
/// # fn emit(event: &impl eventbus_runtime::Emittable) {}
/// emit(&OrderVoided { id: 7 });
/// ```
///
/// `unknown`: `Unknown(RawEvent)` keeps the events that no other variant is for: below the enum's own prefix, in a root
/// all of them. Where several enums on the way have one, the innermost keeps the event; a former name is looked for
/// before. The event is kept whole, and emitting it writes it again byte for byte. Without such a variant, a
/// subscription skips what it does not know. A whole event takes about 250 bytes, and so does the enum that can hold one:
/// clippy's `large_enum_variant` says so where the other variants are small.
///
/// ```
/// use eventbus_runtime::{DomainEvent, RawEvent};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// pub enum OrderEvent {
///     Placed { id: u64 },
///     #[event(unknown)]
///     Unknown(RawEvent),
/// }
///
/// let event = OrderEvent::from_data("order.weighed", 3, r#"{"grams": 250.0}"#)?;
/// assert_eq!((event.event_type(), event.version()), ("order.weighed", 3));
/// assert_eq!(event.to_data()?, r#"{"grams": 250.0}"#);
/// assert!(OrderEvent::from_data("payment.made", 1, "{}").is_err());
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
///
/// `compat = ".."`: which readers and writers of this event must understand each other, `"backward"` (new code reads what
/// old code wrote), `"forward"` (old code reads what new code writes), `"full"` (both) or `"none"`.
/// `compat(reviewed = "why")`: somebody let a change through that the evolution check would refuse. An event may have
/// one of each. Both are recorded in the catalog and the registry.
///
/// rustc's own `#[deprecated]` is recorded too, with its note, and becomes `@deprecated` in TypeScript. It is not copied to
/// the payload struct.
///
/// ```
/// # use eventbus_runtime::{Catalog, CompatMode, DomainEvent};
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Order(OrderEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum OrderEvent {
///     #[event(compat = "backward", compat(reviewed = "no consumer read `note`"))]
///     Placed { id: u64 },
///     #[deprecated = "use `order.placed`"]
///     Created { id: u64 },
/// }
///
/// let leaves = OrderEvent::CATALOG.leaves();
/// let compat = leaves[0].compat.expect("it is stated");
/// assert_eq!(compat.mode, Some(CompatMode::Backward));
/// assert_eq!(compat.reviewed, Some("no consumer read `note`"));
/// assert_eq!(leaves[1].deprecated, Some("use `order.placed`"));
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
///
/// `tenant_id`: the field whose text is the tenant; emitting puts it into the envelope. `event_key`: the field that tells
/// this event from others of its type: a second event with it is a duplicate and is not written. The type of each
/// is `Display`, or an `Option` of one that is.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Payment(PaymentEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum PaymentEvent {
///     Taken {
///         #[event(tenant_id)]
///         shop: String,
///         #[event(event_key)]
///         receipt: Option<u64>,
///     },
/// }
///
/// let event = PaymentEvent::Taken { shop: "north".to_owned(), receipt: Some(12) };
/// assert_eq!(event.tenant_id().as_deref(), Some("north"));
/// assert_eq!(event.event_key().as_deref(), Some("12"));
/// ```
///
/// `int = "string"`: an `i64`, `u64`, `i128` or `u128`, or an `Option` of one, that is a string in JSON, because JavaScript
/// rounds numbers above 2^53 - 1. A number is read as well, so that events that were stored before stay readable. In a
/// struct of your own, `eventbus_runtime::int_string` does the same.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Account(AccountEvent) }
/// #[derive(Debug, PartialEq, DomainEvent)]
/// pub enum AccountEvent {
///     Charged {
///         #[event(int = "string")]
///         cents: u64,
///     },
/// }
///
/// let event = AccountEvent::Charged { cents: u64::MAX };
/// assert_eq!(event.to_data()?, r#"{"cents":"18446744073709551615"}"#);
/// let stored = AccountEvent::from_data("account.charged", 1, r#"{"cents":5}"#)?;
/// assert_eq!(stored, AccountEvent::Charged { cents: 5 });
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
///
/// `opaque`: the field holds a `serde_json::Value`, in which the evolution check sees nothing; it is recorded as such.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Hook(HookEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum HookEvent {
///     Received {
///         #[event(opaque)]
///         body: serde_json::Value,
///     },
/// }
///
/// assert_eq!(HookEvent::CATALOG.leaves()[0].opaque, ["body"]);
/// ```
///
/// `schema = Type`: the type whose schema is that of the field, where serde's `with`, `serialize_with` or
/// `deserialize_with` put something else on the wire than the field's own type. schemars' `with` and `schema_with` do
/// the same.
///
/// ```
/// # use eventbus_runtime::DomainEvent;
/// # #[derive(Debug, DomainEvent)]
/// # enum AppEvent { Photo(PhotoEvent) }
/// #[derive(Debug, DomainEvent)]
/// pub enum PhotoEvent {
///     Taken {
///         #[serde(with = "hex")]
///         #[event(schema = String)]
///         pixels: Vec<u8>,
///     },
/// }
///
/// mod hex {
///     use serde::{Deserialize, Deserializer, Serializer, de::Error};
///
///     pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
///         to.collect_str(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
///     }
///
///     pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
///         let text = String::deserialize(from)?;
///         let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).map_err(D::Error::custom);
///         (0..text.len()).step_by(2).map(byte).collect()
///     }
/// }
///
/// assert_eq!(PhotoEvent::Taken { pixels: vec![0, 255] }.to_data()?, r#"{"pixels":"00ff"}"#);
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
#[proc_macro_derive(DomainEvent, attributes(event, serde, schemars))]
pub fn derive_domain_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive::answer(derive::domain_event(&input)).into()
}

/// Derives `EventPayload` on a struct with named fields, which a variant with `#[event(payload)]` carries.
///
/// The struct derives serde's `Serialize` and `Deserialize` and schemars' `JsonSchema` itself. On a field it takes
/// `aggregate_id`, `tenant_id`, `event_key` and `opaque`, on the struct `crate`, all as
/// [`DomainEvent`](macro@DomainEvent) does.
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

/// Derives `DomainEvent` on an enum that chooses among events which other enums declare.
///
/// It stands wherever an event type does: as a handler's argument, in a filter, in `emit`. Its variants are newtypes over
/// payload structs and groups, and their names mean nothing; the events keep theirs. It adds nothing to the registry.
/// On the enum it takes `crate`, as [`DomainEvent`](macro@DomainEvent) does.
///
/// ```
/// use eventbus_runtime::{DomainEvent, EventSubset};
///
/// #[derive(Debug, DomainEvent)]
/// enum ShopEvent {
///     Order(OrderEvent),
///     Payment(PaymentEvent),
/// }
///
/// #[derive(Debug, DomainEvent)]
/// enum OrderEvent {
///     Placed { total_cents: i64 },
///     Shipped,
/// }
///
/// #[derive(Debug, DomainEvent)]
/// enum PaymentEvent {
///     Taken { cents: i64 },
///     Refunded { cents: i64 },
/// }
///
/// #[derive(Debug, EventSubset)]
/// enum Billing {
///     Placed(OrderPlaced),
///     Payment(PaymentEvent),
/// }
///
/// assert_eq!(Billing::filter().types().to_string(), "order.placed, payment.*");
/// match Billing::from_data("order.placed", 1, r#"{"total_cents":1250}"#)? {
///     Billing::Placed(order) => assert_eq!(order.total_cents, 1250),
///     Billing::Payment(_) => unreachable!(),
/// }
/// # Ok::<(), eventbus_runtime::Error>(())
/// ```
#[proc_macro_derive(EventSubset, attributes(event, serde))]
pub fn derive_event_subset(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive::answer(derive::event_subset(&input)).into()
}
