//! What a person wants to know of every event: the model behind the catalog page and the Markdown reference.
//!
//! It is a function of the registry and the stored samples. What it says of types it says in words, because its readers
//! write in any language.

mod gone;
mod history;
mod prose;
mod types;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use self::prose::{Block, Inline, Prose, prose};
pub(crate) use self::types::{Case, Field, Type, Word, Words};
use crate::compat::{Answer, Difference};
use crate::diagnostic::Result;
use crate::parallel;
use crate::registry::{Event as Registered, Group, Member, Registry};

/// Every event, by family.
#[derive(Debug, PartialEq)]
pub(crate) struct Reference {
    /// What the root enum says of itself.
    pub(crate) docs: Prose,
    /// The families, by name.
    pub(crate) families: Vec<Family>,
}

/// The events whose names begin alike.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    /// What they begin with; empty for events of the root enum.
    pub(crate) name: String,
    /// What its enum says of itself.
    pub(crate) docs: Prose,
    /// Its events, by name.
    pub(crate) events: Vec<Event>,
}

/// An event type.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    /// Its name on the wire.
    pub(crate) name: String,
    /// The payload's path in Rust.
    pub(crate) rust_path: String,
    /// What its author says of it.
    pub(crate) docs: Prose,
    /// The kind of its aggregate and the field that holds the id; events of one aggregate keep their order.
    pub(crate) aggregate: Option<(String, String)>,
    /// The field that holds the tenant.
    pub(crate) tenant: Option<String>,
    /// The field that holds the event's key.
    pub(crate) key: Option<String>,
    /// Former names, still read.
    pub(crate) aliases: Vec<String>,
    /// The note of its deprecation, which may be empty.
    pub(crate) deprecated: Option<Prose>,
    /// The day from which it is no longer emitted.
    pub(crate) retired: Option<String>,
    /// What becomes of its stored events, where it is gone from the code.
    pub(crate) gone: Option<Gone>,
    /// Its versions, the newest first. There is one at least.
    pub(crate) versions: Vec<Version>,
}

/// A version of an event type.
#[derive(Debug, PartialEq)]
pub(crate) struct Version {
    /// Its number.
    pub(crate) number: u32,
    /// What it writes: the payload, then each type that the payload refers to.
    pub(crate) types: Vec<Type>,
    /// Payloads that it wrote.
    pub(crate) examples: Vec<Example>,
    /// The version before it, and what was changed since.
    pub(crate) since: Option<(u32, Vec<Difference>)>,
    /// What today's code does with stored events of it.
    pub(crate) stored: Stored,
    /// Whether a consumer that was built for it reads what is written now; nothing for the current version.
    pub(crate) consumer: Option<Answer>,
}

/// What becomes of the stored events of a type that is gone from the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gone {
    /// They are events of the type that has its name among its former ones.
    ReadAs(String),
    /// An enum keeps them as events that it does not know.
    Kept,
    /// No code reads them.
    Unread,
}

/// What today's code does with stored events of a version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It writes them.
    Written,
    /// It reads them into today's payload.
    Read,
    /// It reads them into the payload type of that version, and brings them up.
    BroughtUp(String),
    /// It keeps them as events that it does not know.
    Kept,
    /// It reads them no more.
    Unread,
}

/// A payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// What its file calls it; empty for the one that the toolchain made.
    pub(crate) name: String,
    /// The payload.
    pub(crate) text: String,
}

/// The examples of every version, by type.
pub(crate) type Examples = BTreeMap<(String, u32), Vec<Example>>;

impl Event {
    /// The version that is written now.
    pub(crate) fn current(&self) -> &Version {
        self.versions.first().expect("the current version is one of them")
    }
}

/// What is to be told of `registry`.
pub(crate) fn reference(registry: &Registry, examples: &Examples) -> Result<Reference> {
    let mut families = BTreeMap::new();
    collect(&registry.root, &mut families);
    // The root's words stand above all families.
    if let Some((docs, _)) = families.get_mut(registry.root.prefix.as_str()) {
        docs.retain(|docs| *docs != registry.root.docs);
    }
    // The enum of a type that is gone may be gone too; then nothing but the name says what it was below.
    for name in registry.gone.keys() {
        let family = name.rsplit_once('.').map_or("", |(family, _)| family);
        families.entry(family).or_default().1.push(name);
    }
    families.values_mut().for_each(|(_, members)| members.sort_unstable());
    let all: Vec<(&String, &Registered)> = registry.events.iter().chain(&registry.gone).collect();
    let mut events = BTreeMap::new();
    for event in parallel::each(&all, |(name, event)| told(name, event, registry, examples)) {
        let event = event?;
        events.insert(event.name.clone(), event);
    }
    let families = families.into_iter().map(|(name, (docs, members))| Family {
        name: name.to_owned(),
        docs: prose(&docs.join("\n\n")),
        events: members.iter().filter_map(|member| events.remove(*member)).collect(),
    });
    let families = families.filter(|family| !family.events.is_empty()).collect();
    Ok(Reference { docs: prose(&registry.root.docs), families })
}

/// What the enums of a family say of themselves, and its events.
type Members<'a> = (Vec<&'a str>, Vec<&'a str>);

fn collect<'a>(group: &'a Group, families: &mut BTreeMap<&'a str, Members<'a>>) {
    let (docs, events) = families.entry(&group.prefix).or_default();
    docs.push(&group.docs);
    events.extend(group.members.iter().filter_map(|member| match member {
        Member::Event(name) => Some(name.as_str()),
        Member::Group(_) => None,
    }));
    for member in &group.members {
        if let Member::Group(nested) = member {
            collect(nested, families);
        }
    }
}

fn told(name: &str, event: &Registered, registry: &Registry, examples: &Examples) -> Result<Event> {
    let facts = &event.facts;
    let kind = || match facts.aggregate.as_str() {
        "" => name.split('.').next().unwrap_or(name).to_owned(),
        kind => kind.to_owned(),
    };
    let mut versions = history::versions(event)?;
    let gone = registry.gone.contains_key(name).then(|| gone::became(name, registry));
    if let Some(gone) = &gone {
        for version in &mut versions {
            version.stored = gone::stored(gone, version.number, registry);
        }
    }
    for version in &mut versions {
        let key = (name.to_owned(), version.number);
        version.examples = examples.get(&key).cloned().unwrap_or_default();
        for field in version.types.iter_mut().take(1).flat_map(|payload| &mut payload.fields) {
            let is = |name: &Option<String>| name.as_ref() == Some(&field.path);
            let roles = [
                (is(&event.aggregate_id), "aggregate"),
                (is(&facts.tenant_id), "tenant"),
                (is(&facts.event_key), "key"),
            ];
            field.role = roles.into_iter().find(|(is, _)| *is).map(|(_, role)| role);
        }
    }
    Ok(Event {
        name: name.to_owned(),
        rust_path: event.rust_path.clone(),
        docs: prose(&event.docs),
        aggregate: event.aggregate_id.clone().map(|field| (kind(), field)),
        tenant: facts.tenant_id.clone(),
        key: facts.event_key.clone(),
        aliases: facts.aliases.clone(),
        deprecated: facts.deprecated.as_deref().map(prose),
        retired: facts.retired.clone(),
        gone,
        versions,
    })
}

/// A value on one line. As in the registry's files, the order of its keys depends on nothing but their names.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Object(keys) => {
            let keys: BTreeMap<_, _> = keys.iter().collect();
            let entry = |(key, value): (&String, &Value)| {
                format!("{}:{}", Value::from(key.as_str()), inline(value))
            };
            format!("{{{}}}", keys.into_iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::inline;

    #[test]
    fn a_value_stands_on_one_line() {
        let value = json!({ "b": [1, null, {}], "a": { "\"": "x\n" }, "c": [] });
        assert_eq!(inline(&value), r#"{"a":{"\"":"x\n"},"b":[1,null,{}],"c":[]}"#);
    }
}
