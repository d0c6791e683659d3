//! Whether a payload's other name in Rust comes from another enum: an event type that moved to another group and kept its
//! name on the wire.

use eventbus_runtime::Node;

use crate::registry::{Branch, Catalog, Leaf};
use crate::rust_path;

/// Whether the enum that gave the struct at the path `was` its name is still there, and holds the leaf no longer.
pub(super) fn is_moved(catalog: &Catalog, was: &str, leaf: &Leaf) -> bool {
    let mut groups = Vec::new();
    collect(&catalog.root, &mut groups);
    let holds = |group: &&Branch| {
        group.members.iter().any(
            |member| matches!(member, Node::Leaf(other) if other.event_type == leaf.event_type),
        )
    };
    let names = groups.iter().filter(|group| is_named_by(was, &group.rust_path));
    let former = names.max_by_key(|group| rust_path::last(&group.rust_path).len());
    former.is_some_and(|group| !holds(group))
}

/// `OrderEvent::Placed` carries `OrderPlaced`. The modules are not looked at: an enum may move with its payloads.
fn is_named_by(payload: &str, group: &str) -> bool {
    let [payload, group] = [payload, group].map(rust_path::last);
    let family = group.strip_suffix("Event").unwrap_or(group);
    let variant = payload.strip_prefix(family).unwrap_or_default();
    variant.starts_with(|first: char| first.is_uppercase())
}

fn collect<'a>(group: &'a Branch, groups: &mut Vec<&'a Branch>) {
    groups.push(group);
    for member in &group.members {
        if let Node::Group(nested) = member {
            collect(nested, groups);
        }
    }
}
