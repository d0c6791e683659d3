//! What the events are called, in which order they stand, and what is said of them.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{doc_lines, type_name};
use crate::registry::{Event, Group, Member, Registry};

/// The TypeScript names of the events.
pub(super) struct EventNames {
    names: BTreeMap<String, String>,
    /// The payloads that several events have.
    shared: BTreeSet<String>,
}

impl EventNames {
    /// An event is named after its payload, or after its type name where events share a payload or where a group has that
    /// name.
    pub(super) fn of(registry: &Registry) -> Self {
        let mut payloads: BTreeMap<String, usize> = BTreeMap::new();
        for event in registry.events.values() {
            *payloads.entry(type_name(&event.rust_path)).or_default() += 1;
        }
        let shared: BTreeSet<String> =
            payloads.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
        let groups = group_names(&registry.root);
        let name = |(name, event): (&String, &Event)| {
            let payload = type_name(&event.rust_path);
            let short = format!("{payload}Event");
            let is_taken = shared.contains(&payload) || groups.contains(&short);
            (name.clone(), if is_taken { format!("{}Event", type_name(name)) } else { short })
        };
        Self { names: registry.events.iter().map(name).collect(), shared }
    }

    pub(super) fn of_type(&self, event_type: &str) -> &str {
        &self.names[event_type]
    }

    /// The payload of a former version, and its event.
    pub(super) fn of_version(&self, event_type: &str, version: u32) -> (String, String) {
        let name = self.of_type(event_type);
        let payload = format!("{}V{version}", name.strip_suffix("Event").unwrap_or(name));
        (payload.clone(), format!("{payload}Event"))
    }

    pub(super) fn is_shared(&self, payload: &str) -> bool {
        self.shared.contains(payload)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(name, event)| (name.as_str(), event.as_str()))
    }
}

fn group_names(group: &Group) -> BTreeSet<String> {
    let below = group.members.iter().flat_map(|member| match member {
        Member::Group(nested) => group_names(nested),
        Member::Event(_) => BTreeSet::new(),
    });
    below.chain([type_name(&group.rust_path)]).collect()
}

/// The event types in the order of the groups that they are in.
pub(super) fn in_order(group: &Group) -> Vec<&str> {
    let members = group.members.iter().flat_map(|member| match member {
        Member::Group(nested) => in_order(nested),
        Member::Event(name) => vec![name.as_str()],
    });
    members.collect()
}

/// The versions before the current one that are read.
pub(super) fn former(event: &Event) -> impl Iterator<Item = u32> {
    let before = event.versions.range(..event.current).map(|(version, _)| *version);
    before.filter(|version| !event.facts.unreadable.contains(version))
}

/// What is said of an event.
pub(super) fn docs(event_type: &str, event: &Event) -> Vec<String> {
    let mut docs = doc_lines(&event.docs);
    let mut paragraph = |lines: Vec<String>| {
        if !docs.is_empty() {
            docs.push(String::new());
        }
        docs.extend(lines);
    };
    if let Some(field) = &event.aggregate_id {
        paragraph(vec![format!("`{event_type}`; `subject` is `data.{field}`.")]);
    }
    match (&event.facts.deprecated, &event.facts.retired) {
        (Some(note), _) if !note.is_empty() => paragraph(doc_lines(&format!("@deprecated {note}"))),
        (_, Some(day)) => paragraph(vec![format!("@deprecated No longer emitted since {day}.")]),
        (Some(_), None) => paragraph(vec!["@deprecated".to_owned()]),
        (None, None) => {}
    }
    docs
}
