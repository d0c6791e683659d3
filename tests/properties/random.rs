//! Random values of the types that fields have: extremes come as often as anything in between.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;
use uuid::Uuid;

/// A type that has random values.
pub(crate) trait Random: Sized {
    fn random(rng: &mut StdRng) -> Self;
}

/// A value for each field of a struct.
macro_rules! random_struct {
    ($($ty:ident { $($field:ident),* $(,)? })*) => {
        $(impl Random for $ty {
            #[allow(unused_variables, reason = "a struct without fields needs no chance")]
            fn random(rng: &mut ::rand::rngs::StdRng) -> Self {
                Self { $($field: Random::random(rng)),* }
            }
        })*
    };
}

/// One of the payloads or groups that an enum of events is made of, or one of the variants of another enum.
macro_rules! random_enum {
    ($($ty:ident: $($part:expr),+ $(,)?;)*) => {
        $(impl Random for $ty {
            fn random(rng: &mut ::rand::rngs::StdRng) -> Self {
                let parts: &[fn(&mut ::rand::rngs::StdRng) -> Self] = &[$($part),+];
                $crate::random::one(rng, parts)(rng)
            }
        })*
    };
}

pub(crate) use {random_enum, random_struct};

/// One of several values.
pub(crate) fn one<'a, T>(rng: &mut StdRng, values: &'a [T]) -> &'a T {
    &values[rng.random_range(0..values.len())]
}

/// A random `T` as the event that holds it.
pub(crate) fn of<T: Random + Into<E>, E>(rng: &mut StdRng) -> E {
    T::random(rng).into()
}

macro_rules! random_integers {
    ($($ty:ident)*) => {
        $(impl Random for $ty {
            fn random(rng: &mut StdRng) -> Self {
                match rng.random_range(0..6) {
                    0 => Self::MIN,
                    1 => Self::MAX,
                    2 => 0,
                    _ => rng.random::<Self>() >> rng.random_range(0..Self::BITS),
                }
            }
        })*
    };
}
random_integers! { i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 }

macro_rules! random_floats {
    ($($ty:ident)*) => {
        $(impl Random for $ty {
            /// A finite one: JSON has no other.
            fn random(rng: &mut StdRng) -> Self {
                let special = [0.0, 0.1, Self::MIN, Self::MAX, Self::MIN_POSITIVE, Self::EPSILON];
                let any = Self::from_bits(rng.random());
                if rng.random_ratio(1, 3) || !any.is_finite() {
                    special[rng.random_range(0..special.len())]
                } else {
                    any
                }
            }
        })*
    };
}
random_floats! { f32 f64 }

impl Random for bool {
    fn random(rng: &mut StdRng) -> Self {
        rng.random()
    }
}

impl Random for char {
    fn random(rng: &mut StdRng) -> Self {
        const SPECIAL: [char; 12] = [
            '\0',
            '\n',
            '"',
            '\\',
            '/',
            '\u{7f}',
            'ß',
            '\u{301}',
            '\u{2028}',
            '\u{ffff}',
            '😀',
            char::MAX,
        ];
        match rng.random_range(0..4) {
            0 => SPECIAL[rng.random_range(0..SPECIAL.len())],
            1 => rng.random(),
            _ => rng.random_range('a'..='z'),
        }
    }
}

impl Random for String {
    fn random(rng: &mut StdRng) -> Self {
        (0..rng.random_range(0..10)).map(|_| char::random(rng)).collect()
    }
}

impl Random for () {
    fn random(_: &mut StdRng) -> Self {}
}

impl Random for Box<str> {
    fn random(rng: &mut StdRng) -> Self {
        String::random(rng).into()
    }
}

impl Random for IpAddr {
    fn random(rng: &mut StdRng) -> Self {
        if rng.random() {
            Self::V4(u32::random(rng).into())
        } else {
            Self::V6(u128::random(rng).into())
        }
    }
}

impl Random for Uuid {
    fn random(rng: &mut StdRng) -> Self {
        Self::from_u128(u128::random(rng))
    }
}

impl Random for DateTime<Utc> {
    /// From the year 0 to the year 9999, which is what the format of the text has room for.
    fn random(rng: &mut StdRng) -> Self {
        let seconds = rng.random_range(-62_167_219_200..=253_402_300_799);
        let nanoseconds = [0, 1_000_000, rng.random_range(0..1_000_000_000)];
        Self::from_timestamp(seconds, nanoseconds[rng.random_range(0..3)]).unwrap()
    }
}

impl Random for Value {
    fn random(rng: &mut StdRng) -> Self {
        match rng.random_range(0..8) {
            0 => Self::Null,
            1 => bool::random(rng).into(),
            2 => i64::random(rng).into(),
            3 => u64::random(rng).into(),
            4 => f64::random(rng).into(),
            5 => String::random(rng).into(),
            6 => Vec::<Self>::random(rng).into(),
            _ => BTreeMap::<String, Self>::random(rng).into_iter().collect(),
        }
    }
}

impl<T: Random> Random for Option<T> {
    fn random(rng: &mut StdRng) -> Self {
        rng.random::<bool>().then(|| T::random(rng))
    }
}

impl<T: Random> Random for Box<T> {
    fn random(rng: &mut StdRng) -> Self {
        Self::new(T::random(rng))
    }
}

/// Short, and on average less than one element, so that a type that holds itself comes to an end.
fn length(rng: &mut StdRng) -> usize {
    if rng.random() { 0 } else { [1, 1, 1, 2][rng.random_range(0..4)] }
}

impl<T: Random> Random for Vec<T> {
    fn random(rng: &mut StdRng) -> Self {
        (0..length(rng)).map(|_| T::random(rng)).collect()
    }
}

impl<T: Random + Ord> Random for BTreeSet<T> {
    fn random(rng: &mut StdRng) -> Self {
        (0..length(rng)).map(|_| T::random(rng)).collect()
    }
}

impl<K: Random + Ord, V: Random> Random for BTreeMap<K, V> {
    fn random(rng: &mut StdRng) -> Self {
        (0..length(rng)).map(|_| Random::random(rng)).collect()
    }
}

impl<A: Random, B: Random> Random for (A, B) {
    fn random(rng: &mut StdRng) -> Self {
        (A::random(rng), B::random(rng))
    }
}

impl<T: Random> Random for [T; 2] {
    fn random(rng: &mut StdRng) -> Self {
        [T::random(rng), T::random(rng)]
    }
}
