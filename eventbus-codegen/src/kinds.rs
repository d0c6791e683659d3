//! The kinds of JSON values, and sets of them.

use serde_json::Value;

use crate::decimal::Decimal;

/// A set of the kinds of JSON values. Integers and other numbers are two kinds: `integer` is one of them, `number` both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Kinds(u8);

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Integer,
    Fraction,
    Text,
    Array,
    Object,
}

impl Kinds {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b111_1111);
    pub(crate) const NUMBER: Self = Self::of(Kind::Integer).or(Self::of(Kind::Fraction));

    pub(crate) const fn of(kind: Kind) -> Self {
        Self(1 << kind as u8)
    }

    /// The kinds that a name in `type` stands for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::of(Kind::Null),
            "boolean" => Self::of(Kind::Bool),
            "integer" => Self::of(Kind::Integer),
            "number" => Self::NUMBER,
            "string" => Self::of(Kind::Text),
            "array" => Self::of(Kind::Array),
            "object" => Self::of(Kind::Object),
            _ => return None,
        })
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, kind: Kind) -> Self {
        self.and(Self::of(kind).not())
    }

    pub(crate) const fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    pub(crate) const fn has(self, kind: Kind) -> bool {
        self.and(Self::of(kind)).0 != 0
    }

    pub(crate) fn each(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Null,
        Self::Bool,
        Self::Integer,
        Self::Fraction,
        Self::Text,
        Self::Array,
        Self::Object,
    ];

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(number) => match Decimal::of(number) {
                Some(decimal) if !decimal.is_integer() => Self::Fraction,
                Some(_) => Self::Integer,
                // Too large or too fine for us: a float has no places after the point where it is that large.
                None if number.as_f64().is_some_and(|float| float.fract() != 0.0) => Self::Fraction,
                None => Self::Integer,
            },
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}
