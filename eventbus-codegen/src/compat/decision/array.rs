//! Arrays: what each element is, that one is something, and how many there are.

use serde_json::Value;

use super::branch::Branch;
use super::goal::{Found, Solver, first, too_large};
use super::node::{Fact, Id, Literal};

/// The longest array that is built for a witness.
const LONGEST: u64 = 1_000;

/// The longest array of different elements that are chosen together.
const MOST_DIFFERENT: usize = 24;

/// Something that one element must be, without it being said which.
#[derive(Clone, Copy)]
enum Duty {
    /// An element from an index on that is not of a schema.
    Fails(usize, Id),
    /// An element that is.
    Holds(Id),
    /// Two equal elements.
    Twins,
}

#[derive(Clone, Default)]
struct Elements {
    least: u64,
    most: Option<u64>,
    distinct: bool,
    /// What single elements must be and must not be.
    single: Vec<(usize, Id, bool)>,
    /// What no element may be.
    never: Vec<Id>,
    twins: Option<(usize, usize)>,
}

impl Solver<'_> {
    /// An array that is what the branch says.
    pub(super) fn array(&mut self, branch: &Branch) -> Found {
        let mut elements = Elements::default();
        let mut duties = Vec::new();
        for fact in branch.facts() {
            match fact {
                Fact::Fewest(least) => elements.least = elements.least.max(*least),
                Fact::MostElements(most) => elements.at_most(*most),
                Fact::Distinct => elements.distinct = true,
                Fact::Contains(id) => duties.push(Duty::Holds(*id)),
                _ => {}
            }
        }
        for fact in branch.refused() {
            match fact {
                Fact::Element(index, id) => elements.require(*index, *id, false),
                Fact::Elements(from, id) => duties.push(Duty::Fails(*from, *id)),
                Fact::Fewest(0) => return Found::Nothing,
                Fact::Fewest(least) => elements.at_most(least - 1),
                Fact::MostElements(most) => {
                    elements.least = elements.least.max(most.saturating_add(1))
                }
                Fact::Distinct => duties.push(Duty::Twins),
                Fact::Contains(id) => elements.never.push(*id),
                _ => {}
            }
        }
        let listed = branch.facts().chain(branch.refused()).filter_map(|fact| match fact {
            Fact::Element(index, _) => Some(index + 1),
            Fact::Elements(from, _) => Some(*from),
            _ => None,
        });
        // Behind these all elements are alike, and each duty may be met by one of them.
        let positions = listed.max().unwrap_or(0) + 2 * duties.len();
        self.placed(branch, &elements, &duties, positions)
    }

    fn placed(
        &mut self,
        branch: &Branch,
        elements: &Elements,
        duties: &[Duty],
        positions: usize,
    ) -> Found {
        let Some((duty, rest)) = duties.split_first() else {
            return self.elements(branch, elements);
        };
        match *duty {
            Duty::Twins => {
                let pairs = (0..positions).flat_map(|a| (a + 1..positions).map(move |b| (a, b)));
                first(pairs, |(a, b)| {
                    let mut elements = elements.clone();
                    elements.twins = Some((a, b));
                    elements.least = elements.least.max(b as u64 + 1);
                    self.placed(branch, &elements, rest, positions)
                })
            }
            Duty::Fails(from, id) => first(from..positions, |index| {
                let mut elements = elements.clone();
                elements.require(index, id, false);
                self.placed(branch, &elements, rest, positions)
            }),
            Duty::Holds(id) => first(0..positions, |index| {
                let mut elements = elements.clone();
                elements.require(index, id, true);
                self.placed(branch, &elements, rest, positions)
            }),
        }
    }

    fn elements(&mut self, branch: &Branch, elements: &Elements) -> Found {
        if elements.most.is_some_and(|most| elements.least > most) {
            return Found::Nothing;
        }
        if elements.least > LONGEST {
            return too_large();
        }
        let length = usize::try_from(elements.least).expect("it is not that long");
        let mut items: Vec<Value> = Vec::with_capacity(length);
        for index in 0..length {
            if let Some((one, two)) = elements.twins
                && two == index
            {
                items.push(items[one].clone());
                continue;
            }
            let (holds, mut fails) = self.element(branch, elements, index);
            if elements.distinct && !items.is_empty() {
                let mut before: Vec<Literal> = items.iter().map(Literal::new).collect();
                before.sort();
                fails.push(self.graph.fact(Fact::Values(before)));
            }
            match self.solve(holds, fails) {
                Found::Value(value) => items.push(value),
                // The ones before may have taken what this one needs.
                Found::Nothing if elements.distinct && index > 0 => {
                    return self.all_different(branch, elements, length);
                }
                other => return other,
            }
        }
        self.unless_excluded(branch, elements, items)
    }

    /// Different elements for all indexes: each has as many values to choose from as there are elements, or all of its
    /// own. An index takes the value of another where that one can move on.
    fn all_different(&mut self, branch: &Branch, elements: &Elements, length: usize) -> Found {
        if length > MOST_DIFFERENT {
            return too_large();
        }
        let mut choices: Vec<Vec<Literal>> = Vec::with_capacity(length);
        let mut doubt = None;
        for index in 0..length {
            let (holds, fails) = self.element(branch, elements, index);
            let mut values: Vec<Literal> = Vec::new();
            while values.len() < length {
                let mut fails = fails.clone();
                values.sort();
                fails.push(self.graph.fact(Fact::Values(values.clone())));
                match self.solve(holds.clone(), fails) {
                    Found::Value(value) => values.push(Literal::new(&value)),
                    Found::Nothing => break,
                    Found::Doubt(reason) => {
                        doubt.get_or_insert(reason);
                        break;
                    }
                    Found::Spent => return Found::Spent,
                }
            }
            choices.push(values);
        }
        let mut taken: Vec<Option<Literal>> = vec![None; length];
        for index in 0..length {
            if !given(index, &choices, &mut taken, &mut Vec::new()) {
                return doubt.map_or(Found::Nothing, Found::Doubt);
            }
        }
        let items = taken.into_iter().flatten().map(|literal| literal.value).collect();
        self.unless_excluded(branch, elements, items)
    }

    /// The array, or another where this one must not be: a longer one, or one that differs from it at some index.
    fn unless_excluded(
        &mut self,
        branch: &Branch,
        elements: &Elements,
        items: Vec<Value>,
    ) -> Found {
        let array = Value::Array(items);
        if !branch.excluded().iter().any(|literal| literal.is(&array)) {
            return Found::Value(array);
        }
        let items = array.as_array().expect("it was built as one");
        let mut longer = elements.clone();
        longer.least = items.len() as u64 + 1;
        let mut ways = vec![longer];
        for (index, item) in items.iter().enumerate() {
            let mut other = elements.clone();
            other.require(index, self.graph.fact(Fact::Values(vec![Literal::new(item)])), false);
            ways.push(other);
        }
        first(ways, |elements| self.elements(branch, &elements))
    }

    /// What the element at `index` must be and must not be.
    fn element(&self, branch: &Branch, elements: &Elements, index: usize) -> (Vec<Id>, Vec<Id>) {
        let (mut holds, mut fails) = (Vec::new(), elements.never.clone());
        let twin = elements.twins.filter(|(one, _)| *one == index).map(|(_, two)| two);
        for index in [Some(index), twin].into_iter().flatten() {
            for fact in branch.facts() {
                match fact {
                    Fact::Element(other, id) if *other == index => holds.push(*id),
                    Fact::Elements(from, id) if *from <= index => holds.push(*id),
                    _ => {}
                }
            }
            for (_, id, is) in elements.single.iter().filter(|(other, ..)| *other == index) {
                if *is { holds.push(*id) } else { fails.push(*id) }
            }
        }
        (holds, fails)
    }
}

/// Gives `index` one of its choices, which may move others to another of theirs.
fn given(
    index: usize,
    choices: &[Vec<Literal>],
    taken: &mut Vec<Option<Literal>>,
    tried: &mut Vec<Literal>,
) -> bool {
    for choice in &choices[index] {
        if tried.contains(choice) {
            continue;
        }
        tried.push(choice.clone());
        let owner = taken.iter().position(|other| other.as_ref() == Some(choice));
        if owner.is_none_or(|owner| given(owner, choices, taken, tried)) {
            taken[index] = Some(choice.clone());
            return true;
        }
    }
    false
}

impl Elements {
    fn at_most(&mut self, most: u64) {
        self.most = Some(self.most.map_or(most, |known| known.min(most)));
    }

    fn require(&mut self, index: usize, id: Id, is: bool) {
        self.single.push((index, id, is));
        self.least = self.least.max(index as u64 + 1);
    }
}
