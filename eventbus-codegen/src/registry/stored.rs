//! The registry as its own files tell it: whoever has no more than them generates what the code's owner generates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::beyond::Beyond;
use super::layout::{CATALOG, FACTS, GROUP, entries};
use super::version::refuse_marks;
use super::{Baseline, Event, Facts, Group, Member, Past, Registry};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::rust_path::library;
use crate::{format, text};

/// The fact that says of a type that it is gone from the code.
pub(crate) const REMOVED: &str = "removed";

/// What a file says of an enum.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Enum {
    docs: String,
    rust_path: String,
    #[serde(default)]
    unknown: bool,
}

/// `catalog.json`.
#[derive(Debug, Deserialize)]
struct Whole {
    root: Enum,
    #[serde(default)]
    packages: Vec<Enum>,
}

/// `group.json`.
#[derive(Debug, Deserialize)]
struct Family {
    enums: Vec<Enum>,
}

impl Registry {
    /// Reads the registry in `folder`.
    pub(crate) fn stored(folder: &Path) -> Result<Self> {
        let baseline = Baseline::read(folder)?;
        let whole: Whole = parse(&folder.join(CATALOG))?;
        let mut enums = vec![group(whole.root, "")];
        enums.extend(whole.packages.into_iter().map(|package| group(package, "")));
        for (prefix, place) in entries(folder)? {
            let file = place.join(GROUP);
            if file.is_file() {
                let family: Family = parse(&file)?;
                enums.extend(family.enums.into_iter().map(|one| group(one, &prefix)));
            }
        }
        let mut events = BTreeMap::new();
        for (name, past) in &baseline.events {
            if past.versions.is_empty() || past.is_removed() {
                continue;
            }
            let file = folder.join(name).join(FACTS);
            events.insert(name.clone(), past.event().ok_or_else(|| incomplete(&file))?);
        }
        let root = nest(enums, &events);
        let gone = baseline.gone(&events);
        Ok(Self { root, events, gone, compat: baseline.compat })
    }

    /// The same with the tree of enums that its files will tell.
    pub(crate) fn regrouped(self) -> Self {
        let mut enums = Vec::new();
        flatten(self.root, &mut enums);
        Self { root: nest(enums, &self.events), ..self }
    }
}

fn group(Enum { docs, rust_path, unknown }: Enum, prefix: &str) -> Group {
    Group { rust_path, docs, prefix: prefix.to_owned(), members: Vec::new(), unknown }
}

fn flatten(mut group: Group, enums: &mut Vec<Group>) {
    let members = std::mem::take(&mut group.members);
    enums.push(group);
    for member in members {
        if let Member::Group(nested) = member {
            flatten(nested, enums);
        }
    }
}

/// Puts each enum and each event below the enum with the longest prefix of its name; of several, as packages that share a
/// registry have them, below the one of its crate. The first one is the root.
fn nest(mut enums: Vec<Group>, events: &BTreeMap<String, Event>) -> Group {
    let mut seen = BTreeSet::new();
    enums.retain(|one| seen.insert((one.prefix.clone(), one.rust_path.clone())));
    let parents: Vec<usize> = (1..enums.len())
        .map(|place| match enums[place].prefix.as_str() {
            "" => 0,
            prefix => above(&enums, prefix, &enums[place].rust_path),
        })
        .collect();
    let owners: Vec<(usize, &String)> =
        events.iter().map(|(name, event)| (above(&enums, name, &event.rust_path), name)).collect();
    for (owner, name) in owners {
        enums[owner].members.push(Member::Event(name.clone()));
    }
    // The longest prefixes first: what is put into its parent is whole.
    let mut order: Vec<usize> = (1..enums.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(enums[*place].prefix.len()));
    let mut enums: Vec<Option<Group>> = enums.into_iter().map(Some).collect();
    for place in order {
        let nested = enums[place].take().map(sorted);
        if let (Some(nested), Some(parent)) = (nested, &mut enums[parents[place - 1]]) {
            parent.members.push(Member::Group(nested));
        }
    }
    sorted(enums.swap_remove(0).expect("the root has no parent"))
}

fn sorted(mut group: Group) -> Group {
    group.members.sort_by(|a, b| a.name().cmp(b.name()));
    group
}

/// The enum that `name` is directly below.
fn above(enums: &[Group], name: &str, rust_path: &str) -> usize {
    let is_above = |one: &Group| {
        one.prefix.is_empty()
            || name.strip_prefix(&one.prefix).is_some_and(|rest| rest.starts_with('.'))
    };
    let rank = |one: &Group| (one.prefix.len(), library(&one.rust_path) == library(rust_path));
    let all = enums.iter().enumerate().filter(|(_, one)| is_above(one));
    // Of equals the first.
    let best = all.rev().max_by_key(|(_, one)| rank(one));
    best.map_or(0, |(place, _)| place)
}

impl Baseline {
    /// The types that are none of `events` and not purged. Of one whose files do not say all of it nothing is told: what is
    /// missing there is a fault of its own.
    pub(super) fn gone(&self, events: &BTreeMap<String, Event>) -> BTreeMap<String, Event> {
        let gone = self.events.iter();
        let gone = gone.filter(|(name, past)| !events.contains_key(*name) && !past.is_purged());
        gone.filter_map(|(name, past)| Some((name.clone(), past.event()?))).collect()
    }
}

impl Past {
    /// Whether the type is gone from the code.
    pub(crate) fn is_removed(&self) -> bool {
        self.facts.get(REMOVED) == Some(&Value::Bool(true)) || self.is_purged()
    }

    /// What `event.json` and the versions say; nothing where that is not all of an event type.
    fn event(&self) -> Option<Event> {
        let text = |name: &str| self.fact(name).map(str::to_owned);
        let list =
            |name: &str| self.facts.get(name).and_then(Value::as_array).into_iter().flatten();
        let names = |name: &str| -> Vec<String> {
            list(name).filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
        let upcast = |one: &Value| {
            Some((number(one.get("version")?)?, one.get("rustPath")?.as_str()?.to_owned()))
        };
        let beyond = Beyond {
            aliases: self.known("fieldAliases").unwrap_or_default(),
            open: self.known("openEnums").unwrap_or_default(),
        };
        let facts = Facts {
            tenant_id: text("tenantId"),
            event_key: text("eventKey"),
            opaque: names("opaque"),
            deprecated: text("deprecated"),
            compat: self.known("compat"),
            aggregate: text("aggregate").unwrap_or_default(),
            aliases: names("aliases"),
            upcasts: list("upcasts").filter_map(upcast).collect(),
            unreadable: list("unreadable").filter_map(number).collect(),
            retired: text("retired"),
            reviewed: self.reviews(),
            beyond,
        };
        self.versions.contains_key(&self.current).then_some(())?;
        Some(Event {
            rust_path: text("rustPath")?,
            docs: text("docs").unwrap_or_default(),
            aggregate_id: text("aggregateId"),
            current: self.current,
            facts,
            versions: self.versions.clone(),
            shapes: self.shapes.clone(),
        })
    }

    fn known<'a, T: Deserialize<'a>>(&'a self, name: &str) -> Option<T> {
        T::deserialize(self.facts.get(name)?).ok()
    }
}

fn parse<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T> {
    let text = text::read_if_any(path)?.ok_or_else(|| {
        Error::new(ErrorKind::Registry, format!("there is no `{}`", path.display()))
            .at(path, None)
            .help("a registry has it: take the whole folder, as `cargo eventbus codegen` wrote it")
    })?;
    refuse_marks(&text, path)?;
    format::refuse_newer(&text, path)?;
    serde_json::from_str(&text).map_err(|error| {
        let line = Some(error.line());
        Error::new(ErrorKind::Registry, format!("`{}` does not say what it should", path.display()))
            .at(path, line)
            .because(error)
            .help("restore it from version control")
    })
}

fn incomplete(file: &Path) -> Error {
    let message = format!("`{}` does not say all of an event type", file.display());
    Error::new(ErrorKind::Registry, message).at(file, None).help(
        "restore its folder from version control, or have `cargo eventbus codegen` write it again",
    )
}
