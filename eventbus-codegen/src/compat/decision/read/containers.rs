//! The keywords of arrays and objects.

use eventbus_runtime::Document;
use serde_json::Value;

use super::scalars::count;
use super::{Keys, Reading};
use crate::compat::decision::node::{Fact, Id, Node};
use crate::compat::decision::pattern::Pattern;
use crate::kinds::{Kind, Kinds};

impl Reading<'_> {
    pub(super) fn arrays(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        // Up to 2019-09 `items` was the list of the first elements, and `additionalItems` the rest.
        let (first, rest) = match (keys.get("prefixItems"), keys.get("items")) {
            (Some(Value::Array(first)), rest) => (first.as_slice(), rest),
            (_, Some(Value::Array(first))) => (first.as_slice(), keys.get("additionalItems")),
            (_, rest) => (&[][..], rest),
        };
        for (index, schema) in first.iter().enumerate() {
            let id = self.whole(schema);
            all.push(self.graph.fact(Fact::Element(index, id)));
        }
        if let Some(schema) = rest {
            let id = self.whole(schema);
            all.push(self.graph.fact(Fact::Elements(first.len(), id)));
        }
        all.extend(count(keys, "minItems").map(|n| self.graph.fact(Fact::Fewest(n))));
        all.extend(count(keys, "maxItems").map(|n| self.graph.fact(Fact::MostElements(n))));
        if keys.get("uniqueItems") == Some(&Value::Bool(true)) {
            all.push(self.graph.fact(Fact::Distinct));
        }
        if let Some(schema) = keys.get("contains") {
            match count(keys, "minContains") {
                None | Some(1) => {
                    let id = self.whole(schema);
                    all.push(self.graph.fact(Fact::Contains(id)));
                }
                Some(0) => {}
                Some(_) => all.push(self.undecided("minContains", keys)),
            }
        }
    }

    pub(super) fn objects(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        let object = |keyword: &str| keys.get(keyword).and_then(Value::as_object);
        let required = || keys.get("required").and_then(Value::as_array).into_iter().flatten();
        let is_required = |name: &str| required().any(|other| other == name);
        let (mut names, mut several) = (Vec::new(), Vec::new());
        for (name, schema) in object("properties").into_iter().flatten() {
            let id = self.whole(schema);
            let each = self.names(name, schema);
            for name in &each {
                // A writer that describes a property may write it, whatever it is.
                all.push(match self.contract.is_closed() {
                    true => self.described(name, id),
                    false => self.graph.fact(Fact::Property(name.clone(), id)),
                });
            }
            if each.len() > 1 {
                let one = self.one_name(&each, is_required(name));
                all.push(one);
                several.push(name);
            }
            names.extend(each);
        }
        let mut patterns = Vec::new();
        for (pattern, schema) in object("patternProperties").into_iter().flatten() {
            let id = self.whole(schema);
            let pattern = Pattern::new(pattern);
            all.push(self.graph.fact(Fact::Properties(pattern.clone(), id)));
            patterns.push(pattern);
        }
        names.sort_unstable();
        patterns.sort_unstable();
        if let Some(schema) = keys.get("additionalProperties") {
            let id = self.whole(schema);
            all.push(self.graph.fact(Fact::Others(names, patterns, id)));
        }
        for name in required().filter_map(Value::as_str) {
            if !several.iter().any(|other| *other == name) {
                all.push(self.graph.fact(Fact::Required(name.to_owned())));
            }
        }
        all.extend(
            count(keys, "minProperties").map(|n| self.graph.fact(Fact::FewestProperties(n))),
        );
        all.extend(count(keys, "maxProperties").map(|n| self.graph.fact(Fact::MostProperties(n))));
        if let Some(schema) = keys.get("propertyNames") {
            let id = self.part(schema);
            all.push(self.graph.fact(Fact::Names(id)));
        }
        for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] {
            for (name, needs) in object(keyword).into_iter().flatten() {
                all.push(self.dependent(name, needs));
            }
        }
    }

    /// The names that a property may have.
    fn names(&self, name: &str, schema: &Value) -> Vec<String> {
        let others = schema.get(Document::ALIASES).and_then(Value::as_array).into_iter().flatten();
        let others = others.filter_map(Value::as_str).filter(|_| self.contract.takes_others());
        std::iter::once(name).chain(others).map(str::to_owned).collect()
    }

    /// That a property has one of its names and no other beside it: two of them are the same field twice, which serde
    /// refuses, and nothing of ours writes.
    fn one_name(&mut self, names: &[String], is_required: bool) -> Id {
        let never = self.graph.add(Node::Never);
        let choices = names.iter().map(|name| {
            let others = names.iter().filter(|other| *other != name);
            let mut all: Vec<Id> =
                others.map(|other| self.graph.fact(Fact::Property(other.clone(), never))).collect();
            if is_required {
                all.push(self.graph.fact(Fact::Required(name.clone())));
            }
            self.graph.add(Node::All(all))
        });
        let choices = choices.collect();
        self.graph.add(Node::Either(choices))
    }

    /// A property that says nothing but that it is known.
    fn described(&mut self, name: &str, id: Id) -> Id {
        if *self.graph.node(id) != Node::Any {
            return self.graph.fact(Fact::Property(name.to_owned(), id));
        }
        let always = self.graph.fact(Fact::FewestProperties(0));
        self.graph.fact(Fact::Property(name.to_owned(), always))
    }

    /// With the property `name`, an object has others too, or is of a schema.
    fn dependent(&mut self, name: &str, needs: &Value) -> Id {
        let required = self.graph.fact(Fact::Required(name.to_owned()));
        let absent = self.graph.add(Node::Not(required));
        let then = match needs {
            Value::Array(names) => {
                let all = names
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|name| Fact::Required(name.to_owned()));
                let all = all.map(|fact| self.graph.fact(fact)).collect();
                self.graph.add(Node::All(all))
            }
            schema => self.part(schema),
        };
        // Whoever is no object has no property either, but `Not` would make it one.
        let object = self.graph.fact(Fact::Kinds(Kinds::of(Kind::Object)));
        let other = self.graph.add(Node::Not(object));
        self.graph.add(Node::Either(vec![other, absent, then]))
    }
}
