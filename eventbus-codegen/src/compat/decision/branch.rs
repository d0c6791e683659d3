//! What is known about a value that is looked for.

use std::rc::Rc;

use super::goal::Found;
use super::node::{Fact, Id, Literal, Node};
use crate::kinds::Kinds;

/// What is known about a value that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) kinds: Kinds,
    pub(super) values: Option<Vec<Literal>>,
    pub(super) facts: Vec<Rc<Node>>,
    pub(super) refused: Vec<Rc<Node>>,
    pub(super) clauses: Vec<Vec<Way>>,
    /// Everything that was assumed, and whether it holds.
    pub(super) assumed: Vec<(Id, bool)>,
    pub(super) doubt: Option<String>,
}

/// Assumptions that fulfil a clause.
pub(super) type Way = Vec<(Id, bool)>;

impl Branch {
    pub(super) const fn new() -> Self {
        Self {
            kinds: Kinds::ALL,
            values: None,
            facts: Vec::new(),
            refused: Vec::new(),
            clauses: Vec::new(),
            assumed: Vec::new(),
            doubt: None,
        }
    }

    pub(super) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter_map(|node| fact(node))
    }

    pub(super) fn refused(&self) -> impl Iterator<Item = &Fact> {
        self.refused.iter().filter_map(|node| fact(node))
    }

    /// The values that it must not be.
    pub(super) fn excluded(&self) -> Vec<Literal> {
        let values = self.refused().filter_map(|fact| match fact {
            Fact::Values(values) => Some(values.iter().cloned()),
            _ => None,
        });
        values.flatten().collect()
    }

    pub(super) fn choose(&mut self, ways: Vec<Way>) {
        let is_done = |way: &Way| way.iter().all(|assumption| self.assumed.contains(assumption));
        if !ways.iter().any(is_done) {
            self.clauses.push(ways);
        }
    }

    pub(super) fn learn(&mut self, node: &Rc<Node>, fact: &Fact, holds: bool) -> bool {
        match (fact, holds) {
            (Fact::Kinds(kinds), true) => self.kinds = self.kinds.and(*kinds),
            (Fact::Kinds(kinds), false) => self.kinds = self.kinds.and(kinds.not()),
            (Fact::Values(values), true) => match &mut self.values {
                Some(known) => known.retain(|value| values.contains(value)),
                unknown => *unknown = Some(values.clone()),
            },
            (fact, true) => {
                if self.kinds.and(fact.speaks_of()) != Kinds::NONE {
                    self.facts.push(Rc::clone(node));
                }
            }
            (fact, false) => {
                self.kinds = self.kinds.and(fact.speaks_of());
                self.refused.push(Rc::clone(node));
            }
        }
        self.kinds != Kinds::NONE
    }

    /// What it takes to go one step on: a way copies all that is known.
    pub(super) fn cost(&self) -> usize {
        let ways: usize = self.clauses.iter().map(Vec::len).sum();
        10 + self.assumed.len() / 8 + ways / 2
    }

    /// What was found, unless something was passed over on the way.
    pub(super) fn known(&self, found: Found) -> Found {
        match (&self.doubt, found) {
            (Some(doubt), Found::Value(_)) => Found::Doubt(doubt.clone()),
            (_, found) => found,
        }
    }
}

fn fact(node: &Rc<Node>) -> Option<&Fact> {
    match &**node {
        Node::Is(fact) => Some(fact),
        _ => None,
    }
}
