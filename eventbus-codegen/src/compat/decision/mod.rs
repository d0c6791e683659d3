//! Whether every document of one schema is a document of another.
//!
//! ```text
//! two documents ─ read ─► one graph of assertions ─ search for a document that old accepts and new refuses ─► answer
//! ```
//!
//! `Yes` is a proof: every way was looked at and none leads to such a document. `No` comes with one, held against both
//! schemas. Everything else is `Unknown`, with its reason.

mod accept;
mod array;
mod branch;
mod decimal;
mod format;
mod goal;
mod graph;
mod node;
mod number;
mod object;
mod pattern;
mod read;
mod text;

use serde_json::Value;

use self::accept::accepts;
use self::goal::{Found, Solver};
use self::graph::Graph;
pub(crate) use self::read::Contract;

/// Whether one schema lies within another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// Every document of the one is one of the other.
    Yes,
    /// This one is not.
    No(Value),
    /// It cannot be decided, and why.
    Unknown(String),
}

/// Whether every document that `old` describes is one that `new` describes, each read as its contract says.
pub(crate) fn lies_within(old: (&Value, Contract), new: (&Value, Contract)) -> Answer {
    let mut graph = Graph::default();
    let [old, new] = [old, new].map(|(schema, contract)| read::read(&mut graph, schema, contract));
    match Solver::new(&mut graph).solve(vec![old], vec![new]) {
        Found::Nothing => Answer::Yes,
        Found::Doubt(reason) => Answer::Unknown(reason),
        Found::Value(witness) => {
            let is_one = accepts(&graph, old, &witness) == Some(true)
                && accepts(&graph, new, &witness) == Some(false);
            if is_one {
                return Answer::No(witness);
            }
            Answer::Unknown(format!(
                "`{witness}` was found, but is not certain to be what was looked for"
            ))
        }
    }
}

#[cfg(test)]
mod tests;
