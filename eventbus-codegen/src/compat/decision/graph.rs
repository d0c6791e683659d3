//! The nodes of schemas: equal ones have one id, so that what did not change is recognised without being looked into.

use std::collections::HashMap;
use std::rc::Rc;

use super::node::{Fact, Id, Node};
use crate::kinds::Kinds;

/// The nodes that two schemas are made of.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Rc<Node>>,
    ids: HashMap<Rc<Node>, Id>,
}

impl Graph {
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The same, to be kept while the graph grows.
    pub(super) fn shared(&self, id: Id) -> Rc<Node> {
        Rc::clone(&self.nodes[id.0 as usize])
    }

    /// What a chain of [`Node::Same`] ends at.
    pub(super) fn target(&self, mut id: Id) -> Id {
        let mut left = self.nodes.len();
        while let Node::Same(next) = self.node(id)
            && left > 0
            && *next != id
        {
            (id, left) = (*next, left - 1);
        }
        id
    }

    pub(super) fn add(&mut self, node: Node) -> Id {
        let node = self.simplified(node);
        if let Node::Same(id) = node {
            return id;
        }
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let node = Rc::new(node);
        let id = self.push(Rc::clone(&node));
        self.ids.insert(node, id);
        id
    }

    pub(super) fn fact(&mut self, fact: Fact) -> Id {
        self.add(Node::Is(fact))
    }

    /// A node that will be said later what it is: a schema that is being read and refers to itself.
    pub(super) fn reserve(&mut self) -> Id {
        let id = self.push(Rc::new(Node::Any));
        self.become_same(id, id);
        id
    }

    pub(super) fn become_same(&mut self, reserved: Id, id: Id) {
        self.nodes[reserved.0 as usize] = Rc::new(Node::Same(id));
    }

    fn push(&mut self, node: Rc<Node>) -> Id {
        let id = Id(u32::try_from(self.nodes.len()).expect("a schema has fewer than 2^32 nodes"));
        self.nodes.push(node);
        id
    }

    /// The same in fewer words; [`Node::Same`] where it is a node that is there.
    fn simplified(&self, node: Node) -> Node {
        match node {
            Node::Is(Fact::Kinds(Kinds::ALL)) => Node::Any,
            Node::Is(Fact::Kinds(Kinds::NONE)) => Node::Never,
            Node::Is(Fact::Values(values)) if values.is_empty() => Node::Never,
            Node::Is(Fact::Elements(_, id) | Fact::Property(_, id) | Fact::Names(id))
                if *self.node(id) == Node::Any =>
            {
                Node::Any
            }
            Node::Not(id) => match self.node(id) {
                Node::Any => Node::Never,
                Node::Never => Node::Any,
                Node::Not(inner) => Node::Same(*inner),
                _ => Node::Not(id),
            },
            Node::All(ids) => self.all(ids),
            Node::Either(ids) => self.either(ids),
            Node::One(ids) if ids.len() == 1 => Node::Same(ids[0]),
            other => other,
        }
    }

    fn all(&self, ids: Vec<Id>) -> Node {
        let mut flat = Vec::with_capacity(ids.len());
        for id in ids {
            match self.node(id) {
                Node::Any => {}
                Node::Never => return Node::Never,
                Node::All(inner) => flat.extend(inner),
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.len() {
            0 => Node::Any,
            1 => Node::Same(flat[0]),
            _ => Node::All(flat),
        }
    }

    fn either(&self, ids: Vec<Id>) -> Node {
        let mut flat = Vec::with_capacity(ids.len());
        for id in ids {
            match self.node(id) {
                Node::Never => {}
                Node::Any => return Node::Any,
                Node::Either(inner) => flat.extend(inner),
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.len() {
            0 => Node::Never,
            1 => Node::Same(flat[0]),
            _ => Node::Either(flat),
        }
    }
}
