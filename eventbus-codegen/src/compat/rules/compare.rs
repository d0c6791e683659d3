//! The differences between two payloads, each under the rule that names it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::outline::{Outline, Shape, Tagging, outline};
use super::{Rule, fields, named, scalars, structure, unions};
use crate::pointer::escaped;

/// One change, where it is and what it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) rule: &'static Rule,
    /// The JSON pointer into a payload, with `*` for any element.
    pub(crate) pointer: String,
    /// The same in Rust's spelling, below the payload's type.
    pub(crate) path: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

impl Difference {
    /// A change of a whole event type.
    pub(crate) fn of(rule: &'static Rule, old: impl Into<String>, new: impl Into<String>) -> Self {
        let (pointer, path) = (String::new(), String::new());
        Self { rule, pointer, path, old: old.into(), new: new.into() }
    }
}

/// The two contracts of one version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contracts<'a> {
    pub(crate) writer: &'a Value,
    pub(crate) reader: &'a Value,
}

/// A place in both contracts of one side.
#[derive(Debug, Clone)]
pub(super) struct Side<'a> {
    contracts: Contracts<'a>,
    pub(super) reader: Outline,
    /// Absent where the writer has nothing at this place.
    pub(super) writer: Option<Outline>,
}

/// Where a comparison stands.
#[derive(Debug, Clone, Default)]
pub(super) struct At {
    pub(super) pointer: String,
    pub(super) path: String,
}

/// Collects differences.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    found: Vec<Difference>,
    /// The pairs of named types that were gone into: a type that contains itself is looked at once.
    seen: BTreeSet<(String, String)>,
}

/// Every difference between what two versions write and read.
pub(crate) fn differences(old: Contracts<'_>, new: Contracts<'_>) -> Vec<Difference> {
    let mut comparison = Comparison::default();
    let [old, new] = [old, new].map(Side::root);
    comparison.values(&old, &new, &At::default());
    comparison.found
}

impl<'a> Side<'a> {
    fn root(contracts: Contracts<'a>) -> Self {
        let [reader, writer] =
            [contracts.reader, contracts.writer].map(|contract| outline(contract, contract));
        Self { contracts, reader, writer: Some(writer) }
    }

    /// What stands below, found in each contract in its own way.
    fn below(&self, find: impl Fn(&Outline) -> Option<Value>) -> Option<Self> {
        let reader = find(&self.reader).map(|schema| outline(self.contracts.reader, &schema));
        let writer = self.writer.as_ref().and_then(&find);
        let writer = writer.map(|schema| outline(self.contracts.writer, &schema));
        let reader = reader.or_else(|| writer.clone())?;
        Some(Self { contracts: self.contracts, reader, writer })
    }

    pub(super) fn property(&self, name: &str) -> Option<Self> {
        self.below(|outline| outline.property(name).cloned())
    }

    /// The values of properties without a name of their own.
    pub(super) fn other_values(&self) -> Option<Self> {
        self.below(|outline| outline.values().cloned())
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> Option<Self> {
        self.below(|outline| match &outline.shape {
            Shape::List(items) => Some(items.clone()),
            _ => None,
        })
    }

    /// One element of a tuple.
    pub(super) fn element(&self, index: usize) -> Option<Self> {
        self.below(|outline| match &outline.shape {
            Shape::Tuple(items) => items.get(index).cloned(),
            _ => None,
        })
    }

    /// One choice of a union.
    pub(super) fn choice(&self, schema: &Value) -> Option<Self> {
        self.below(|_| Some(schema.clone()))
    }

    /// A named type of the reader.
    fn definition(&self, name: &str) -> Option<&Value> {
        self.contracts.reader.get("$defs")?.get(name)
    }

    fn contains_itself(&self, name: &str) -> bool {
        let reference = Value::from(format!("#/$defs/{name}")).to_string();
        self.definition(name).is_some_and(|definition| definition.to_string().contains(&reference))
    }

    /// Whether this side writes the property at all.
    pub(super) fn writes(&self, name: &str) -> bool {
        self.writer.as_ref().is_some_and(|writer| writer.property(name).is_some())
    }

    /// Whether this side always writes the property.
    pub(super) fn always_writes(&self, name: &str) -> bool {
        self.writer.as_ref().is_some_and(|writer| writer.requires(name))
    }
}

impl At {
    pub(super) fn field(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            pointer: format!("{}/{}", self.pointer, escaped(name)),
            path: format!("{}{dot}{name}", self.path),
        }
    }

    pub(super) fn element(&self, index: &str) -> Self {
        Self {
            pointer: format!("{}/{index}", self.pointer),
            path: format!("{}[{index}]", self.path),
        }
    }

    pub(super) fn variant(&self, label: &str) -> Self {
        Self { pointer: self.pointer.clone(), path: format!("{}::{label}", self.path) }
    }

    /// The data of a variant, which stands under its name where nothing else tells which one it is.
    pub(super) fn data(&self, label: &str, tagging: &Tagging) -> Self {
        let variant = self.variant(label);
        match tagging {
            Tagging::External => Self { pointer: self.field(label).pointer, ..variant },
            Tagging::Key(_) | Tagging::Untagged => variant,
        }
    }
}

impl Comparison {
    pub(super) fn found(
        &mut self,
        id: &str,
        at: &At,
        old: impl Into<String>,
        new: impl Into<String>,
    ) {
        let rule = named(id);
        let (pointer, path) = (at.pointer.clone(), at.path.clone());
        let difference = Difference { rule, pointer, path, old: old.into(), new: new.into() };
        if !self.found.contains(&difference) {
            self.found.push(difference);
        }
    }

    /// Compares what may stand at one place. Whether it may be null or missing is its object's matter.
    pub(super) fn values(&mut self, old: &Side<'_>, new: &Side<'_>, at: &At) {
        match (&old.reader.name, &new.reader.name) {
            (Some(a), Some(b)) => {
                if a != b {
                    self.found("EV407", at, a.clone(), b.clone());
                } else if std::mem::discriminant(&old.reader.shape)
                    != std::mem::discriminant(&new.reader.shape)
                {
                    self.found("EV408", at, old.reader.words(), new.reader.words());
                }
                if !self.seen.insert((a.clone(), b.clone())) {
                    if old.contains_itself(a)
                        && new.contains_itself(b)
                        && old.definition(a) != new.definition(b)
                    {
                        self.found("EV409", at, a.clone(), b.clone());
                    }
                    return;
                }
            }
            (Some(a), None) => self.found("EV116", at, a.clone(), new.reader.words()),
            (None, Some(b)) => self.found("EV116", at, old.reader.words(), b.clone()),
            (None, None) => {}
        }
        match (&old.reader.shape, &new.reader.shape) {
            (Shape::Any, Shape::Any) => {}
            (Shape::Any, _) | (_, Shape::Any) => {
                self.found("EV410", at, old.reader.words(), new.reader.words());
            }
            (Shape::Object, Shape::Object) => fields::compare(self, old, new, at),
            (Shape::List(_) | Shape::Tuple(_), Shape::List(_) | Shape::Tuple(_)) => {
                structure::compare(self, old, new, at);
            }
            (Shape::List(_), _) | (_, Shape::List(_)) if structure::is_one_of_many(old, new) => {
                self.found("EV401", at, old.reader.words(), new.reader.words());
            }
            (Shape::Literals(_) | Shape::Union(..), _)
            | (_, Shape::Literals(_) | Shape::Union(..)) => {
                unions::compare(self, old, new, at);
            }
            _ => scalars::compare(self, old, new, at),
        }
    }
}
