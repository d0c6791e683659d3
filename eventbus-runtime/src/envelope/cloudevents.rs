//! [`RawEvent`] as a CloudEvents 1.0 JSON event.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::priority::Priority;

const SPEC_VERSION: &str = "1.0";
const CONTENT_TYPE: &str = "application/json";

/// The attributes that an event has of itself, sorted: an extension of such a name would be a second one.
const RESERVED: &[&str] = &[
    "causationid",
    "correlationid",
    "data",
    "datacontenttype",
    "dataschema",
    "dataversion",
    "eventpriority",
    "id",
    "partitionkey",
    "source",
    "specversion",
    "subject",
    "tenantid",
    "time",
    "traceparent",
    "tracestate",
    "type",
];

impl Serialize for RawEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let envelope = &self.envelope;
        let data: &RawValue = serde_json::from_str(&self.data).map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", SPEC_VERSION)?;
        map.serialize_entry("id", &envelope.id)?;
        map.serialize_entry("source", &envelope.source)?;
        map.serialize_entry("type", &envelope.event_type)?;
        map.serialize_entry("dataversion", &envelope.version)?;
        if let Some(time) = envelope.time() {
            map.serialize_entry("time", &humantime::format_rfc3339_millis(time).to_string())?;
        }
        let optional = [
            ("subject", &envelope.aggregate_id),
            ("partitionkey", &envelope.aggregate_id),
            ("tenantid", &envelope.tenant),
            ("traceparent", &envelope.traceparent),
            ("tracestate", &envelope.tracestate),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        let ids =
            [("correlationid", envelope.correlation_id), ("causationid", envelope.causation_id)];
        for (name, value) in ids {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        if envelope.priority != Priority::Normal {
            map.serialize_entry("eventpriority", envelope.priority.as_str())?;
        }
        for (name, value) in &envelope.metadata {
            extension_name(name).map_err(S::Error::custom)?;
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("datacontenttype", CONTENT_TYPE)?;
        map.serialize_entry("data", data)?;
        map.end()
    }
}

/// An extension's name is `[a-z0-9]{1,20}`, as CloudEvents says, and no attribute's.
pub(crate) fn extension_name(name: &str) -> Result<(), String> {
    let fits = (1..=20).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !fits {
        Err(format!(
            "metadata `{name}` cannot be a CloudEvents extension: name it with 1 to 20 of a-z and \
             0-9"
        ))
    } else if RESERVED.contains(&name) {
        Err(format!("metadata `{name}` is an attribute of the event's own: give it another name"))
    } else {
        Ok(())
    }
}

impl<'de> Deserialize<'de> for RawEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CloudEvent)
    }
}

struct CloudEvent;

impl<'de> Visitor<'de> for CloudEvent {
    type Value = RawEvent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvents 1.0 event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawEvent, A::Error> {
        let mut read = Read::default();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            read.attribute(&name, &mut map)?;
        }
        read.finish()
    }
}

#[derive(Default)]
struct Read {
    id: Option<Uuid>,
    event_type: Option<String>,
    source: Option<String>,
    data: Option<Box<RawValue>>,
    rest: Envelope,
}

impl Read {
    fn attribute<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let rest = &mut self.rest;
        match name {
            "specversion" => {
                let version = map.next_value::<Cow<'de, str>>()?;
                if version != SPEC_VERSION {
                    return Err(A::Error::custom(format!(
                        "`specversion` is `{version}`: only CloudEvents {SPEC_VERSION} is read"
                    )));
                }
            }
            "id" => self.id = Some(map.next_value()?),
            "type" => self.event_type = Some(map.next_value()?),
            "source" => self.source = Some(map.next_value()?),
            "dataversion" => rest.version = map.next_value()?,
            "subject" => rest.aggregate_id = map.next_value()?,
            "tenantid" => rest.tenant = map.next_value()?,
            "correlationid" => rest.correlation_id = map.next_value()?,
            "causationid" => rest.causation_id = map.next_value()?,
            "traceparent" => rest.traceparent = map.next_value()?,
            "tracestate" => rest.tracestate = map.next_value()?,
            "eventpriority" => {
                let name = map.next_value::<Cow<'de, str>>()?;
                rest.priority = Priority::of_name(&name).ok_or_else(|| {
                    A::Error::custom(format!(
                        "`eventpriority` is `{name}`: it is `high`, `normal` or `low`"
                    ))
                })?;
            }
            "data" => self.data = Some(map.next_value()?),
            // Each repeats what another attribute says.
            "time" | "partitionkey" | "dataschema" | "datacontenttype" => {
                map.next_value::<IgnoredAny>()?;
            }
            _ => {
                if let Extension::Text(value) = map.next_value()? {
                    rest.metadata.insert(name.to_owned(), value);
                }
            }
        }
        Ok(())
    }

    fn finish<E: serde::de::Error>(self) -> Result<RawEvent, E> {
        let envelope = Envelope {
            id: self.id.ok_or_else(|| E::missing_field("id"))?,
            event_type: self.event_type.ok_or_else(|| E::missing_field("type"))?,
            source: self.source.ok_or_else(|| E::missing_field("source"))?,
            ..self.rest
        };
        let data = self.data.ok_or_else(|| E::missing_field("data"))?;
        Ok(RawEvent { envelope, data: Box::<str>::from(data).into_string() })
    }
}

/// Metadata is text; an extension of another type is another producer's and no concern of ours.
#[derive(Deserialize)]
#[serde(untagged)]
enum Extension {
    Text(String),
    Other(IgnoredAny),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> RawEvent {
        RawEvent {
            envelope: Envelope {
                id: "01937b5e-7c00-7000-8000-000000000001".parse().unwrap(),
                event_type: "order.placed".to_owned(),
                version: 2,
                source: "shop".to_owned(),
                aggregate_id: Some("o-1".to_owned()),
                metadata: [("channel".to_owned(), "web".to_owned())].into(),
                ..Envelope::default()
            },
            data: r#"{"b": 1.0,  "a":340282366920938463463374607431768211455}"#.to_owned(),
        }
    }

    #[test]
    fn the_json_is_a_cloud_event_and_keeps_the_bytes_of_the_payload() {
        let text = serde_json::to_string(&event()).unwrap();
        assert!(text.ends_with(&format!(r#""data":{}}}"#, event().data)), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["specversion"], "1.0");
        assert_eq!(value["type"], "order.placed");
        assert_eq!(value["dataversion"], 2);
        assert_eq!(value["subject"], "o-1");
        assert_eq!(value["partitionkey"], "o-1");
        assert_eq!(value["channel"], "web");
        assert_eq!(value["time"], "2024-11-30T04:40:09.984Z");
    }

    #[test]
    fn an_event_read_back_is_the_event() {
        let text = serde_json::to_string(&event()).unwrap();
        assert_eq!(serde_json::from_str::<RawEvent>(&text).unwrap(), event());
    }

    #[test]
    fn a_priority_is_written_where_it_is_not_the_usual_one() {
        assert!(!serde_json::to_string(&event()).unwrap().contains("priority"));
        let mut urgent = event();
        urgent.envelope.priority = Priority::High;
        let text = serde_json::to_string(&urgent).unwrap();
        assert!(text.contains(r#""eventpriority":"high""#), "{text}");
        assert_eq!(serde_json::from_str::<RawEvent>(&text).unwrap(), urgent);
        let error = serde_json::from_str::<RawEvent>(&text.replace("\"high\"", "\"urgent\""));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("`high`, `normal` or `low`"), "{error}");
    }

    #[test]
    fn metadata_never_writes_an_attribute_twice_nor_a_name_that_is_none() {
        let written = |name: &str| {
            let mut event = event();
            event.envelope.metadata = [(name.to_owned(), "x".to_owned())].into();
            serde_json::to_string(&event).map_err(|error| error.to_string())
        };
        // What is not written now, such as the tenant, may be there in the next event.
        for name in RESERVED {
            let message = format!(
                "metadata `{name}` is an attribute of the event's own: give it another name"
            );
            assert_eq!(written(name), Err(message));
        }
        for name in ["", "data_base64", "Type", "tenant-id", "straße", "a23456789012345678901"] {
            let message = format!(
                "metadata `{name}` cannot be a CloudEvents extension: name it with 1 to 20 of a-z \
                 and 0-9"
            );
            assert_eq!(written(name), Err(message));
        }
        for name in ["a", "0", "a2345678901234567890"] {
            assert!(written(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn another_specversion_and_a_missing_attribute_are_named() {
        let error = serde_json::from_str::<RawEvent>(r#"{"specversion":"0.3"}"#).unwrap_err();
        assert!(error.to_string().starts_with("`specversion` is `0.3`"), "{error}");
        let error = serde_json::from_str::<RawEvent>(r#"{"specversion":"1.0"}"#).unwrap_err();
        assert!(error.to_string().starts_with("missing field `id`"), "{error}");
    }
}
