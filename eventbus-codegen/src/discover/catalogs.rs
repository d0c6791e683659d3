//! Several catalogs as one, for the registry that packages of a workspace share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use eventbus_runtime::{Document, Node};

use super::program::{Program, Rewritten, Sample};
use crate::config::Source;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::{Branch, Catalog, Leaf, leaves};

/// The enum around the roots of a workspace, which is nowhere in the code.
const WHOLE: &str = "WorkspaceEvent";

/// The user's code, as far as the toolchain asks it.
#[derive(Debug)]
pub(crate) struct Code {
    /// The catalog of everything.
    pub(crate) catalog: Catalog,
    /// The programs that hold the code, each with the names under which it reads events.
    programs: Vec<(BTreeSet<String>, Program)>,
    /// The folder that the places in the catalog are relative to.
    pub(crate) workspace: PathBuf,
}

impl Code {
    /// What the programs answered, in the order of their `sources`.
    pub(super) fn of(
        answers: Vec<(Catalog, Program)>,
        sources: &[Source],
        workspace: &Path,
    ) -> Result<Self> {
        let (catalogs, programs): (Vec<Catalog>, Vec<Program>) = answers.into_iter().unzip();
        let programs = catalogs.iter().map(names).zip(programs).collect();
        let catalog = match <[Catalog; 1]>::try_from(catalogs) {
            Ok([only]) => only,
            Err(catalogs) => together(catalogs, sources)?,
        };
        Ok(Self { catalog, programs, workspace: workspace.to_owned() })
    }

    /// Has the samples decoded by the user's code: for each of them nothing, or the reason why it does not decode.
    pub(crate) fn decode(&self, samples: &[Sample<'_>]) -> Result<Vec<Option<String>>> {
        self.ask(samples, &Program::decode)
    }

    /// Has the samples decoded and written again by the user's code.
    pub(crate) fn rewrite(&self, samples: &[Sample<'_>]) -> Result<Vec<Rewritten>> {
        self.ask(samples, &Program::rewrite)
    }

    /// Has each sample answered by the program that reads its type.
    fn ask<T>(&self, samples: &[Sample<'_>], ask: &Ask<T>) -> Result<Vec<T>> {
        if let [(_, only)] = self.programs.as_slice() {
            return ask(only, samples);
        }
        let mut asked: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, sample) in samples.iter().enumerate() {
            let reads =
                |(names, _): &(BTreeSet<String>, Program)| names.contains(sample.event_type);
            let program = self.programs.iter().position(reads).unwrap_or_default();
            asked.entry(program).or_default().push(index);
        }
        let mut answers = BTreeMap::new();
        for (program, indices) in asked {
            let part: Vec<Sample<'_>> = indices.iter().map(|&index| samples[index]).collect();
            answers.extend(indices.into_iter().zip(ask(&self.programs[program].1, &part)?));
        }
        Ok(answers.into_values().collect())
    }
}

/// What a program is asked of samples.
type Ask<T> = dyn Fn(&Program, &[Sample<'_>]) -> Result<Vec<T>>;

/// The names under which events are read, former ones included.
fn names(catalog: &Catalog) -> BTreeSet<String> {
    let of =
        |leaf: &Leaf| leaf.aliases.iter().chain([&leaf.event_type]).cloned().collect::<Vec<_>>();
    leaves(catalog).into_iter().flat_map(of).collect()
}

/// One tree with a root of ours, and below it the roots of all. What two of them nest is one event, once.
fn together(catalogs: Vec<Catalog>, sources: &[Source]) -> Result<Catalog> {
    let mut seen = BTreeMap::new();
    let mut members = Vec::new();
    for (catalog, source) in catalogs.into_iter().zip(sources) {
        if leaves(&catalog).is_empty() {
            let message = format!("{} holds no events", source.entry);
            return Err(source
                .at(Error::new(ErrorKind::Discovery, message))
                .help("give it a variant with a payload, or take this line out"));
        }
        let root = once(catalog.root, source, &mut seen)?;
        members.extend((!root.members.is_empty()).then_some(Node::Group(root)));
    }
    Ok(Document {
        format: Document::FORMAT,
        root: Branch {
            rust_path: WHOLE.to_owned(),
            docs: "Every event of the workspace.".to_owned(),
            prefix: String::new(),
            members,
            unknown: false,
            subset: false,
        },
    })
}

/// The events that were seen by name, and who named them.
type Seen<'a> = BTreeMap<String, (Leaf, &'a Source)>;

/// `group` without the events that another root nests as well.
fn once<'a>(group: Branch, source: &'a Source, seen: &mut Seen<'a>) -> Result<Branch> {
    let mut members = Vec::new();
    for node in group.members {
        match node {
            Node::Group(nested) => {
                let nested = once(nested, source, seen)?;
                members.extend((!nested.members.is_empty()).then_some(Node::Group(nested)));
            }
            Node::Leaf(leaf) => match seen.get(&leaf.event_type) {
                // Within one root it is the registry that complains.
                Some((_, first)) if *first == source => members.push(Node::Leaf(leaf)),
                Some((other, _)) if is_same(other, &leaf) => {}
                Some((other, first)) => return Err(named_twice(other, first, &leaf, source)),
                None => {
                    seen.insert(leaf.event_type.clone(), ((*leaf).clone(), source));
                    members.push(Node::Leaf(leaf));
                }
            },
        }
    }
    Ok(Branch { members, ..group })
}

/// Whether both say the same, their schemas included.
fn is_same(one: &Leaf, other: &Leaf) -> bool {
    let text = |leaf: &Leaf| serde_json::to_string(leaf).expect("a leaf is JSON");
    text(one) == text(other)
}

fn named_twice(other: &Leaf, first: &Source, leaf: &Leaf, source: &Source) -> Error {
    let message = format!(
        "`{}` and `{}` are both named `{}`",
        other.rust_path, leaf.rust_path, leaf.event_type
    );
    let place =
        |source: &Source| format!("{} in {}:{}", source.entry, source.file.display(), source.line);
    source
        .at(Error::new(ErrorKind::Registry, message))
        .because(format!("one is below {}\nthe other below {}", place(first), place(source)))
        .help("give one of the variants another name: one name in a log means one event")
        .help(
            "if it is the same event, declare it once, in a library that both depend on, and nest its \
             enum in both",
        )
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::together;
    use crate::config::{Entry, Source};
    use crate::registry::{Catalog, leaves};

    fn source(library: &str, line: usize) -> Source {
        let (file, entry) =
            (PathBuf::from(format!("{library}/Cargo.toml")), format!("{library}::Event"));
        Source { file, line, package: None, entry: Entry::Root(entry) }
    }

    fn group(path: &str, members: &[Value]) -> Value {
        json!({ "rustPath": path, "docs": "", "prefix": "", "members": members })
    }

    fn leaf(name: &str, path: &str, schema: bool) -> Value {
        json!({ "leaf": {
            "type": name, "version": 1, "rustPath": path, "docs": "", "aggregateId": null,
            "reader": schema, "writer": schema,
        }})
    }

    fn document(root: Value) -> Catalog {
        serde_json::from_str(&json!({ "format": 1, "root": root }).to_string()).unwrap()
    }

    #[test]
    fn what_two_roots_nest_is_one_event() {
        let shared = json!({ "group": group("common::SystemEvent", &[leaf("system.up", "common::Up", true)]) });
        let orders =
            group("orders::Event", &[leaf("order.placed", "orders::Placed", true), shared.clone()]);
        let billing = group("billing::Event", &[shared, leaf("bill.sent", "billing::Sent", true)]);
        let documents = vec![document(orders), document(billing)];
        let whole = together(documents, &[source("orders", 3), source("billing", 4)]).unwrap();
        let names: Vec<&str> = leaves(&whole).iter().map(|leaf| leaf.event_type.as_str()).collect();
        assert_eq!(names, ["order.placed", "system.up", "bill.sent"]);
        assert_eq!(whole.root.members.len(), 2);
    }

    #[test]
    fn two_events_of_one_name_are_refused_with_both_places() {
        let orders = group("orders::Event", &[leaf("order.placed", "orders::Placed", true)]);
        let billing = group("billing::Event", &[leaf("order.placed", "billing::Placed", false)]);
        let documents = vec![document(orders), document(billing)];
        let error = together(documents, &[source("orders", 3), source("billing", 4)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`orders::Placed` and `billing::Placed` are both named `order.placed`"
        );
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            cause.contains("orders/Cargo.toml:3") && cause.contains("billing/Cargo.toml:4"),
            "{cause}"
        );
    }

    #[test]
    fn a_root_without_events_is_named() {
        let orders = group("orders::Event", &[leaf("order.placed", "orders::Placed", true)]);
        let documents = vec![document(orders), document(group("billing::Event", &[]))];
        let error = together(documents, &[source("orders", 3), source("billing", 4)]).unwrap_err();
        assert_eq!(error.to_string(), "`billing::Event` holds no events");
    }
}
