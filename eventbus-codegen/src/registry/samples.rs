//! The stored samples of the registry: payloads that the code must go on decoding.
//!
//! `schemas/order.placed/samples/v1.json` is the toolchain's own, made when version 1 was first written, and never
//! written again. What stands beside it as `v1.<anything>.json` is the user's: it is read, and nothing else.

use std::path::Path;

use super::layout::{entries, number, version_of};
use crate::diagnostic::Result;
use crate::text;

/// The folder of a type's samples, in the folder of the type.
const FOLDER: &str = "samples";

/// A sample as it lies in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its path, relative to the configuration's folder.
    pub(crate) path: String,
    /// The type whose folder it is in.
    pub(crate) event_type: String,
    /// The version that its name says.
    pub(crate) version: u32,
    /// The payload.
    pub(crate) text: String,
}

impl Stored {
    /// Whether it is a payload of the same version with the same text, whatever its name is.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let facts = |sample: &Self| (sample.event_type.clone(), sample.version);
        facts(self) == facts(other) && self.text == other.text
    }

    /// Its path in the folder of its type.
    pub(crate) fn file(&self) -> &str {
        let start = self.path.rfind(&format!("/{FOLDER}/")).map_or(0, |slash| slash + 1);
        &self.path[start..]
    }

    /// Whether it is the toolchain's, and no user's.
    pub(crate) fn is_own(&self) -> bool {
        self.path.rsplit_once('/').is_some_and(|(_, file)| version_of(file).is_some())
    }
}

/// Every file in a folder of samples.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// The samples, in the order of their paths.
    pub(crate) stored: Vec<Stored>,
    /// The paths of JSON files whose names say no version.
    pub(crate) unnamed: Vec<String>,
}

impl Samples {
    /// Reads those of the registry at `schemas`, a path below `folder`.
    pub(crate) fn read(folder: &Path, schemas: &str) -> Result<Self> {
        let mut samples = Self::default();
        for (event_type, path) in entries(&folder.join(schemas))? {
            let folder = path.join(FOLDER);
            if !folder.is_dir() {
                continue;
            }
            for (file, place) in entries(&folder)? {
                let path = format!("{schemas}/{event_type}/{FOLDER}/{file}");
                if let Some(version) = sample_of(&file) {
                    let text = text::read(&place)?;
                    let event_type = event_type.clone();
                    samples.stored.push(Stored { path, event_type, version, text });
                } else if file.ends_with(".json") && !file.starts_with('.') {
                    samples.unnamed.push(path);
                }
            }
        }
        samples.stored.sort_by(|a, b| a.path.cmp(&b.path));
        samples.unnamed.sort();
        Ok(samples)
    }
}

/// The type and the version of the sample at this path in a registry; nothing where none is.
pub(super) fn sample_at(path: &str) -> Option<(&str, u32)> {
    let (event_type, file) = path.split_once('/')?;
    let version = sample_of(file.strip_prefix(FOLDER)?.strip_prefix('/')?)?;
    Some((event_type, version))
}

/// Where the toolchain's own sample of a version is.
pub(crate) fn sample_path(schemas: &str, event_type: &str, version: u32) -> String {
    format!("{schemas}/{event_type}/{FOLDER}/v{version}.json")
}

/// What a user's sample beside the toolchain's own at `path` is called; nothing where that is no sample.
pub(crate) fn beside(path: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let version = version_of(file)?;
    let is_own = folder.rsplit_once('/').is_some_and(|(_, folder)| folder == FOLDER);
    is_own.then(|| format!("{folder}/v{version}.<anything>.json"))
}

/// Whether `file`, in the folder of a type, is where the toolchain's own sample of a version is.
pub(super) fn is_own_sample(file: &str) -> bool {
    let file = file.strip_prefix(FOLDER).and_then(|file| file.strip_prefix('/'));
    file.and_then(version_of).is_some()
}

/// The version in `v12.json` and in `v12.with-coupon.json`.
fn sample_of(file: &str) -> Option<u32> {
    let name = file.strip_prefix('v')?.strip_suffix(".json")?;
    let (version, _) = name.split_once('.').unwrap_or((name, ""));
    number(version)
}

#[cfg(test)]
mod tests {
    use super::{is_own_sample, sample_of};

    #[test]
    fn the_name_says_the_version() {
        assert_eq!(sample_of("v12.json"), Some(12));
        assert_eq!(sample_of("v2.with-coupon.json"), Some(2));
        assert_eq!(sample_of("v2.a.b.json"), Some(2));
        assert_eq!(sample_of("v2-a.json"), None);
        assert_eq!(sample_of("2.json"), None);
        for second in ["v01.json", "v+1.json", "v0.json", "v01.mine.json"] {
            assert_eq!(sample_of(second), None, "{second}");
        }
        assert!(!is_own_sample("samples/v01.json"));
    }

    #[test]
    fn only_the_plain_name_is_the_toolchains_own() {
        assert!(is_own_sample("samples/v1.json"));
        assert!(!is_own_sample("samples/v1.mine.json"));
        assert!(!is_own_sample("v1.json"));
    }
}
