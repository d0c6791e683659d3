//! An event as it travels: a CloudEvents 1.0 JSON event.

use serde_json::{Value, json};

use crate::emit::envelope::{ATTRIBUTES, CONTENT, Holds};

/// What a message is.
pub(super) const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The name of the schema of what every event carries.
pub(super) const NAME: &str = "CloudEvent";

/// The id of every example, a UUIDv7, and the time in it.
const EXAMPLE: (&str, &str) = ("0190163d-8694-7b4e-8b9a-6f0c1d2e3f40", "2024-06-14T10:14:09.300Z");

/// What every event carries. Extensions that the emitter names are further strings.
pub(super) fn schema() -> Value {
    let mut properties = json!({
        "data": { "description": "The payload." },
        "dataversion": { "description": "The version of the payload.", "minimum": 1, "type": "integer" },
        "type": { "description": "The type's name.", "minLength": 1, "type": "string" },
    });
    let mut required = vec!["data", "dataversion", "type"];
    for attribute in ATTRIBUTES {
        let mut schema = match attribute.holds {
            Holds::Any => json!({ "type": "string" }),
            Holds::Some => json!({ "minLength": 1, "type": "string" }),
            Holds::Format(format) => json!({ "format": format, "type": "string" }),
            Holds::Only(value) => json!({ "const": value }),
            Holds::OneOf(values) => json!({ "enum": values }),
        };
        schema["description"] = json!(attribute.docs);
        properties[attribute.name] = schema;
        if !attribute.optional {
            required.push(attribute.name);
        }
    }
    required.sort_unstable();
    json!({
        "description": "What every event carries: CloudEvents 1.0. Extensions that the emitter names are further string attributes.",
        "properties": properties,
        "required": required,
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
    let (content_type, json) = CONTENT;
    let mut event = json!({
        content_type: json,
        "data": data,
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
