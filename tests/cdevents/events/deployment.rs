//! Continuous deployment: environments, services, approvals.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reference;

/// An environment to run in.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum EnvironmentEvent {
    /// An environment came to be.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Environment,
    },
    /// An environment changed.
    Modified {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Environment,
    },
    /// An environment is gone.
    Deleted {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Environment,
    },
}

/// Where an environment is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Environment {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// A service that runs.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(rename_all = "lowercase")]
pub(crate) enum ServiceEvent {
    /// A service runs that did not run before.
    Deployed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Deployment,
    },
    /// A service runs from a newer artifact.
    Upgraded {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Deployment,
    },
    /// A service runs from an older artifact again.
    RolledBack {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Deployment,
    },
    /// A service runs no more.
    Removed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Place,
    },
    /// A service can be reached from outside.
    Published {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Place,
    },
}

/// What runs where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    environment: Reference,
    artifact_id: String,
}

/// Where it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Place {
    environment: Reference,
}

/// A decision that something waits for.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ApprovalEvent {
    /// Somebody asked for a decision.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Request,
    },
    /// Somebody answered.
    Updated {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Response,
    },
    /// The decision is final.
    Closed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Verdict,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    approval_details_url: String,
    resource_target_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    requestor: Option<String>,
}

/// What one of those asked said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    approval_details_url: String,
    resource_target_url: String,
    responder: String,
    decision: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    approval_details_url: String,
    resource_target_url: String,
    responder: String,
    decision: String,
    status: VerdictStatus,
}

/// How an approval ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VerdictStatus {
    Approved,
    Rejected,
    Cancelled,
    Expired,
}
