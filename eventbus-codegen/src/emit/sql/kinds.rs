//! The kinds of JSON value that a schema lets through, or more: what is not understood lets everything through.

use serde_json::{Map, Value};

use crate::pointer::target;

/// A kind of value. A number without a fraction is an integer, however it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    /// A number with a fraction.
    Fraction,
    Text,
    Array,
    Object,
}

/// Several kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kind {
    const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Fraction,
        Self::Text,
        Self::Array,
        Self::Object,
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if is_whole(number) => Self::Integer,
            Value::Number(_) => Self::Fraction,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

fn is_whole(number: &serde_json::Number) -> bool {
    number.as_f64().is_none_or(|number| number.fract() == 0.0)
}

impl Kinds {
    pub(super) const fn none() -> Self {
        Self(0)
    }

    pub(super) const fn all() -> Self {
        Self(0x7f)
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !kind.bit())
    }

    fn only(kinds: impl IntoIterator<Item = Kind>) -> Self {
        kinds.into_iter().fold(Self::none(), |all, kind| Self(all.0 | kind.bit()))
    }

    /// In a fixed order.
    pub(super) fn each(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

/// The kinds that `schema` lets through, whose references lead into `root`.
pub(super) fn kinds(root: &Value, schema: &Value) -> Kinds {
    deep(root, schema, &mut Vec::new())
}

/// `within` holds the references that are being followed.
fn deep<'a>(root: &'a Value, schema: &'a Value, within: &mut Vec<&'a str>) -> Kinds {
    let keys = match schema {
        Value::Bool(false) => return Kinds::none(),
        Value::Object(keys) => keys,
        _ => return Kinds::all(),
    };
    let mut found = named(keys);
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str)
        && !within.contains(&reference)
        && let Some(target) = target(root, reference)
    {
        within.push(reference);
        found = found.and(deep(root, target, within));
        within.pop();
    }
    for schema in keys.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        found = found.and(deep(root, schema, within));
    }
    for branches in ["anyOf", "oneOf"].iter().filter_map(|key| keys.get(*key)?.as_array()) {
        let any = branches.iter().map(|branch| deep(root, branch, within));
        found = found.and(any.fold(Kinds::none(), Kinds::or));
    }
    found
}

/// What the keywords say that stand here.
pub(super) fn named(keys: &Map<String, Value>) -> Kinds {
    let types = match keys.get("type") {
        Some(Value::String(name)) => of_type(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            names.map(of_type).fold(Kinds::none(), Kinds::or)
        }
        _ => Kinds::all(),
    };
    let values = match (keys.get("const"), keys.get("enum")) {
        (Some(value), _) => Kinds::only([Kind::of(value)]),
        (None, Some(Value::Array(values))) => Kinds::only(values.iter().map(Kind::of)),
        _ => Kinds::all(),
    };
    types.and(values)
}

fn of_type(name: &str) -> Kinds {
    match name {
        "null" => Kinds::only([Kind::Null]),
        "boolean" => Kinds::only([Kind::Boolean]),
        "integer" => Kinds::only([Kind::Integer]),
        "number" => Kinds::only([Kind::Integer, Kind::Fraction]),
        "string" => Kinds::only([Kind::Text]),
        "array" => Kinds::only([Kind::Array]),
        "object" => Kinds::only([Kind::Object]),
        _ => Kinds::all(),
    }
}
