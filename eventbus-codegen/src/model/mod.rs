//! Shapes of data, free of JSON Schema's many spellings: what the generators of languages print.

mod keywords;
mod lower;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use self::keywords::{BY_NAME, LIST, ONE};
pub(crate) use self::lower::{SINCE, lower};

/// A schema with everything it refers to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lowered {
    /// The schema itself.
    pub(crate) root: Shape,
    /// The named types below it.
    pub(crate) definitions: BTreeMap<String, Definition>,
    /// What could not be expressed, each with the JSON pointer to it.
    pub(crate) warnings: Vec<String>,
}

/// A named type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Definition {
    /// Its doc comment.
    pub(crate) docs: String,
    /// What it is.
    pub(crate) shape: Shape,
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Any JSON value.
    Any,
    /// No value.
    Never,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number {
        /// Whether it may be an integer above 2^53 - 1.
        wide: bool,
    },
    /// A string, with its JSON Schema format.
    Text(Option<String>),
    /// One of these values.
    Literals(Vec<Value>),
    /// One of these texts, or another one.
    Open(Vec<Value>),
    /// A list of one shape.
    Array(Box<Self>),
    /// A list of these shapes.
    Tuple(Vec<Self>),
    /// An object with any keys.
    Map(Box<Self>),
    /// An object with these fields.
    Object(Vec<Field>),
    /// One of these.
    Union(Vec<Self>),
    /// All of these at once.
    All(Vec<Self>),
    /// A named type.
    Named(String),
    /// The whole schema again.
    Root,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    /// Its name on the wire.
    pub(crate) name: String,
    /// Its doc comment.
    pub(crate) docs: String,
    /// Whether it is deprecated.
    pub(crate) deprecated: bool,
    /// Whether it may be missing.
    pub(crate) optional: bool,
    /// The version that it came with, where that is not the first one.
    pub(crate) since: Option<u32>,
    /// What it holds.
    pub(crate) shape: Shape,
}

impl Shape {
    /// One of `shapes`: nested unions become one, values are gathered, `null` comes last.
    pub(crate) fn union(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut values: Vec<Value> = Vec::new();
        let mut rest: Vec<Self> = Vec::new();
        for shape in shapes.into_iter().flat_map(Self::alternatives) {
            match shape {
                Self::Literals(more) => values.extend(more),
                Self::Never => {}
                other if rest.contains(&other) => {}
                other => rest.push(other),
            }
        }
        if !values.is_empty() {
            rest.insert(0, Self::Literals(values));
        }
        rest.sort_by_key(|shape| *shape == Self::Null);
        match rest.len() {
            0 => Self::Never,
            1 => rest.remove(0),
            _ if rest.contains(&Self::Any) => Self::Any,
            _ => Self::Union(rest),
        }
    }

    /// All of `shapes` at once; an object without fields says nothing beside another shape.
    pub(crate) fn all(mut shapes: Vec<Self>) -> Self {
        if shapes.len() > 1 {
            shapes.retain(|shape| !matches!(shape, Self::Object(fields) if fields.is_empty()));
        }
        match shapes.len() {
            0 => Self::Any,
            1 => shapes.remove(0),
            _ => Self::All(shapes),
        }
    }

    /// The same without `null`, for a field that is left out where it would be `null`.
    pub(crate) fn without_null(self) -> Self {
        match self {
            Self::Union(shapes) => {
                Self::union(shapes.into_iter().filter(|shape| *shape != Self::Null))
            }
            other => other,
        }
    }

    /// What holds for the value itself, whether or not it may be `null`.
    pub(crate) fn alternatives(self) -> Vec<Self> {
        match self {
            Self::Union(shapes) => shapes,
            other => vec![other],
        }
    }
}

#[cfg(test)]
mod tests;
