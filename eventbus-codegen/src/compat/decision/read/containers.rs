//! The keywords of arrays and objects.

use serde_json::Value;

use super::scalars::count;
use super::{Contract, Keys, Reading};
use crate::compat::decision::node::{Fact, Id, Kind, Kinds, Node};
use crate::compat::decision::pattern::Pattern;

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
        let mut names = Vec::new();
        for (name, schema) in object("properties").into_iter().flatten() {
            let id = self.whole(schema);
            // A writer that describes a property may write it, whatever it is.
            all.push(match self.contract {
                Contract::Writer => self.described(name, id),
                _ => self.graph.fact(Fact::Property(name.clone(), id)),
            });
            names.push(name.clone());
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
        for name in keys.get("required").and_then(Value::as_array).into_iter().flatten() {
            all.extend(name.as_str().map(|name| self.graph.fact(Fact::Required(name.to_owned()))));
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
