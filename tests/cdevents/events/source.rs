//! Source code: repositories, branches, changes.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reference;

/// A repository.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum RepositoryEvent {
    /// A repository came to be.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Repository,
    },
    /// A repository got another name, owner or place.
    Modified {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Repository,
    },
    /// A repository is gone.
    Deleted {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Repository,
    },
}

/// Where a repository is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repository {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view_url: Option<String>,
}

/// A branch.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum BranchEvent {
    /// A branch came to be.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
    /// A branch is gone.
    Deleted {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
}

/// What is in a repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct InRepository {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Reference>,
}

/// A proposed change.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ChangeEvent {
    /// A change was proposed.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Proposal,
    },
    /// Somebody reviewed a change.
    Reviewed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
    /// A change became part of its target branch.
    Merged {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
    /// A change was given up.
    Abandoned {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
    /// A change got another content.
    Updated {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: InRepository,
    },
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Proposal {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Reference>,
}
