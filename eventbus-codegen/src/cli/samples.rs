//! What `codegen` says of samples that the code does not decode.

use std::path::Path;

use serde_json::{Value, json};

use super::remedy::{DERIVES, payload_name};
use super::report;
use crate::diagnostic::{Error, ErrorKind};
use crate::registry::Stored;
use crate::samples::{Checked, Failure, Outcome, failures};

/// Every sample that does not decode, each with its reason and its remedies. `check` says that nothing was to be written.
pub(super) fn findings(samples: &[Checked], check: bool, command: &str) {
    for (sample, failure) in failures(samples) {
        report::error(&finding(sample, failure, command));
    }
    let nothing = if check { "" } else { "; nothing was written" };
    match failures(samples).count() {
        0 => {}
        1 => report::summary(&format!("1 stored sample does not decode{nothing}")),
        count => report::summary(&format!("{count} stored samples do not decode{nothing}")),
    }
}

/// The samples for a machine.
pub(super) fn machine<'a>(samples: impl IntoIterator<Item = &'a Checked>) -> Value {
    samples
        .into_iter()
        .map(|Checked { sample, outcome }| {
            let Stored { path, event_type, version, .. } = sample;
            let mut entry = json!({ "path": path, "type": event_type, "version": version });
            entry["status"] = Value::from(match outcome {
                Outcome::Decoded => "decoded",
                Outcome::Skipped => "skipped",
                Outcome::Failed(failure) => {
                    entry["reason"] = Value::from(failure.reason.as_str());
                    "failed"
                }
            });
            entry
        })
        .collect()
}

/// What is to be said of a sample that does not decode.
pub(super) fn finding(sample: &Stored, failure: &Failure, command: &str) -> Error {
    let Failure { reason, reader, rust_path, current, released } = failure;
    let Stored { path, event_type, version, .. } = sample;
    let former = payload_name(rust_path, *version);
    let message = format!("a sample of `{event_type}` at version {version} does not decode");
    let error =
        Error::new(ErrorKind::Registry, message).at(Path::new(path), None).because(reason.clone());
    let error = if version < current {
        error
            .help(format!(
                "read it: add `#[event(upcast({version} => {former}))]` with the payload as it was then, `{DERIVES}`, \
                 or correct the conversion that is there"
            ))
            .help(format!(
                "if no event of version {version} is kept, say so, and why that is known: \
                 `#[event(unreadable({version}), compat(reviewed = \"..\"))]`"
            ))
    } else {
        error
            .help(
                "read it: `Option` or `#[serde(default)]` for a field that is new, \
                 `#[serde(alias = \"..\")]` for one that was renamed",
            )
            .help(format!(
                "or leave version {version} as it was: `#[event(version = {}, upcast({version} => {former}))]`, where \
                 `{former}` is the payload as it was, `{DERIVES}`, with `From` to the new one",
                current + 1
            ))
    };
    if let Some(revision) = released
        && (version >= current || !sample.is_own())
    {
        return error.help(format!(
            "`{revision}` has it as well: where no event like it is stored any more, say so, \
             `#[event(compat(reviewed = \"..\"))]`, and delete `{path}`"
        ));
    }
    if !sample.is_own() {
        return error.help(format!("if no code ever wrote this, correct or delete `{path}`"));
    }
    // What an earlier version wrote, or the type under its former name, cannot be made again.
    if version < current || event_type != reader {
        return error;
    }
    error.help(format!(
        "if no event of version {version} is stored, delete `{path}` and run `{command}`, which makes another; a reason \
         in `compat(reviewed = \"..\")` lets the change through, and leaves the sample to you"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Failure, Stored, finding};

    fn sample(path: &str) -> Stored {
        let (event_type, text) = ("order.placed".to_owned(), "{}".to_owned());
        Stored { path: path.to_owned(), event_type, version: 1, text }
    }

    fn remedies(path: &str, reader: &str, current: u32) -> String {
        of(path, reader, current, None)
    }

    fn of(path: &str, reader: &str, current: u32, released: Option<&str>) -> String {
        let reason = "missing field `total`".to_owned();
        let rust_path = "shop::OrderPlaced".to_owned();
        let (reader, released) = (reader.to_owned(), released.map(str::to_owned));
        let failure = Failure { reason, reader, rust_path, current, released };
        finding(&sample(path), &failure, "cargo eventbus codegen").remedies().join("\n")
    }

    #[test]
    fn what_a_commit_has_as_well_is_not_only_deleted() {
        for file in ["v1.json", "v1.mine.json"] {
            let path = format!("schemas/order.placed/samples/{file}");
            let said = of(&path, "order.placed", 1, Some("trunk"));
            assert!(!said.contains("never stored") && !said.contains("ever wrote"), "{said}");
            let wanted = format!("`#[event(compat(reviewed = \"..\"))]`, and delete `{path}`");
            assert!(said.contains("`trunk` has it as well") && said.contains(&wanted), "{said}");
        }
    }

    #[test]
    fn only_the_current_versions_own_sample_may_be_deleted() {
        let own = "schemas/order.placed/samples/v1.json";
        assert!(
            remedies(own, "order.placed", 1)
                .contains("no event of version 1 is stored, delete `schemas/order.placed")
        );
        assert!(!remedies(own, "order.placed", 2).contains("delete"));
        assert!(remedies(own, "order.placed", 2).contains("unreadable(1)"));
        assert!(!remedies(own, "order.created", 1).contains("delete"), "a former name");
        let mine = "schemas/order.placed/samples/v1.mine.json";
        assert!(
            remedies(mine, "order.placed", 2).contains("correct or delete `schemas/order.placed")
        );
    }
}
