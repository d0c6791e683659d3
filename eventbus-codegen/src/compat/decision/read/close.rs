//! Closing what a writer describes: no property but those that are named, in whatever part of the schema.

use crate::compat::decision::graph::Graph;
use crate::compat::decision::node::{Fact, Id, Kind, Kinds, Node};

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
    let closed = graph.add(Node::Either(choices));
    // That only one choice may hold is lost among the ways.
    if has_one(graph, id) { graph.add(Node::All(vec![id, closed])) } else { closed }
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

fn has_one(graph: &Graph, id: Id) -> bool {
    match graph.node(graph.target(id)) {
        Node::One(_) => true,
        Node::All(parts) | Node::Either(parts) => parts.iter().any(|part| has_one(graph, *part)),
        _ => false,
    }
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
