//! Whether a value is what a schema says, for the values that a decision comes up with.

use serde_json::Value;

use super::graph::Graph;
use super::node::{Fact, Id, Literal, Node, Open};
use super::pattern::Pattern;
use crate::decimal::Decimal;
use crate::kinds::Kind;

/// How deep schemas and values may be nested into each other.
const DEEPEST: u32 = 1_200;

/// `None` where it cannot be told.
pub(super) fn accepts(graph: &Graph, id: Id, value: &Value) -> Option<bool> {
    Judge { graph }.node(id, value, 0)
}

struct Judge<'a> {
    graph: &'a Graph,
}

impl Judge<'_> {
    fn node(&self, id: Id, value: &Value, depth: u32) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        let each = |ids: &[Id]| -> Vec<Option<bool>> {
            ids.iter().map(|id| self.node(*id, value, depth + 1)).collect()
        };
        match self.graph.node(self.graph.target(id)) {
            Node::Any | Node::Same(_) => Some(true),
            Node::Never => Some(false),
            Node::Not(inner) => self.node(*inner, value, depth + 1).map(|holds| !holds),
            Node::All(parts) => every(each(parts)),
            Node::Either(choices) => some(each(choices)),
            Node::One(choices) => {
                let all = each(choices);
                let holding = all.iter().filter(|holds| **holds == Some(true)).count();
                match (holding, all.contains(&None)) {
                    (2.., _) => Some(false),
                    (_, true) => None,
                    (holding, false) => Some(holding == 1),
                }
            }
            Node::Opaque(..) => None,
            Node::Is(fact) => match fact {
                Fact::Kinds(kinds) => Some(kinds.has(Kind::of(value))),
                Fact::Values(values) => Some(values.iter().any(|literal| literal.is(value))),
                fact => match value {
                    Value::Number(number) => number_fact(fact, Decimal::of(number)),
                    Value::String(text) => text_fact(fact, text),
                    Value::Array(items) => self.array_fact(fact, items, depth),
                    Value::Object(_) => self.object_fact(fact, value, depth),
                    Value::Null | Value::Bool(_) => Some(true),
                },
            },
        }
    }

    fn array_fact(&self, fact: &Fact, items: &[Value], depth: u32) -> Option<bool> {
        let all = |from: usize, id: Id| {
            items.iter().skip(from).map(|item| self.node(id, item, depth + 1)).collect::<Vec<_>>()
        };
        let length = items.len() as u64;
        match fact {
            Fact::Element(index, id) => {
                items.get(*index).map_or(Some(true), |item| self.node(*id, item, depth + 1))
            }
            Fact::Elements(from, id) => every(all(*from, *id)),
            Fact::Fewest(least) => Some(length >= *least),
            Fact::MostElements(most) => Some(length <= *most),
            Fact::Distinct => {
                let mut items: Vec<Literal> = items.iter().map(Literal::new).collect();
                items.sort();
                Some(items.windows(2).all(|pair| pair[0] != pair[1]))
            }
            Fact::Contains(id) => some(all(0, *id)),
            _ => Some(true),
        }
    }

    fn object_fact(&self, fact: &Fact, value: &Value, depth: u32) -> Option<bool> {
        let keys = value.as_object()?;
        let count = keys.len() as u64;
        let each = |is_meant: &dyn Fn(&str) -> Option<bool>, id: Id| {
            every(keys.iter().map(|(key, value)| match is_meant(key) {
                Some(false) => Some(true),
                Some(true) => self.node(id, value, depth + 1),
                None => None,
            }))
        };
        match fact {
            Fact::Property(name, id) => {
                keys.get(name).map_or(Some(true), |value| self.node(*id, value, depth + 1))
            }
            Fact::Properties(pattern, id) => each(&|key| matches(pattern, key), *id),
            Fact::Others(names, patterns, id) => each(&|key| is_other(names, patterns, key), *id),
            Fact::Names(id) => {
                every(keys.keys().map(|key| self.node(*id, &Value::from(key.as_str()), depth + 1)))
            }
            Fact::Required(name) => Some(keys.contains_key(name)),
            Fact::FewestProperties(least) => Some(count >= *least),
            Fact::MostProperties(most) => Some(count <= *most),
            _ => Some(true),
        }
    }
}

/// Whether a property is one of those that have none of the names and match none of the patterns.
pub(super) fn is_other(names: &[String], patterns: &[Pattern], key: &str) -> Option<bool> {
    if names.binary_search_by(|name| name.as_str().cmp(key)).is_ok() {
        return Some(false);
    }
    some(patterns.iter().map(|pattern| matches(pattern, key))).map(|is_matched| !is_matched)
}

pub(super) fn matches(pattern: &Pattern, text: &str) -> Option<bool> {
    pattern.expression().ok().map(|expression| expression.matches(text))
}

fn number_fact(fact: &Fact, number: Option<Decimal>) -> Option<bool> {
    match fact {
        Fact::Least(bound, Open::Within) => Some(number? >= *bound),
        Fact::Least(bound, Open::Beyond) => Some(number? > *bound),
        Fact::Most(bound, Open::Within) => Some(number? <= *bound),
        Fact::Most(bound, Open::Beyond) => Some(number? < *bound),
        Fact::MultipleOf(step) => number?.is_multiple_of(*step),
        _ => Some(true),
    }
}

fn text_fact(fact: &Fact, text: &str) -> Option<bool> {
    let length = || text.chars().count() as u64;
    match fact {
        Fact::Shortest(least) => Some(length() >= *least),
        Fact::Longest(most) => Some(length() <= *most),
        Fact::Matches(pattern) => matches(pattern, text),
        Fact::Format(format) => format.holds(text),
        _ => Some(true),
    }
}

fn every(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for answer in answers {
        match answer {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

fn some(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    every(answers.into_iter().map(|answer| answer.map(|holds| !holds))).map(|none| !none)
}
