//! The committed registry as it was read: what the code is held against.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eventbus_runtime::CompatMode;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::layout::{
    CATALOG, FACTS, MANIFESTS, entries, is_shape, shape_file, shape_of, version_of,
};
use super::version::{parse, refuse_marks};
use super::{Stored, Version};
use crate::compat::tells;
use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean};
use crate::{format, shell, text};

/// Every event type of a committed registry.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Baseline {
    /// The event types by name.
    pub(crate) events: BTreeMap<String, Past>,
    /// Who had to understand whom, where a type did not say so itself; nothing where it is not known.
    pub(crate) compat: Option<CompatMode>,
    /// The samples of its commit.
    pub(crate) samples: Vec<Stored>,
    /// Where its files are.
    folder: PathBuf,
    /// The commit that it was read from.
    revision: Option<String>,
    /// Its folder in that commit, from the top of the repository, where it was another one.
    elsewhere: Option<String>,
}

/// One event type as it was committed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Past {
    /// The version that the code wrote.
    pub(crate) current: u32,
    /// What `event.json` says.
    pub(crate) facts: Value,
    /// The versions by number.
    pub(crate) versions: BTreeMap<u32, Arc<Version>>,
    /// The shapes that each version had before its last one.
    pub(super) shapes: BTreeMap<u32, Shapes>,
    /// What versions were last that have another shape elsewhere, which nobody held against this one here.
    replaced: BTreeMap<u32, Arc<Version>>,
}

/// Shapes of one version, by the SHA-256 of their texts.
pub(crate) type Shapes = BTreeMap<String, Arc<Version>>;

impl Baseline {
    /// Reads the registry in `folder`; an absent folder is an empty registry.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut baseline = Self { folder: folder.to_owned(), ..Self::default() };
        for (name, path) in entries(folder)? {
            if name == MANIFESTS {
                continue;
            }
            if path.is_dir() {
                for (file, path) in entries(&path)?.into_iter().filter(|(file, _)| is_of_type(file))
                {
                    let text = text::read(&path)?;
                    baseline.take(&name, &file, path, text)?;
                }
            } else if name == CATALOG {
                baseline.take_whole(&text::read(&path)?, &path)?;
            }
        }
        baseline.settle();
        Ok(baseline)
    }

    /// The registry whose files have these texts, by their paths below `folder`.
    pub(crate) fn parse(files: BTreeMap<String, String>, folder: &Path) -> Result<Self> {
        let mut baseline = Self { folder: folder.to_owned(), ..Self::default() };
        for (path, text) in files.into_iter().filter(|(path, _)| is_read(path)) {
            let place = folder.join(&path);
            match path.split_once('/') {
                Some((name, file)) => baseline.take(name, file, place, text)?,
                None => baseline.take_whole(&text, &place)?,
            }
        }
        baseline.settle();
        Ok(baseline)
    }

    /// The same, read from a commit.
    pub(super) fn of_revision(self, revision: &str) -> Self {
        Self { revision: Some(revision.to_owned()), ..self }
    }

    /// The same with the samples of the commit, and its folder there if that was another one.
    pub(super) fn with(self, samples: Vec<Stored>, elsewhere: Option<String>) -> Self {
        Self { samples, elsewhere, ..self }
    }

    /// The same, whose configuration asked for this mode; what the registry itself says counts where there is none.
    pub(super) fn of_mode(self, mode: Option<CompatMode>) -> Self {
        Self { compat: mode.or(self.compat), ..self }
    }

    /// The command that brings back a file of a type as it is here.
    pub(crate) fn restore(&self, name: &str, file: &str) -> String {
        let path = self.folder.join(name).join(file);
        match (&self.revision, &self.elsewhere) {
            (Some(revision), Some(place)) => {
                shell::take_file(&path, &format!("{revision}:{place}/{name}/{file}"))
            }
            (revision, _) => shell::restore_file(&path, revision.as_deref()),
        }
    }

    /// The command that brings back what says that a type was purged, and its manifest, without which it counts as lost.
    pub(crate) fn restore_purged(&self, name: &str) -> String {
        let manifest = self.restore(MANIFESTS, &format!("{name}.json"));
        format!("{} && {manifest}", self.restore(name, FACTS))
    }

    /// The command that brings back all of a type and its manifest.
    pub(crate) fn restore_type(&self, name: &str) -> String {
        let manifest = self.restore(MANIFESTS, &format!("{name}.json"));
        if self.elsewhere.is_none() {
            return format!("{} && {manifest}", self.restore("", name));
        }
        // What had another name in its commit is had file by file.
        let mut files = vec![FACTS.to_owned()];
        if let Some(past) = self.events.get(name) {
            files.extend(past.written().map(|(version, _)| format!("v{version}.json")));
            let shapes = past.shapes_before(u32::MAX);
            files.extend(shapes.map(|(version, shape)| shape_file(version, &shape.sha256)));
        }
        let samples = self.samples.iter().filter(|sample| sample.event_type == name);
        files.extend(samples.map(|sample| sample.file().to_owned()));
        let files = files.iter().map(|file| self.restore(name, file));
        files.chain([manifest]).collect::<Vec<_>>().join(" && ")
    }

    /// The commit that it was read from, as the user called it.
    pub(crate) fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// Where it was in its commit, if that was another folder: from the top of the repository.
    pub(crate) fn elsewhere(&self) -> Option<&str> {
        self.elsewhere.as_deref()
    }

    /// Takes the file of the whole registry.
    fn take_whole(&mut self, text: &str, path: &Path) -> Result<()> {
        format::refuse_newer(text, path)?;
        // Whatever else is wrong with it is said of a file that is not as it was written.
        let whole: Value = serde_json::from_str(text).unwrap_or_default();
        self.compat = whole.get("compat").and_then(|mode| CompatMode::deserialize(mode).ok());
        Ok(())
    }

    /// Takes a file of a type.
    fn take(&mut self, name: &str, file: &str, path: PathBuf, text: String) -> Result<()> {
        refuse_marks(&text, &path)?;
        let past = self.events.entry(name.to_owned()).or_default();
        if let Some(version) = shape_of(file) {
            let shape = Arc::new(Version::new(path, text));
            past.shapes.entry(version).or_default().insert(shape.sha256.clone(), shape);
            return Ok(());
        }
        match version_of(file) {
            Some(version) => {
                past.versions.insert(version, Arc::new(Version::new(path, text)));
            }
            None => {
                past.facts = parse(&text, &path)?;
                let current = past.facts.get("current").and_then(Value::as_u64).unwrap_or(0);
                past.current = u32::try_from(current).unwrap_or(u32::MAX);
            }
        }
        Ok(())
    }

    /// Where `event.json` is missing, the newest version is the one that was written.
    fn settle(&mut self) {
        for past in self.events.values_mut() {
            if past.current == 0 {
                past.current = past.versions.keys().next_back().copied().unwrap_or(1);
            }
            past.reshape();
        }
    }

    /// Takes the frozen versions that are another shape than was written for written as they are, as after a merge of which
    /// each file is of one side. Nothing of what was written is lost where that is here as a shape. `written` has the SHA-256 of
    /// the files below `folder`.
    pub(crate) fn reshape(&self, written: &mut BTreeMap<String, String>, folder: &str) {
        for (name, past) in &self.events {
            for (version, file) in past.versions.range(..past.current) {
                if let Some(hash) = written.get_mut(&format!("{folder}/{name}/v{version}.json"))
                    && past.shapes(*version).any(|shape| shape.sha256 == *hash)
                {
                    hash.clone_from(&file.sha256);
                }
            }
        }
    }
}

/// Whether a file of a registry, by its path in it, says anything of a baseline.
pub(super) fn is_read(path: &str) -> bool {
    match path.split_once('/') {
        Some((name, file)) => name != MANIFESTS && is_of_type(file),
        None => path == CATALOG,
    }
}

fn is_of_type(file: &str) -> bool {
    file == FACTS || version_of(file).is_some() || is_shape(file)
}

impl Baseline {
    /// What was released, beside the registry on disk: versions that were frozen since then are what disk has, so that one
    /// which is not what was released is seen to be edited or missing. What disk purged, with a reason, is no loss.
    pub(crate) fn beside(mut self, disk: &Self) -> Self {
        let nothing = Past::default();
        for (name, past) in &mut self.events {
            let own = disk.events.get(name);
            if let Some(own) = own.filter(|own| own.fact("purged").is_some()) {
                past.clone_from(own);
                continue;
            }
            let own = own.unwrap_or(&nothing);
            for version in past.versions.keys().copied().collect::<Vec<_>>() {
                if version < past.current || version < own.current {
                    past.freeze(version, own);
                }
            }
        }
        self
    }

    /// Takes a type out: of its events none is stored any more. Its name stays taken.
    pub(crate) fn purge(&mut self, event_type: &str, reason: &str) -> Result<()> {
        let names: Vec<&str> = self.events.keys().map(String::as_str).collect();
        let Some(_) = self.events.get(event_type) else {
            let message =
                format!("the registry has no event type `{event_type}` that could be purged");
            let error = Error::new(ErrorKind::Config, message);
            return Err(match did_you_mean(event_type, names) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("its types are the folders of the registry"),
            });
        };
        let facts = json!({ "current": 1, "purged": reason, "type": event_type });
        let purged = Past { current: 1, facts, ..Past::default() };
        self.events.insert(event_type.to_owned(), purged);
        Ok(())
    }
}

impl Past {
    /// What was written of a frozen version is a shape of it, where that is here as one: nothing of it is lost.
    fn reshape(&mut self) {
        let edited: Vec<u32> = self.edited().filter(|version| *version < self.current).collect();
        for version in edited {
            let written = self.written().find(|(known, _)| *known == version);
            let shape = written
                .and_then(|(_, hash)| self.shapes(version).find(|shape| shape.sha256 == hash))
                .map(Arc::clone);
            if let Some((file, shape)) = self.versions.get(&version).zip(shape) {
                let hash = file.sha256.clone();
                self.write(version, &hash);
                self.replaced.insert(version, shape);
            }
        }
    }

    /// Has `event.json` say this of a version.
    fn write(&mut self, version: u32, sha256: &str) {
        let entries = self.facts.get_mut("versions").and_then(Value::as_array_mut);
        let entry = entries.into_iter().flatten().find(|entry| entry["version"] == version);
        if let Some(entry) = entry {
            entry["sha256"] = sha256.into();
        }
    }

    /// Takes a frozen version as it is in `own`. Where one knows the other's as a shape that the version had, it has both.
    fn freeze(&mut self, version: u32, own: &Self) {
        let file = own.versions.get(&version);
        let released = match file {
            Some(file) => self.versions.insert(version, Arc::clone(file)),
            None => self.versions.remove(&version),
        };
        let (Some(released), Some(file)) = (released, file) else { return };
        if released.sha256 == file.sha256 {
            return;
        }
        let is_known = own.has(version, &released.sha256)
            || self.shapes(version).any(|shape| shape.sha256 == file.sha256);
        // What says all that was released, in other words, is as good.
        let is_told = || match (released.schemas(), file.schemas()) {
            (Ok(was), Ok(now)) => tells(&now, &was),
            _ => false,
        };
        if !is_known && !is_told() {
            return;
        }
        let written = own.written().find(|(known, _)| *known == version);
        if let Some((_, hash)) = written {
            self.write(version, hash);
        }
        self.replaced.insert(version, Arc::clone(&released));
        if is_known {
            self.shapes.entry(version).or_default().insert(released.sha256.clone(), released);
        }
    }

    /// What a version was last, where another shape was taken for it that nobody held against this one here.
    pub(crate) fn replaced(&self, version: u32) -> Option<&Version> {
        self.replaced.get(&version).map(Arc::as_ref)
    }

    /// A text of `event.json`.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).and_then(Value::as_str)
    }

    /// Whether only its name is left.
    pub(crate) fn is_purged(&self) -> bool {
        self.fact("purged").is_some()
    }

    /// The versions that were written and have no file, with the SHA-256 of what it held.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (u32, &str)> {
        self.written().filter(|(version, _)| !self.versions.contains_key(version))
    }

    /// Whether `event.json` says what was written, and does not name this version.
    pub(crate) fn is_unwritten(&self, version: u32) -> bool {
        self.written().next().is_some() && self.written().all(|(known, _)| known != version)
    }

    /// The versions whose files are not what was written.
    pub(crate) fn edited(&self) -> impl Iterator<Item = u32> {
        let edited = self.written().filter(|(version, hash)| {
            self.versions.get(version).is_some_and(|file| file.sha256 != *hash)
        });
        edited.map(|(version, _)| version)
    }

    /// The path in Rust of the struct that held a version's payload.
    pub(crate) fn payload_of(&self, version: u32) -> Option<&str> {
        if version == self.current {
            return self.fact("rustPath");
        }
        let mut upcasts = self.facts.get("upcasts").and_then(Value::as_array)?.iter();
        upcasts.find(|upcast| upcast["version"] == version)?["rustPath"].as_str()
    }

    /// Whether its code read the version.
    pub(crate) fn reads(&self, version: u32) -> bool {
        let list = |key: &str| {
            let entries = self.facts.get(key).and_then(Value::as_array);
            entries.into_iter().flatten()
        };
        version == self.current
            || list("upcasts").any(|upcast| upcast["version"] == version)
            || version < self.current
                && self.versions.contains_key(&version)
                && list("unreadable").all(|given_up| *given_up != version)
    }

    /// What `event.json` says of each version.
    pub(crate) fn written(&self) -> impl Iterator<Item = (u32, &str)> {
        let versions = self.facts.get("versions").and_then(Value::as_array).into_iter().flatten();
        versions.filter_map(|entry| {
            let version = u32::try_from(entry.get("version")?.as_u64()?).ok()?;
            Some((version, entry.get("sha256")?.as_str()?))
        })
    }

    /// The shapes that a version had before its last one.
    pub(crate) fn shapes(&self, version: u32) -> impl Iterator<Item = &Arc<Version>> {
        self.shapes.get(&version).into_iter().flat_map(BTreeMap::values)
    }

    /// Whether a version is, or was, as what has this SHA-256.
    pub(crate) fn has(&self, version: u32, sha256: &str) -> bool {
        self.shapes(version).chain(self.versions.get(&version)).any(|one| one.sha256 == sha256)
    }

    /// The versions before this one with the shapes that each had before its last one.
    pub(crate) fn shapes_before(&self, version: u32) -> impl Iterator<Item = (u32, &Arc<Version>)> {
        let former = self.shapes.range(..version);
        former.flat_map(|(version, shapes)| shapes.values().map(|shape| (*version, shape)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::Baseline;

    fn parse(files: &[(&str, &str)]) -> Result<Baseline, crate::Error> {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let files: BTreeMap<String, String> = files.iter().map(owned).collect();
        Baseline::parse(files, Path::new("schemas"))
    }

    #[test]
    fn versions_and_facts_are_told_apart() {
        let baseline = parse(&[
            ("a.b/event.json", r#"{"current": 2}"#),
            ("a.b/v1.json", "{}"),
            ("a.b/v1-8092bcac8e71.json", "true"),
            ("a.b/v1-8092.json", "false"),
            ("a.b/v2.json", r#"{"x-eventbus-writer": {"type": "object"}, "type": "object"}"#),
            ("a.c/v3.json", "{}"),
        ]);
        let baseline = baseline.unwrap();
        let event = &baseline.events["a.b"];
        assert_eq!((event.current, event.versions.len()), (2, 2));
        let texts = |version| event.shapes(version).map(|shape| shape.text.as_str()).collect();
        let former: Vec<&str> = texts(1);
        assert_eq!(former, ["true"]);
        let schemas = event.versions[&2].schemas().unwrap();
        assert_eq!(schemas.reader.to_string(), r#"{"type":"object"}"#);
        assert_eq!(baseline.events["a.c"].current, 3);
    }

    #[test]
    fn an_unresolved_merge_is_told_with_its_line() {
        let error = parse(&[("a.b/v1.json", "{\n<<<<<<< HEAD\n}\n")]).unwrap_err();
        assert!(error.to_string().contains("unresolved merge"), "{error}");
        assert_eq!(error.place().unwrap().line, Some(2));
    }

    #[test]
    fn what_is_not_looked_into_is_not_parsed() {
        let baseline = parse(&[("a.b/v1.json", "{"), ("a.b/notes.json", "{")]).unwrap();
        let error = baseline.events["a.b"].versions[&1].schemas().unwrap_err();
        assert_eq!(error.to_string(), "`schemas/a.b/v1.json` is not JSON");
    }
}
