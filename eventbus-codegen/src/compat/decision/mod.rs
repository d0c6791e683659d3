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
mod budget;
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
use self::budget::{Budget, WHOLE};
use self::goal::{Found, Solver, TOO_LARGE};
use self::graph::Graph;
pub(crate) use self::read::{Contract, SOME_VARIANT, is_open, tagged};

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

/// How deep a schema may be, as far as that is seen at once, to be decided on the stack of the caller.
const SHALLOW: usize = 48;

/// How many values within each other are looked at, of a schema that is not deep and of one that is, and the stack for it.
const DEEPEST: [usize; 2] = [64, 400];
const STACK: usize = 256 << 20;

/// Whether every document that `old` describes is one that `new` describes, each read as its contract says.
pub(crate) fn lies_within(old: (&Value, Contract), new: (&Value, Contract)) -> Answer {
    if depth(old.0).max(depth(new.0)) <= SHALLOW {
        return decided(old, new, DEEPEST[0], Budget(WHOLE));
    }
    with_room(|| decided(old, new, DEEPEST[1], Budget(WHOLE))).unwrap_or_else(|error| {
        Answer::Unknown(format!("there is no room for so deep a schema: {error}"))
    })
}

/// Which of `values` are described by `schema`, read as `contract` says; nothing where that cannot be told.
pub(crate) fn describes(schema: &Value, contract: Contract, values: &[Value]) -> Vec<Option<bool>> {
    let judged = || {
        let mut graph = Graph::default();
        let id = read::read(&mut graph, schema, contract);
        values.iter().map(|value| accepts(&graph, id, value)).collect()
    };
    if depth(schema) <= SHALLOW {
        return judged();
    }
    with_room(judged).unwrap_or_else(|_| vec![None; values.len()])
}

/// A schema is read and searched as deep as it is nested, which may be more than a thread usually has room for.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// How deep a document is, where each of its definitions may stand within another.
fn depth(schema: &Value) -> usize {
    fn nested(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(nested).max().unwrap_or(0),
            Value::Object(keys) => 1 + keys.values().map(nested).max().unwrap_or(0),
            _ => 0,
        }
    }
    let definitions =
        ["$defs", "definitions"].iter().filter_map(|key| schema.get(key)?.as_object());
    nested(schema) + definitions.map(serde_json::Map::len).sum::<usize>()
}

fn decided(
    old: (&Value, Contract),
    new: (&Value, Contract),
    deepest: usize,
    budget: Budget,
) -> Answer {
    let mut graph = Graph::default();
    let [old, new] = [old, new].map(|(schema, contract)| read::read(&mut graph, schema, contract));
    match Solver::new(&mut graph, deepest, budget).solve(vec![old], vec![new]) {
        Found::Nothing => Answer::Yes,
        Found::Doubt(reason) => Answer::Unknown(reason),
        Found::Spent => Answer::Unknown(TOO_LARGE.to_owned()),
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
