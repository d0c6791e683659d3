//! What the registry's folder holds.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::layout::{CATALOG, FACTS, GROUP, shape_file, version_of};
use super::{Event, Facts, Group, Member, Registry, Review};
use crate::canonical::text;
use crate::format::FORMAT;
use crate::output::Artifact;

/// Every file of the registry, below `folder`.
///
/// `written` holds the SHA-256 of each file as it was written: frozen versions are known by that, whatever became of
/// their files.
pub(crate) fn files(
    registry: &Registry,
    folder: &str,
    written: &BTreeMap<String, String>,
) -> Vec<Artifact> {
    let mut files = tree(registry, folder);
    for (name, event) in &registry.events {
        let path = format!("{folder}/{name}/{FACTS}");
        let hashes = hashes(event, &format!("{folder}/{name}"), written);
        files.push(Artifact::generated(path, text(&facts(name, event, &hashes))));
        files.extend(event.versions.iter().map(|(version, content)| {
            let path = format!("{folder}/{name}/v{version}.json");
            if *version == event.current {
                Artifact::generated(path, content.text.clone())
            } else {
                Artifact::kept(path, content.sha256.clone())
            }
        }));
        let shapes = event.shapes.iter();
        let shapes = shapes.flat_map(|(version, all)| all.values().map(move |one| (*version, one)));
        files.extend(shapes.map(|(version, shape)| {
            let file = shape_file(version, &shape.sha256);
            let path = format!("{folder}/{name}/{file}");
            if written.contains_key(&path) {
                Artifact::kept(path, shape.sha256.clone())
            } else {
                Artifact::generated(path, shape.text.clone())
            }
        }));
    }
    files
}

/// The SHA-256 of each version.
fn hashes(
    event: &Event,
    folder: &str,
    written: &BTreeMap<String, String>,
) -> BTreeMap<u32, String> {
    let below = format!("{folder}/v");
    let names = written.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
    let frozen = names.filter_map(|(path, hash)| {
        let version = version_of(path.strip_prefix(folder)?.strip_prefix('/')?)?;
        (version < event.current).then(|| (version, hash.clone()))
    });
    let found = event.versions.iter().map(|(version, content)| (*version, content.sha256.clone()));
    found.chain(frozen).collect()
}

fn facts(name: &str, event: &Event, hashes: &BTreeMap<u32, String>) -> Value {
    let versions =
        hashes.iter().map(|(version, sha256)| json!({ "version": version, "sha256": sha256 }));
    let mut file = json!({
        "aggregateId": event.aggregate_id,
        "current": event.current,
        "docs": event.docs,
        "rustPath": event.rust_path,
        "type": name,
        "versions": versions.collect::<Vec<_>>(),
    });
    for (key, value) in said(&event.facts) {
        file[key] = value;
    }
    file
}

/// The facts that the author stated.
fn said(facts: &Facts) -> impl Iterator<Item = (&'static str, Value)> {
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let aggregate = (!facts.aggregate.is_empty()).then(|| json!(facts.aggregate));
    let list = |names: &[String]| (!names.is_empty()).then(|| json!(names));
    let upcasts =
        facts.upcasts.iter().map(|(version, path)| json!({ "rustPath": path, "version": version }));
    let upcasts = (!facts.upcasts.is_empty()).then(|| upcasts.collect());
    let unreadable = (!facts.unreadable.is_empty()).then(|| json!(facts.unreadable));
    let reviewed =
        (!facts.reviewed.is_empty()).then(|| facts.reviewed.iter().map(Review::document).collect());
    let aliases = &facts.beyond.aliases;
    let aliased = (!aliases.is_empty()).then(|| json!(aliases));
    let open = (!facts.beyond.open.is_empty()).then(|| json!(facts.beyond.open));
    [
        ("aggregate", aggregate),
        ("aliases", list(&facts.aliases)),
        ("compat", facts.compat.as_ref().map(|compat| json!(compat))),
        ("deprecated", text(&facts.deprecated)),
        ("eventKey", text(&facts.event_key)),
        ("fieldAliases", aliased),
        ("openEnums", open),
        ("opaque", list(&facts.opaque)),
        ("retired", text(&facts.retired)),
        ("reviewed", reviewed),
        ("tenantId", text(&facts.tenant_id)),
        ("unreadable", unreadable),
        ("upcasts", upcasts),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
}

/// The files of the enums. Which of them an event belongs to its name says, so that no file lists the events of several: two
/// branches that add different ones would both change it.
fn tree(Registry { root, compat, .. }: &Registry, folder: &str) -> Vec<Artifact> {
    let mut families: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
    collect(root, &mut families);
    let mut catalog = json!({ "format": FORMAT, "root": facts_of(root) });
    if let Some(mode) = compat {
        catalog["compat"] = json!(mode);
    }
    // The roots of packages that share a registry.
    let roots = families.remove("").unwrap_or_default();
    if !roots.is_empty() {
        catalog["packages"] = roots.into_iter().map(facts_of).collect();
    }
    let mut files = vec![Artifact::generated(format!("{folder}/{CATALOG}"), text(&catalog))];
    for (prefix, mut enums) in families {
        enums.sort_by(|a, b| a.rust_path.cmp(&b.rust_path));
        enums.dedup_by(|a, b| a.rust_path == b.rust_path);
        let enums: Vec<Value> = enums.into_iter().map(facts_of).collect();
        let path = format!("{folder}/{prefix}/{GROUP}");
        files.push(Artifact::generated(path, text(&json!({ "enums": enums, "prefix": prefix }))));
    }
    files
}

/// The enums below one, by what the names below them begin with.
fn collect<'a>(group: &'a Group, families: &mut BTreeMap<&'a str, Vec<&'a Group>>) {
    for member in &group.members {
        if let Member::Group(nested) = member {
            families.entry(&nested.prefix).or_default().push(nested);
            collect(nested, families);
        }
    }
}

fn facts_of(group: &Group) -> Value {
    let mut facts = json!({ "docs": group.docs, "rustPath": group.rust_path });
    if group.unknown {
        facts["unknown"] = json!(true);
    }
    facts
}
