//! A schema of the registry, which is draft 2020-12, as one of draft-07 beside others.
//!
//! Definitions stand beside the schema and not in it: the reference parser refuses `#/$defs/..` inside a payload, and takes
//! `#` for the whole document.

use serde_json::{Map, Value, json};

use crate::model::{BY_NAME, LIST, ONE};

/// Keywords of which draft-07 knows nothing, and that narrow what a schema accepts.
const UNKNOWN: &[&str] = &[
    "$dynamicAnchor",
    "$dynamicRef",
    "maxContains",
    "minContains",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Takes one schema out of its file.
pub(super) struct Hoist<'a> {
    /// What its name in the document is, and what the names of its definitions begin with.
    name: &'a str,
    /// What was left out, each with the keyword.
    pub(super) warnings: Vec<String>,
}

impl<'a> Hoist<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self { name, warnings: Vec::new() }
    }

    /// The schema and its definitions, by their names in the document.
    pub(super) fn schema(&mut self, schema: &Value) -> (Value, Vec<(String, Value)>) {
        let definitions = schema.get("$defs").and_then(Value::as_object).into_iter().flatten();
        let definitions =
            definitions.map(|(name, schema)| (self.named(name), self.convert(schema))).collect();
        (self.convert(schema), definitions)
    }

    /// What a definition is called in the document, where a name may hold letters, digits, `.`, `-` and `_`.
    fn named(&self, definition: &str) -> String {
        let mut name = format!("{}.", self.name);
        for letter in definition.chars() {
            if letter.is_ascii_alphanumeric() || letter == '_' {
                name.push(letter);
            } else {
                // Two names stay two.
                name.push_str(&format!("-{:x}-", u32::from(letter)));
            }
        }
        name
    }

    fn convert(&mut self, schema: &Value) -> Value {
        let Value::Object(keys) = schema else { return schema.clone() };
        let mut out = Map::new();
        for (key, value) in keys {
            match key.as_str() {
                "$comment" | "$defs" | "$id" | "$ref" | "$schema" | "dependentRequired"
                | "dependentSchemas" | "prefixItems" => {}
                // It stands beside `prefixItems`, and is another keyword there.
                "items" if keys.contains_key("prefixItems") => {}
                key if UNKNOWN.contains(&key) => self.warnings.push(format!(
                    "`{key}` has no counterpart in draft-07 and is left out: the schema accepts more there"
                )),
                key if ONE.contains(&key) => {
                    out.insert(key.to_owned(), self.convert(value));
                }
                key if LIST.contains(&key) => {
                    out.insert(key.to_owned(), self.each(value));
                }
                key if BY_NAME.contains(&key) => {
                    out.insert(key.to_owned(), self.values(value));
                }
                key => {
                    out.insert(key.to_owned(), value.clone());
                }
            }
        }
        if let Some(first) = keys.get("prefixItems") {
            out.insert("items".to_owned(), self.each(first));
            if let Some(rest) = keys.get("items") {
                out.insert("additionalItems".to_owned(), self.convert(rest));
            }
        }
        self.dependencies(keys, &mut out);
        let Some(Value::String(reference)) = keys.get("$ref") else { return Value::Object(out) };
        let reference = json!({ "$ref": self.target(reference) });
        if out.is_empty() {
            return reference;
        }
        // Whatever stands beside a reference is ignored in draft-07.
        match out.remove("allOf") {
            Some(Value::Array(mut all)) => {
                all.insert(0, reference);
                out.insert("allOf".to_owned(), Value::Array(all));
            }
            _ => {
                out.insert("allOf".to_owned(), json!([reference]));
            }
        }
        Value::Object(out)
    }

    fn each(&mut self, list: &Value) -> Value {
        let Value::Array(schemas) = list else { return list.clone() };
        schemas.iter().map(|schema| self.convert(schema)).collect()
    }

    fn values(&mut self, object: &Value) -> Value {
        let Value::Object(schemas) = object else { return object.clone() };
        let converted = schemas.iter().map(|(key, schema)| (key.clone(), self.convert(schema)));
        Value::Object(converted.collect())
    }

    /// One keyword of draft-07 is two in later ones.
    fn dependencies(&mut self, keys: &Map<String, Value>, out: &mut Map<String, Value>) {
        let of = |key: &str| keys.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut all = of("dependentRequired");
        for (name, schema) in of("dependentSchemas") {
            let mut schema = self.convert(&schema);
            if let Some(required) = all.remove(&name) {
                schema = json!({ "allOf": [schema, { "required": required }] });
            }
            all.insert(name, schema);
        }
        if !all.is_empty() {
            out.insert("dependencies".to_owned(), Value::Object(all));
        }
    }

    /// Where a reference of the file leads to in the document.
    fn target(&mut self, reference: &str) -> String {
        if reference == "#" {
            return super::pointer(self.name);
        }
        let below = reference.strip_prefix("#/$defs/").map(|below| below.split_once('/'));
        match (below, reference.strip_prefix("#/")) {
            (Some(None), _) => {
                let name = crate::pointer::linked(&reference["#/$defs/".len()..]);
                super::pointer(&self.named(&name))
            }
            (Some(Some((definition, rest))), _) => {
                let name = crate::pointer::linked(definition);
                format!("{}/{rest}", super::pointer(&self.named(&name)))
            }
            (None, Some(rest)) => format!("{}/{rest}", super::pointer(self.name)),
            (None, None) => {
                self.warnings.push(format!("`{reference}` leads out of the registry"));
                reference.to_owned()
            }
        }
    }
}
