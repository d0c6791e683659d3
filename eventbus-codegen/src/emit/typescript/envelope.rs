//! What every event carries: a CloudEvents 1.0 JSON event without its type and its data.

use serde_json::{Value, json};

use super::ast::{Expr, Item, Property, Type};
use crate::emit::envelope::{ATTRIBUTES, Attribute, CONTENT, Holds};

/// The type's name.
pub(super) const NAME: &str = "Envelope";
/// The type of an event of which only the envelope is known.
pub(super) const UNKNOWN: &str = "UnknownEvent";

/// The envelope, and an event of which nothing else is known.
pub(super) fn items() -> Vec<Item> {
    let docs = vec![
        "What every event carries beside its `type`, `dataversion` and `data`: CloudEvents 1.0."
            .to_owned(),
        "Extensions that the emitter names are further string attributes.".to_owned(),
    ];
    let properties = ATTRIBUTES.iter().map(|attribute| Property {
        docs: docs_of(attribute),
        name: attribute.name.to_owned(),
        optional: attribute.optional,
        ty: only(attribute).map_or_else(|| Type::name("string"), Type::text),
    });
    let unknown = vec!["An event of which only the envelope is known.".to_owned()];
    let ty = event([Type::name("string"), Type::name("number"), Type::name("unknown")]);
    let rest = [
        ("type", json!({ "type": "string" })),
        ("dataversion", json!({ "type": "integer" })),
        ("data", json!(true)),
    ];
    vec![
        Item::alias(docs, NAME, Type::Object(properties.collect())),
        Item::validator(NAME, schema()),
        Item::alias(unknown, UNKNOWN, ty),
        Item::validator(UNKNOWN, within(rest.map(|(name, schema)| (name, Expr::json(&schema))))),
    ]
}

/// `Envelope & { type: ..; dataversion: ..; data: .. }`.
pub(super) fn event(types: [Type; 3]) -> Type {
    let property = |(name, ty): (&str, Type)| Property {
        docs: Vec::new(),
        name: name.to_owned(),
        optional: false,
        ty,
    };
    let rest = ["type", "dataversion", "data"].into_iter().zip(types).map(property).collect();
    Type::Intersection(vec![Type::name(NAME), Type::Object(rest)])
}

/// The schema of an event with these beside the envelope.
pub(super) fn within(rest: [(&str, Expr); 3]) -> Expr {
    let required = rest.each_ref().map(|(name, _)| *name);
    Expr::record([
        ("type", Expr::json(&json!("object"))),
        ("$ref", Expr::Later(NAME.to_owned())),
        ("properties", Expr::record(rest)),
        ("required", Expr::json(&json!(required))),
    ])
}

fn schema() -> Expr {
    let names = |optional: bool| -> Vec<&str> {
        let all = ATTRIBUTES.iter().filter(|attribute| attribute.optional == optional);
        all.map(|attribute| attribute.name).collect()
    };
    let properties = ATTRIBUTES.iter().map(|attribute| {
        let schema = only(attribute)
            .map_or_else(|| json!({ "type": "string" }), |value| json!({ "const": value }));
        (attribute.name.to_owned(), Expr::json(&schema))
    });
    let (content_type, json) = CONTENT;
    let mut fill = serde_json::Map::new();
    fill.insert(content_type.to_owned(), Value::from(json));
    Expr::record([
        ("type", Expr::json(&json!("object"))),
        ("properties", Expr::Record(properties.collect())),
        ("required", Expr::json(&json!(names(false)))),
        ("fill", Expr::json(&Value::Object(fill))),
        ("drop", Expr::json(&json!(names(true)))),
    ])
}

/// The only value that an attribute has, if there is one.
const fn only(attribute: &Attribute) -> Option<&'static str> {
    match attribute.holds {
        Holds::Only(value) => Some(value),
        _ => None,
    }
}

fn docs_of(attribute: &Attribute) -> Vec<String> {
    let mut docs = vec![attribute.docs.to_owned()];
    if let Holds::Format(format) = attribute.holds {
        docs.extend([String::new(), format!("@format {format}")]);
    }
    docs
}
