//! The events of a correlation, as a tree of what follows from what.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::Result;
use crate::store::{Link, Log};

/// How many events of a correlation are shown.
pub const MOST_CORRELATED: usize = 1_000;

/// The events of one correlation: [`EventBus::correlation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Correlation {
    /// The correlation's id.
    pub id: Uuid,
    /// Its events, each behind the one that it follows from, those of one cause in the order of the log.
    pub events: Vec<Node>,
    /// Whether there are more than the first [`MOST_CORRELATED`] of the log.
    pub more: bool,
}

/// An event of a correlation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Node {
    /// How many events it follows from, one after the other: 0 at a root.
    pub depth: usize,
    /// What it is.
    #[serde(flatten)]
    pub event: Link,
    /// Whether it names a cause that is not among these events: it was removed, is of another correlation or database, or
    /// beyond the bound.
    pub cause_is_missing: bool,
    /// Whether it is its own cause, by way of others: somebody stated so.
    pub is_in_a_circle: bool,
}

impl<S: Log> EventBus<S> {
    /// The events that have this id as their correlation, and the one that has it as its own, as a tree of causes.
    /// Handlers pass both ids on: what they emit has the correlation of the event that they handle, or its id where it
    /// has none, and is caused by it.
    ///
    /// It reads no more than [`MOST_CORRELATED`] events, by an index.
    ///
    /// ```
    /// # async fn example(bus: &eventbus_runtime::MemoryBus, id: uuid::Uuid) -> eventbus_runtime::Result<()> {
    /// println!("{}", bus.correlation(id).await?);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn correlation(&self, id: Uuid) -> Result<Correlation> {
        let mut links = self.store.correlated(id, MOST_CORRELATED + 1).await?;
        let more = links.len() > MOST_CORRELATED;
        links.truncate(MOST_CORRELATED);
        Ok(Correlation { id, events: tree(links), more })
    }
}

/// Puts events, which come in the order of the log, behind their causes.
fn tree(links: Vec<Link>) -> Vec<Node> {
    let ids: HashSet<Uuid> = links.iter().map(|link| link.id).collect();
    let mut effects: HashMap<Uuid, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for (at, link) in links.iter().enumerate() {
        match link.causation_id.filter(|cause| ids.contains(cause)) {
            Some(cause) => effects.entry(cause).or_default().push(at),
            None => roots.push(at),
        }
    }
    let mut nodes = Vec::with_capacity(links.len());
    let mut is_placed = vec![false; links.len()];
    // What no root leads to follows from itself; the first of each circle stands in for a root.
    for (start, root) in
        roots.iter().map(|root| (*root, true)).chain((0..links.len()).map(|at| (at, false)))
    {
        let mut open = vec![(start, 0)];
        while let Some((at, depth)) = open.pop() {
            if std::mem::replace(&mut is_placed[at], true) {
                continue;
            }
            let event = links[at].clone();
            let following = effects.get(&event.id).into_iter().flatten().rev();
            open.extend(following.map(|effect| (*effect, depth + 1)));
            nodes.push(Node {
                depth,
                cause_is_missing: depth == 0 && root && event.causation_id.is_some(),
                is_in_a_circle: depth == 0 && !root,
                event,
            });
        }
    }
    nodes
}

/// A line for each event, further in than its cause.
impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.events.len();
        write!(f, "correlation {}: {count} event{}", self.id, if count == 1 { "" } else { "s" })?;
        if self.more {
            f.write_str(" and more")?;
        }
        for Node { depth, event, cause_is_missing, is_in_a_circle } in &self.events {
            write!(f, "\n{:1$}{2} {3}", "", 2 * (depth + 1), event.event_type, event.id)?;
            if let Some(aggregate) = &event.aggregate_id {
                write!(f, " of {aggregate}")?;
            }
            if let (true, Some(cause)) = (cause_is_missing, event.causation_id) {
                write!(f, ", caused by {cause}, which is not here")?;
            }
            if *is_in_a_circle {
                f.write_str(", which follows from itself")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Correlation, tree};
    use crate::store::Link;

    fn link(id: u128, cause: Option<u128>) -> Link {
        Link {
            position: i64::try_from(id).unwrap(),
            id: Uuid::from_u128(id),
            event_type: format!("step.n{id}"),
            tenant: None,
            aggregate_id: None,
            causation_id: cause.map(Uuid::from_u128),
        }
    }

    fn shape(links: &[(u128, Option<u128>)]) -> Vec<(u128, usize)> {
        let nodes = tree(links.iter().map(|(id, cause)| link(*id, *cause)).collect());
        nodes.iter().map(|node| (node.event.id.as_u128(), node.depth)).collect()
    }

    #[test]
    fn events_stand_behind_their_causes_in_the_order_of_the_log() {
        let links = [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2)), (5, None)];
        assert_eq!(shape(&links), [(1, 0), (2, 1), (4, 2), (3, 1), (5, 0)]);
    }

    #[test]
    fn a_cause_that_committed_later_is_found() {
        assert_eq!(shape(&[(1, Some(2)), (2, None)]), [(2, 0), (1, 1)]);
    }

    #[test]
    fn a_missing_cause_makes_a_root_that_says_so() {
        let nodes = tree(vec![link(1, Some(9)), link(2, Some(1))]);
        assert_eq!((nodes[0].depth, nodes[0].cause_is_missing), (0, true));
        assert_eq!((nodes[1].depth, nodes[1].cause_is_missing), (1, false));
    }

    #[test]
    fn circles_are_shown_once_and_said_so() {
        let links = [(1, None), (2, Some(4)), (3, Some(2)), (4, Some(3)), (5, Some(5))];
        assert_eq!(shape(&links), [(1, 0), (2, 0), (3, 1), (4, 2), (5, 0)]);
        let nodes = tree(links.iter().map(|(id, cause)| link(*id, *cause)).collect());
        let in_a_circle: Vec<_> = nodes.iter().map(|node| node.is_in_a_circle).collect();
        assert_eq!(in_a_circle, [false, true, false, false, true]);
    }

    #[test]
    fn a_long_chain_is_no_deep_recursion() {
        let chain: Vec<Link> = (1..=1_000).map(|id| link(id, (id > 1).then(|| id - 1))).collect();
        let nodes = tree(chain);
        assert_eq!((nodes.len(), nodes[999].depth), (1_000, 999));
    }

    #[test]
    fn it_is_told_with_a_line_for_each_event() {
        let events = tree(vec![link(1, None), link(2, Some(1)), link(3, Some(7))]);
        let text = Correlation { id: Uuid::nil(), events, more: true }.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with("3 events and more"), "{text}");
        assert!(lines[1].starts_with("  step.n1 "), "{text}");
        assert!(lines[2].starts_with("    step.n2 "), "{text}");
        assert!(lines[3].ends_with("which is not here"), "{text}");
    }
}
