//! What is refused before anything is written.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::__private::LONGEST as MAX_NAME;
use crate::envelope::{Envelope, RawEvent, extension_name};
use crate::error::{Error, ErrorKind, Result};

/// The largest payload that [`EventBus::emit`](crate::EventBus::emit) takes, in bytes of JSON: what brokers take by default, too.
pub const MAX_PAYLOAD: usize = 1024 * 1024;

/// The most events that one emit takes. An import of more is several emits, which one transaction may hold.
pub const MAX_BATCH: usize = 10_000;

/// The largest payloads that one emit takes together, in bytes: they travel in one message to the database.
pub const MAX_BATCH_BYTES: usize = 64 * 1024 * 1024;

/// The longest aggregate id that [`EventBus::emit`](crate::EventBus::emit) takes, in bytes. It is part of indexes, whose rows databases limit.
pub const MAX_AGGREGATE_ID: usize = 512;

/// The longest event key that [`EventBus::emit`](crate::EventBus::emit) takes, in bytes.
pub const MAX_EVENT_KEY: usize = 512;

/// The longest tenant id that [`EventBus::emit`](crate::EventBus::emit) takes, in bytes: it stands beside the aggregate id in those indexes.
pub const MAX_TENANT_ID: usize = 512;

/// What no database or broker of ours could carry is refused before anything is written.
pub(crate) fn check(event_type: &str, aggregate_id: Option<&str>, data: &str) -> Result<()> {
    if data.len() > MAX_PAYLOAD {
        return Err(refused(format!(
            "the payload of `{event_type}` has {} bytes, the most is {MAX_PAYLOAD}: store the large part elsewhere and \
             emit a reference to it",
            data.len()
        )));
    }
    if contains_nul(data) {
        return Err(refused(format!(
            "the payload of `{event_type}` contains the character U+0000 (`\\u0000`), which databases cannot hold in \
             text: remove it, or encode binary data as base64"
        )));
    }
    match aggregate_id {
        Some("") => Err(refused(format!(
            "the aggregate id of `{event_type}` is empty: every event with an empty id would be ordered as one \
             aggregate; fill it in, or take `#[event(aggregate_id)]` off the field"
        ))),
        Some(id) if id.len() > MAX_AGGREGATE_ID => Err(refused(format!(
            "the aggregate id of `{event_type}` has {} bytes, the most is {MAX_AGGREGATE_ID}: it names the aggregate; \
             put what describes it into the payload",
            id.len()
        ))),
        Some(id) if id.contains('\0') => Err(refused(format!(
            "the aggregate id of `{event_type}` contains the character U+0000, which databases cannot hold in text"
        ))),
        _ => Ok(()),
    }
}

/// The same for the tenant, which stands beside the aggregate id wherever that stands.
pub(crate) fn check_tenant(event_type: &str, tenant: Option<&str>) -> Result<()> {
    match tenant {
        Some("") => Err(refused(format!(
            "the tenant of `{event_type}` is empty: fill it in, or make the field with `#[event(tenant_id)]` an \
             `Option` that is `None` where there is no tenant"
        ))),
        Some(id) if id.len() > MAX_TENANT_ID => Err(refused(format!(
            "the tenant of `{event_type}` has {} bytes, the most is {MAX_TENANT_ID}: it names the tenant; put what \
             describes it into the payload",
            id.len()
        ))),
        Some(id) if id.contains('\0') => Err(refused(format!(
            "the tenant of `{event_type}` contains the character U+0000, which databases cannot hold in text"
        ))),
        _ => Ok(()),
    }
}

/// A key stands beside the tenant in an index, as the aggregate id does.
pub(crate) fn check_key(event_type: &str, key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(refused(format!(
            "the key of `{event_type}` is empty: every event with an empty key would be a duplicate of the first; fill \
             it in, or make the field with `#[event(event_key)]` an `Option` that is `None` where there is no key"
        )));
    }
    if key.len() > MAX_EVENT_KEY {
        return Err(refused(format!(
            "the key of `{event_type}` has {} bytes, the most is {MAX_EVENT_KEY}: take a hash of what is longer",
            key.len()
        )));
    }
    if key.contains('\0') {
        return Err(refused(format!(
            "the key of `{event_type}` contains the character U+0000, which databases cannot hold in text"
        )));
    }
    Ok(())
}

/// How much one statement, one message and one transaction may hold.
pub(crate) fn check_size(events: usize, bytes: usize) -> Result<()> {
    if events > MAX_BATCH {
        return Err(refused(format!(
            "more than {MAX_BATCH} events in one emit: emit them in parts, in one transaction where they belong together"
        )));
    }
    if bytes > MAX_BATCH_BYTES {
        return Err(refused(format!(
            "the payloads of one emit have more than {MAX_BATCH_BYTES} bytes together: emit them in parts, in one \
             transaction where they belong together"
        )));
    }
    Ok(())
}

/// Metadata travels as CloudEvents extensions, and is stored in a column of text.
pub(crate) fn check_metadata(event_type: &str, metadata: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in metadata {
        extension_name(name).map_err(refused)?;
        if value.contains('\0') {
            return Err(refused(format!(
                "metadata `{name}` of `{event_type}` contains the character U+0000, which databases cannot hold in text"
            )));
        }
    }
    Ok(())
}

/// What the derive would have seen to, in an event that somebody put together.
pub(crate) fn whole(event: &RawEvent) -> Result<()> {
    let Envelope { id, event_type, version, .. } = &event.envelope;
    if !is_name(event_type) {
        return Err(refused(format!(
            "`{event_type}` is no type name: write two segments or more of `a-z 0-9 _` with dots between them, at most \
             {MAX_NAME} bytes"
        )));
    }
    if id.is_nil() {
        return Err(refused(format!(
            "the id of `{event_type}` is nil: keep the event's own, or write `Uuid::now_v7()`"
        )));
    }
    if *version == 0 {
        return Err(refused(format!(
            "`{event_type}` has version 0, and versions count from 1: write the version of its payload"
        )));
    }
    if i32::try_from(*version).is_err() {
        return Err(refused(format!(
            "`{event_type}` has version {version}, the most is {}: write the version of its payload",
            i32::MAX
        )));
    }
    serde_json::from_str::<IgnoredAny>(&event.data).map(drop).map_err(|cause| {
        refused(format!("the payload of `{event_type}` is no JSON")).with_source(cause)
    })
}

/// Whether text is the name of an event type.
pub(crate) fn is_name(event_type: &str) -> bool {
    event_type.contains('.') && is_prefix(event_type)
}

/// Whether it is that of a family: one segment is enough.
pub(crate) fn is_prefix(prefix: &str) -> bool {
    let segment = |segment: &str| {
        segment.starts_with(|char: char| char.is_ascii_lowercase())
            && segment.chars().all(|char| matches!(char, 'a'..='z' | '0'..='9' | '_'))
    };
    prefix.len() <= MAX_NAME && prefix.split('.').all(segment)
}

pub(crate) fn refused(message: String) -> Error {
    Error::new(ErrorKind::ValidationFailed, message)
}

/// Whether JSON text escapes U+0000 somewhere. `\\u0000` is an escaped backslash before ordinary text.
fn contains_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_AGGREGATE_ID, MAX_PAYLOAD, MAX_TENANT_ID, check, check_tenant, contains_nul};

    #[test]
    fn a_tenant_is_refused_for_what_an_aggregate_id_is() {
        let message = |tenant| {
            check_tenant("order.placed", tenant)
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert!(message(Some("")).contains("tenant of `order.placed` is empty"));
        assert!(message(Some("a\0")).contains("tenant of `order.placed` contains"));
        let long = "a".repeat(MAX_TENANT_ID + 1);
        assert!(message(Some(&long)).contains("has 513 bytes, the most is 512"));
        assert_eq!((message(Some(&long[1..])), message(None)), (String::new(), String::new()));
    }

    #[test]
    fn only_an_escaped_nul_is_one() {
        assert!(contains_nul(r#"{"a":"\u0000"}"#));
        assert!(contains_nul(r#"{"a":"\\\u0000"}"#));
        assert!(!contains_nul(r#"{"a":"\\u0000"}"#));
        assert!(contains_nul(r#"{"a":"\\u0000\u0000"}"#));
        assert!(!contains_nul(r#"{"a":"\u0001 u0000"}"#));
    }

    #[test]
    fn refusals_name_the_event_and_the_remedy() {
        let message = |aggregate_id, data: &str| {
            check("order.placed", aggregate_id, data)
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert!(
            message(None, r#""\u0000""#).contains("`order.placed` contains the character U+0000")
        );
        assert!(message(Some(""), "{}").contains("aggregate id of `order.placed` is empty"));
        assert!(message(Some("a\0"), "{}").contains("aggregate id of `order.placed` contains"));
        let long = "ä".repeat(MAX_AGGREGATE_ID / 2 + 1);
        assert!(message(Some(&long), "{}").contains("has 514 bytes, the most is 512"));
        assert_eq!(message(Some(&long[2..]), "{}"), "");
        assert!(message(None, &" ".repeat(MAX_PAYLOAD + 1)).contains("emit a reference"));
        assert_eq!(message(Some("1"), &" ".repeat(MAX_PAYLOAD)), "");
    }
}
