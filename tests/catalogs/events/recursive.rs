//! Payloads that hold themselves, alone, in each other, and with types for arguments.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "tree")]
pub(crate) enum TreeEvent {
    Grown {
        tree: Node<String>,
        meadow: Option<Box<Meadow>>,
        first: Page<u8>,
        second: Page<Option<String>>,
    },
}

/// A node, with those below it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Node<T> {
    pub value: T,
    pub below: Vec<Node<T>>,
}

/// Some of many.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Page<T> {
    pub items: Vec<T>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Meadow {
    pub trees: Vec<Node<String>>,
    pub next: Option<Box<Meadow>>,
}
