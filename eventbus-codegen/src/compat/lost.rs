//! What a registry no longer has of a type that is gone from the code.
//!
//! No code speaks of the type, so nothing else would miss its files: without them, what was stored under its name is held
//! against nothing.

use eventbus_runtime::CompatMode;

use super::finding::Finding;
use super::former_shapes::{is_given_up, is_kept};
use super::rules::{Difference, named};
use crate::diagnostic::Result;
use crate::registry::{Baseline, Past, Version, shape_file};

/// What `own` has not of the type as `baseline` has it.
pub(super) fn lost(
    name: &str,
    past: &Past,
    baseline: &Baseline,
    own: &Baseline,
) -> Result<Vec<Finding>> {
    let rust_path = past.fact("rustPath").unwrap_or(name);
    let say = |id: &str, version: u32, [old, new]: [&str; 2], restore: String| {
        let change = Difference::of(named(id), old, new);
        Finding { restore: Some(restore), ..Finding::new(name, version, rust_path, change) }
    };
    let Some(own) = own.events.get(name) else {
        let what = format!("the folder of `{name}`");
        let restore = baseline.restore_type(name);
        return Ok(vec![say("EV005", past.current, [&what, "absent"], restore)]);
    };
    let mut findings = Vec::new();
    for (version, hash) in past.written() {
        let file = format!("v{version}.json");
        let restore = || baseline.restore(name, &file);
        // What was frozen since then is what disk has.
        let last = past.versions.get(&version).filter(|_| version == past.current);
        let is_current = last.is_some_and(|last| last.sha256 == hash);
        let is_shape = own.shapes(version).any(|shape| shape.sha256 == hash);
        match own.versions.get(&version) {
            None => findings.push(say("EV005", version, [&file, "absent"], restore())),
            Some(now) if now.sha256 == hash => {}
            // It grew under its number before the type went.
            Some(now) if is_written(own, version, now) && (is_current || is_shape) => {}
            Some(_) => {
                let words = ["as it was written", "another text"];
                findings.push(say("EV014", version, words, restore()));
            }
        }
    }
    let last = past.versions.get(&past.current).map(|last| (past.current, last));
    for (version, shape) in past.shapes_before(u32::MAX).chain(last) {
        // Whether there is a file of the version is told above.
        let Some(now) = own.versions.get(&version) else { continue };
        let mut held = own.shapes(version).chain([now]);
        let is_held = held.any(|held| held.sha256 == shape.sha256);
        // Of a file that was edited it is told above, and of what grew it says all itself.
        let is_no_loss =
            version == past.current && (!is_written(own, version, now) || is_told(shape, now)?);
        if !is_held && !is_no_loss {
            let file = shape_file(version, &shape.sha256);
            let restore = baseline.restore_type(name);
            findings.push(say("EV026", version, [&file, "absent"], restore));
        }
    }
    Ok(findings)
}

/// Whether `now` is what `event.json` says that was written.
fn is_written(own: &Past, version: u32, now: &Version) -> bool {
    own.written().any(|(known, hash)| known == version && hash == now.sha256)
}

/// Whether `now` tells all of a shape that the version had.
fn is_told(shape: &Version, now: &Version) -> Result<bool> {
    let (was, now) = (shape.schemas()?, now.schemas()?);
    Ok(!is_given_up(&was, &now) && !is_kept(&was, &now, CompatMode::Full))
}
