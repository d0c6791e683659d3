//! AsyncAPI 3: a channel for each event type and each family, the events as CloudEvents. Schemas keep to JSON Schema draft-07, of
//! which AsyncAPI's own schemas are a superset, so that every tool reads them.

mod draft7;
mod envelope;

use serde_json::{Map, Value, json};

use self::draft7::Hoist;
use crate::canonical;
use crate::diagnostic::Result;
use crate::emit::reference::{Example, Examples};
use crate::registry::{Event, Group, Member, Registry};
use crate::rust_path;

/// The version of the specification.
const ASYNCAPI: &str = "3.0.0";

/// What a team says of its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// What the document is called; the name of the root enum where nothing is said.
    pub(crate) title: Option<String>,
    /// The version of the document.
    pub(crate) version: String,
}

/// What one run generates.
#[derive(Debug)]
pub(crate) struct Generated {
    /// The text of the file.
    pub(crate) text: String,
    /// What could not be expressed.
    pub(crate) warnings: Vec<String>,
}

/// The document of a registry. `examples` become those of its messages.
pub(crate) fn emit(
    registry: &Registry,
    examples: &Examples,
    options: &Options,
) -> Result<Generated> {
    let mut document = Document::new(examples);
    for (name, event) in &registry.events {
        document.event(name, event)?;
    }
    document.families(&registry.root, registry);
    let root = &registry.root;
    let title = options.title.clone().unwrap_or_else(|| words(rust_path::last(&root.rust_path)));
    let mut info = json!({ "title": title, "version": options.version });
    describe(&mut info, &root.docs);
    let whole = json!({
        "asyncapi": ASYNCAPI,
        "channels": document.channels,
        "components": { "messages": document.messages, "schemas": document.schemas },
        "defaultContentType": envelope::CONTENT_TYPE,
        "info": info,
        "operations": document.operations,
    });
    Ok(Generated { text: canonical::text(&whole), warnings: document.warnings })
}

struct Document<'a> {
    examples: &'a Examples,
    channels: Map<String, Value>,
    messages: Map<String, Value>,
    operations: Map<String, Value>,
    schemas: Map<String, Value>,
    warnings: Vec<String>,
}

impl<'a> Document<'a> {
    fn new(examples: &'a Examples) -> Self {
        let mut schemas = Map::new();
        schemas.insert(envelope::NAME.to_owned(), envelope::schema());
        Self {
            examples,
            channels: Map::new(),
            messages: Map::new(),
            operations: Map::new(),
            schemas,
            warnings: Vec::new(),
        }
    }

    /// The messages of a type, one for each version that may still arrive, its channel, and that the code sends the last.
    fn event(&mut self, name: &str, event: &Event) -> Result<()> {
        let mut messages = Map::new();
        for version in event.versions.keys() {
            let key = message_key(name, *version);
            self.message(&key, (name, *version), event)?;
            messages.insert(key.clone(), reference(&["components", "messages", &key]));
        }
        let mut channel = json!({ "address": name, "messages": messages, "title": name });
        describe(&mut channel, &event.docs);
        tag(&mut channel, event);
        self.channels.insert(name.to_owned(), channel);
        if event.facts.retired.is_none() {
            let key = message_key(name, event.current);
            let mut operation = json!({
                "action": "send",
                "channel": reference(&["channels", name]),
                "messages": [reference(&["channels", name, "messages", &key])],
            });
            summarise(&mut operation, &event.docs);
            self.operations.insert(format!("emit.{name}"), operation);
        }
        Ok(())
    }

    fn message(&mut self, key: &str, (name, version): (&str, u32), event: &Event) -> Result<()> {
        let schema = event.versions[&version].schemas()?.writer;
        let mut hoist = Hoist::new(key);
        let (payload, definitions) = hoist.schema(&schema);
        self.warnings.extend(hoist.warnings.iter().map(|text| format!("asyncapi: {key}: {text}")));
        self.schemas.insert(key.to_owned(), payload);
        self.schemas.extend(definitions);
        let whole = envelope::of(name, version, &pointer(key));
        let mut message = json!({
            "contentType": envelope::CONTENT_TYPE,
            "name": name,
            "payload": whole,
            "title": format!("{name}, version {version}"),
        });
        describe(&mut message, &event.docs);
        if version == event.current {
            tag(&mut message, event);
        } else {
            message["tags"] = json!([{ "name": "former version" }]);
        }
        let known = self.examples.get(&(name.to_owned(), version)).into_iter().flatten();
        let subject = event.aggregate_id.as_deref();
        let examples = known.filter_map(|Example { name: called, text }| {
            // What is no JSON is told when it is decoded.
            let data = serde_json::from_str(text).ok()?;
            let called = if called.is_empty() { "sample" } else { called };
            let payload = envelope::example(name, version, &data, subject);
            Some(json!({ "name": called, "payload": payload }))
        });
        let examples: Vec<Value> = examples.collect();
        if !examples.is_empty() {
            message["examples"] = Value::from(examples);
        }
        self.messages.insert(key.to_owned(), message);
        Ok(())
    }

    /// A channel for each enum below the root: everything below its prefix.
    fn families(&mut self, group: &Group, registry: &Registry) {
        for member in &group.members {
            let Member::Group(nested) = member else { continue };
            self.families(nested, registry);
            if nested.prefix.is_empty() {
                continue;
            }
            let below = format!("{}.", nested.prefix);
            let within = registry.events.iter().filter_map(|(name, event)| {
                Some((name.strip_prefix(&below)?, message_key(name, event.current)))
            });
            let (rests, keys): (Vec<&str>, Vec<String>) = within.unzip();
            let messages: Map<String, Value> = keys
                .into_iter()
                .map(|key| (key.clone(), reference(&["components", "messages", &key])))
                .collect();
            let mut channel = json!({
                "address": format!("{below}{{event}}"),
                "messages": messages,
                "parameters": {
                    "event": { "description": "What follows the family in the type's name.", "enum": rests },
                },
                "title": format!("{below}*"),
            });
            describe(&mut channel, &nested.docs);
            self.channels.insert(nested.prefix.clone(), channel);
        }
    }
}

fn message_key(name: &str, version: u32) -> String {
    format!("{name}.v{version}")
}

/// Where the schema of this name is, as a reference says it.
fn pointer(schema: &str) -> String {
    format!("#/components/schemas/{schema}")
}

fn reference(path: &[&str]) -> Value {
    json!({ "$ref": format!("#/{}", path.join("/")) })
}

fn describe(object: &mut Value, docs: &str) {
    if !docs.is_empty() {
        object["description"] = json!(docs);
    }
}

fn summarise(object: &mut Value, docs: &str) {
    if let Some(first) = docs.lines().next().filter(|line| !line.is_empty()) {
        object["summary"] = json!(first);
    }
}

/// Says that a type is deprecated or retired, for which AsyncAPI has no word of its own.
fn tag(object: &mut Value, event: &Event) {
    let mut tags = Vec::new();
    if let Some(note) = &event.facts.deprecated {
        let mut tag = json!({ "name": "deprecated" });
        describe(&mut tag, note);
        tags.push(tag);
    }
    if let Some(day) = &event.facts.retired {
        tags.push(
            json!({ "description": format!("No longer emitted since {day}."), "name": "retired" }),
        );
    }
    if !tags.is_empty() {
        object["tags"] = Value::from(tags);
    }
}

/// `Shop event` of `ShopEvent`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

#[cfg(test)]
mod tests;
