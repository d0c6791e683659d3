//! What every event carries: a CloudEvents 1.0 JSON event without its type and its data.

use serde_json::{Value, json};

use super::ast::{Expr, Item, Property, Type};

/// The type's name.
pub(super) const NAME: &str = "Envelope";
/// The type of an event of which only the envelope is known.
pub(super) const UNKNOWN: &str = "UnknownEvent";

/// The attributes: name, whether it may be missing, the only value if there is one, docs.
const ATTRIBUTES: &[(&str, bool, Option<&str>, &str)] = &[
    ("specversion", false, Some("1.0"), "The version of CloudEvents."),
    ("id", false, None, "Unique for each event; a UUIDv7.\n\n@format uuid"),
    ("source", false, None, "The service that emitted the event."),
    (
        "time",
        true,
        None,
        "When it was emitted; absent where `id` does not tell.\n\n@format date-time",
    ),
    ("dataschema", true, None, "Where the schema of `data` is.\n\n@format uri"),
    (CONTENT_TYPE, false, Some(JSON), "What `data` is."),
    ("subject", true, None, "The aggregate's id; absent for events of no aggregate."),
    ("partitionkey", true, None, "What is kept in order: the aggregate's id."),
    ("tenantid", true, None, "The tenant; absent in single-tenant use."),
    ("eventpriority", true, None, "`high` or `low`; absent for an event of normal priority."),
    ("correlationid", true, None, "What belongs together across services.\n\n@format uuid"),
    ("causationid", true, None, "The event whose handling emitted this one.\n\n@format uuid"),
    ("traceparent", true, None, "W3C trace context."),
    ("tracestate", true, None, "W3C trace state."),
];

const CONTENT_TYPE: &str = "datacontenttype";
const JSON: &str = "application/json";

/// The envelope, and an event of which nothing else is known.
pub(super) fn items() -> Vec<Item> {
    let docs = vec![
        "What every event carries beside its `type`, `dataversion` and `data`: CloudEvents 1.0."
            .to_owned(),
        "Extensions that the emitter names are further string attributes.".to_owned(),
    ];
    let properties = ATTRIBUTES.iter().map(|(name, optional, value, docs)| Property {
        docs: docs.lines().map(str::to_owned).collect(),
        name: (*name).to_owned(),
        optional: *optional,
        ty: value.map_or_else(|| Type::name("string"), Type::text),
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
        let all = ATTRIBUTES.iter().filter(|(_, is, ..)| *is == optional);
        all.map(|(name, ..)| *name).collect()
    };
    let properties = ATTRIBUTES.iter().map(|(name, _, value, _)| {
        let schema =
            value.map_or_else(|| json!({ "type": "string" }), |value| json!({ "const": value }));
        ((*name).to_owned(), Expr::json(&schema))
    });
    let mut fill = serde_json::Map::new();
    fill.insert(CONTENT_TYPE.to_owned(), Value::from(JSON));
    Expr::record([
        ("type", Expr::json(&json!("object"))),
        ("properties", Expr::Record(properties.collect())),
        ("required", Expr::json(&json!(names(false)))),
        ("fill", Expr::json(&Value::Object(fill))),
        ("drop", Expr::json(&json!(names(true)))),
    ])
}
