//! Type names, put together by the compiler from the nesting of enums.
//!
//! A parent's derive writes `impl Nested for Child`, because only the parent knows the variant that holds the child.
//! The child cannot know whether anybody nests it, so it asks `Probe::<Child>::PREFIX`: an inherent associated
//! constant, where its bound holds, shadows the trait's, and the trait's is the empty prefix of a root.

use std::marker::PhantomData;

use crate::catalog::Catalog;

/// The longest name, in bytes: what the log's column and the brokers' subjects hold.
pub const LONGEST: usize = 128;

/// An enum that another derived enum of its crate nests.
pub trait Nested {
    /// What the names below it begin with, without the dot.
    const PREFIX: &'static str;

    /// The kind of aggregate that the enums around it state; empty where none does.
    const AGGREGATE: &'static str = "";
}

/// Asks for the prefix of `T`, whether or not something nests it.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T: Nested> Probe<T> {
    /// The prefix that the parent gave.
    pub const PREFIX: &'static str = T::PREFIX;

    /// The kind of aggregate that the enums around it state.
    pub const AGGREGATE: &'static str = T::AGGREGATE;
}

/// The answer for an enum that nothing nests.
pub trait Standalone {
    /// The prefix of a root.
    const PREFIX: &'static str = "";

    /// No enum around it states a kind.
    const AGGREGATE: &'static str = "";
}

impl<T> Standalone for Probe<T> {}

/// The length of `segment` below `prefix`.
#[must_use]
pub const fn joined(prefix: &str, segment: &str) -> usize {
    if prefix.is_empty() { segment.len() } else { prefix.len() + 1 + segment.len() }
}

/// The bytes of `segment` below `prefix`; `N` is what [`joined`] answers for the two.
#[must_use]
pub const fn join<const N: usize>(prefix: &str, segment: &str) -> [u8; N] {
    let mut bytes = [b'.'; N];
    let (head, tail) = (prefix.as_bytes(), segment.as_bytes());
    let start = N - tail.len();
    let mut at = 0;
    while at < head.len() {
        bytes[at] = head[at];
        at += 1;
    }
    at = 0;
    while at < tail.len() {
        bytes[start + at] = tail[at];
        at += 1;
    }
    bytes
}

/// The bytes of [`join`] as text.
#[must_use]
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("two texts joined by a dot are a text"),
    }
}

/// Whether a segment of `length` bytes below `prefix` makes no name that is too long.
#[must_use]
pub const fn fits(prefix: &str, length: usize) -> bool {
    prefix.len() + 1 + length <= LONGEST
}

/// Whether two names are one; `==` is not callable in a constant.
#[must_use]
pub const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The bytes of `middle` between two texts; `N` is the length of the three.
#[must_use]
pub const fn between<const N: usize>(before: &str, middle: &str, after: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let parts = [before.as_bytes(), middle.as_bytes(), after.as_bytes()];
    let (mut part, mut to) = (0, 0);
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            bytes[to] = parts[part][at];
            (at, to) = (at + 1, to + 1);
        }
        part += 1;
    }
    bytes
}

/// Whether an event at or below a node has this name.
#[must_use]
pub const fn is_live(catalog: Catalog, name: &str) -> bool {
    match catalog {
        Catalog::Leaf(leaf) => same(leaf.event_type, name),
        Catalog::Group(group) => {
            let mut at = 0;
            while at < group.members.len() {
                if is_live(group.members[at], name) {
                    return true;
                }
                at += 1;
            }
            false
        }
    }
}

/// A former name of an event below the member at `index` that is also a name or a former name below another member of
/// the enum; empty where there is none.
///
/// A pair of former names is told by the first of two groups, so that one mistake is one error; a leaf's former name
/// against a live one is told by the enum that holds the leaf.
#[must_use]
pub const fn alias_clash(parent: Catalog, index: usize) -> &'static str {
    match parent {
        Catalog::Group(group) => clash_below(group.members[index], group.members, index),
        Catalog::Leaf(_) => "",
    }
}

const fn clash_below(node: Catalog, members: &[Catalog], index: usize) -> &'static str {
    match node {
        Catalog::Leaf(leaf) => {
            let mut at = 0;
            while at < leaf.aliases.len() {
                if is_taken(leaf.aliases[at], members, index) {
                    return leaf.aliases[at];
                }
                at += 1;
            }
            ""
        }
        Catalog::Group(group) => {
            let mut at = 0;
            while at < group.members.len() {
                let clash = clash_below(group.members[at], members, index);
                if !clash.is_empty() {
                    return clash;
                }
                at += 1;
            }
            ""
        }
    }
}

const fn is_taken(alias: &str, members: &[Catalog], index: usize) -> bool {
    let mut at = 0;
    while at < members.len() {
        let told_here = at > index || matches!(members[at], Catalog::Leaf(_));
        if at != index && (is_live(members[at], alias) || told_here && is_alias(members[at], alias))
        {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_alias(catalog: Catalog, name: &str) -> bool {
    match catalog {
        Catalog::Leaf(leaf) => {
            let mut at = 0;
            while at < leaf.aliases.len() {
                if same(leaf.aliases[at], name) {
                    return true;
                }
                at += 1;
            }
            false
        }
        Catalog::Group(group) => {
            let mut at = 0;
            while at < group.members.len() {
                if is_alias(group.members[at], name) {
                    return true;
                }
                at += 1;
            }
            false
        }
    }
}

/// What the names below a node begin with.
#[must_use]
pub const fn prefix_of(catalog: Catalog) -> &'static str {
    match catalog {
        Catalog::Group(group) => group.prefix,
        Catalog::Leaf(leaf) => leaf.event_type,
    }
}

/// Whether every leaf below a node has a kind of aggregate that an enum states.
#[must_use]
pub const fn states_its_kind(catalog: Catalog) -> bool {
    match catalog {
        Catalog::Leaf(leaf) => !leaf.aggregate.is_empty(),
        Catalog::Group(group) => {
            let mut at = 0;
            while at < group.members.len() {
                if !states_its_kind(group.members[at]) {
                    return false;
                }
                at += 1;
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fits, join, joined, same, text};

    #[test]
    fn a_segment_joins_its_prefix_with_a_dot() {
        const BYTES: [u8; joined("order", "placed")] = join("order", "placed");
        assert_eq!(text(&BYTES), "order.placed");
        const ROOT: [u8; joined("", "order")] = join("", "order");
        assert_eq!(text(&ROOT), "order");
    }

    #[test]
    fn a_name_has_at_most_128_bytes() {
        assert!(fits(&"a".repeat(100), 27));
        assert!(!fits(&"a".repeat(100), 28));
    }

    #[test]
    fn names_are_compared_byte_by_byte() {
        assert!(same("order.placed", "order.placed"));
        assert!(!same("order.placed", "order.place"));
        assert!(!same("order.placed", "order.packed"));
    }
}
