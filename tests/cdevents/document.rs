//! A document of the specification: the context is the envelope, the subject is the payload.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A whole document; the subject stays text until its type is known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) context: Context,
    pub(crate) subject: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_data: Option<CustomData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_data_content_type: Option<String>,
}

/// What is known of an event without its subject.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Context {
    specversion: String,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<String>,
    source: String,
    #[serde(rename = "type")]
    pub(crate) versioned_type: String,
    timestamp: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

impl Context {
    /// The type without its version, `dev.cdevents.artifact.packaged`, and the version, `0.3.0`. The specification
    /// gives each type a semantic version and writes it into the name.
    pub(crate) fn type_and_version(&self) -> (&str, &str) {
        let mut dots = self.versioned_type.rmatch_indices('.');
        let (at, _) = dots.nth(2).expect("a version has three numbers");
        (&self.versioned_type[..at], &self.versioned_type[at + 1..])
    }
}

/// How an event belongs to others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "linkType", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
enum Link {
    Relation {
        link_kind: String,
        target: LinkEnd,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tags: BTreeMap<String, Value>,
    },
    Path {
        from: LinkEnd,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tags: BTreeMap<String, Value>,
    },
    End {
        from: LinkEnd,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tags: BTreeMap<String, Value>,
    },
}

/// The other event of a link.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LinkEnd {
    #[serde(skip_serializing_if = "Option::is_none")]
    context_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_id: Option<String>,
}

/// What the specification leaves to the sender: an object, or bytes in base64.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum CustomData {
    Object(Map<String, Value>),
    Base64(String),
}
