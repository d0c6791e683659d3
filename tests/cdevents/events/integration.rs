//! Continuous integration: builds and artifacts.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reference;

/// A build.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum BuildEvent {
    /// The build waits for its turn.
    Queued {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Build,
    },
    /// The build is under way.
    Started {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Build,
    },
    /// The build made an artifact.
    Finished {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: FinishedBuild,
    },
}

/// Nothing is known of a build before it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Build {}

/// What a build made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishedBuild {
    artifact_id: String,
}

/// An artifact.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ArtifactEvent {
    /// An artifact was put together.
    Packaged {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Package,
    },
    /// An artifact was signed.
    Signed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Signature,
    },
    /// An artifact can be had by others.
    Published {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Publication,
    },
    /// Somebody took a copy.
    Downloaded {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Access,
    },
    /// An artifact is gone.
    Deleted {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Access,
    },
}

/// What an artifact was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Package {
    change: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    sbom: Option<Sbom>,
}

/// Where the bill of materials is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Sbom {
    uri: String,
}

/// Who vouches for an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Signature {
    signature: String,
}

/// Who published an artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Publication {
    #[serde(skip_serializing_if = "Option::is_none")]
    sbom: Option<Sbom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
}

/// Who had an artifact in hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Access {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
}
