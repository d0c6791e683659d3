//! An event as it travels: a CloudEvents 1.0 JSON event.

use serde_json::{Value, json};

/// What a message is.
pub(super) const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The name of the schema of what every event carries.
pub(super) const NAME: &str = "CloudEvent";

/// The id of every example, a UUIDv7, and the time in it.
const EXAMPLE: (&str, &str) = ("0190163d-8694-7b4e-8b9a-6f0c1d2e3f40", "2024-06-14T10:14:09.300Z");

/// What every event carries. Extensions that the emitter names are further strings.
pub(super) fn schema() -> Value {
    let text = |docs: &str| json!({ "description": docs, "minLength": 1, "type": "string" });
    let uuid = |docs: &str| json!({ "description": docs, "format": "uuid", "type": "string" });
    json!({
        "description": "What every event carries: CloudEvents 1.0. Extensions that the emitter names are further string attributes.",
        "properties": {
            "causationid": uuid("The event whose handling emitted this one."),
            "correlationid": uuid("What belongs together across services."),
            "data": { "description": "The payload." },
            "datacontenttype": { "const": "application/json", "description": "What `data` is." },
            "dataschema": {
                "description": "Where the schema of `data` is.",
                "format": "uri",
                "type": "string",
            },
            "dataversion": { "description": "The version of the payload.", "minimum": 1, "type": "integer" },
            "eventpriority": {
                "description": "How urgent it is; absent for a normal event.",
                "enum": ["high", "normal", "low"],
            },
            "id": uuid("Unique for each event; a UUIDv7."),
            "partitionkey": text("What is kept in order: the aggregate's id."),
            "source": text("The service that emitted the event."),
            "specversion": { "const": "1.0", "description": "The version of CloudEvents." },
            "subject": text("The aggregate's id; absent for events of no aggregate."),
            "tenantid": text("The tenant; absent in single-tenant use."),
            "time": { "description": "When it was emitted; absent where `id` does not tell.", "format": "date-time", "type": "string" },
            "traceparent": text("W3C trace context."),
            "tracestate": { "description": "W3C trace state.", "type": "string" },
            "type": text("The type's name."),
        },
        "required": [
            "data", "datacontenttype", "dataversion", "id", "source", "specversion", "type",
        ],
        "type": "object",
    })
}

/// The schema of the events of one type and version, whose payload is what `data` points to.
pub(super) fn of(name: &str, version: u32, data: &str) -> Value {
    json!({
        "allOf": [
            { "$ref": super::pointer(NAME) },
            {
                "properties": {
                    "data": { "$ref": data },
                    "dataversion": { "const": version },
                    "type": { "const": name },
                },
            },
        ],
    })
}

/// An event with this payload. `subject` is the name of the field that holds the aggregate's id.
pub(super) fn example(name: &str, version: u32, data: &Value, subject: Option<&str>) -> Value {
    let (id, time) = EXAMPLE;
    let mut event = json!({
        "data": data,
        "datacontenttype": "application/json",
        "dataversion": version,
        "id": id,
        "source": "/example",
        "specversion": "1.0",
        "time": time,
        "type": name,
    });
    let subject = subject.and_then(|field| match data.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    if let Some(subject) = subject.filter(|subject| !subject.is_empty()) {
        event["partitionkey"] = json!(subject);
        event["subject"] = json!(subject);
    }
    event
}
