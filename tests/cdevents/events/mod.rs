//! The vocabulary of continuous delivery: fifteen subjects, by the areas of the specification.
//!
//! A payload is the `subject` of a document: its id is the aggregate, and its `content` has a type of its own, because
//! several predicates of a subject share it.

mod core;
mod deployment;
mod integration;
mod operations;
mod source;
mod testing;

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::core::{PipelineRunEvent, TaskRunEvent};
use self::deployment::{ApprovalEvent, EnvironmentEvent, ServiceEvent};
use self::integration::{ArtifactEvent, BuildEvent};
use self::operations::{IncidentEvent, TicketEvent};
use self::source::{BranchEvent, ChangeEvent, RepositoryEvent};
use self::testing::{TestCaseRunEvent, TestOutputEvent, TestSuiteRunEvent};

/// Everything that the specification can say.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "dev.cdevents", rename_all = "lowercase")]
pub(crate) enum CdEvent {
    Approval(ApprovalEvent),
    Artifact(ArtifactEvent),
    Branch(BranchEvent),
    Build(BuildEvent),
    Change(ChangeEvent),
    Environment(EnvironmentEvent),
    Incident(IncidentEvent),
    PipelineRun(PipelineRunEvent),
    Repository(RepositoryEvent),
    Service(ServiceEvent),
    TaskRun(TaskRunEvent),
    TestCaseRun(TestCaseRunEvent),
    TestOutput(TestOutputEvent),
    TestSuiteRun(TestSuiteRunEvent),
    Ticket(TicketEvent),
}

/// Another subject, by its id within its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Reference {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Success,
    Failure,
    Cancel,
    Error,
}
