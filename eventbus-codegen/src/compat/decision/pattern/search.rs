//! The shortest text that matches what it must and nothing that it must not.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use super::super::budget::Budget;
use super::Expression;

/// The most places between the expressions that a search visits.
const MOST_STATES: usize = 20_000;

/// What the rest of an expression after a letter costs.
const DERIVATIVE: usize = 4;

/// What is looked for.
#[derive(Debug, Default)]
pub(in super::super) struct Search {
    /// What the whole text must match.
    pub(in super::super) must: Vec<Rc<Expression>>,
    /// What it must not match.
    pub(in super::super) must_not: Vec<Rc<Expression>>,
}

/// What a search came to.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Searched {
    Found(String),
    /// There is no such text.
    Nothing,
    /// It was given up.
    TooLarge,
}

impl Search {
    /// The same, with more that must match and more that must not.
    pub(in super::super) fn with(
        &self,
        must: Vec<Rc<Expression>>,
        must_not: Vec<Rc<Expression>>,
    ) -> Self {
        let joined =
            |one: &[Rc<Expression>], other: Vec<_>| one.iter().cloned().chain(other).collect();
        Self { must: joined(&self.must, must), must_not: joined(&self.must_not, must_not) }
    }

    /// The shortest such text, with the plainest letters.
    pub(in super::super) fn shortest(&self, budget: &mut Budget) -> Searched {
        let letters = self.letters();
        let start: Vec<Rc<Expression>> = self.must.iter().chain(&self.must_not).cloned().collect();
        let mut seen = HashSet::from([start.clone()]);
        let mut queue = VecDeque::from([(start, String::new())]);
        while let Some((state, text)) = queue.pop_front() {
            let (must, must_not) = state.split_at(self.must.len());
            if must.iter().all(|rest| rest.accepts_empty())
                && !must_not.iter().any(|rest| rest.accepts_empty())
            {
                return Searched::Found(text);
            }
            if !budget.pays(DERIVATIVE * letters.len() * state.len()) {
                return Searched::TooLarge;
            }
            for letter in &letters {
                let next: Vec<_> = state.iter().map(|rest| rest.after(*letter)).collect();
                let is_dead = next[..self.must.len()].contains(&Rc::new(Expression::Nothing));
                if is_dead || !seen.insert(next.clone()) {
                    continue;
                }
                if seen.len() > MOST_STATES {
                    return Searched::TooLarge;
                }
                queue.push_back((next, format!("{text}{letter}")));
            }
        }
        Searched::Nothing
    }

    /// One letter of each set that the expressions treat alike, the plainest of it.
    fn letters(&self) -> Vec<char> {
        let mut ranges = Vec::new();
        self.must.iter().chain(&self.must_not).for_each(|one| one.ranges(&mut ranges));
        ranges.sort_unstable();
        ranges.dedup();
        let mut edges: Vec<u32> = vec![0];
        edges.extend(ranges.iter().flat_map(|(low, high)| [*low as u32, *high as u32 + 1]));
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).copied().chain([char::MAX as u32 + 1]);
        let mut classes = HashSet::new();
        let mut letters: Vec<char> =
            edges.iter().zip(ends).filter_map(|(low, end)| plainest(*low, end)).collect();
        letters.sort_by_key(|letter| plainness(*letter));
        letters.retain(|letter| {
            let class: Vec<bool> =
                ranges.iter().map(|(low, high)| (*low..=*high).contains(letter)).collect();
            classes.insert(class)
        });
        letters
    }
}

/// The plainest character from `low` to before `end`.
fn plainest(low: u32, end: u32) -> Option<char> {
    let known = ['a', 'A', '0', '-', ' ', '~', 'é'];
    let near = (low..end.min(low + 4)).filter_map(char::from_u32);
    // The code points between are surrogates, no characters.
    let beyond = ('\u{e000}'..='\u{e000}').filter(|letter| (low..end).contains(&(*letter as u32)));
    let known = known.into_iter().filter(|letter| (low..end).contains(&(*letter as u32)));
    known.chain(near).chain(beyond).min_by_key(|letter| plainness(*letter))
}

fn plainness(letter: char) -> (u8, char) {
    let rank = match letter {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        '!'..='~' => 3,
        ' ' => 4,
        _ if letter.is_control() => 6,
        _ => 5,
    };
    (rank, letter)
}
