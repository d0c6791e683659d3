//! Unions whose choices exclude each other need no look at each other: a value is matched by its tag, not by its index.

use crate::compat::decision::graph::Graph;
use crate::compat::decision::node::{Fact, Id, Literal, Node};
use crate::kinds::{Kind, Kinds};

/// What can be seen of a choice without looking into it.
struct Outline {
    kinds: Kinds,
    values: Option<Vec<Literal>>,
    /// Properties that every object of this choice has, with the values that they can have.
    tags: Vec<(String, Vec<Literal>)>,
    required: Vec<String>,
    /// The only properties that an object of this choice may have.
    only: Option<Vec<String>>,
}

/// `anyOf`, or `oneOf` where `exactly` one may hold.
pub(super) fn unite(graph: &mut Graph, choices: Vec<Id>, exactly: bool) -> Id {
    if exactly && !are_disjoint(graph, &choices) {
        return graph.add(Node::One(choices));
    }
    let mut values = Vec::new();
    let mut rest = Vec::new();
    for choice in choices {
        match graph.node(choice) {
            Node::Is(Fact::Values(more)) => values.extend(more.iter().cloned()),
            _ => rest.push(choice),
        }
    }
    if !values.is_empty() {
        values.sort();
        values.dedup();
        rest.push(graph.fact(Fact::Values(values)));
    }
    graph.add(Node::Either(rest))
}

/// Whether no value can be of two of them, as far as can be seen from outside.
pub(super) fn are_disjoint(graph: &Graph, choices: &[Id]) -> bool {
    let outlines: Vec<Outline> = choices.iter().map(|choice| outline(graph, *choice)).collect();
    outlines
        .iter()
        .enumerate()
        .all(|(index, one)| outlines[index + 1..].iter().all(|other| one.excludes(other)))
}

fn outline(graph: &Graph, id: Id) -> Outline {
    let mut outline = Outline {
        kinds: Kinds::ALL,
        values: None,
        tags: Vec::new(),
        required: Vec::new(),
        only: None,
    };
    let id = graph.target(id);
    let parts = match graph.node(id) {
        Node::All(parts) => parts.as_slice(),
        _ => std::slice::from_ref(&id),
    };
    let facts = || {
        parts.iter().filter_map(|part| match graph.node(graph.target(*part)) {
            Node::Is(fact) => Some(fact),
            _ => None,
        })
    };
    for fact in facts() {
        match fact {
            Fact::Kinds(kinds) => outline.kinds = outline.kinds.and(*kinds),
            Fact::Values(values) => outline.values = Some(values.clone()),
            Fact::Required(name) => outline.required.push(name.clone()),
            Fact::Others(names, patterns, schema)
                if patterns.is_empty() && *graph.node(graph.target(*schema)) == Node::Never =>
            {
                outline.only = Some(names.clone());
            }
            Fact::Property(name, schema) => {
                let is_required =
                    facts().any(|fact| matches!(fact, Fact::Required(other) if other == name));
                if let Node::Is(Fact::Values(values)) = graph.node(graph.target(*schema))
                    && is_required
                {
                    outline.tags.push((name.clone(), values.clone()));
                }
            }
            _ => {}
        }
    }
    outline
}

impl Outline {
    fn excludes(&self, other: &Self) -> bool {
        let apart = |a: &[Literal], b: &[Literal]| a.iter().all(|value| !b.contains(value));
        let kinds = self.all_kinds().and(other.all_kinds());
        let by_tag = || {
            self.tags.iter().any(|(name, values)| {
                other.tags.iter().any(|(same, others)| name == same && apart(values, others))
            })
        };
        let only_objects = kinds == Kinds::of(Kind::Object);
        kinds == Kinds::NONE
            || matches!((&self.values, &other.values), (Some(a), Some(b)) if apart(a, b))
            || (only_objects && (by_tag() || self.lacks_what(other) || other.lacks_what(self)))
    }

    /// Whether it has no room for a property that the other one requires.
    fn lacks_what(&self, other: &Self) -> bool {
        let only = self.only.as_ref();
        only.is_some_and(|only| other.required.iter().any(|name| !only.contains(name)))
    }

    fn all_kinds(&self) -> Kinds {
        let Some(values) = &self.values else { return self.kinds };
        let kinds = values.iter().map(|literal| Kinds::of(Kind::of(&literal.value)));
        self.kinds.and(kinds.fold(Kinds::NONE, Kinds::or))
    }
}
