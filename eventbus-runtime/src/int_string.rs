//! Wide integers as JSON strings, which JavaScript reads without rounding them.
//!
//! `#[event(int = "string")]` asks for it on a field of a generated payload. On a struct that somebody wrote, serde and
//! schemars are told themselves:
//!
//! ```
//! use eventbus_runtime::EventPayload;
//!
//! #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
//! pub struct Charged {
//!     #[serde(with = "eventbus_runtime::int_string")]
//!     #[schemars(with = "eventbus_runtime::int_string::Text<u64>")]
//!     pub cents: u64,
//!     #[serde(default, with = "eventbus_runtime::int_string")]
//!     #[schemars(with = "Option<eventbus_runtime::int_string::Text<i128>>")]
//!     pub fee: Option<i128>,
//! }
//!
//! let charged = Charged { cents: u64::MAX, fee: None };
//! assert_eq!(serde_json::to_string(&charged)?, r#"{"cents":"18446744073709551615","fee":null}"#);
//! assert_eq!(serde_json::from_str::<Charged>(r#"{"cents":7}"#)?.cents, 7);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A number is read as well as a string, so that a field can become a string while events with numbers are stored. The
//! reader's schema says so; the writer's says a string alone.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::value::RawValue;

/// What is written as a string: `i64`, `u64`, `i128`, `u128`, or an `Option` of one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no integer that travels as a string",
    label = "neither `i64`, `u64`, `i128` nor `u128`, nor an `Option` of one",
    note = "smaller integers are exact in JavaScript: leave them numbers"
)]
pub trait IntString: Sized {
    #[doc(hidden)]
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    #[doc(hidden)]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Writes the integer as a string: serde's half of `with`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: IntString, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// Reads the integer from a string or a number: serde's other half.
///
/// # Errors
/// Where there is neither, or it does not fit the type.
pub fn deserialize<'de, T: IntString, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// What stands in the schema for an integer that travels as a string: `#[schemars(with = "..")]`.
pub struct Text<T>(PhantomData<fn() -> T>);

impl<T> fmt::Debug for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text")
    }
}

macro_rules! schemas {
    ($($ty:ident $pattern:literal)*) => {
        $(impl JsonSchema for Text<$ty> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(concat!("Text_", stringify!($ty)))
            }

            fn schema_id() -> Cow<'static, str> {
                Cow::Borrowed(concat!("eventbus_runtime::int_string::Text<", stringify!($ty), ">"))
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let text = json_schema!({ "type": "string", "pattern": $pattern });
                if generator.contract().is_serialize() {
                    return text;
                }
                let number = generator.subschema_for::<$ty>();
                json_schema!({ "anyOf": [text, number] })
            }
        })*
    };
}

// As many digits as the type can need: a value of that length may still be out of its range.
schemas! {
    i64 "^(0|-?[1-9][0-9]{0,18})$"
    u64 "^(0|[1-9][0-9]{0,19})$"
    i128 "^(0|-?[1-9][0-9]{0,38})$"
    u128 "^(0|[1-9][0-9]{0,38})$"
}

macro_rules! integers {
    ($($ty:ident $read:ident)*) => {
        $(impl IntString for $ty {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $read(deserializer)
            }
        })*
    };
}

integers! { i64 narrow u64 narrow i128 wide u128 wide }

impl<T: IntString> IntString for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Nullable(PhantomData))
    }
}

struct Nullable<T>(PhantomData<T>);

impl<'de, T: IntString> Visitor<'de> for Nullable<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}

const EXPECTED: &str = "an integer in a string";

/// 64 bits: what serde calls a number has room for them.
fn narrow<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr + TryFrom<i64> + TryFrom<u64>,
    D: Deserializer<'de>,
{
    struct Narrow<T>(PhantomData<T>);

    impl<T: std::str::FromStr + TryFrom<i64> + TryFrom<u64>> Visitor<'_> for Narrow<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(EXPECTED)
        }

        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<T, E> {
            T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &EXPECTED))
        }

        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<T, E> {
            T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &EXPECTED))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            parsed(text)
        }
    }

    deserializer.deserialize_any(Narrow(PhantomData))
}

/// 128 bits: as a number of serde's they would be rounded, so that the text itself is read.
fn wide<'de, T: std::str::FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    match raw.get() {
        text if text.starts_with('"') => {
            let text: Cow<'_, str> = serde_json::from_str(text).map_err(D::Error::custom)?;
            parsed(&text)
        }
        number => parsed(number),
    }
}

fn parsed<T: std::str::FromStr, E: serde::de::Error>(text: &str) -> Result<T, E> {
    text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &EXPECTED))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::{IntString, Text};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(bound = "T: IntString")]
    struct Held<T: IntString>(#[serde(with = "super")] T);

    #[track_caller]
    fn both_ways<T: IntString + Copy + PartialEq + Debug>(value: T, text: &str) {
        assert_eq!(serde_json::to_string(&Held(value)).unwrap(), text);
        assert_eq!(serde_json::from_str::<Held<T>>(text).unwrap(), Held(value));
        let number = text.trim_matches('"');
        assert_eq!(serde_json::from_str::<Held<T>>(number).unwrap(), Held(value));
    }

    #[test]
    fn the_widest_values_are_written_as_strings_and_read_from_both() {
        both_ways(i64::MIN, "\"-9223372036854775808\"");
        both_ways(u64::MAX, "\"18446744073709551615\"");
        both_ways(i128::MIN, "\"-170141183460469231731687303715884105728\"");
        both_ways(u128::MAX, "\"340282366920938463463374607431768211455\"");
        both_ways(Some(7_u64), "\"7\"");
        both_ways(None::<i128>, "null");
    }

    #[test]
    fn what_is_no_integer_of_the_type_is_refused() {
        for text in
            ["\"\"", "\"1.5\"", "1.5", "\"-1\"", "-1", "true", "null", "\"18446744073709551616\""]
        {
            assert!(serde_json::from_str::<Held<u64>>(text).is_err(), "{text}");
        }
        let error = serde_json::from_str::<Held<i64>>("\"seven\"").unwrap_err().to_string();
        assert!(error.contains("expected an integer in a string"), "{error}");
    }

    #[test]
    fn the_writer_promises_a_string_and_the_reader_takes_a_number_too() {
        use schemars::generate::SchemaSettings;

        let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
        let writer =
            settings.clone().for_serialize().into_generator().into_root_schema_for::<Text<u64>>();
        assert_eq!(writer.as_value()["type"], "string");
        assert_eq!(writer.as_value()["pattern"], "^(0|[1-9][0-9]{0,19})$");
        let reader = settings.into_generator().into_root_schema_for::<Text<u64>>();
        assert_eq!(reader.as_value()["anyOf"][1]["format"], json!("uint64"));
    }
}
