//! What serde's own derive writes for a struct, the payload struct and the enum write too, byte for byte, whatever
//! serde's attributes say: the derive writes fields itself.

use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(seconds: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{seconds}s"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        text.trim_end_matches('s').parse().map_err(serde::de::Error::custom)
    }
}

/// It takes a slice, to which a reference to a `Vec` derefs.
fn joined<S: serde::Serializer>(words: &[String], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&words.join("+"))
}

fn split<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(String::deserialize(from)?.split('+').map(str::to_owned).collect())
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

trait Blank {
    fn none(&self) -> bool;
}

impl<T> Blank for Vec<T> {
    fn none(&self) -> bool {
        self.is_empty()
    }
}

/// A leaf with these fields, a struct of serde's alone, and a test that the two write the same.
macro_rules! alike {
    ($($test:ident $(#[$on:meta])* {
        $($(#[$attr:meta])* $field:ident: $ty:ty = [$first:expr, $second:expr],)*
    })*) => {
        $(
            mod $test {
                #[allow(unused_imports, reason = "some of the cases need these")]
                use super::*;

                #[derive(Debug, Clone, DomainEvent)]
                #[event(prefix = "case")]
                enum CaseEvent {
                    $(#[$on])*
                    Tried { $($(#[$attr])* $field: $ty),* },
                }

                #[allow(dead_code, reason = "serde leaves some fields out")]
                #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
                $(#[$on])*
                struct Serde { $($(#[$attr])* $field: $ty),* }

                #[test]
                fn the_enum_the_payload_and_serde_write_the_same() {
                    let serde = [Serde { $($field: $first),* }, Serde { $($field: $second),* }];
                    let payloads = [CaseTried { $($field: $first),* }, CaseTried { $($field: $second),* }];
                    for (serde, payload) in serde.iter().zip(payloads) {
                        let expected = serde_json::to_string(serde).unwrap();
                        assert_eq!(serde_json::to_string(&payload).unwrap(), expected);
                        assert_eq!(payload.to_data().unwrap(), expected);
                        let event = CaseEvent::from(payload);
                        assert_eq!(event.to_data().unwrap(), expected);
                        let whole = format!(r#"{{"type":"case.tried","dataversion":1,"data":{expected}}}"#);
                        assert_eq!(serde_json::to_string(&event).unwrap(), whole);
                        let pretty = serde_json::to_string_pretty(serde).unwrap();
                        assert_eq!(serde_json::to_string_pretty(&CaseTried::try_from(event).unwrap()).unwrap(), pretty);
                    }
                }
            }
        )*
    };
}

alike! {
    no_fields {}

    plain {
        id: u128 = [u128::MAX, 0],
        words: Vec<String> = [vec!["a\"\n".to_owned()], Vec::new()],
        counts: BTreeMap<u32, Option<bool>> = [BTreeMap::from([(7, None)]), BTreeMap::new()],
        ratio: Option<f64> = [Some(1e300), Some(f64::NAN)],
        r#type: char = ['t', '\u{0}'],
    }

    renamed {
        #[serde(rename = "Order-Id \"\u{e9}")]
        order_id: u8 = [1, 2],
        #[serde(rename(serialize = "out"), alias = "out")]
        written: u8 = [1, 2],
        #[serde(rename(deserialize = "in"), alias = "read")]
        read: u8 = [1, 2],
        #[serde(rename(deserialize = "both_in"), rename(serialize = "both_out"), alias = "both_out")]
        both: u8 = [1, 2],
        #[serde(alias = "former", alias = "older")]
        current: u8 = [1, 2],
    }

    camel #[serde(rename_all = "camelCase")] {
        order_id: u8 = [1, 2],
        _line_2_number: u8 = [1, 2],
        #[serde(rename = "as_it_is")]
        total_cents: u8 = [1, 2],
    }

    screaming #[serde(rename_all = "SCREAMING-KEBAB-CASE")] { order_id: u8 = [1, 2], }
    pascal #[serde(rename_all = "PascalCase")] { order_id: u8 = [1, 2], r#fn: u8 = [1, 2], }
    upper #[serde(rename_all = "UPPERCASE")] { order_id: u8 = [1, 2], }
    lower #[serde(rename_all = "lowercase")] { order_id: u8 = [1, 2], }
    kebab #[serde(rename_all = "kebab-case")] { order_id: u8 = [1, 2], }

    skipped {
        #[serde(skip)]
        first: Vec<String> = [vec![String::new()], Vec::new()],
        kept: u8 = [1, 2],
        #[serde(skip_serializing, default)]
        read_only: u8 = [1, 2],
        #[serde(skip_deserializing)]
        write_only: u8 = [1, 2],
    }

    all_skipped {
        #[serde(skip)]
        first: u8 = [1, 2],
        #[serde(skip_serializing, default)]
        second: u8 = [1, 2],
    }

    skipped_if {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coupon: Option<String> = [None, Some("c".to_owned())],
        #[serde(default, skip_serializing_if = "is_blank")]
        note: String = [" ".to_owned(), "n".to_owned()],
        #[serde(default, skip_serializing_if = "<Vec<u32> as Blank>::none")]
        numbers: Vec<u32> = [Vec::new(), vec![1]],
    }

    skipped_if_in_the_middle {
        before: u8 = [1, 2],
        #[serde(skip_serializing_if = "Option::is_none", rename = "perhaps")]
        coupon: Option<u8> = [None, Some(1)],
        #[serde(skip)]
        never: u8 = [1, 2],
        after: u8 = [1, 2],
    }

    by_functions {
        #[serde(with = "seconds")]
        #[schemars(with = "String")]
        waited: u64 = [0, 60],
        #[serde(serialize_with = "joined", deserialize_with = "split", rename = "tags")]
        #[schemars(with = "String")]
        words: Vec<String> = [vec!["a".to_owned(), "b".to_owned()], Vec::new()],
        #[serde(with = "self::seconds", skip_serializing_if = "u64_is_zero", default)]
        #[schemars(with = "String")]
        pause: u64 = [0, 1],
        #[serde(default = "u64::default", bound = "")]
        plain: u64 = [0, 1],
    }
}

fn u64_is_zero(number: &u64) -> bool {
    *number == 0
}

#[test]
fn numbers_and_texts_are_written_as_they_are() {
    #[derive(Debug, Clone, DomainEvent)]
    #[event(prefix = "raw")]
    enum RawEvents {
        Kept {
            #[schemars(with = "f64")]
            number: Box<RawValue>,
        },
    }
    let number = RawValue::from_string("1.50000000000000000000001e400".to_owned()).unwrap();
    let data = RawEvents::Kept { number }.to_data().unwrap();
    assert_eq!(data, r#"{"number":1.50000000000000000000001e400}"#);
}

#[test]
fn fields_of_an_enum_inherit_their_case() {
    #[derive(Debug, Clone, DomainEvent)]
    #[event(prefix = "case")]
    #[serde(rename_all_fields = "kebab-case")]
    enum InheritEvent {
        Kebab {
            order_id: u8,
        },
        #[serde(rename_all = "camelCase")]
        Camel {
            order_id: u8,
        },
    }
    let data = |event: InheritEvent| event.to_data().unwrap();
    assert_eq!(data(InheritEvent::Kebab { order_id: 1 }), r#"{"order-id":1}"#);
    assert_eq!(data(InheritEvent::Camel { order_id: 1 }), r#"{"orderId":1}"#);
}
