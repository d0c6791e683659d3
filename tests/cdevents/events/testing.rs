//! Tests: cases, suites and what they leave behind.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, Reference};

/// The run of a test case.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum TestCaseRunEvent {
    /// The run waits for its turn.
    Queued {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TestCaseRun,
    },
    /// The run is under way.
    Started {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TestCaseRun,
    },
    /// The run came to an end, successfully or not.
    Finished {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: FinishedTestCaseRun,
    },
    /// The run did not take place.
    Skipped {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: SkippedTestCaseRun,
    },
}

/// A run that has no outcome yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestCaseRun {
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_case: Option<TestCase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_suite_run: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<Trigger>,
}

/// A run with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishedTestCaseRun {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_case: Option<TestCase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_suite_run: Option<Reference>,
}

/// A run that was left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkippedTestCaseRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_case: Option<TestCase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_suite_run: Option<Reference>,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TestCase {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<TestKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// What a test case looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TestKind {
    Performance,
    Functional,
    Unit,
    Security,
    Compliance,
    Integration,
    E2e,
    Other,
}

/// Why a run takes place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Trigger {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<TriggerKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// Who or what starts a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TriggerKind {
    Manual,
    Pipeline,
    Event,
    Schedule,
    Other,
}

/// How much a failure matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

/// The run of a test suite.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum TestSuiteRunEvent {
    /// The run waits for its turn.
    Queued {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TestSuiteRun,
    },
    /// The run is under way.
    Started {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TestSuiteRun,
    },
    /// The run came to an end, successfully or not.
    Finished {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: FinishedTestSuiteRun,
    },
}

/// A run that has no outcome yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestSuiteRun {
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_suite: Option<TestSuite>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<Trigger>,
}

/// A run with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FinishedTestSuiteRun {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    environment: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_suite: Option<TestSuite>,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TestSuite {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

/// What a test leaves behind.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum TestOutputEvent {
    /// An output can be had by others.
    Published {
        #[event(aggregate_id)]
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        content: TestOutput,
    },
}

/// A file of a test run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestOutput {
    output_type: OutputType,
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_case_run: Option<Reference>,
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OutputType {
    Report,
    Video,
    Image,
    Log,
    Other,
}
