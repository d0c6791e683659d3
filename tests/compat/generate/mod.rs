//! Random pairs of schemas: mostly one and a mutation of it, as two versions of a type are.

mod draft;
mod general;
mod mutate;
mod typed;

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Map, Value};

/// Where a schema comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// What schemars prints for Rust types.
    Types,
    /// Any keywords of JSON Schema 2020-12.
    General,
    /// The same, spelled as drafts 4 to 2019-09 do.
    Drafts,
}

/// Two schemas of one family.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) family: Family,
    pub(super) old: Value,
    pub(super) new: Value,
}

/// What choices are made with.
#[derive(Debug)]
pub(super) struct Dice(pub(super) StdRng);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub(super) fn chance(&mut self, percent: u8) -> bool {
        self.0.random_range(0..100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Some of `choices`, in their order, at least `least` of them.
    pub(super) fn some<T: Clone>(&mut self, choices: &[T], least: usize, most: usize) -> Vec<T> {
        let mut left: Vec<usize> = (0..choices.len()).collect();
        let count = (least + self.below(most - least + 1)).min(choices.len());
        while left.len() > count {
            let gone = self.below(left.len());
            left.remove(gone);
        }
        left.into_iter().map(|index| choices[index].clone()).collect()
    }
}

/// The pair that the dice lead to.
pub(super) fn pair(dice: &mut Dice) -> Pair {
    let family = match dice.below(10) {
        0..5 => Family::Types,
        5..8 => Family::General,
        _ => Family::Drafts,
    };
    let schema = |dice: &mut Dice| match family {
        Family::Types => typed::document(dice),
        Family::General | Family::Drafts => general::document(dice),
    };
    let mut old = schema(dice);
    let mut new = if dice.chance(8) { schema(dice) } else { mutate::changed(dice, &old, family) };
    if dice.chance(30) {
        std::mem::swap(&mut old, &mut new);
    }
    if family == Family::Drafts {
        let draft = *dice.pick(&draft::DRAFTS);
        [old, new] = [old, new].map(|schema| draft.spelled(schema));
    }
    Pair { family, old, new }
}

/// Whether a definition refers to itself for one and the same value, which says nothing.
pub(super) fn is_endless(document: &Value) -> bool {
    let mut above = Vec::new();
    let definitions =
        ["$defs", "definitions"].iter().filter_map(|key| document.get(key)?.as_object());
    let mut all = definitions.flat_map(Map::values);
    all.any(|schema| ends_in_itself(document, schema, &mut above))
}

fn ends_in_itself(document: &Value, schema: &Value, above: &mut Vec<String>) -> bool {
    const IN_PLACE: &[&str] = &[
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentSchemas",
        "dependencies",
    ];
    let Value::Object(keys) = schema else { return false };
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str) {
        if above.iter().any(|pointer| pointer == reference) {
            return true;
        }
        above.push(reference.to_owned());
        let target = document.pointer(reference.trim_start_matches('#'));
        let is_endless = target.is_some_and(|target| ends_in_itself(document, target, above));
        above.pop();
        if is_endless {
            return true;
        }
    }
    IN_PLACE.iter().filter_map(|keyword| keys.get(*keyword)).any(|below| match below {
        Value::Array(all) => all.iter().any(|part| ends_in_itself(document, part, above)),
        Value::Object(all) => {
            ends_in_itself(document, below, above)
                || all.values().any(|part| ends_in_itself(document, part, above))
        }
        _ => false,
    })
}
