//! Older spellings of what 2020-12 says.

use serde_json::{Map, Value, json};

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    September2019,
}

pub(super) const DRAFTS: [Draft; 4] = [Draft::Four, Draft::Six, Draft::Seven, Draft::September2019];

impl Draft {
    /// The same schema, as far as the draft can say it.
    pub(super) fn spelled(self, schema: Value) -> Value {
        let mut schema = self.of(schema);
        schema["$schema"] = json!(match self {
            Self::Four => "http://json-schema.org/draft-04/schema#",
            Self::Six => "http://json-schema.org/draft-06/schema#",
            Self::Seven => "http://json-schema.org/draft-07/schema#",
            Self::September2019 => "https://json-schema.org/draft/2019-09/schema",
        });
        schema
    }

    fn of(self, schema: Value) -> Value {
        let keys = match schema {
            Value::Bool(holds) if self == Self::Four => {
                return if holds { json!({}) } else { json!({"not": {}}) };
            }
            Value::Object(keys) => keys,
            other => return other,
        };
        let mut out = Map::new();
        for (keyword, value) in keys {
            let (keyword, value) = self.keyword(keyword, value);
            match keyword.as_str() {
                "if" | "then" | "else" if self < Self::Seven => {}
                "contains" | "propertyNames" if self == Self::Four => {}
                "dependentRequired" | "dependentSchemas" if self < Self::September2019 => {
                    let known = out.entry("dependencies").or_insert_with(|| json!({}));
                    for (name, needs) in value.as_object().into_iter().flatten() {
                        known[name] = needs.clone();
                    }
                }
                // Nobody has to know a format that came later.
                "format" if value == "uuid" && self < Self::September2019 => {}
                "format" if value == "date" && self < Self::Seven => {}
                "unevaluatedProperties" if self < Self::September2019 => {}
                "exclusiveMinimum" | "exclusiveMaximum" if self == Self::Four => {
                    let bound = if keyword == "exclusiveMinimum" { "minimum" } else { "maximum" };
                    out.insert(bound.to_owned(), value);
                    out.insert(keyword, json!(true));
                }
                "const" if self == Self::Four => {
                    drop(out.insert("enum".to_owned(), json!([value])))
                }
                "items" if out.get("items").is_some_and(Value::is_array) => {
                    out.insert("additionalItems".to_owned(), value);
                }
                "prefixItems" => {
                    if let Some(rest) = out.insert("items".to_owned(), value) {
                        out.insert("additionalItems".to_owned(), rest);
                    }
                }
                _ => drop(out.insert(keyword, value)),
            }
        }
        Value::Object(out)
    }

    /// What stands below a keyword, spelled too.
    fn keyword(self, keyword: String, value: Value) -> (String, Value) {
        let value = match (keyword.as_str(), value) {
            ("enum" | "const" | "required" | "type" | "dependentRequired", value) => value,
            (
                "properties" | "patternProperties" | "dependentSchemas" | "$defs",
                Value::Object(all),
            ) => all.into_iter().map(|(name, schema)| (name, self.of(schema))).collect(),
            ("additionalProperties" | "additionalItems", Value::Bool(holds)) => Value::Bool(holds),
            ("$ref", Value::String(pointer)) if self < Self::September2019 => {
                json!(pointer.replace("$defs", "definitions"))
            }
            (_, Value::Array(all)) => all.into_iter().map(|schema| self.of(schema)).collect(),
            ("uniqueItems", value) => value,
            (_, value) => self.of(value),
        };
        let is_old = keyword == "$defs" && self < Self::September2019;
        (if is_old { "definitions".to_owned() } else { keyword }, value)
    }
}
