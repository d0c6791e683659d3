//! One run: the catalog and the committed files become every file that should be.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::canonical::{self, sha256};
use crate::compat::{Finding, check, purged, shapes, unread};
use crate::config::Config;
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::discover::Code;
use crate::emit::typescript;
use crate::migrations;
use crate::output::{
    Artifact, Content, Entry, Fault, Manifest, Plan, SHARED, State, faults, naming, plan, root,
};
use crate::published;
use crate::registry::{
    Baseline, Catalog, REMOVED, Registry, Version, files, folder_of, is_history, leaves, merge,
    shape_file,
};
use crate::samples::{self, Checked, Outcome, Readers};
use crate::shell;
use crate::text;

/// What a run would write.
#[derive(Debug)]
pub(crate) struct Generation {
    /// Every file and how it stands.
    pub(crate) plan: Plan,
    /// The stored samples and what the code makes of them.
    pub(crate) samples: Vec<Checked>,
    /// Where the registry is not what was written.
    pub(crate) faults: Vec<Fault>,
    /// What the evolution check says.
    pub(crate) findings: Vec<Finding>,
    /// How many event types the code was held against.
    pub(crate) held: usize,
    /// What could not be expressed, or deserves attention.
    pub(crate) warnings: Vec<String>,
}

/// A type that is taken out of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Purge {
    /// Its name.
    pub(crate) event_type: String,
    /// Why nothing of it is needed any more.
    pub(crate) reason: String,
}

/// Generates everything that `config` asks for, and writes nothing.
///
/// `purge` names a type of which nothing is stored any more, and why that is known. The code is held against `released`,
/// or else against the files on disk.
pub(crate) fn generate(
    config: &Config,
    code: &Code,
    purge: Option<&Purge>,
    released: Option<Baseline>,
) -> Result<Generation> {
    let folder = config.folder();
    let mut manifest = Manifest::read(folder, &config.schemas)?;
    let mut baseline = Baseline::read(&folder.join(&config.schemas))?;
    baseline.reshape(&mut manifest.files, &config.schemas);
    // What is purged is not told by the registry any more.
    let before = purge.map(|_| baseline.clone());
    if let Some(Purge { event_type, reason }) = purge {
        refuse_used(event_type, &code.catalog, config)?;
        baseline.purge(event_type, reason).map_err(|error| error.at(&config.file, None))?;
    }
    let early = released.as_ref().or(before.as_ref());
    let early = early.map(|before| purged(before, &baseline)).unwrap_or_default();
    let mut registry = merge(&code.catalog, &baseline)?;
    registry.compat = Some(config.compat);
    let released = released.map(|released| released.beside(&baseline));
    let held = released.as_ref().unwrap_or(&baseline);
    let types = held.events.len();
    let mut findings = check(held, &baseline, &mut registry, &code.catalog, config.compat)?;
    findings.extend(early);
    let told = keep_shapes(&mut registry, held, &baseline, config)?;
    let mut registry = registry.regrouped();

    let mut warnings = Vec::new();
    let readers = Readers::new(&code.catalog);
    let mut samples =
        samples::plan(config, &readers, &registry, &manifest, code, released.as_ref())?;
    let sides = [held, &baseline];
    let catalog = &code.catalog;
    let lost = unread(&samples.lost, sides, &mut registry, catalog, config.compat, &findings);
    findings.extend(lost);
    let mut artifacts = files(&registry, &config.schemas, &manifest.files);
    artifacts.append(&mut samples.artifacts);
    let given_up = samples.given_up.into_iter().chain(told).collect();
    artifacts.extend(tombstones(&registry, &baseline, config));
    artifacts.extend(removed(&artifacts, &manifest, &baseline, config));
    artifacts.extend(history(&artifacts, &manifest, config, &given_up, &baseline));
    warnings.append(&mut samples.warnings);
    warnings.extend(removed_types(&artifacts, &samples.checked, &readers, config, &baseline));
    let finished = finish(config, &registry, artifacts, &manifest)?;
    warnings.extend(finished.warnings);
    let (samples, held) = (samples.checked, types);
    Ok(Generation { samples, findings, held, warnings, ..finished })
}

/// Generates what follows from the committed registry alone: its own files stay as they are, and no code is looked at.
pub(crate) fn generate_stored(config: &Config) -> Result<Generation> {
    let manifest = Manifest::read(config.folder(), &config.schemas)?;
    let registry = Registry::stored(&config.folder().join(&config.schemas))?;
    let schemas = &config.schemas;
    let is_of_registry = |path: &str| {
        folder_of(path, schemas).is_some() || path == format!("{schemas}/catalog.json")
    };
    let own = manifest.files.iter().filter(|(path, _)| is_of_registry(path));
    let own = own.map(|(path, hash)| match hash.as_str() {
        SHARED => {
            let text = text::read(&config.folder().join(path))?;
            Ok(Artifact::generated(path.clone(), text))
        }
        hash => Ok(Artifact::kept(path.clone(), hash.to_owned())),
    });
    let own = own.collect::<Result<Vec<_>>>()?;
    finish(config, &registry, own, &manifest)
}

/// Adds to the registry's own files what is generated from it, and holds all against the disk. Nothing is said of the code.
pub(crate) fn finish(
    config: &Config,
    registry: &Registry,
    mut artifacts: Vec<Artifact>,
    manifest: &Manifest,
) -> Result<Generation> {
    let mut warnings = Vec::new();
    if let Some(typescript) = &config.typescript {
        let generated = typescript::emit(registry, typescript)?;
        let files = generated.files.into_iter();
        artifacts.extend(files.map(|(path, text)| Artifact::generated(path, text)));
        warnings.extend(generated.warnings);
    }
    let published = published::artifacts(config, registry, &artifacts)?;
    artifacts.extend(published.artifacts);
    warnings.extend(published.warnings);
    let recorded =
        |artifact: &Artifact| (artifact.path.clone(), recorded(artifact, manifest, config));
    let mut next = Manifest {
        files: artifacts.iter().map(recorded).collect(),
        migrations: manifest.migrations.clone(),
        ..Manifest::default()
    };
    let migrations = migrations::plan(config, registry, &mut next)?;
    artifacts.extend(migrations.artifacts);
    artifacts.extend(next.artifacts(&config.schemas));
    one_file_per_path(&artifacts, config)?;
    let plan = plan(&artifacts, manifest, &config.schemas, config.folder())?;
    refuse_lost_manifest(&plan, manifest, config, &migrations.unknown)?;
    let root = root(&config.schemas);
    warnings.extend(migrations.unknown.iter().map(|path| {
        format!("`{path}` was generated, but `{root}` does not name it; nothing builds on it")
    }));
    let faults = faults(&plan, manifest, &config.schemas);
    let (held, samples, findings) = (registry.events.len(), Vec::new(), Vec::new());
    Ok(Generation { plan, samples, faults, findings, held, warnings })
}

/// Refuses to purge what the code goes on writing or reading.
fn refuse_used(event_type: &str, catalog: &Catalog, config: &Config) -> Result<()> {
    let leaves = leaves(catalog);
    let Some(leaf) = leaves.iter().find(|leaf| leaf.event_type == event_type) else {
        return Ok(());
    };
    let message =
        format!("`{event_type}` is still in the code, as `{}`, and is not purged", leaf.rust_path);
    Err(Error::new(ErrorKind::Config, message)
        .at(&config.file, None)
        .help("mark the variant, until none of its events is stored: #[event(retired = \"2026-01-31\")]")
        .help("take it out of the code then, and purge it"))
}

/// Keeps the shapes that versions had as long as `held` does not tell by itself of what is stored in them, and names the files
/// on disk of the others.
fn keep_shapes(
    registry: &mut Registry,
    held: &Baseline,
    disk: &Baseline,
    config: &Config,
) -> Result<Vec<String>> {
    let mut others = Vec::new();
    for (name, event) in &mut registry.events {
        let current = event.current;
        let own = disk.events.get(name);
        if let Some(past) = held.events.get(name) {
            if past.current == current {
                let mode = event.facts.compat.as_ref().and_then(|compat| compat.mode);
                let kept = shapes(past, current, event.current(), mode.unwrap_or(config.compat))?;
                event.shapes.insert(current, kept);
            }
            for (version, shape) in past.shapes_before(current) {
                let all = event.shapes.entry(version).or_default();
                all.insert(shape.sha256.clone(), Arc::clone(shape));
            }
        }
        for (version, shape) in own.into_iter().flat_map(|own| own.shapes_before(current)) {
            let all = event.shapes.entry(version).or_default();
            all.insert(shape.sha256.clone(), Arc::clone(shape));
        }
        let kept = event.shapes.get(&current);
        let is_kept =
            |shape: &&Arc<Version>| kept.is_some_and(|kept| kept.contains_key(&shape.sha256));
        let known = own.into_iter().flat_map(|own| own.shapes(current));
        others.extend(known.filter(|shape| !is_kept(shape)).map(|shape| {
            format!("{}/{name}/{}", config.schemas, shape_file(current, &shape.sha256))
        }));
    }
    Ok(others)
}

/// The registry's files that the code no longer speaks of and that stored events still need.
fn history(
    artifacts: &[Artifact],
    manifest: &Manifest,
    config: &Config,
    given_up: &BTreeSet<String>,
    baseline: &Baseline,
) -> Vec<Artifact> {
    let current: BTreeSet<&str> = artifacts.iter().map(|file| file.path.as_str()).collect();
    let is_purged = |path: &str| {
        let below = path.strip_prefix(&config.schemas).and_then(|path| path.strip_prefix('/'));
        let past = below.and_then(|path| baseline.events.get(path.split_once('/')?.0));
        past.is_some_and(|past| past.fact("purged").is_some())
    };
    manifest
        .files
        .iter()
        .filter(|(path, _)| is_history(path, &config.schemas) && !current.contains(path.as_str()))
        .filter(|(path, _)| !given_up.contains(*path) && !is_purged(path))
        .map(|(path, hash)| Artifact::kept(path.clone(), hash.clone()))
        .collect()
}

/// What says of each type that is gone from the code that it is: without it, its files would be those of one that is not. What
/// is not as it was written stays, and is found.
fn removed(
    artifacts: &[Artifact],
    manifest: &Manifest,
    baseline: &Baseline,
    config: &Config,
) -> Vec<Artifact> {
    let current: BTreeSet<&str> = artifacts.iter().map(|file| file.path.as_str()).collect();
    let gone = baseline.events.iter().filter_map(|(name, past)| {
        let path = format!("{}/{name}/event.json", config.schemas);
        let written = manifest.files.get(&path)?;
        let is_whole = sha256(&canonical::text(&past.facts)) == *written;
        (is_whole && !current.contains(path.as_str())).then_some((path, past))
    });
    gone.map(|(path, past)| {
        let mut facts = past.facts.clone();
        facts[REMOVED] = json!(true);
        Artifact::generated(path, canonical::text(&facts))
    })
    .collect()
}

/// What is left of purged types: their names, which nobody takes again, and why they are gone.
fn tombstones(registry: &Registry, baseline: &Baseline, config: &Config) -> Vec<Artifact> {
    let gone = baseline.events.iter().filter(|(name, _)| !registry.events.contains_key(*name));
    gone.filter_map(|(name, past)| {
        let facts = json!({ "purged": past.fact("purged")?, "type": name });
        Some(Artifact::generated(
            format!("{}/{name}/event.json", config.schemas),
            canonical::text(&facts),
        ))
    })
    .collect()
}

fn removed_types(
    artifacts: &[Artifact],
    samples: &[Checked],
    readers: &Readers<'_>,
    config: &Config,
    baseline: &Baseline,
) -> Vec<String> {
    let is_purged =
        |name: &str| baseline.events.get(name).is_some_and(|past| past.fact("purged").is_some());
    let skipped = samples.iter().filter(|checked| checked.outcome == Outcome::Skipped);
    let types: BTreeSet<&str> = artifacts
        .iter()
        .filter(|file| is_history(&file.path, &config.schemas))
        .filter_map(|file| folder_of(&file.path, &config.schemas))
        .chain(skipped.map(|checked| checked.sample.event_type.as_str()))
        .filter(|event_type| !readers.knows(event_type) && !is_purged(event_type))
        .collect();
    types
        .into_iter()
        .map(|event_type| {
            format!(
                "`{event_type}` is no longer in the code; its schemas and samples stay for its stored \
                 events, and no sample of it is decoded"
            )
        })
        .collect()
}

/// What the manifest says of a file: the hash of its text, or for one that is kept the hash from when it was written. A file
/// that speaks of all events has none: two branches that add different events would both change it.
fn recorded(artifact: &Artifact, before: &Manifest, config: &Config) -> String {
    match &artifact.content {
        Content::Generated(_) if folder_of(&artifact.path, &config.schemas).is_none() => {
            SHARED.to_owned()
        }
        Content::Generated(text) => sha256(text),
        Content::Kept(hash) => before.files.get(&artifact.path).unwrap_or(hash).clone(),
    }
}

fn one_file_per_path(artifacts: &[Artifact], config: &Config) -> Result<()> {
    let mut seen = BTreeSet::new();
    let Some(twice) = artifacts.iter().find(|artifact| !seen.insert(&artifact.path)) else {
        return Ok(());
    };
    let message = format!("two generated files would both be `{}`", twice.path);
    Err(Error::new(ErrorKind::Config, message)
        .at(&config.file, None)
        .help("give every option a path of its own; each database needs its own folder"))
}

/// Refuses to begin anew where a manifest must have been: a new one would not know which migrations were applied, nor what
/// frozen versions were.
///
/// A first run that was interrupted has left files without a manifest too. They are what is generated, and it goes on.
fn refuse_lost_manifest(
    plan: &Plan,
    manifest: &Manifest,
    config: &Config,
    unknown: &[String],
) -> Result<()> {
    let is_known = |entry: &&Entry| {
        let is_generated = entry.state == State::Unchanged && entry.after.is_some();
        // A file that is left over was named by a manifest, or is the temporary of a run that was killed: nothing is lost.
        let is_left_over = entry.state == State::LeftOver;
        let in_registry = Path::new(&entry.path).starts_with(&config.schemas);
        entry.before.is_some() && in_registry && !is_generated && !is_left_over
    };
    let lost = |path: &str| {
        let naming = naming(path, &config.schemas);
        (!manifest.files.contains_key(path) && !manifest.found.contains(&naming)).then_some(naming)
    };
    let known = plan.entries.iter().filter(is_known).map(|entry| &entry.path);
    let mut files: Vec<(String, &String)> =
        known.chain(unknown).filter_map(|path| Some((lost(path)?, path))).collect();
    let Some((manifest_path, first)) = files.first().cloned() else { return Ok(()) };
    files.retain(|(naming, _)| *naming == manifest_path);
    let others = match files.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!(
        "there is no `{manifest_path}`, but files that only a manifest can account for: `{first}`{others}"
    );
    Err(Error::new(ErrorKind::Registry, message)
        .help(format!(
            "restore it from version control: {}",
            shell::restore(config.folder(), &manifest_path)
        ))
        .help("if the registry's folder was renamed, give `schemas` in the configuration its name")
        .help(format!(
            "if nothing of it was ever committed or applied, delete them: {}",
            listed(files.iter().map(|(_, path)| path.as_str()))
        )))
}
