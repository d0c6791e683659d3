//! The JSON of payloads, and that of the enums: `{"type","dataversion","data"}`.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::catalog::{Catalog, Document, Group};
use crate::error::{Error, ErrorKind, Result};
use crate::event::DomainEvent;

/// A field that can name the aggregate: it is stored as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an aggregate's id",
    label = "not `Display`",
    note = "the field marked `#[event(aggregate_id)]` is stored as text: implement `Display` for its type"
)]
pub trait AggregateId {
    /// The id as it is stored.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> AggregateId for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// The aggregate's id as it is stored.
#[must_use]
pub fn aggregate_id<T: AggregateId>(id: &T) -> Option<String> {
    Some(id.text())
}

/// The payload of `event_type` as JSON text.
///
/// # Errors
/// [`ErrorKind::ValidationFailed`] when a field refuses to be serialised.
pub fn to_data<P: Serialize>(event_type: &str, payload: &P) -> Result<String> {
    serde_json::to_string(payload).map_err(|cause| {
        let message = format!("the payload of `{event_type}` cannot be written as JSON");
        Error::new(ErrorKind::ValidationFailed, message).with_source(cause)
    })
}

/// A payload's text as the value that it is.
///
/// # Errors
/// [`ErrorKind::ValidationFailed`] when it is no JSON.
pub(crate) fn raw(data: String) -> Result<Box<RawValue>> {
    RawValue::from_string(data).map_err(|cause| {
        Error::new(ErrorKind::ValidationFailed, "the payload is no JSON").with_source(cause)
    })
}

#[derive(Serialize)]
struct Outgoing<'a, P> {
    #[serde(rename = "type")]
    event_type: &'a str,
    dataversion: u32,
    data: &'a P,
}

/// Writes a leaf as an enum's own JSON.
///
/// # Errors
/// Those of the serializer.
pub fn write_tagged<P: Serialize, S: Serializer>(
    event_type: &str,
    dataversion: u32,
    data: &P,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Outgoing { event_type, dataversion, data }.serialize(serializer)
}

/// The name may carry escapes, which cannot be borrowed; the payload stays text until the name and the version are
/// known, in whatever order the keys come.
#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
    #[serde(default = "first_version")]
    dataversion: u32,
    data: Box<RawValue>,
}

const fn first_version() -> u32 {
    1
}

/// Reads an enum's own JSON.
///
/// # Errors
/// Those of the deserializer, and those of [`DomainEvent::from_data`].
pub fn read_tagged<'de, E: DomainEvent, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<E, D::Error> {
    let incoming = Incoming::deserialize(deserializer)?;
    E::from_data(&incoming.event_type, incoming.dataversion, incoming.data.get())
        .map_err(|error| D::Error::custom(error.full()))
}

/// What the toolchain calls on the root enum of the user's library.
#[must_use]
pub fn catalog_json(catalog: Catalog) -> String {
    let document = match catalog {
        Catalog::Group(group) => Document::from(group),
        Catalog::Leaf(_) => Document::from(&NO_EVENTS),
    };
    serde_json::to_string(&document).expect("a document has text keys and no value that JSON lacks")
}

static NO_EVENTS: Group =
    Group { rust_path: "", docs: "", prefix: "", members: &[], unknown: false, subset: false };
