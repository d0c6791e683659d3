//! The search for a value that some schemas accept and others refuse.
//!
//! `old` lies within `new` if there is no value that `old` accepts and `new` refuses. A goal is a set of nodes that must hold
//! and a set that must not. Assuming them leads to facts, facts that must not hold, and clauses of which one way each must
//! be taken. Once no clause is left, a value of one kind can be built from the facts, with goals of their own for elements
//! and properties; or there is none.
//!
//! A schema that contains itself leads to a goal that is being searched for already. A smallest value that fulfils a goal
//! does not hold another one for the same goal inside it, so the inner search may end with nothing. What was found to be
//! nothing under that assumption is forgotten again, unless the assumption was about itself.

use std::collections::HashMap;

use serde_json::Value;

use super::accept::accepts;
use super::branch::{Branch, Way};
use super::budget::Budget;
use super::graph::Graph;
use super::node::{Fact, Id, Node};
use crate::kinds::{Kind, Kinds};

/// What a search came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// A value, held against nothing yet.
    Value(Value),
    /// There is none.
    Nothing,
    /// It could not be decided, and why.
    Doubt(String),
    /// The budget is spent: nothing else will be found either.
    Spent,
}

/// Why a decision is given up.
pub(super) const TOO_LARGE: &str = "the schemas are too large or too entangled to be decided";

/// How many ways are tried on their own before one of them is taken.
const MOST_LOOKED_AHEAD: usize = 64;

type Goal = (Vec<Id>, Vec<Id>);

/// Searches within one graph.
pub(super) struct Solver<'a> {
    pub(super) graph: &'a mut Graph,
    known: HashMap<Goal, Found>,
    /// The goals that are being searched for, each for the one before it.
    open: Vec<Goal>,
    /// The outermost of them that something was assumed of.
    assumed: usize,
    budget: Budget,
    /// How many goals may be open at once.
    deepest: usize,
}

impl<'a> Solver<'a> {
    pub(super) fn new(graph: &'a mut Graph, deepest: usize, budget: Budget) -> Self {
        let (known, open) = (HashMap::new(), Vec::new());
        Self { graph, known, open, assumed: usize::MAX, budget, deepest }
    }

    /// A value of which all of `holds` is true and none of `fails`.
    pub(super) fn solve(&mut self, holds: Vec<Id>, fails: Vec<Id>) -> Found {
        if !self.budget.pays(1) {
            return Found::Spent;
        }
        let goal = (self.tidied(holds), self.tidied(fails));
        if goal.0.iter().any(|id| goal.1.binary_search(id).is_ok()) {
            return Found::Nothing;
        }
        if let Some(found) = self.known.get(&goal) {
            return found.clone();
        }
        if let Some(depth) = self.open.iter().position(|open| *open == goal) {
            self.assumed = self.assumed.min(depth);
            return Found::Nothing;
        }
        if self.open.len() >= self.deepest {
            return too_large();
        }
        let before = std::mem::replace(&mut self.assumed, usize::MAX);
        self.open.push(goal);
        let found = self.search();
        let goal = self.open.pop().expect("it was pushed above");
        let stands_alone = self.assumed >= self.open.len();
        if stands_alone || matches!(found, Found::Value(_)) {
            self.known.insert(goal, found.clone());
        }
        self.assumed = if stands_alone { before } else { before.min(self.assumed) };
        found
    }

    fn tidied(&self, ids: Vec<Id>) -> Vec<Id> {
        let mut ids: Vec<Id> = ids.into_iter().map(|id| self.graph.target(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn search(&mut self) -> Found {
        let (holds, fails) = self.open.last().expect("the goal is open").clone();
        let mut branch = Branch::new();
        let all =
            holds.into_iter().map(|id| (id, true)).chain(fails.into_iter().map(|id| (id, false)));
        if !all.into_iter().all(|(id, holds)| self.assume(&mut branch, id, holds)) {
            return Found::Nothing;
        }
        let kinds = branch.kinds;
        first(kinds.each(), |kind| {
            let mut branch = branch.clone();
            branch.kinds = Kinds::of(kind);
            self.settle(branch, kind)
        })
    }

    /// Takes `id` for true or for false. `false` where that contradicts what is known.
    pub(super) fn assume(&mut self, branch: &mut Branch, id: Id, holds: bool) -> bool {
        let id = self.graph.target(id);
        if branch.assumed.contains(&(id, holds)) {
            return true;
        }
        if branch.assumed.contains(&(id, !holds)) {
            return false;
        }
        branch.assumed.push((id, holds));
        let node = self.graph.shared(id);
        match (&*node, holds) {
            (Node::Any | Node::Same(_), _) => holds,
            (Node::Never, _) => !holds,
            (Node::Not(inner), _) => self.assume(branch, *inner, !holds),
            (Node::All(parts), true) => parts.iter().all(|part| self.assume(branch, *part, true)),
            (Node::Either(parts), false) => {
                parts.iter().all(|part| self.assume(branch, *part, false))
            }
            (Node::All(parts) | Node::Either(parts), _) => {
                branch.choose(parts.iter().map(|part| vec![(*part, holds)]).collect());
                true
            }
            (Node::One(choices), true) => {
                // By the index: a choice that is listed twice is never the only one.
                let one = |chosen: usize| {
                    choices.iter().enumerate().map(|(index, id)| (*id, index == chosen)).collect()
                };
                branch.choose((0..choices.len()).map(one).collect());
                true
            }
            (Node::One(choices), false) => {
                let mut ways: Vec<Way> = vec![choices.iter().map(|id| (*id, false)).collect()];
                for (index, one) in choices.iter().enumerate() {
                    ways.extend(
                        choices[index + 1..].iter().map(|two| vec![(*one, true), (*two, true)]),
                    );
                }
                branch.choose(ways);
                true
            }
            (Node::Opaque(reason, _), _) => {
                branch.doubt.get_or_insert_with(|| reason.clone());
                true
            }
            (Node::Is(fact), _) => branch.learn(&node, fact, holds),
        }
    }

    /// A value of one kind for what is known.
    fn settle(&mut self, mut branch: Branch, kind: Kind) -> Found {
        if !self.budget.pays(branch.cost()) {
            return Found::Spent;
        }
        match kind {
            Kind::Null => return self.among(&branch, kind, vec![Value::Null]),
            Kind::Bool => return self.among(&branch, kind, vec![false.into(), true.into()]),
            _ => {}
        }
        if let Some(values) = &branch.values {
            let values = values.iter().map(|literal| literal.value.clone()).collect();
            return self.among(&branch, kind, values);
        }
        match branch.clauses.len() {
            0 => branch.known(self.build(&branch, kind)),
            1 => {
                let ways = branch.clauses.remove(0);
                self.either(&branch, kind, ways)
            }
            _ => self.decide(branch, kind),
        }
    }

    /// Takes a clause with one way that may lead somewhere: none with none is an end. Where all have several, a choice of
    /// what must hold comes before a choice of what must not, because most of the latter are settled by it; a single one
    /// of the latter comes first.
    fn decide(&mut self, mut branch: Branch, kind: Kind) -> Found {
        let mut open = Vec::with_capacity(branch.clauses.len());
        for ways in std::mem::take(&mut branch.clauses) {
            if ways.iter().any(|way| self.is_settled(&branch, way)) {
                continue;
            }
            let alive: Vec<Way> =
                ways.into_iter().filter(|way| !self.is_dead(&branch, way)).collect();
            if alive.is_empty() {
                return Found::Nothing;
            }
            open.push(alive);
        }
        branch.clauses = open;
        let count: usize = branch.clauses.iter().map(Vec::len).sum();
        if count <= MOST_LOOKED_AHEAD && branch.clauses.iter().all(|ways| ways.len() > 1) {
            for index in 0..branch.clauses.len() {
                let ways = branch.clauses[index].clone();
                let alive: Vec<Way> =
                    ways.into_iter().filter(|way| self.may_lead(&branch, kind, way)).collect();
                if alive.is_empty() {
                    return Found::Nothing;
                }
                let is_only = alive.len() == 1;
                branch.clauses[index] = alive;
                if is_only {
                    break;
                }
            }
        }
        let is_positive = |ways: &[Way]| ways.iter().flatten().any(|(_, holds)| *holds);
        let refusals = branch.clauses.iter().filter(|ways| !is_positive(ways)).count();
        let rank =
            |ways: &Vec<Way>| (ways.len() > 1, is_positive(ways) == (refusals == 1), ways.len());
        let next = (0..branch.clauses.len()).min_by_key(|index| rank(&branch.clauses[*index]));
        match next {
            Some(index) => {
                let ways = branch.clauses.swap_remove(index);
                self.either(&branch, kind, ways)
            }
            None => branch.known(self.build(&branch, kind)),
        }
    }

    fn either(&mut self, branch: &Branch, kind: Kind, ways: Vec<Way>) -> Found {
        first(ways, |way| {
            if self.is_dead(branch, &way) {
                return Found::Nothing;
            }
            let mut branch = branch.clone();
            let agrees = way.into_iter().all(|(id, holds)| self.assume(&mut branch, id, holds));
            if agrees && branch.kinds.has(kind) {
                self.settle(branch, kind)
            } else {
                Found::Nothing
            }
        })
    }

    /// Whether a way could be taken if there were no other clauses.
    fn may_lead(&mut self, branch: &Branch, kind: Kind, way: &Way) -> bool {
        if self.is_dead(branch, way) {
            return false;
        }
        let mut alone = branch.clone();
        alone.clauses.clear();
        if !way.iter().all(|(id, holds)| self.assume(&mut alone, *id, *holds))
            || !alone.kinds.has(kind)
        {
            return false;
        }
        alone.clauses.clear();
        self.settle(alone, kind) != Found::Nothing
    }

    /// Whether what is known of the kind and of a property shows that a way leads nowhere, which is quickly seen.
    fn is_dead(&mut self, branch: &Branch, way: &Way) -> bool {
        let [(id, false)] = way.as_slice() else { return false };
        let node = self.graph.shared(self.graph.target(*id));
        let Node::Is(fact) = &*node else { return false };
        match fact {
            Fact::Kinds(kinds) => branch.kinds.and(kinds.not()) == Kinds::NONE,
            fact if branch.kinds.and(fact.speaks_of()) == Kinds::NONE => true,
            Fact::Required(name) => requires(branch, name),
            Fact::Property(name, schema) => match self.universal(branch, name) {
                Some(universal) => self.solve(universal, vec![*schema]) == Found::Nothing,
                None => false,
            },
            _ => false,
        }
    }

    /// Whether every value that is looked for goes this way, which then does not have to be taken.
    fn is_settled(&mut self, branch: &Branch, way: &Way) -> bool {
        let [(id, false)] = way.as_slice() else { return false };
        let node = self.graph.shared(self.graph.target(*id));
        let Node::Is(fact) = &*node else { return false };
        match fact {
            Fact::Kinds(kinds) => branch.kinds.and(*kinds) == Kinds::NONE,
            Fact::Property(name, schema) if requires(branch, name) => {
                match self.universal(branch, name) {
                    Some(mut universal) => {
                        universal.push(*schema);
                        self.solve(universal, Vec::new()) == Found::Nothing
                    }
                    None => false,
                }
            }
            Fact::Required(name) if branch.kinds == Kinds::of(Kind::Object) => {
                match self.universal(branch, name) {
                    Some(universal) if !universal.is_empty() => {
                        self.solve(universal, Vec::new()) == Found::Nothing
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// One of these values, if one is what everything says.
    fn among(&self, branch: &Branch, kind: Kind, values: Vec<Value>) -> Found {
        first(values.into_iter().filter(|value| Kind::of(value) == kind), |value| {
            let mut doubt = false;
            for (id, holds) in &branch.assumed {
                match accepts(self.graph, *id, &value) {
                    Some(accepted) if accepted != *holds => return Found::Nothing,
                    Some(_) => {}
                    None => doubt = true,
                }
            }
            if doubt {
                let unknown = || "a value cannot be held against the schema".to_owned();
                return Found::Doubt(branch.doubt.clone().unwrap_or_else(unknown));
            }
            Found::Value(value)
        })
    }

    fn build(&mut self, branch: &Branch, kind: Kind) -> Found {
        match kind {
            Kind::Null | Kind::Bool => unreachable!("these are told one by one"),
            Kind::Integer | Kind::Fraction => super::number::build(branch, kind),
            Kind::Text => super::text::build(branch, &mut self.budget),
            Kind::Array => self.array(branch),
            Kind::Object => self.object(branch),
        }
    }
}

fn requires(branch: &Branch, name: &str) -> bool {
    branch.facts().any(|fact| matches!(fact, Fact::Required(other) if other == name))
}

/// The first value that one of `ways` leads to, or the first doubt.
pub(super) fn first<T>(
    ways: impl IntoIterator<Item = T>,
    mut each: impl FnMut(T) -> Found,
) -> Found {
    let mut found = Found::Nothing;
    for way in ways {
        match each(way) {
            Found::Nothing => {}
            Found::Value(value) => return Found::Value(value),
            Found::Spent => return Found::Spent,
            doubt => {
                if found == Found::Nothing {
                    found = doubt;
                }
            }
        }
    }
    found
}

pub(super) fn too_large() -> Found {
    Found::Doubt(TOO_LARGE.to_owned())
}
