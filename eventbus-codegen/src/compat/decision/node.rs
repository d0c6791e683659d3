//! The assertions that schemas are made of: each is true of a value or is not, and its negation is as easily said.

use serde_json::Value;

use super::decimal::Decimal;
use super::format::Format;
use super::pattern::Pattern;

/// The number of a node in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(pub(super) u32);

/// What a value is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Everything is true of it.
    Any,
    /// Nothing is.
    Never,
    Not(Id),
    All(Vec<Id>),
    Either(Vec<Id>),
    /// Exactly one of them.
    One(Vec<Id>),
    /// The same as another: how a schema contains itself. What is only the same as itself says nothing.
    Same(Id),
    /// Something that cannot be decided: why, and its text, by which it is known to be the same.
    Opaque(String, String),
    /// One keyword.
    Is(Fact),
}

/// One assertion. It holds for every value of a kind that it does not speak of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Fact {
    Kinds(Kinds),
    /// One of these values; their texts, sorted.
    Values(Vec<Literal>),
    /// At least, or more than.
    Least(Decimal, Open),
    /// At most, or less than.
    Most(Decimal, Open),
    MultipleOf(Decimal),
    Shortest(u64),
    Longest(u64),
    Matches(Pattern),
    Format(Format),
    /// The element at an index, where there is one.
    Element(usize, Id),
    /// Every element from an index on.
    Elements(usize, Id),
    Fewest(u64),
    MostElements(u64),
    Distinct,
    /// At least one element.
    Contains(Id),
    /// The property, where there is one.
    Property(String, Id),
    /// Every property whose name matches.
    Properties(Pattern, Id),
    /// Every property that has none of the names and matches none of the patterns.
    Others(Vec<String>, Vec<Pattern>, Id),
    /// Every property's name.
    Names(Id),
    Required(String),
    FewestProperties(u64),
    MostProperties(u64),
}

/// Whether a bound itself is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Open {
    Within,
    Beyond,
}

/// A value of `enum` or `const`. Two that are equal for JSON Schema are equal here: `1` and `1.0`, and objects in any
/// order of their keys.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub(super) value: Value,
    text: String,
}

/// A set of the kinds of JSON values. Integers and other numbers are two kinds: `integer` is one of them, `number` both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kinds(u8);

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Integer,
    Fraction,
    Text,
    Array,
    Object,
}

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(0b111_1111);
    pub(super) const NUMBER: Self = Self::of(Kind::Integer).or(Self::of(Kind::Fraction));

    pub(super) const fn of(kind: Kind) -> Self {
        Self(1 << kind as u8)
    }

    /// The kinds that a name in `type` stands for.
    pub(super) fn named(name: &str) -> Option<Self> {
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

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.and(Self::of(kind)).0 != 0
    }

    pub(super) fn each(self) -> impl Iterator<Item = Kind> {
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

    pub(super) fn of(value: &Value) -> Self {
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

impl Fact {
    /// The kinds that the assertion says something about.
    pub(super) fn speaks_of(&self) -> Kinds {
        match self {
            Self::Kinds(_) | Self::Values(_) => Kinds::ALL,
            Self::Least(..) | Self::Most(..) | Self::MultipleOf(_) => Kinds::NUMBER,
            Self::Shortest(_) | Self::Longest(_) | Self::Matches(_) | Self::Format(_) => {
                Kinds::of(Kind::Text)
            }
            Self::Element(..)
            | Self::Elements(..)
            | Self::Fewest(_)
            | Self::MostElements(_)
            | Self::Distinct
            | Self::Contains(_) => Kinds::of(Kind::Array),
            Self::Property(..)
            | Self::Properties(..)
            | Self::Others(..)
            | Self::Names(_)
            | Self::Required(_)
            | Self::FewestProperties(_)
            | Self::MostProperties(_) => Kinds::of(Kind::Object),
        }
    }
}

impl Literal {
    pub(super) fn new(value: &Value) -> Self {
        let mut text = String::new();
        spell(value, &mut text);
        Self { value: value.clone(), text }
    }

    pub(super) fn is(&self, value: &Value) -> bool {
        Self::new(value).text == self.text
    }
}

/// Each value has one spelling: numbers by their value, keys in their order.
fn spell(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => match Decimal::of(number) {
            Some(decimal) => out.push_str(&format!("{decimal:?}")),
            None => out.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            out.push('[');
            for item in items {
                spell(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(keys) => {
            let mut keys: Vec<_> = keys.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in keys {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                spell(value, out);
                out.push(',');
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Literal {}

impl PartialOrd for Literal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Literal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl std::hash::Hash for Literal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
