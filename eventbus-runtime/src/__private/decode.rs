//! From a type name, a version and the payload's text to a payload struct.
//!
//! A name is followed segment by segment first, which is what every event costs that current code wrote. Only where that
//! leads nowhere, former names are looked for in the catalog, and after them the enum that keeps what is unknown.

use std::any::type_name;

use crate::catalog::Catalog;
use crate::envelope::RawEvent;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{DomainEvent, EventPayload};

/// What following a name segment by segment comes to; `None` as the error where it leads to no leaf.
pub type Direct<E> = Result<E, Option<Error>>;

/// Reads an event by its name, its version and the text of its payload.
///
/// # Errors
/// Those of [`DomainEvent::from_data`].
#[inline]
pub fn decode<E: DomainEvent>(event_type: &str, version: u32, data: &str) -> Result<E> {
    match E::__direct(event_type, version, data) {
        Ok(event) => Ok(event),
        Err(Some(error)) => Err(error),
        Err(None) => {
            indirect(event_type, version, data, || RawEvent::bare(event_type, version, data))
        }
    }
}

/// Reads a stored event.
#[inline]
pub(crate) fn decode_raw<E: DomainEvent>(event: &RawEvent) -> Result<E> {
    let RawEvent { envelope, data } = event;
    match E::__direct(&envelope.event_type, envelope.version, data) {
        Ok(event) => Ok(event),
        Err(Some(error)) => Err(error),
        Err(None) => indirect(&envelope.event_type, envelope.version, data, || event.clone()),
    }
}

#[cold]
fn indirect<E: DomainEvent>(
    event_type: &str,
    version: u32,
    data: &str,
    raw: impl FnOnce() -> RawEvent,
) -> Result<E> {
    let unknown = || unknown_type::<E>(event_type);
    match renamed(&E::CATALOG, event_type) {
        Some(name) => {
            E::__direct(name, version, data).map_err(|error| error.unwrap_or_else(unknown))
        }
        None => E::__unknown(Box::new(raw())).map_err(|_| unknown()),
    }
}

/// The name that the event of this former name has today.
fn renamed(catalog: &Catalog, former: &str) -> Option<&'static str> {
    match catalog {
        Catalog::Leaf(leaf) => leaf.aliases.contains(&former).then_some(leaf.event_type),
        Catalog::Group(group) => group.members.iter().find_map(|member| renamed(member, former)),
    }
}

/// Reads the payload of `event_type`, stored at version `stored` by code that knows version `current`.
///
/// A newer version than the code's is read leniently: unknown fields are ignored. An older one is refused, because
/// nothing says how its fields became the current ones: what upcasts bring up does not come here.
///
/// # Errors
/// [`ErrorKind::DeserializationFailed`] when the version is older, or when the text does not fit the struct.
#[inline]
pub(crate) fn read<P: EventPayload>(
    event_type: &str,
    current: u32,
    stored: u32,
    data: &str,
) -> Result<P> {
    if stored < current {
        return Err(unreadable::<P>(event_type, current, stored));
    }
    serde_json::from_str(data).map_err(|cause| unfit::<P>(event_type, current, stored, cause))
}

#[cold]
fn unfit<P>(event_type: &str, current: u32, stored: u32, cause: serde_json::Error) -> Error {
    let message = format!(
        "`{event_type}` stored at version {stored} does not fit `{}`, which reads version {current}",
        type_name::<P>()
    );
    Error::new(ErrorKind::DeserializationFailed, message).with_source(cause)
}

/// No leaf of `E` is named `event_type`.
#[must_use]
pub fn unknown_type<E>(event_type: &str) -> Error {
    let message = format!("`{}` has no event named `{event_type}`", type_name::<E>());
    Error::new(ErrorKind::UnknownType, message)
}

#[cold]
fn unreadable<P>(event_type: &str, current: u32, stored: u32) -> Error {
    let payload = type_name::<P>();
    let message = if stored == 0 {
        format!(
            "`{event_type}` is stored at version 0, and versions count from 1: store it with the version whose \
             payload it has; `{payload}` reads version {current}"
        )
    } else {
        format!(
            "`{event_type}` is stored at version {stored} and `{payload}` reads version {current}, and nothing \
             converts it: add `upcast({stored} => ..)` with the struct of that version to its variant"
        )
    };
    Error::new(ErrorKind::DeserializationFailed, message)
}

#[cfg(test)]
mod tests {
    /// serde_json does it with a feature alone. Where the tests of another crate are built in one go with these, that
    /// crate's dependencies may have asked for it: alone, this test sees what users get.
    #[test]
    fn a_float_is_read_as_the_one_that_was_written() {
        for float in [31.245_270_191_439_438_f64, 121.487_919_511_619_45, 1.0e-308, 0.1 + 0.2] {
            let text = serde_json::to_string(&float).unwrap();
            let read: f64 = serde_json::from_str(&text).unwrap();
            assert_eq!(read.to_bits(), float.to_bits(), "{text}");
        }
    }
}
