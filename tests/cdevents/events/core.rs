//! Runs of pipelines and of their tasks.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, Reference};

/// A pipeline run.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum PipelineRunEvent {
    /// The run waits for its turn.
    Queued {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: PipelineRun,
    },
    /// The run is under way.
    Started {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: PipelineRun,
    },
    /// The run came to an end, successfully or not.
    Finished {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: FinishedPipelineRun,
    },
}

/// A run that has no outcome yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PipelineRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// A run with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishedPipelineRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<String>,
}

/// A task run.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum TaskRunEvent {
    /// The run is under way.
    Started {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TaskRun,
    },
    /// The run came to an end, successfully or not.
    Finished {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: FinishedTaskRun,
    },
}

/// A run that has no outcome yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline_run: Option<Reference>,
}

/// A run with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishedTaskRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipeline_run: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<String>,
}
