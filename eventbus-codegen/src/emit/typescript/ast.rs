//! As much of TypeScript as the generated files need.

use serde_json::Value;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Lines above everything, as comments.
    pub(super) header: Vec<&'static str>,
    /// What it takes from other files.
    pub(super) imports: Vec<Import>,
    /// Its declarations.
    pub(super) items: Vec<Item>,
}

/// `import { values, type Types } from "file"`, or `import type { Types } from "file"`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Import {
    pub(super) file: String,
    /// The names, and whether each is used as a type only.
    pub(super) names: Vec<(String, bool)>,
}

/// A declaration.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// `export type Name<Parameters> = ..`.
    Alias { docs: Vec<String>, name: String, parameters: Vec<Parameter>, ty: Type },
    /// `export const name = [..] as const`.
    Values { docs: Vec<String>, name: String, values: Vec<Value> },
    /// `export const name: ty = function<Of>(arguments)`; a call without effects.
    Constant {
        docs: Vec<String>,
        name: String,
        ty: Type,
        function: &'static str,
        of: Vec<Type>,
        arguments: Vec<Expr>,
    },
    /// Declarations of the runtime, as they are.
    Script(&'static str),
    /// `export { names }`, of what is declared in the same file.
    Export(Vec<&'static str>),
    /// `export { names } from "file"`.
    Forward(Import),
    /// `export * from "file"`.
    ForwardAll(String),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// A JSON scalar.
    Scalar(Value),
    /// `[a, b]`.
    List(Vec<Self>),
    /// `{ name: value }`.
    Record(Vec<(String, Self)>),
    /// A name.
    Name(String),
    /// `() => Name`: what may not be there yet.
    Later(String),
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
    /// `(parameter: Type) => Type`.
    Function(&'static str, Box<Self>, Box<Self>),
    /// Any other string: beside literals it does not swallow them.
    OtherText,
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

impl Expr {
    /// A JSON value.
    pub(super) fn json(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::json).collect()),
            Value::Object(keys) => Self::Record(
                keys.iter().map(|(name, value)| (name.clone(), Self::json(value))).collect(),
            ),
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    pub(super) fn record<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Record(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl Item {
    /// The name that it declares, and whether that is a type's: a type and a value may share one.
    pub(super) fn name(&self) -> Option<(&str, bool)> {
        match self {
            Self::Alias { name, .. } => Some((name, true)),
            Self::Values { name, .. } | Self::Constant { name, .. } => Some((name, false)),
            Self::Script(_) | Self::Export(_) | Self::Forward(_) | Self::ForwardAll(_) => None,
        }
    }

    /// The validator of the type `name`.
    pub(super) fn validator(name: &str, schema: Expr) -> Self {
        Self::Constant {
            docs: Vec::new(),
            name: name.to_owned(),
            ty: Type::Generic("Validator", vec![Type::name(name)]),
            function: "validator",
            of: Vec::new(),
            arguments: vec![schema],
        }
    }

    pub(super) fn alias(docs: Vec<String>, name: impl Into<String>, ty: Type) -> Self {
        Self::Alias { docs, name: name.into(), parameters: Vec::new(), ty }
    }
}
