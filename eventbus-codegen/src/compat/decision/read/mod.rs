//! JSON Schema, drafts 4 to 2020-12, as nodes of a graph.

mod close;
mod containers;
mod scalars;
mod unevaluated;
mod unite;

use std::collections::HashMap;

use eventbus_runtime::Document;
use serde_json::{Map, Value};

use self::close::{close, is_unread};
use self::unite::unite;
use super::graph::Graph;
use super::node::{Fact, Id, Literal, Node};
use crate::kinds::{Kind, Kinds};
use crate::pointer;

pub(super) type Keys = Map<String, Value>;

/// How a schema is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contract {
    /// As it stands.
    Plain,
    /// What code writes: nothing that the schema does not describe.
    Writer,
    /// What code accepts: unknown properties too, unless it says otherwise, and properties under their other names.
    Reader,
    /// What is stored of what code wrote: the same as what it writes, where a property may have one of its other names
    /// and an open enum another variant, because they had them once.
    Stored,
}

impl Contract {
    /// Whether nothing is there that the schema does not describe.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Writer | Self::Stored)
    }

    /// Whether a property may have one of its other names, and an open enum another variant.
    fn takes_others(self) -> bool {
        matches!(self, Self::Reader | Self::Stored)
    }
}

/// Reads one document into a graph.
pub(super) struct Reading<'a> {
    pub(super) graph: &'a mut Graph,
    document: &'a Value,
    pub(super) contract: Contract,
    /// Whether what stands beside a `$ref` says nothing, as it was up to draft 7.
    lone_references: bool,
    /// The schemas at their pointers: as a value's whole schema, or as a part of one.
    read: HashMap<(String, Place), Id>,
    /// The pointers that are being read for one and the same value.
    in_place: Vec<String>,
    /// How many references are being followed.
    depth: usize,
    /// What a writer describes and is closed when all of it was read, each with its node.
    unclosed: Vec<(Id, Id)>,
}

/// The name of a variant that nobody has.
pub(crate) const SOME_VARIANT: &str = "something-unknown";

/// The longest chain of references that is followed.
const DEEPEST: usize = 400;

/// Where a schema stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// It describes a value.
    Whole,
    /// It says something about a value that others describe too.
    Part,
}

/// The node of a whole document.
pub(super) fn read(graph: &mut Graph, document: &Value, contract: Contract) -> Id {
    let lone_references = contract == Contract::Plain && is_up_to_draft_7(document);
    let mut reading = Reading {
        graph,
        document,
        contract,
        lone_references,
        read: HashMap::new(),
        in_place: Vec::new(),
        depth: 0,
        unclosed: Vec::new(),
    };
    let id = reading.at("", Place::Whole);
    for (reserved, whole) in std::mem::take(&mut reading.unclosed) {
        let closed = close(reading.graph, whole);
        reading.graph.become_same(reserved, closed);
    }
    id
}

/// By what it says of itself, or by where it keeps its definitions.
fn is_up_to_draft_7(document: &Value) -> bool {
    match document.get("$schema").and_then(Value::as_str) {
        Some(draft) => (3..=7).any(|n| draft.contains(&format!("draft-0{n}"))),
        None => document.get("definitions").is_some() && document.get("$defs").is_none(),
    }
}

impl Reading<'_> {
    /// A schema that describes another value: an element, a property.
    pub(super) fn whole(&mut self, schema: &Value) -> Id {
        let in_place = std::mem::take(&mut self.in_place);
        let id = self.complete(schema);
        self.in_place = in_place;
        id
    }

    /// A schema beside which nothing else is said of the value.
    fn complete(&mut self, schema: &Value) -> Id {
        if let Some(pointer) = only_reference(schema) {
            return self.referred(pointer, Place::Whole);
        }
        let id = self.part(schema);
        if !self.contract.is_closed() {
            return id;
        }
        if is_unread(self.graph, id) {
            let reserved = self.graph.reserve();
            self.unclosed.push((reserved, id));
            return reserved;
        }
        close(self.graph, id)
    }

    /// A schema that stands beside others about the same value.
    pub(super) fn part(&mut self, schema: &Value) -> Id {
        match schema {
            Value::Bool(false) => self.graph.add(Node::Never),
            Value::Object(keys) => self.keywords(keys),
            _ => self.graph.add(Node::Any),
        }
    }

    fn referred(&mut self, reference: &str, place: Place) -> Id {
        match self.local(reference) {
            Some(pointer) if self.document.pointer(&pointer).is_some() => self.at(&pointer, place),
            Some(_) => self.opaque(format!("`{reference}` refers to nothing"), reference),
            None => self.opaque(format!("`{reference}` is outside the document"), reference),
        }
    }

    /// The pointer that a reference to this document holds.
    fn local(&self, reference: &str) -> Option<String> {
        let own = self.document.get("$id").and_then(Value::as_str);
        let local = reference.strip_prefix('#').or_else(|| (own == Some(reference)).then_some(""));
        local.filter(|pointer| pointer.is_empty() || pointer.starts_with('/')).map(pointer::decoded)
    }

    fn at(&mut self, pointer: &str, place: Place) -> Id {
        if self.in_place.iter().any(|above| above == pointer) {
            let text = format!("{pointer} of {}", self.document);
            return self.opaque(format!("`#{pointer}` refers to itself without an end"), &text);
        }
        let key = (pointer.to_owned(), place);
        if let Some(id) = self.read.get(&key) {
            return *id;
        }
        if self.depth >= DEEPEST {
            // What is left out there is the same only within the same document.
            let text = format!("{pointer} of {}", self.document);
            return self.opaque("the schema is nested too deeply".to_owned(), &text);
        }
        self.depth += 1;
        let reserved = self.graph.reserve();
        self.read.insert(key.clone(), reserved);
        let document = self.document;
        let schema = document.pointer(pointer).unwrap_or(&Value::Bool(true));
        self.in_place.push(key.0.clone());
        let id = match place {
            Place::Whole => self.complete(schema),
            Place::Part => self.part(schema),
        };
        self.in_place.pop();
        self.depth -= 1;
        self.graph.become_same(reserved, id);
        self.read.insert(key, id);
        id
    }

    fn keywords(&mut self, keys: &Keys) -> Id {
        if let Some(Value::String(reference)) = keys.get("$ref") {
            let target = self.referred(reference, Place::Part);
            if self.lone_references {
                return target;
            }
            let beside = self.beside(keys);
            return self.graph.add(Node::All(vec![target, beside]));
        }
        self.beside(keys)
    }

    /// Every keyword but `$ref`.
    fn beside(&mut self, keys: &Keys) -> Id {
        let mut all = Vec::new();
        self.kinds_and_values(keys, &mut all);
        self.numbers(keys, &mut all);
        self.texts(keys, &mut all);
        self.arrays(keys, &mut all);
        self.objects(keys, &mut all);
        self.combinations(keys, &mut all);
        const UNDECIDED: &[&str] = &[
            "$dynamicRef",
            "$recursiveRef",
            "unevaluatedItems",
            "maxContains",
            "divisibleBy",
            "extends",
            "disallow",
        ];
        for keyword in UNDECIDED.iter().filter(|keyword| keys.contains_key(**keyword)) {
            all.push(self.undecided(keyword, keys));
        }
        let all = self.valued(all);
        let mut id = self.graph.add(Node::All(all));
        // Whoever says that more variants may come reads them.
        if self.contract.takes_others() && is_open(keys) {
            let other = self.other_variant(keys);
            id = self.graph.add(Node::Either(vec![id, other]));
        }
        let Some(schema) = keys.get("unevaluatedProperties") else { return id };
        let unevaluated = self.unevaluated(keys, schema);
        self.graph.add(Node::All(vec![id, unevaluated]))
    }

    pub(super) fn opaque(&mut self, reason: String, text: &str) -> Id {
        self.graph.add(Node::Opaque(reason, text.to_owned()))
    }

    /// What a keyword says that cannot be decided. It is known to be the same again only where all that it may depend on
    /// is: what stands beside it, and the document where that refers to it.
    pub(super) fn undecided(&mut self, keyword: &str, keys: &Keys) -> Id {
        let mut text = Value::Object(keys.clone()).to_string();
        if ["$ref", "$dynamicRef", "$recursiveRef"].iter().any(|word| text.contains(word)) {
            text = format!("{text} in {}", self.document);
        }
        self.opaque(format!("`{keyword}` cannot be decided"), &format!("{keyword} of {text}"))
    }

    /// Values that their own kinds rule out are no values, and the kinds say nothing more.
    fn valued(&mut self, mut all: Vec<Id>) -> Vec<Id> {
        let kinds = all.iter().find_map(|id| match self.graph.node(*id) {
            Node::Is(Fact::Kinds(kinds)) => Some((*id, *kinds)),
            _ => None,
        });
        let values = all.iter().find_map(|id| match self.graph.node(*id) {
            Node::Is(Fact::Values(values)) => Some((*id, values.clone())),
            _ => None,
        });
        if let (Some((kinds_id, kinds)), Some((values_id, mut values))) = (kinds, values) {
            values.retain(|literal| kinds.has(Kind::of(&literal.value)));
            all.retain(|id| *id != kinds_id && *id != values_id);
            all.push(self.graph.fact(Fact::Values(values)));
        }
        all
    }

    fn kinds_and_values(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        let named = |name: &Value| name.as_str().and_then(Kinds::named);
        let kinds = match keys.get("type") {
            None => None,
            Some(Value::Array(names)) => {
                let each = names.iter().map(named).collect::<Option<Vec<_>>>();
                Some(each.map(|each| each.into_iter().fold(Kinds::NONE, Kinds::or)))
            }
            Some(name) => Some(named(name)),
        };
        match kinds {
            Some(Some(kinds)) => all.push(self.graph.fact(Fact::Kinds(kinds))),
            Some(None) => {
                all.push(self.opaque(format!("the type {} is unknown", keys["type"]), ""))
            }
            None => {}
        }
        for values in [
            keys.get("enum").and_then(Value::as_array).map(Vec::as_slice),
            keys.get("const").map(std::slice::from_ref),
        ] {
            let Some(values) = values else { continue };
            let mut values: Vec<Literal> = values.iter().map(Literal::new).collect();
            values.sort();
            values.dedup();
            all.push(self.graph.fact(Fact::Values(values)));
        }
    }

    /// A variant that is not known: any text, or an object whose tag is none of those that are known.
    fn other_variant(&mut self, keys: &Keys) -> Id {
        let text = self.graph.fact(match self.contract {
            // What is stored under a name that either side knows is what that side says.
            Contract::Stored => Fact::Values(vec![Literal::new(&SOME_VARIANT.into())]),
            _ => Fact::Kinds(Kinds::of(Kind::Text)),
        });
        let Some((tag, choices)) = tagged(keys) else { return text };
        let value = |choice: &Value| Literal::new(&choice["properties"][tag]["const"]);
        let mut known: Vec<Literal> = choices.iter().map(value).collect();
        known.sort();
        known.dedup();
        let known = self.graph.fact(Fact::Values(known));
        let unknown = self.graph.add(Node::Not(known));
        let label = self.graph.add(Node::All(vec![text, unknown]));
        let mut all = vec![
            Fact::Kinds(Kinds::of(Kind::Object)),
            Fact::Required(tag.clone()),
            Fact::Property(tag.clone(), label),
        ];
        if keys.get(Document::OPEN).is_some_and(Value::is_string) {
            let never = self.graph.add(Node::Never);
            all.push(Fact::Others(vec![tag.clone()], Vec::new(), never));
        }
        let all = all.into_iter().map(|fact| self.graph.fact(fact)).collect();
        self.graph.add(Node::All(all))
    }

    fn combinations(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        let list = |keyword: &str| keys.get(keyword).and_then(Value::as_array);
        if let Some(parts) = list("allOf") {
            all.extend(parts.iter().map(|part| self.part(part)).collect::<Vec<_>>());
        }
        if let Some(choices) = list("anyOf") {
            let choices = choices.iter().map(|choice| self.part(choice)).collect();
            all.push(unite(self.graph, choices, false));
        }
        if let Some(choices) = list("oneOf") {
            let choices = choices.iter().map(|choice| self.part(choice)).collect();
            all.push(unite(self.graph, choices, true));
        }
        if let Some(schema) = keys.get("not") {
            let id = self.part(schema);
            all.push(self.graph.add(Node::Not(id)));
        }
        if let Some(condition) = keys.get("if") {
            let condition = self.part(condition);
            let otherwise = self.graph.add(Node::Not(condition));
            for (keyword, unless) in [("then", otherwise), ("else", condition)] {
                let Some(schema) = keys.get(keyword) else { continue };
                let schema = self.part(schema);
                all.push(self.graph.add(Node::Either(vec![unless, schema])));
            }
        }
    }
}

/// Whether an enum says that it reads variants which it does not know, of one kind or another.
pub(crate) fn is_open(keys: &Keys) -> bool {
    let said = keys.get(Document::OPEN);
    said == Some(&Value::Bool(true)) || said == Some(&Value::from(Document::UNITS))
}

/// The property by which the variants of an enum are told apart, with the schemas of these. What has fields of its own is
/// no enum, but a struct that one is flattened into.
pub(crate) fn tagged(keys: &Keys) -> Option<(&String, &Vec<Value>)> {
    if keys.contains_key("properties") {
        return None;
    }
    let choices = ["oneOf", "anyOf"].iter().find_map(|keyword| keys.get(*keyword)?.as_array())?;
    let is_tag = |tag: &&String| {
        choices.iter().all(|choice| choice["properties"][*tag]["const"].is_string())
    };
    let tag = choices.first()?.get("properties")?.as_object()?.keys().find(is_tag)?;
    Some((tag, choices))
}

/// The pointer of a schema that is a reference with remarks.
fn only_reference(schema: &Value) -> Option<&str> {
    const REMARKS: &[&str] = &[
        "$ref",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$comment",
        Document::ALIASES,
    ];
    let keys = schema.as_object()?;
    let reference = keys.get("$ref")?.as_str()?;
    keys.keys().all(|key| REMARKS.contains(&key.as_str())).then_some(reference)
}
