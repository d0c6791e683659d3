//! Continuous operations: incidents and tickets.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reference;

/// Something that goes wrong in production.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum IncidentEvent {
    /// A threshold was crossed.
    Detected {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Incident,
    },
    /// A ticket was opened for an incident.
    Reported {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: ReportedIncident,
    },
    /// An incident is over.
    Resolved {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Incident,
    },
}

/// What goes wrong where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Incident {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_id: Option<String>,
}

/// An incident with its ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedIncident {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_id: Option<String>,
    #[serde(rename = "ticketURI")]
    ticket_uri: String,
}

/// A ticket.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum TicketEvent {
    /// A ticket was opened.
    Created {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: Ticket,
    },
    /// A ticket changed.
    Updated {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: UpdatedTicket,
    },
    /// A ticket needs nothing more.
    Closed {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: ClosedTicket,
    },
}

/// What is to be done. The words for its type and priority are open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ticket {
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assignees: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<String>,
    uri: String,
}

/// A ticket and who changed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatedTicket {
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assignees: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<String>,
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<String>,
}

/// A ticket and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClosedTicket {
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assignees: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milestone: Option<String>,
    uri: String,
    resolution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<String>,
}
