//! The assertions that schemas are made of: each is true of a value or is not, and its negation is as easily said.

use serde_json::Value;

use super::format::Format;
use super::pattern::Pattern;
use crate::decimal::Decimal;
use crate::kinds::{Kind, Kinds};

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
