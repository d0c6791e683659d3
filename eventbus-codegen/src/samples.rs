//! Which samples are there, which are to be written, and which of them the code decodes.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical;
use crate::config::Config;
use crate::diagnostic::Result;
use crate::discover::{Code, Sample, untrue};
use crate::output::{Artifact, Manifest};
use crate::registry::{
    Baseline, Catalog, Leaf, Registry, Samples, Stored, leaves, sample, sample_path,
};

/// What came of the samples of every type.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// The toolchain's own ones: those that are kept as they were, and new ones.
    pub(crate) artifacts: Vec<Artifact>,
    /// The paths of new ones that are not written, because what was made up does not decode.
    pub(crate) given_up: BTreeSet<String>,
    /// Every file that was looked at.
    pub(crate) checked: Vec<Checked>,
    /// Samples of the compared commit that are not on disk, and that the code does not decode.
    pub(crate) lost: Vec<(Stored, Failure)>,
    /// What deserves attention.
    pub(crate) warnings: Vec<String>,
}

/// A sample and what the code made of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// The file.
    pub(crate) sample: Stored,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// What the code made of a sample.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It decodes.
    Decoded,
    /// Nothing in the code speaks for it: the type is gone, or says that the version is `unreadable`.
    Skipped,
    /// It does not decode.
    Failed(Failure),
}

/// Why a sample does not decode, and what should have read it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What the code says.
    pub(crate) reason: String,
    /// The name that the type has today.
    pub(crate) reader: String,
    /// The path in Rust of its payload.
    pub(crate) rust_path: String,
    /// The version that the code writes.
    pub(crate) current: u32,
    /// The compared commit, where it has the same sample.
    pub(crate) released: Option<String>,
}

/// Plans the samples of `registry` and has all of them decoded, and those of `released` too. `readers` are the leaves that it
/// was made from.
pub(crate) fn plan(
    config: &Config,
    readers: &Readers<'_>,
    registry: &Registry,
    manifest: &Manifest,
    code: &Code,
    released: Option<&Baseline>,
) -> Result<Planned> {
    let Samples { stored, unnamed } = Samples::read(config.folder(), &config.schemas)?;
    let mut planned = Planned::default();
    planned.warnings.extend(unnamed.iter().map(|path| {
        format!("`{path}` is not decoded: samples are named `v<version>.<anything>.json`")
    }));
    let new = own(registry, config, readers, manifest, &stored, &mut planned)?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for sample in stored {
        match readers.of(&sample) {
            Some(leaf) => known.push((sample, leaf)),
            None => unknown.push(sample),
        }
    }
    let lost = lost(released, &known, readers);
    let others = new.iter().chain(lost.iter().map(|(sample, _)| *sample));
    let asked: Vec<Sample<'_>> =
        known.iter().map(|(sample, _)| sample).chain(others).map(Sample::from).collect();
    let reasons = if asked.is_empty() { Vec::new() } else { code.decode(&asked)? };
    let read = known.iter().zip(&reasons).filter(|(_, reason)| reason.is_none());
    let untrue = untrue_samples(read.map(|((sample, leaf), _)| (sample, *leaf)), code)?;
    planned.warnings.extend(untrue);
    let mut reasons = reasons.into_iter();
    planned.checked = known
        .into_iter()
        .zip(&mut reasons)
        .map(|((sample, leaf), reason)| {
            let released = released.filter(|released| is_among(&sample, &released.samples));
            let outcome = Outcome::of(leaf, reason, released.and_then(Baseline::revision));
            Checked { sample, outcome }
        })
        .chain(unknown.into_iter().map(|sample| Checked { sample, outcome: Outcome::Skipped }))
        .collect();
    planned.checked.sort_by(|a, b| a.sample.path.cmp(&b.sample.path));
    for (sample, reason) in new.into_iter().zip(&mut reasons) {
        planned.take_new(sample, reason);
    }
    for ((sample, leaf), reason) in lost.into_iter().zip(reasons) {
        if let Outcome::Failed(failure) = Outcome::of(leaf, reason, None) {
            planned.lost.push((sample.clone(), failure));
        }
    }
    Ok(planned)
}

/// The samples of the compared commit that are not on disk as they were there, each with the leaf that must read it.
fn lost<'a>(
    released: Option<&'a Baseline>,
    known: &[(Stored, &Leaf)],
    readers: &Readers<'a>,
) -> Vec<(&'a Stored, &'a Leaf)> {
    let samples = released.iter().flat_map(|released| &released.samples);
    let gone = samples.filter(|sample| !known.iter().any(|(own, _)| own.says_the_same(sample)));
    gone.filter_map(|sample| Some((sample, readers.of(sample)?))).collect()
}

fn is_among(sample: &Stored, others: &[Stored]) -> bool {
    others.iter().any(|other| other.says_the_same(sample))
}

/// What is to be said of the user's own samples of current versions that the code writes otherwise than its schemas say.
fn untrue_samples<'a>(
    read: impl Iterator<Item = (&'a Stored, &'a Leaf)>,
    code: &Code,
) -> Result<Vec<String>> {
    let read: Vec<(&Stored, &Leaf)> =
        read.filter(|(sample, leaf)| !sample.is_own() && sample.version == leaf.version).collect();
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<Sample<'_>> = read.iter().map(|(sample, _)| Sample::from(*sample)).collect();
    let mut found = Vec::new();
    for ((sample, leaf), answer) in read.into_iter().zip(code.rewrite(&asked)?) {
        if let Some(matter) = untrue(leaf, &sample.text, &answer)? {
            let Stored { path, event_type, .. } = sample;
            found.push(format!(
                "`{event_type}` is not what its schema says: of `{path}`, {matter}; describe what is written, or let serde and schemars derive both"
            ));
        }
    }
    Ok(found)
}

impl Outcome {
    /// What became of a sample that `leaf` must read.
    fn of(leaf: &Leaf, reason: Option<String>, released: Option<&str>) -> Self {
        let (reader, rust_path) = (leaf.event_type.clone(), leaf.rust_path.clone());
        let current = leaf.version;
        let released = released.map(str::to_owned);
        reason.map_or(Self::Decoded, |reason| {
            Self::Failed(Failure { reason, reader, rust_path, current, released })
        })
    }
}

/// The samples that the code does not decode.
pub(crate) fn failures(samples: &[Checked]) -> impl Iterator<Item = (&Stored, &Failure)> {
    samples.iter().filter_map(|checked| match &checked.outcome {
        Outcome::Failed(failure) => Some((&checked.sample, failure)),
        Outcome::Decoded | Outcome::Skipped => None,
    })
}

impl Planned {
    /// A sample that was made up. What the code refuses is no sample: a type may accept less than its schema says.
    fn take_new(&mut self, sample: Stored, reason: Option<String>) {
        let Some(reason) = reason else {
            self.artifacts.push(Artifact::generated(sample.path, sample.text));
            return;
        };
        let (event_type, version) = (&sample.event_type, sample.version);
        let is_of_it = |other: &Stored| other.event_type == *event_type && other.version == version;
        if !self.checked.iter().any(|checked| is_of_it(&checked.sample)) {
            let folder = sample.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            self.warnings.push(format!(
                "`{event_type}` has no sample of version {version}: put one beside its schema, as \
                 `{folder}/v{version}.<anything>.json`; what the schema alone says does not decode: {reason}"
            ));
        }
        self.given_up.insert(sample.path);
    }
}

/// The toolchain's own samples: those that were written before go into `planned`, the others are returned.
fn own(
    registry: &Registry,
    config: &Config,
    readers: &Readers<'_>,
    manifest: &Manifest,
    stored: &[Stored],
    planned: &mut Planned,
) -> Result<Vec<Stored>> {
    let there: BTreeSet<&str> = stored.iter().map(|sample| sample.path.as_str()).collect();
    let is_there = |path: &str| there.contains(path);
    let mut new = Vec::new();
    for (event_type, event) in &registry.events {
        for (version, content) in &event.versions {
            let path = sample_path(&config.schemas, event_type, *version);
            // The sample of the current version may be deleted to have another one. A former version's is all that is
            // left of the code that wrote it.
            if let Some(hash) = manifest.files.get(&path)
                && (*version != event.current || is_there(&path))
            {
                planned.artifacts.push(Artifact::kept(path, hash.clone()));
                continue;
            }
            let Some(value) = sample(&content.schemas()?.writer) else {
                planned.given_up.insert(path);
                continue;
            };
            let (event_type, text) = (event_type.clone(), canonical::text(&value));
            if is_there(&path) {
                planned.artifacts.push(Artifact::generated(path, text));
                continue;
            }
            let made = Stored { path, event_type, version: *version, text };
            if readers.of(&made).is_some() {
                new.push(made);
            }
        }
    }
    Ok(new)
}

/// The leaves of the code by every name under which they read events, former ones included.
#[derive(Debug)]
pub(crate) struct Readers<'a>(BTreeMap<&'a str, &'a Leaf>);

impl<'a> Readers<'a> {
    /// Those of a catalog.
    pub(crate) fn new(catalog: &'a Catalog) -> Self {
        let leaves = leaves(catalog);
        let mut readers: BTreeMap<&str, &Leaf> =
            leaves.iter().map(|leaf| (leaf.event_type.as_str(), *leaf)).collect();
        for leaf in leaves {
            for alias in &leaf.aliases {
                readers.entry(alias).or_insert(leaf);
            }
        }
        Self(readers)
    }

    /// Whether the code reads events of this name.
    pub(crate) fn knows(&self, event_type: &str) -> bool {
        self.0.contains_key(event_type)
    }

    /// The leaf that must read this sample; none where the code says that it reads no such version.
    fn of(&self, sample: &Stored) -> Option<&'a Leaf> {
        let leaf = *self.0.get(sample.event_type.as_str())?;
        Some(leaf).filter(|leaf| !leaf.unreadable.contains(&sample.version))
    }
}

impl<'a> From<&'a Stored> for Sample<'a> {
    fn from(stored: &'a Stored) -> Self {
        Self { event_type: &stored.event_type, version: stored.version, data: &stored.text }
    }
}
