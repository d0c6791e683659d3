//! Closing an object: no property but those that are described, in whatever part of the schema.

use super::Contract;
use super::unite::are_disjoint;
use crate::compat::decision::graph::Graph;
use crate::compat::decision::node::{Fact, Id, Kind, Kinds, Node};

/// The most ways through a schema's unions that are closed one by one.
const MOST_WAYS: usize = 256;

/// Closes `id`. Of a writer only what describes an object and leaves the rest unsaid; a union that has too many ways
/// stays open, which may refuse too much and never too little.
pub(super) fn close(graph: &mut Graph, id: Id, contract: Contract) -> Id {
    let is_writer = contract == Contract::Writer;
    let undecided = "properties that no part describes cannot be told in this union";
    let Some(ways) = ways(graph, id) else {
        return if is_writer { id } else { opaque(graph, undecided, id) };
    };
    let mut is_changed = false;
    let mut choices = Vec::with_capacity(ways.len());
    for way in &ways {
        let mut all = way.clone();
        if let Some(fact) = others(graph, way).filter(|_| !is_writer || is_object(graph, way)) {
            is_changed = true;
            all.push(graph.fact(fact));
        }
        choices.push(graph.add(Node::All(all)));
    }
    if !is_changed {
        return id;
    }
    if !is_writer && !are_disjoint(graph, &choices) {
        return opaque(graph, undecided, id);
    }
    let closed = graph.add(Node::Either(choices));
    if is_writer { closed } else { graph.add(Node::All(vec![id, closed])) }
}

fn opaque(graph: &mut Graph, reason: &str, id: Id) -> Id {
    graph.add(Node::Opaque(reason.to_owned(), format!("{id:?}")))
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
    kinds.has(Kind::Object) && (has_properties || kinds == object)
}
