//! What every event carries: a CloudEvents 1.0 JSON event without its type and its data.

use super::ast::{Item, Property, Type};

/// The type's name.
pub(super) const NAME: &str = "Envelope";

/// The attributes: name, whether it may be missing, type, docs.
const ATTRIBUTES: &[(&str, bool, &str, &str)] = &[
    ("specversion", false, "\"1.0\"", "The version of CloudEvents."),
    ("id", false, "string", "Unique for each event; a UUIDv7.\n\n@format uuid"),
    ("source", false, "string", "The service that emitted the event."),
    ("time", false, "string", "When it was emitted.\n\n@format date-time"),
    ("dataschema", true, "string", "Where the schema of `data` is.\n\n@format uri"),
    ("datacontenttype", false, "\"application/json\"", "What `data` is."),
    ("subject", true, "string", "The aggregate's id; absent for events of no aggregate."),
    ("partitionkey", true, "string", "What is kept in order: the aggregate's id."),
    ("tenantid", true, "string", "The tenant; absent in single-tenant use."),
    ("correlationid", true, "string", "What belongs together across services.\n\n@format uuid"),
    ("causationid", true, "string", "The event whose handling emitted this one.\n\n@format uuid"),
    ("traceparent", true, "string", "W3C trace context."),
    ("tracestate", true, "string", "W3C trace state."),
];

/// The declaration of the envelope.
pub(super) fn items() -> Vec<Item> {
    let docs = vec![
        "What every event carries beside its `type`, `dataversion` and `data`: CloudEvents 1.0."
            .to_owned(),
        "Extensions that the emitter names are further string attributes.".to_owned(),
    ];
    let properties = ATTRIBUTES.iter().map(|(name, optional, ty, docs)| Property {
        docs: docs.lines().map(str::to_owned).collect(),
        name: (*name).to_owned(),
        optional: *optional,
        ty: Type::name(*ty),
    });
    vec![Item::alias(docs, NAME, Type::Object(properties.collect()))]
}
