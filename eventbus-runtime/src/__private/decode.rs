//! From a type name, a version and the payload's text to a payload struct.

use std::any::type_name;

use crate::error::{Error, ErrorKind, Result};
use crate::event::EventPayload;

/// Reads the payload of `event_type`, stored at version `stored` by code that knows version `current`.
///
/// A newer version than the code's is read leniently: unknown fields are ignored. An older one is refused, because
/// nothing says how its fields became the current ones.
///
/// # Errors
/// [`ErrorKind::DeserializationFailed`] when the version is older, or when the text does not fit the struct.
pub(crate) fn read<P: EventPayload>(
    event_type: &str,
    current: u32,
    stored: u32,
    data: &str,
) -> Result<P> {
    if stored < current {
        return Err(too_old::<P>(event_type, current, stored));
    }
    serde_json::from_str(data).map_err(|cause| {
        let message = format!(
            "`{event_type}` stored at version {stored} does not fit `{}`, which reads version {current}",
            type_name::<P>()
        );
        Error::new(ErrorKind::DeserializationFailed, message).with_source(cause)
    })
}

/// No leaf of `E` is named `event_type`.
#[must_use]
pub fn unknown_type<E>(event_type: &str) -> Error {
    let message = format!("`{}` has no event named `{event_type}`", type_name::<E>());
    Error::new(ErrorKind::UnknownType, message)
}

fn too_old<P>(event_type: &str, current: u32, stored: u32) -> Error {
    let message = format!(
        "`{event_type}` is stored at version {stored} and `{}` reads version {current}, and nothing \
         converts it: keep `version = {stored}` where `#[serde(default)]` on the new fields reads \
         both, or write the new shape as a variant of its own",
        type_name::<P>()
    );
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
