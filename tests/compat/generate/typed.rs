//! The shapes that schemars prints for Rust types.

use serde_json::{Map, Value, json};

use super::Dice;

const FIELDS: &[&str] = &["id", "name", "total", "note", "tags", "at", "state", "lines"];
const TYPES: &[&str] = &["Line", "Node", "Money", "State"];
const TAGS: &[&str] = &["Card", "Cash", "Crypto", "Voucher", "Later"];
const FORMATS: &[&str] = &["uuid", "date-time", "date", "time", "uri", "ipv4", "email"];
pub(super) const PATTERNS: &[&str] = &["^[a-z]+$", "^SKU-", "\\d{2}", "^(a|b)*$", "^[A-Z]{3}$"];

/// The definitions that a document collects while it is written.
struct Types<'a> {
    dice: &'a mut Dice,
    definitions: Map<String, Value>,
}

/// A document whose root is a struct or an enum.
pub(super) fn document(dice: &mut Dice) -> Value {
    let mut types = Types { dice, definitions: Map::new() };
    let mut root = if types.dice.chance(75) { types.object(3) } else { types.union(3) };
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("Event");
    if !types.definitions.is_empty() {
        root["$defs"] = Value::Object(types.definitions);
    }
    root
}

/// A type as it stands alone, for a field that a mutation adds.
pub(super) fn plain(dice: &mut Dice) -> Value {
    Types { dice, definitions: Map::new() }.of(0)
}

impl Types<'_> {
    /// Any type, with types below it if `depth` is not zero.
    fn of(&mut self, depth: u8) -> Value {
        match self.dice.below(if depth == 0 { 8 } else { 18 }) {
            0 | 1 => json!({"type": "string"}),
            2 => self.integer(),
            3 => json!({"type": "number", "format": "double"}),
            4 => json!({"type": "boolean"}),
            5 => json!({"type": "string", "format": self.dice.pick(FORMATS)}),
            6 => self.text(),
            7 => self.names(),
            8 => json!({"type": "array", "items": self.of(depth - 1)}),
            9 => json!({"type": "array", "items": self.of(depth - 1), "uniqueItems": true}),
            10 => json!({"type": "object", "additionalProperties": self.of(depth - 1)}),
            11 => self.tuple(depth - 1),
            12 => self.option(depth - 1),
            13 => self.union(depth - 1),
            14 => self.object(depth - 1),
            15 if self.dice.chance(30) => json!(true),
            15 => {
                let count = self.dice.below(3);
                json!({"type": "array", "items": self.of(depth - 1), "minItems": count, "maxItems": count})
            }
            _ => self.named(depth - 1),
        }
    }

    fn integer(&mut self) -> Value {
        let formats = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"];
        let format = *self.dice.pick(&formats);
        let mut integer = json!({"type": "integer", "format": format});
        if format.starts_with('u') {
            integer["minimum"] = json!(0);
        }
        match format {
            "uint8" => integer["maximum"] = json!(255),
            "int8" => (integer["minimum"], integer["maximum"]) = (json!(-128), json!(127)),
            "uint16" => integer["maximum"] = json!(65_535),
            "int16" => (integer["minimum"], integer["maximum"]) = (json!(-32_768), json!(32_767)),
            _ => {}
        }
        if self.dice.chance(20) {
            integer["minimum"] = json!(self.dice.below(4));
            integer["maximum"] = json!(4 + self.dice.below(100));
        }
        integer
    }

    fn text(&mut self) -> Value {
        let mut text = json!({"type": "string"});
        if self.dice.chance(50) {
            text["pattern"] = json!(self.dice.pick(PATTERNS));
        }
        if self.dice.chance(50) {
            text["minLength"] = json!(self.dice.below(4));
        }
        if self.dice.chance(50) {
            text["maxLength"] = json!(3 + self.dice.below(5));
        }
        text
    }

    /// An enum of units, with or without descriptions.
    fn names(&mut self) -> Value {
        let names = self.dice.some(TAGS, 1, TAGS.len());
        if self.dice.chance(60) {
            return json!({"type": "string", "enum": names});
        }
        let one = |name: &&str| json!({"description": "Why.", "type": "string", "const": name});
        json!({ "oneOf": names.iter().map(one).collect::<Vec<_>>() })
    }

    fn tuple(&mut self, depth: u8) -> Value {
        let count = 1 + self.dice.below(3);
        let items: Vec<Value> = (0..count).map(|_| self.of(depth)).collect();
        json!({"type": "array", "prefixItems": items, "minItems": count, "maxItems": count})
    }

    fn option(&mut self, depth: u8) -> Value {
        let mut inner = self.of(depth);
        match inner.get("type").cloned() {
            Some(Value::String(name)) if inner.get("enum").is_none() => {
                inner["type"] = json!([name, "null"]);
                inner
            }
            _ => json!({"anyOf": [inner, {"type": "null"}]}),
        }
    }

    pub(super) fn object(&mut self, depth: u8) -> Value {
        let mut object = json!({"type": "object"});
        let fields = self.dice.some(FIELDS, 0, 5);
        let mut required = Vec::new();
        let mut properties = Map::new();
        for field in fields {
            let is_required = self.dice.chance(60);
            let schema = if is_required { self.of(depth) } else { self.option(depth) };
            properties.insert(field.to_owned(), schema);
            if is_required {
                required.push(field);
            }
        }
        if !properties.is_empty() {
            object["properties"] = Value::Object(properties);
        }
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        match self.dice.below(12) {
            0 => object["additionalProperties"] = json!(false),
            1 if depth > 0 => object["additionalProperties"] = self.of(depth - 1),
            // A flattened enum, and one with `deny_unknown_fields`.
            2 | 3 if depth > 0 => {
                object["oneOf"] = self.tagged(depth - 1)["oneOf"].take();
                if self.dice.chance(40) {
                    object["unevaluatedProperties"] = json!(false);
                }
            }
            _ => {}
        }
        object
    }

    fn union(&mut self, depth: u8) -> Value {
        match self.dice.below(4) {
            0 => self.external(depth),
            1 | 2 => self.tagged(depth),
            _ => {
                let count = 1 + self.dice.below(3);
                let choices: Vec<Value> = (0..count)
                    .map(|_| if self.dice.chance(50) { self.object(0) } else { self.of(depth) })
                    .collect();
                json!({ "anyOf": choices })
            }
        }
    }

    /// An enum as serde writes it unless it is told otherwise.
    fn external(&mut self, depth: u8) -> Value {
        let one = |name: &str, types: &mut Self| match types.dice.below(3) {
            0 => json!({"type": "string", "const": name}),
            _ => {
                json!({"type": "object", "properties": {name: types.of(depth)}, "required": [name],
                "additionalProperties": false})
            }
        };
        let names = self.dice.some(TAGS, 1, 4);
        json!({ "oneOf": names.into_iter().map(|name| one(name, self)).collect::<Vec<_>>() })
    }

    /// An enum with a tag, and with its content beside it or below a key.
    fn tagged(&mut self, depth: u8) -> Value {
        let is_adjacent = self.dice.chance(40);
        let one = |name: &str, types: &mut Self| {
            let tag = json!({"type": "string", "const": name});
            if is_adjacent {
                return json!({"type": "object", "properties": {"type": tag, "content": types.of(depth)},
                    "required": ["type", "content"]});
            }
            let mut object = types.object(0);
            if object.get("properties").is_none() {
                object["properties"] = json!({});
            }
            object["properties"]["type"] = tag;
            let mut required = vec![json!("type")];
            required.extend(object["required"].as_array().cloned().unwrap_or_default());
            object["required"] = Value::Array(required);
            object
        };
        let names = self.dice.some(TAGS, 1, 4);
        json!({ "oneOf": names.into_iter().map(|name| one(name, self)).collect::<Vec<_>>() })
    }

    /// A reference to a type, which may be one that is being written.
    fn named(&mut self, depth: u8) -> Value {
        let name = *self.dice.pick(TYPES);
        if !self.definitions.contains_key(name) {
            self.definitions.insert(name.to_owned(), json!(true));
            let schema = match self.dice.below(4) {
                0 => self.names(),
                1 => self.union(depth),
                _ => self.object(depth),
            };
            self.definitions.insert(name.to_owned(), schema);
        }
        let reference = json!({"$ref": format!("#/$defs/{name}")});
        match self.dice.below(5) {
            0 => json!({"anyOf": [reference, {"type": "null"}]}),
            1 => json!({"type": "array", "items": reference}),
            2 => json!({"description": "What.", "$ref": reference["$ref"]}),
            _ => reference,
        }
    }
}
