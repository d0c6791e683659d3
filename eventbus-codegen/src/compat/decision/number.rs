//! Numbers: an interval, a step, and what must not be.

use serde_json::Value;

use super::branch::Branch;
use super::goal::Found;
use super::node::{Fact, Literal, Open};
use crate::decimal::Decimal;
use crate::kinds::Kind;

/// How many numbers are tried on each side of the one nearest to zero.
const MOST_TRIED: i128 = 1_000;

type Bound = Option<(Decimal, Open)>;

#[derive(Default)]
struct Numbers {
    least: Bound,
    most: Bound,
    steps: Vec<Decimal>,
    no_steps: Vec<Decimal>,
    excluded: Vec<Literal>,
}

/// An integer or another number that is what the branch says.
pub(super) fn build(branch: &Branch, kind: Kind) -> Found {
    let mut numbers = Numbers { excluded: branch.excluded(), ..Numbers::default() };
    branch.facts().for_each(|fact| numbers.learn(fact, true));
    branch.refused().for_each(|fact| numbers.learn(fact, false));
    numbers.find(kind).unwrap_or_else(|| {
        Found::Doubt("the numbers are too large or too fine to be decided".to_owned())
    })
}

impl Numbers {
    fn learn(&mut self, fact: &Fact, holds: bool) {
        let flipped = |open: Open| match open {
            Open::Within => Open::Beyond,
            Open::Beyond => Open::Within,
        };
        match (fact, holds) {
            (Fact::Least(bound, open), true) => self.at_least(*bound, *open),
            (Fact::Most(bound, open), false) => self.at_least(*bound, flipped(*open)),
            (Fact::Most(bound, open), true) => self.at_most(*bound, *open),
            (Fact::Least(bound, open), false) => self.at_most(*bound, flipped(*open)),
            (Fact::MultipleOf(step), true) => self.steps.push(*step),
            (Fact::MultipleOf(step), false) => self.no_steps.push(*step),
            _ => {}
        }
    }

    fn at_least(&mut self, bound: Decimal, open: Open) {
        let rank = |(bound, open): (Decimal, Open)| (bound, open == Open::Beyond);
        if self.least.is_none_or(|known| rank((bound, open)) > rank(known)) {
            self.least = Some((bound, open));
        }
    }

    fn at_most(&mut self, bound: Decimal, open: Open) {
        let rank = |(bound, open): (Decimal, Open)| (bound, open == Open::Within);
        if self.most.is_none_or(|known| rank((bound, open)) < rank(known)) {
            self.most = Some((bound, open));
        }
    }

    fn find(&self, kind: Kind) -> Option<Found> {
        let mut step = (kind == Kind::Integer).then_some(Decimal::ONE);
        for other in &self.steps {
            step = Some(match step {
                None => *other,
                Some(step) => step.common_multiple(*other)?,
            });
        }
        match step {
            Some(step) => self.stepped(step, kind),
            None => self.dense(),
        }
    }

    /// Multiples of `step`.
    fn stepped(&self, step: Decimal, kind: Kind) -> Option<Found> {
        if kind == Kind::Fraction && step.is_integer() {
            return Some(Found::Nothing);
        }
        for other in &self.no_steps {
            if step.is_multiple_of(*other)? {
                return Some(Found::Nothing);
            }
        }
        let lowest = match self.least {
            Some((bound, _)) => Some(bound.steps(step)?),
            None => None,
        };
        let highest = match self.most {
            Some((bound, _)) => Some(bound.steps(step)?.checked_add(1)?),
            None => None,
        };
        // From the one nearest to zero on, so that the witness is a plain one.
        let (low, high) = (lowest.unwrap_or(i128::MIN), highest.unwrap_or(i128::MAX));
        let start = if low > high { low } else { 0.clamp(low, high) };
        let (first, last) =
            (start.saturating_sub(MOST_TRIED).max(low), start.saturating_add(MOST_TRIED).min(high));
        let mut counts: Vec<i128> = (first..=last).collect();
        counts.sort_by_key(|count| count.abs_diff(start));
        let mut is_all = first == low && last == high;
        for count in counts {
            match step.times(count).and_then(|number| self.tried(number, kind)) {
                Some(Some(value)) => return Some(Found::Value(value)),
                Some(None) => {}
                None => is_all = false,
            }
        }
        if is_all {
            return Some(Found::Nothing);
        }
        // Beyond 64 bits few integers are written without being rounded; the powers of ten are.
        let far = (17..=22).map(|power| Decimal::integer(10_i128.pow(power)));
        let far = far.flat_map(|number| [Some(number), number.times(-1)]).flatten();
        let mut far = far.filter(|number| number.is_multiple_of(step) == Some(true));
        far.find_map(|number| self.tried(number, kind)?).map(Found::Value)
    }

    /// Any number that is no integer.
    fn dense(&self) -> Option<Found> {
        let places = |from: Decimal, span: Decimal| -> Vec<Option<Decimal>> {
            let at = |n: i128| from.plus(span.times(n)?.shifted(1)?);
            [5, 3, 7, 1, 2, 4, 6, 8, 9].into_iter().map(at).collect()
        };
        // Between the multiples of a step that must not divide it.
        let fine =
            |from: Decimal| (2..6).map(move |places| from.plus(Decimal::ONE.shifted(places)?));
        // The plainest first, then those beside the bounds.
        let mut candidates = places(Decimal::integer(0), Decimal::ONE);
        candidates.extend(places(Decimal::integer(-1), Decimal::ONE));
        match (self.least, self.most) {
            (Some((low, _)), Some((high, _))) if low > high => return Some(Found::Nothing),
            (Some((low, a)), Some((high, b))) if low == high => {
                if low.is_integer() || a == Open::Beyond || b == Open::Beyond {
                    return Some(Found::Nothing);
                }
                candidates = vec![Some(low)];
            }
            (Some((low, _)), Some((high, _))) => {
                candidates
                    .extend(high.minus(low).map(|span| places(low, span)).into_iter().flatten());
                candidates.extend([Some(low), Some(high)]);
            }
            _ => {}
        }
        let single = candidates.len() == 1;
        if !single {
            for (bound, _) in self.least.iter().chain(&self.most) {
                candidates.extend(places(*bound, Decimal::ONE));
                candidates.extend(
                    bound
                        .minus(Decimal::ONE)
                        .map(|low| places(low, Decimal::ONE))
                        .into_iter()
                        .flatten(),
                );
                candidates.extend(fine(*bound));
            }
            candidates.extend(fine(Decimal::integer(0)));
        }
        let mut is_told = true;
        for candidate in candidates {
            match candidate.and_then(|candidate| self.tried(candidate, Kind::Fraction)) {
                Some(Some(value)) => return Some(Found::Value(value)),
                Some(None) => {}
                None => is_told = false,
            }
        }
        (single && is_told).then_some(Found::Nothing)
    }

    /// The number as a value, if it is one that is looked for. `None` if it cannot be told.
    #[expect(clippy::option_option, reason = "no answer is something else than no")]
    fn tried(&self, number: Decimal, kind: Kind) -> Option<Option<Value>> {
        let above = self.least.is_none_or(|(bound, open)| match open {
            Open::Within => number >= bound,
            Open::Beyond => number > bound,
        });
        let below = self.most.is_none_or(|(bound, open)| match open {
            Open::Within => number <= bound,
            Open::Beyond => number < bound,
        });
        if !above || !below || number.is_integer() != (kind == Kind::Integer) {
            return Some(None);
        }
        for step in &self.no_steps {
            if number.is_multiple_of(*step)? {
                return Some(None);
            }
        }
        let value = number.json()?;
        Some((!self.excluded.iter().any(|literal| literal.is(&value))).then_some(value))
    }
}
