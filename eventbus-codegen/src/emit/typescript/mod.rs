//! TypeScript: erasable, named as in Rust, with validators that need nothing else.
//!
//! A version's two contracts become one schema (`contract`), from which its type (`convert`) and its validator (`validate`)
//! are made. What is declared is collected by name (`names`), put into files (`files`) and printed (`print`); what the
//! validators are made of is the same for everybody, and stands in `runtime/`.

mod ast;
mod contract;
mod convert;
mod envelope;
mod events;
mod files;
mod former;
mod lookup;
mod names;
mod print;
mod reading;
mod validate;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::ast::{Expr, Item, Type};
use self::contract::read_form;
use self::convert::convert;
use self::events::{EventNames, in_order};
use self::files::{Home, files};
use self::former::{Known, Today};
use self::names::{Names, Naming, Origin, doc_lines, type_name};
use self::print::Printer;
use crate::config::TypeScript;
use crate::diagnostic::Result;
use crate::model::{SINCE, lower};
use crate::registry::{Event, Group, Member, Registry};

/// What one run generates.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Generated {
    /// The files, by their paths from the configuration's folder.
    pub(crate) files: Vec<(String, String)>,
    /// What could not be expressed.
    pub(crate) warnings: Vec<String>,
}

/// The types and validators of a registry.
pub(crate) fn emit(registry: &Registry, config: &TypeScript) -> Result<Generated> {
    let names = EventNames::of(registry);
    let mut all = All {
        prefix: registry.root.prefix.clone(),
        today: today(registry)?,
        names,
        declared: Names::default(),
        warnings: Vec::new(),
    };
    let own = Origin::Own("what every event has");
    for item in envelope::items() {
        all.declared.declare(item, Home::Runtime, own.clone())?;
    }
    let mut known = Vec::new();
    for name in in_order(&registry.root) {
        known.push(all.event(name, &registry.events[name])?);
    }
    let root = all.group(&registry.root)?;
    known.sort_by(|a, b| a.event_type.cmp(&b.event_type));
    let lookups = std::iter::once(lookup::map(all.names.iter())).chain(lookup::items());
    for item in lookups.chain(reading::items(&root, &known, &renamed(registry))) {
        all.declared.declare(item, Home::Index, Origin::Own("what every set of events has"))?;
    }
    let printer = Printer { readonly: config.readonly };
    let files = files(all.declared.into_items(), config).into_iter();
    let files = files.map(|(path, module)| (path, printer.module(&module))).collect();
    Ok(Generated { files, warnings: all.warnings })
}

/// The types of today, where a former version may have the same.
fn today(registry: &Registry) -> Result<Today> {
    let mut today = Today::default();
    if registry.events.values().all(|event| events::former(event).next().is_none()) {
        return Ok(today);
    }
    for event in registry.events.values() {
        today.add(&read_form(&event.current().schemas()?));
    }
    Ok(today)
}

/// The former names of types, and the present ones.
fn renamed(registry: &Registry) -> Vec<(String, String)> {
    let pairs = registry.events.iter().flat_map(|(name, event)| {
        event.facts.aliases.iter().map(move |former| (former.clone(), name.clone()))
    });
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

struct All {
    prefix: String,
    declared: Names,
    names: EventNames,
    today: Today,
    warnings: Vec<String>,
}

/// A version of an event type, and what is made of it.
struct Version<'a> {
    event_type: &'a str,
    version: u32,
    schema: Value,
    naming: Naming,
    event_name: String,
    event_docs: Vec<String>,
    origin: Origin,
    event_origin: Origin,
}

impl All {
    /// An event type with all its versions.
    fn event(&mut self, event_type: &str, event: &Event) -> Result<Known> {
        let payload = type_name(&event.rust_path);
        let mut schema = read_form(&event.current().schemas()?);
        let former: Vec<u32> = events::former(event).collect();
        // Of two events with one payload, each would say something else.
        if !self.names.is_shared(&payload) {
            since(&mut schema, event, &former)?;
        }
        let of = event_type.to_owned();
        let event_name = self.names.of_type(event_type).to_owned();
        self.version(Version {
            event_type,
            version: event.current,
            schema,
            naming: Naming { root: payload, ..Naming::default() },
            event_name: event_name.clone(),
            event_docs: events::docs(event_type, event),
            origin: Origin::Payload { rust_path: event.rust_path.clone(), of: of.clone() },
            event_origin: Origin::Event { of: of.clone() },
        })?;
        let mut older = Vec::new();
        for version in former {
            let schema = read_form(&event.versions[&version].schemas()?);
            let (payload, event_name) = self.names.of_version(event_type, version);
            older.push((version, event_name.clone()));
            let origin = Origin::Former { of: of.clone(), version };
            self.version(Version {
                event_type,
                version,
                naming: self.today.naming(payload, &schema),
                schema,
                event_name,
                event_docs: vec![format!("Version {version} of `{event_type}`.")],
                origin: origin.clone(),
                event_origin: origin,
            })?;
        }
        Ok(Known { event_type: of, former: older, current: (event.current, event_name) })
    }

    /// The payload's type, the types it refers to, and the event's type, each with its validator.
    fn version(&mut self, version: Version<'_>) -> Result<()> {
        let Version { event_type, schema, naming, origin, .. } = &version;
        let home = Home::of(event_type, &self.prefix);
        let lowered = lower(schema);
        let context = format!("{event_type} v{}, writer contract", version.version);
        self.warnings.extend(lowered.warnings.iter().map(|text| format!("{context}: {text}")));
        let is_former = matches!(origin, Origin::Former { .. });
        for (name, definition) in &lowered.definitions {
            let ty = naming.of(name);
            if is_former && !naming.renamed.contains_key(name) {
                continue;
            }
            let payload = match origin {
                Origin::Payload { rust_path, .. } => rust_path.clone(),
                _ => format!("{event_type} v{}", version.version),
            };
            let origin = Origin::Definition { name: name.clone(), payload };
            let docs = doc_lines(&definition.docs);
            let shape = convert(&definition.shape, naming);
            let checked = &schema[contract::DEFINITIONS][name];
            self.values(&ty, &shape, &home, &origin)?;
            self.checked(docs, &ty, shape, validate::schema(checked, naming), &home, &origin)?;
        }
        let docs = doc_lines(schema.get("description").and_then(Value::as_str).unwrap_or_default());
        let payload = naming.root.as_str();
        let shape = convert(&lowered.root, naming);
        self.checked(docs, payload, shape, validate::schema(schema, naming), &home, origin)?;
        let number = json!(version.version);
        let ty = envelope::event([
            Type::text(*event_type),
            Type::Literal(number.clone()),
            Type::name(payload),
        ]);
        let literal = |value: Value| Expr::json(&json!({ "const": value }));
        let schema = envelope::within([
            ("type", literal(json!(event_type))),
            ("dataversion", literal(number)),
            ("data", Expr::record([("$ref", Expr::Later(payload.to_owned()))])),
        ]);
        let Version { event_name, event_docs, event_origin, .. } = version;
        self.checked(event_docs, &event_name, ty, schema, &home, &event_origin)
    }

    /// A type and its validator.
    fn checked(
        &mut self,
        docs: Vec<String>,
        name: &str,
        ty: Type,
        schema: Expr,
        home: &Home,
        origin: &Origin,
    ) -> Result<()> {
        for item in [Item::alias(docs, name, ty), Item::validator(name, schema)] {
            self.declared.declare(item, home.clone(), origin.clone())?;
        }
        Ok(())
    }

    /// The values of a type that is a list of strings, as an array to iterate over.
    fn values(&mut self, name: &str, ty: &Type, home: &Home, origin: &Origin) -> Result<()> {
        let alternatives = match ty {
            Type::Union(types) => types.as_slice(),
            one => std::slice::from_ref(one),
        };
        let values: Option<Vec<Value>> = alternatives
            .iter()
            .filter(|ty| **ty != Type::OtherText)
            .map(|ty| match ty {
                Type::Literal(value @ Value::String(_)) => Some(value.clone()),
                _ => None,
            })
            .collect();
        let Some(values) = values else { return Ok(()) };
        let is_open = alternatives.contains(&Type::OtherText);
        let docs = vec![format!("Every {}`{name}`.", if is_open { "known " } else { "" })];
        let item = Item::Values { docs, name: format!("{name}Values"), values };
        self.declared.declare(item, home.clone(), origin.clone())
    }

    /// The unions of the groups, innermost first.
    fn group(&mut self, group: &Group) -> Result<String> {
        let mut members = Vec::new();
        for member in &group.members {
            members.push(match member {
                Member::Group(nested) => Type::Name(self.group(nested)?),
                Member::Event(name) => Type::name(self.names.of_type(name)),
            });
        }
        let name = type_name(&group.rust_path);
        let item = Item::alias(doc_lines(&group.docs), name.clone(), Type::union(members));
        self.declared.declare(
            item,
            Home::of(&group.prefix, &self.prefix),
            Origin::Group(group.rust_path.clone()),
        )?;
        Ok(name)
    }
}

/// Says of each field of the payload with which version it came.
fn since(schema: &mut Value, event: &Event, former: &[u32]) -> Result<()> {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return Ok(()) };
    let mut came: Vec<(&String, u32)> =
        properties.keys().map(|name| (name, event.current)).collect();
    let mut newer = event.current;
    for version in former.iter().rev() {
        let past = event.versions[version].schemas()?.writer;
        let had: BTreeSet<&String> =
            past["properties"].as_object().into_iter().flat_map(|all| all.keys()).collect();
        for (name, since) in &mut came {
            if *since == newer && had.contains(*name) {
                *since = *version;
            }
        }
        newer = *version;
    }
    let first = former.first().copied().unwrap_or(event.current);
    let came: Vec<(String, u32)> =
        came.into_iter().map(|(name, since)| (name.clone(), since)).collect();
    for (name, since) in came.into_iter().filter(|(_, since)| *since > first) {
        if let Some(Value::Object(keys)) = properties.get_mut(&name) {
            keys.insert(SINCE.to_owned(), json!(since));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
