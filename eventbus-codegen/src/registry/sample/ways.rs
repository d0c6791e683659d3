//! Payloads of one schema that differ: what a probe hands to code that may treat some values unlike others.
//!
//! One is as plain as a sample, one leaves out what may be left out, and two hold the smallest and the largest value of every
//! place. Each of the others takes another way at one place alone, so that their number grows with the places and their
//! values, and is no product of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::Writer;

/// How many payloads of one schema are made at most, but for the smallest and the largest: a type of 10 fields with 8 values
/// each takes less than 100.
pub(crate) const MOST: usize = 1_000;

/// Payloads of a schema.
#[derive(Debug, Default)]
pub(crate) struct Variety {
    /// The first is the [`sample`](super::sample).
    pub(crate) payloads: Vec<Value>,
    /// How many more would be made, where there are too many.
    pub(crate) untried: usize,
}

/// Payloads of `schema` in which each place has each of its ways once: the values at the edge of what it may be, each variant
/// of an enum, null, absence, and the lengths of lists and maps.
pub(crate) fn variety(schema: &Value) -> Variety {
    let sparse = Choices { sparse: true, ..Choices::default() };
    let mut queue = VecDeque::from([Choices::default(), sparse]);
    let (mut payloads, mut texts, mut seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut untried = 0;
    while let Some(choices) = queue.pop_front() {
        if payloads.len() == MOST {
            untried = queue.len() + 1;
            break;
        }
        let mut writer = Writer::new(schema, &choices);
        let made = writer.payload(schema);
        payloads.extend(made.filter(|payload| texts.insert(payload.to_string())));
        for (fork, count) in writer.ways {
            for way in (1..count).filter(|way| seen.insert((fork, *way))) {
                let mut more = choices.clone();
                more.ways.insert(fork, way);
                queue.push_back(more);
            }
        }
    }
    // What differs in one place shows what is the matter, and is looked at first.
    for size in [Size::Small, Size::Large] {
        let choices = Choices { size, ..Choices::default() };
        let made = Writer::new(schema, &choices).payload(schema);
        payloads.extend(made.filter(|payload| texts.insert(payload.to_string())));
    }
    Variety { payloads, untried }
}

/// A place in a schema where there are several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fork {
    pub(super) what: &'static str,
    /// Where what decides is kept; a schema does not move meanwhile.
    pub(super) place: usize,
}

/// Which way is gone; the first where nothing is said.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    ways: BTreeMap<Fork, usize>,
    /// Whether everything is left out that may be.
    pub(super) sparse: bool,
    pub(super) size: Size,
}

/// Which values places have of which nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Size {
    #[default]
    Plain,
    Small,
    Large,
}

impl Choices {
    /// Which of `count` ways is gone.
    pub(super) fn way(&self, fork: Fork) -> usize {
        self.ways.get(&fork).copied().unwrap_or(0)
    }

    /// Which of `count` values is taken: the plain one is the first, and the others grow.
    pub(super) fn value(&self, fork: Fork, count: usize, size: Size) -> usize {
        self.ways.get(&fork).copied().unwrap_or(match size {
            Size::Plain => 0,
            Size::Small => 1.min(count.saturating_sub(1)),
            Size::Large => count.saturating_sub(1),
        })
    }
}

impl Size {
    /// The size of a second element, which is not to be the same as the first.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Large => Self::Small,
            Self::Plain | Self::Small => Self::Large,
        }
    }
}
