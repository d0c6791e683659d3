//! Subsets: which member takes a name, and whether two of them would.

use super::names::{prefix_of, same};
use crate::catalog::{Catalog, is_below};
use crate::filter::names_of;

/// The member of a subset that reads `event_type`: the one that has an event of that name, or else of that former name,
/// or else the one that keeps what it does not know.
#[must_use]
pub fn member(subset: &Catalog, event_type: &str) -> Option<usize> {
    let Catalog::Group(group) = subset else { return None };
    let find = |takes: fn(&Catalog, &str) -> bool| {
        group.members.iter().position(|member| takes(member, event_type))
    };
    find(names).or_else(|| find(named)).or_else(|| find(keeps))
}

/// Whether a leaf below has the name; a family that the name is not of is not looked through.
fn names(catalog: &Catalog, event_type: &str) -> bool {
    match catalog {
        Catalog::Leaf(leaf) => leaf.event_type == event_type,
        Catalog::Group(group) => {
            is_below(event_type, group.prefix)
                && group.members.iter().any(|member| names(member, event_type))
        }
    }
}

/// Whether a leaf below has the name, or had it.
fn named(catalog: &Catalog, event_type: &str) -> bool {
    match catalog {
        Catalog::Leaf(leaf) => names_of(leaf).any(|name| name == event_type),
        Catalog::Group(group) => group.members.iter().any(|member| named(member, event_type)),
    }
}

/// Whether a group keeps the event although it does not know it.
fn keeps(catalog: &Catalog, event_type: &str) -> bool {
    match catalog {
        Catalog::Leaf(_) => false,
        Catalog::Group(group) => {
            (group.unknown && is_below(event_type, group.prefix))
                || group.members.iter().any(|member| keeps(member, event_type))
        }
    }
}

/// Whether a node is a subset, which no enum nests.
#[must_use]
pub const fn is_subset(catalog: &Catalog) -> bool {
    matches!(catalog, Catalog::Group(group) if group.subset)
}

/// Whether two nodes take a common event. An enum without members, which a mistake leaves behind, takes none.
#[must_use]
pub const fn overlap(left: &Catalog, right: &Catalog) -> bool {
    if let Some(members) = union(left) {
        return any(members, right);
    }
    if let Some(members) = union(right) {
        return any(members, left);
    }
    let (one, other) = (prefix_of(*left), prefix_of(*right));
    match (left, right) {
        (Catalog::Leaf(_), Catalog::Leaf(_)) => same(one, other),
        (Catalog::Leaf(_), Catalog::Group(_)) => below(one, other),
        (Catalog::Group(_), Catalog::Leaf(_)) => below(other, one),
        (Catalog::Group(_), Catalog::Group(_)) => {
            same(one, other) || below(one, other) || below(other, one)
        }
    }
}

/// The members of a node that has no family of its own.
const fn union(catalog: &Catalog) -> Option<&'static [Catalog]> {
    match catalog {
        Catalog::Group(group)
            if group.prefix.is_empty() || group.subset || group.members.is_empty() =>
        {
            Some(group.members)
        }
        _ => None,
    }
}

const fn any(members: &[Catalog], other: &Catalog) -> bool {
    let mut at = 0;
    while at < members.len() {
        if overlap(&members[at], other) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a name or a family stands below `prefix`.
const fn below(name: &str, prefix: &str) -> bool {
    let (name, prefix) = (name.as_bytes(), prefix.as_bytes());
    if name.len() <= prefix.len() || name[prefix.len()] != b'.' {
        return false;
    }
    let mut at = 0;
    while at < prefix.len() {
        if name[at] != prefix[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{member, overlap};
    use crate::catalog::{Catalog, Group, Leaf, schema_of};

    macro_rules! leaf {
        ($name:literal) => {
            Catalog::Leaf(&Leaf::new($name, 1, schema_of::<u8>))
        };
    }

    macro_rules! group {
        ($prefix:literal, $unknown:literal, $($member:expr),*) => {
            Catalog::Group(&Group {
                rust_path: "",
                docs: "",
                prefix: $prefix,
                members: &[$($member),*],
                unknown: $unknown,
                subset: false,
            })
        };
    }

    const PLACED: Catalog = leaf!("order.placed");
    const ADDED: Catalog = leaf!("order.line.added");
    const LINE: Catalog = group!("order.line", false, ADDED);
    const ORDER: Catalog = group!("order", false, PLACED, LINE);
    const ORDERS: Catalog = group!("orders", true, leaf!("orders.placed"));
    const ROOT: Catalog = group!("", false, ORDER);

    #[test]
    fn nodes_overlap_where_one_takes_what_the_other_does() {
        for (one, other) in
            [(PLACED, PLACED), (PLACED, ORDER), (LINE, ORDER), (ADDED, ROOT), (ROOT, LINE)]
        {
            assert!(overlap(&one, &other) && overlap(&other, &one), "{one:?} {other:?}");
        }
        let mistaken = group!("order", false,);
        for (one, other) in [(PLACED, ADDED), (PLACED, LINE), (ORDERS, ROOT), (mistaken, ORDER)] {
            assert!(!overlap(&one, &other) && !overlap(&other, &one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_name_finds_its_member_before_a_family_keeps_it() {
        let subset = group!("", false, ORDERS, LINE, PLACED);
        assert_eq!(member(&subset, "order.placed"), Some(2));
        assert_eq!(member(&subset, "order.line.added"), Some(1));
        assert_eq!(member(&subset, "order.line.moved"), None);
        assert_eq!(member(&subset, "orders.placed"), Some(0));
        assert_eq!(member(&subset, "orders.moved"), Some(0), "it keeps what it does not know");
        assert_eq!(member(&subset, "orders"), None);
    }
}
