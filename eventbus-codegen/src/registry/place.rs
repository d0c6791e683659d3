//! Whether a registry is where one is looked for: without it a misspelt folder would be one of no events.

use std::collections::BTreeSet;
use std::path::Path;

use super::baseline::is_read;
use super::layout::{MANIFESTS, entries};
use crate::diagnostic::{Error, ErrorKind, did_you_mean};

/// Refuses a folder that is no registry. It is told as `shown`.
pub(crate) fn refuse_absent(folder: &Path, shown: &str) -> Result<(), Error> {
    if is_registry(folder) {
        return Ok(());
    }
    let message = if folder.exists() {
        no_registry(shown)
    } else {
        format!("there is no registry at `{shown}`: nothing is there")
    };
    let error = Error::new(ErrorKind::Registry, message);
    Err(match near(folder) {
        Some(near) => error.help(meant(shown, &near)),
        None => error,
    })
}

/// The registry beside this folder that was meant by it, where there is one.
pub(crate) fn near(folder: &Path) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    let beside = entries(folder.parent()?).ok()?;
    let registries = beside.iter().filter(|(_, path)| is_registry(path));
    let names: BTreeSet<&str> = registries.map(|(name, _)| name.as_str()).collect();
    nearest(folder.file_name()?.to_str()?, &names)
}

/// What was meant by `name`: the one like it, or the only one that there is.
pub(super) fn nearest(name: &str, registries: &BTreeSet<&str>) -> Option<String> {
    let only = registries.first().copied().filter(|_| registries.len() == 1);
    did_you_mean(name, registries.iter().copied()).or(only).map(str::to_owned)
}

pub(super) fn no_registry(shown: &str) -> String {
    format!(
        "`{shown}` is no registry: it holds neither `catalog.json` nor a folder of an event type"
    )
}

/// The question whether `near` was meant, in the place of the last part of `shown`.
pub(crate) fn meant(shown: &str, near: &str) -> String {
    match shown.trim_end_matches('/').rsplit_once('/') {
        Some((parent, _)) => format!("did you mean `{parent}/{near}`?"),
        None => format!("did you mean `{near}`?"),
    }
}

pub(super) fn is_registry(folder: &Path) -> bool {
    let Ok(found) = entries(folder) else { return false };
    found.iter().any(|(name, path)| {
        name == MANIFESTS
            || is_read(name)
            || (path.is_dir()
                && entries(path).is_ok_and(|files| {
                    files.iter().any(|(file, _)| is_read(&format!("{name}/{file}")))
                }))
    })
}
