//! `unevaluatedProperties`: what is said of the properties that no part of a schema describes.
//!
//! Which parts describe something depends on the value: a choice of a union, a branch of `if`. Each such point is a switch
//! whose positions exclude each other and leave nothing out, so that one combination of them is true of a value, and with
//! it one set of described properties.

use serde_json::Value;

use super::unite::are_disjoint;
use super::{Keys, Reading};
use crate::compat::decision::node::{Fact, Id, Node};
use crate::compat::decision::pattern::Pattern;
use crate::kinds::{Kind, Kinds};

/// The most combinations that are told apart.
const MOST_WAYS: usize = 256;

/// One combination: what must be true for it, and the properties that are described then.
#[derive(Debug, Clone, Default, PartialEq)]
struct Way {
    conditions: Vec<Id>,
    names: Vec<String>,
    patterns: Vec<Pattern>,
    /// Another keyword speaks of all the others already.
    everything: bool,
}

impl Way {
    fn describes_nothing(&self) -> bool {
        self.names.is_empty() && self.patterns.is_empty() && !self.everything
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.conditions.extend(&other.conditions);
        both.names.extend(other.names.iter().cloned());
        both.patterns.extend(other.patterns.iter().cloned());
        both.everything |= other.everything;
        both
    }

    fn under(mut self, condition: Id) -> Self {
        self.conditions.push(condition);
        self
    }
}

impl Reading<'_> {
    /// What `unevaluatedProperties` says of a value that the keywords beside it are true of.
    pub(super) fn unevaluated(&mut self, keys: &Keys, schema: &Value) -> Id {
        let id = self.whole(schema);
        // A writer's object with this keyword is not left unsaid.
        if *self.graph.node(id) == Node::Any && !self.contract.is_closed() {
            return id;
        }
        let Some(ways) = self.ways(keys, &mut Vec::new()) else {
            return self.undecided("unevaluatedProperties", keys);
        };
        let mut all = Vec::with_capacity(ways.len());
        for mut way in ways {
            if !way.everything {
                way.names.sort_unstable();
                way.names.dedup();
                way.patterns.sort_unstable();
                way.patterns.dedup();
                way.conditions.push(self.graph.fact(Fact::Others(way.names, way.patterns, id)));
            }
            all.push(self.graph.add(Node::All(way.conditions)));
        }
        if all.len() == 1 {
            return all[0];
        }
        let object = self.graph.fact(Fact::Kinds(Kinds::of(Kind::Object)));
        all.push(self.graph.add(Node::Not(object)));
        self.graph.add(Node::Either(all))
    }

    /// The combinations within a schema, without its own `unevaluatedProperties`. `None` if there are too many.
    fn ways(&mut self, keys: &Keys, above: &mut Vec<String>) -> Option<Vec<Way>> {
        let named =
            |keyword: &str| keys.get(keyword).and_then(Value::as_object).into_iter().flatten();
        let own = Way {
            conditions: Vec::new(),
            names: named("properties").map(|(name, _)| name.clone()).collect(),
            patterns: named("patternProperties").map(|(text, _)| Pattern::new(text)).collect(),
            everything: keys.contains_key("additionalProperties"),
        };
        let mut all = vec![own];
        if let Some(Value::String(reference)) = keys.get("$ref") {
            all = product(&all, &self.ways_of_reference(reference, above)?)?;
            if self.lone_references {
                return Some(all);
            }
        }
        let list = |keyword: &str| keys.get(keyword).and_then(Value::as_array);
        for part in list("allOf").into_iter().flatten() {
            all = product(&all, &self.ways_of(part, above)?)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(choices) = list(keyword) else { continue };
            let ids: Vec<Id> = choices.iter().map(|choice| self.part(choice)).collect();
            let are_exclusive = keyword == "oneOf" || are_disjoint(self.graph, &ids);
            let mut switch = Vec::new();
            for (choice, id) in choices.iter().zip(ids) {
                let ways = self.ways_of(choice, above)?;
                let on = ways.into_iter().map(|way| way.under(id));
                if are_exclusive {
                    switch.extend(on);
                } else {
                    let off = Way::default().under(self.graph.add(Node::Not(id)));
                    all = product(&all, &on.chain([off]).collect::<Vec<_>>())?;
                }
            }
            all = product(&all, &switch)?;
        }
        if let Some(condition) = keys.get("if") {
            let id = self.part(condition);
            let then = self.ways_of(keys.get("then").unwrap_or(&Value::Bool(true)), above)?;
            let on = product(&self.ways_of(condition, above)?, &then)?;
            let off = self.ways_of(keys.get("else").unwrap_or(&Value::Bool(true)), above)?;
            let not = self.graph.add(Node::Not(id));
            let on = on.into_iter().map(|way| way.under(id));
            let off = off.into_iter().map(|way| way.under(not));
            all = product(&all, &on.chain(off).collect::<Vec<_>>())?;
        }
        for (name, schema) in named("dependentSchemas") {
            let required = self.graph.fact(Fact::Required(name.clone()));
            let off = Way::default().under(self.graph.add(Node::Not(required)));
            let on = self.ways_of(schema, above)?.into_iter().map(|way| way.under(required));
            all = product(&all, &on.chain([off]).collect::<Vec<_>>())?;
        }
        Some(all)
    }

    /// The same for a part, whose own `unevaluatedProperties` describes all the others.
    fn ways_of(&mut self, schema: &Value, above: &mut Vec<String>) -> Option<Vec<Way>> {
        let Value::Object(keys) = schema else { return Some(vec![Way::default()]) };
        let mut ways = self.ways(keys, above)?;
        if keys.contains_key("unevaluatedProperties") {
            ways.iter_mut().for_each(|way| way.everything = true);
        }
        Some(ways)
    }

    fn ways_of_reference(&mut self, reference: &str, above: &mut Vec<String>) -> Option<Vec<Way>> {
        let pointer = self.local(reference)?;
        if above.contains(&pointer) {
            return None;
        }
        let document = self.document;
        let schema = document.pointer(&pointer)?;
        above.push(pointer);
        let ways = self.ways_of(schema, above);
        above.pop();
        ways
    }
}

/// Every combination of the two. What describes nothing, however its switch stands, is left out.
fn product(all: &[Way], more: &[Way]) -> Option<Vec<Way>> {
    if more.iter().all(Way::describes_nothing) {
        return Some(all.to_vec());
    }
    if all.len() * more.len() > MOST_WAYS {
        return None;
    }
    Some(all.iter().flat_map(|way| more.iter().map(move |other| way.and(other))).collect())
}
