//! Closing what a writer describes: no property but those that are named, in whatever part of the schema.

use std::collections::BTreeSet;

use crate::compat::decision::graph::Graph;
use crate::compat::decision::node::{Fact, Id, Node};
use crate::kinds::{Kind, Kinds};

/// The most ways through a schema's unions that are closed one by one.
const MOST_WAYS: usize = 256;

/// Closes what a writer describes as an object without a word about the rest; a union that has too many ways stays open,
/// which may refuse too much and never too little.
pub(super) fn close(graph: &mut Graph, id: Id) -> Id {
    let Some(ways) = ways(graph, id) else { return id };
    let mut is_changed = false;
    let mut choices = Vec::with_capacity(ways.len());
    for way in &ways {
        let mut all = way.clone();
        if let Some(fact) = others(graph, way).filter(|_| is_object(graph, way)) {
            is_changed = true;
            all.push(graph.fact(fact));
        }
        choices.push(graph.add(Node::All(all)));
    }
    if !is_changed {
        return id;
    }
    // What is written is of one choice, as it is closed: as it stands, another one may hold that too. Where some of the ways are
    // no choices of which only one may hold, more is taken for written than is, which may refuse too much.
    let is_exclusive = unions(graph, id) == Unions { one: true, any: false };
    graph.add(if is_exclusive { Node::One(choices) } else { Node::Either(choices) })
}

/// Whether a part of what describes a value is still being read: a type that contains itself in a union, as an `Option` is.
pub(super) fn is_unread(graph: &Graph, id: Id) -> bool {
    fn within(graph: &Graph, id: Id, seen: &mut BTreeSet<Id>) -> bool {
        let id = graph.target(id);
        match graph.node(id) {
            Node::Same(_) => true,
            Node::Either(parts) | Node::One(parts) | Node::All(parts) if seen.insert(id) => {
                parts.iter().any(|part| within(graph, *part, seen))
            }
            _ => false,
        }
    }
    within(graph, id, &mut BTreeSet::new())
}

/// The ways to be true of a value, each as its assertions.
fn ways(graph: &Graph, id: Id) -> Option<Vec<Vec<Id>>> {
    match graph.node(id) {
        Node::Same(_) if graph.target(id) != id => ways(graph, graph.target(id)),
        Node::Either(choices) | Node::One(choices) => {
            let mut all = Vec::new();
            for choice in choices {
                all.extend(ways(graph, *choice)?);
                if all.len() > MOST_WAYS {
                    return None;
                }
            }
            Some(all)
        }
        Node::All(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let more = ways(graph, *part)?;
                if all.len() * more.len() > MOST_WAYS {
                    return None;
                }
                let longer = all.iter().flat_map(|way: &Vec<Id>| {
                    more.iter().map(move |rest| way.iter().chain(rest).copied().collect())
                });
                all = longer.collect();
            }
            Some(all)
        }
        _ => Some(vec![vec![id]]),
    }
}

/// Which unions the ways lead through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Unions {
    /// Of which only one choice may hold.
    one: bool,
    /// Of which any may.
    any: bool,
}

fn unions(graph: &Graph, id: Id) -> Unions {
    let (parts, own) = match graph.node(graph.target(id)) {
        Node::One(parts) => (parts, Unions { one: true, any: false }),
        Node::Either(parts) => (parts, Unions { one: false, any: true }),
        Node::All(parts) => (parts, Unions::default()),
        _ => return Unions::default(),
    };
    parts
        .iter()
        .map(|part| unions(graph, *part))
        .fold(own, |one, other| Unions { one: one.one || other.one, any: one.any || other.any })
}

/// That there are no others, unless something is said of them already.
fn others(graph: &mut Graph, way: &[Id]) -> Option<Fact> {
    let (mut names, mut patterns) = (Vec::new(), Vec::new());
    for id in way {
        match graph.node(*id) {
            Node::Is(Fact::Property(name, _)) => names.push(name.clone()),
            Node::Is(Fact::Properties(pattern, _)) => patterns.push(pattern.clone()),
            Node::Is(Fact::Others(..)) | Node::Opaque(..) => return None,
            _ => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    patterns.sort_unstable();
    patterns.dedup();
    let never = graph.add(Node::Never);
    Some(Fact::Others(names, patterns, never))
}

/// Whether it describes an object: it says that it is one, or what its properties are.
fn is_object(graph: &Graph, way: &[Id]) -> bool {
    let object = Kinds::of(Kind::Object);
    let mut kinds = Kinds::ALL;
    let mut has_properties = false;
    for id in way {
        match graph.node(*id) {
            Node::Is(Fact::Kinds(said)) => kinds = kinds.and(*said),
            Node::Is(Fact::Values(_)) => return false,
            Node::Is(Fact::Property(..) | Fact::Properties(..)) => has_properties = true,
            _ => {}
        }
    }
    let kinds = kinds.and(Kinds::of(Kind::Null).not());
    kinds.has(Kind::Object) && (has_properties || kinds == object)
}
