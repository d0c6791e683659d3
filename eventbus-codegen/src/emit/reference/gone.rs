//! Types that are gone from the code: who has their stored events now.

use super::{Gone, Stored};
use crate::registry::{Event, Group, Member, Registry};

/// What becomes of stored events of the name: as at run time, a former name comes before an enum that keeps what it does not
/// know.
pub(super) fn became(name: &str, registry: &Registry) -> Gone {
    let has_taken = |heir: &&Event| heir.facts.aliases.iter().any(|alias| alias == name);
    let mut all = registry.events.iter();
    if let Some((heir, _)) = all.find(|(_, heir)| has_taken(heir)) {
        return Gone::ReadAs(heir.clone());
    }
    if keeps(&registry.root, name) { Gone::Kept } else { Gone::Unread }
}

/// What becomes of those of one version.
pub(super) fn stored(gone: &Gone, version: u32, registry: &Registry) -> Stored {
    match gone {
        Gone::ReadAs(heir) => {
            let heir = &registry.events[heir];
            match super::history::stored(heir, version) {
                _ if version > heir.current => Stored::Unread,
                Stored::Written => Stored::Read,
                other => other,
            }
        }
        Gone::Kept => Stored::Kept,
        Gone::Unread => Stored::Unread,
    }
}

/// Whether the enum, or one in it, keeps events of a name that no variant is for.
fn keeps(group: &Group, name: &str) -> bool {
    let prefix = group.prefix.as_str();
    let is_below =
        prefix.is_empty() || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    let nested = |member: &Member| match member {
        Member::Group(nested) => keeps(nested, name),
        Member::Event(_) => false,
    };
    (group.unknown && is_below) || group.members.iter().any(nested)
}
