//! As much of TypeScript as the generated files need.

use serde_json::Value;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Lines above everything, as comments.
    pub(super) header: Vec<&'static str>,
    /// Its declarations.
    pub(super) items: Vec<Item>,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// `export type Name<Parameters> = ..`.
    Alias { docs: Vec<String>, name: String, parameters: Vec<Parameter>, ty: Type },
    /// `export const name = [..] as const satisfies readonly Of[]`.
    Values { docs: Vec<String>, name: String, of: String, values: Vec<Value> },
}

/// `Name extends Bound`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) bound: Type,
}

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// `string`, `unknown`, or a name.
    Name(String),
    /// `Name<Arguments>`.
    Generic(&'static str, Vec<Self>),
    /// A JSON scalar as a type.
    Literal(Value),
    /// `T[]`.
    Array(Box<Self>),
    /// `[A, B]`.
    Tuple(Vec<Self>),
    /// `{ [key: string]: T }`.
    Map(Box<Self>),
    /// `{ .. }`.
    Object(Vec<Property>),
    /// `A | B`.
    Union(Vec<Self>),
    /// `A & B`.
    Intersection(Vec<Self>),
    /// `Type[Index]`.
    Index(Box<Self>, Box<Self>),
    /// `keyof T`.
    KeyOf(Box<Self>),
    /// `` `${A}.${B}` ``: texts and types in turn.
    Template(Vec<Piece>),
    /// `infer Name`.
    Infer(&'static str),
    /// `Check extends Bound ? Yes : No`.
    Conditional(Box<Conditional>),
}

/// A conditional type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conditional {
    pub(super) check: Type,
    pub(super) bound: Type,
    pub(super) yes: Type,
    pub(super) no: Type,
}

/// A piece of a template literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text(&'static str),
    Type(Type),
}

/// A property of an object type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Property {
    pub(super) docs: Vec<String>,
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) ty: Type,
}

impl Type {
    pub(super) fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Literal(Value::String(text.into()))
    }

    /// A union; of one type, that type; of none, `never`.
    pub(super) fn union(mut types: Vec<Self>) -> Self {
        match types.len() {
            0 => Self::name("never"),
            1 => types.remove(0),
            _ => Self::Union(types),
        }
    }
}

impl Item {
    /// The name that it declares.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Alias { name, .. } | Self::Values { name, .. } => name,
        }
    }

    pub(super) fn alias(docs: Vec<String>, name: impl Into<String>, ty: Type) -> Self {
        Self::Alias { docs, name: name.into(), parameters: Vec::new(), ty }
    }
}
