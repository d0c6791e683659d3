//! What is said of files that are not as they should be, and what puts them right.

use std::path::Path;

use serde_json::{Value, json};

use super::report;
use crate::diagnostic::{Error, ErrorKind, listed};
use crate::output::{Fault, State, Wrong};
use crate::registry::beside;
use crate::shell;

/// What the user is told to run.
pub(super) struct Repair<'a> {
    /// This command, as it was given, to write.
    pub(super) command: String,
    /// The folder that paths are relative to.
    pub(super) folder: &'a Path,
}

/// How a file stands, as the end of a sentence about it.
pub(super) const fn why(state: State) -> &'static str {
    match state {
        State::Unchanged => "is up to date",
        State::Missing => "is missing",
        State::Different => "is not what is generated",
        State::LeftOver => "is no longer generated",
        State::Released => "is no longer generated, and was edited by hand",
        State::Edited => "was edited by hand, and is never written again",
        State::Gone => "was deleted, and is never written again",
        State::Foreign => "is in the way, and was not generated",
        State::Recoded => "has other ends of lines than were written, and is never written again",
        State::Linked => "is reached by a symbolic link, and nothing is written through one",
    }
}

/// What puts a file right.
pub(super) fn remedy(path: &str, state: State, repair: &Repair<'_>) -> String {
    let command = &repair.command;
    match state {
        State::Unchanged => format!("`{path}` needs nothing"),
        State::Missing | State::Different | State::LeftOver => format!("run `{command}`"),
        State::Released => {
            format!("run `{command}`, which lets go of `{path}`, and delete it if it is not yours")
        }
        State::Edited | State::Gone => {
            let own = beside(path).map(|own| format!(", and write yours beside it, as `{own}`"));
            format!(
                "restore `{path}` from version control{}: {}",
                own.unwrap_or_default(),
                shell::restore(repair.folder, path)
            )
        }
        State::Recoded => format!(
            "keep git from changing `{path}`, whose bytes are what a database remembers: put `*.sql eol=lf` into \
             .gitattributes, delete the file, and restore it: {}",
            shell::restore(repair.folder, path)
        ),
        State::Linked => format!(
            "put the file itself at `{path}` in the place of the link, or name in the configuration where it leads to"
        ),
        State::Foreign => match beside(path) {
            Some(own) => format!("rename `{path}`: samples of your own are named `{own}`"),
            None => format!("move `{path}` away, or name another path in the configuration"),
        },
    }
}

/// How a file stands, for a machine.
pub(super) const fn status(state: State) -> &'static str {
    match state {
        State::Unchanged => "unchanged",
        State::Missing => "missing",
        State::Different => "different",
        State::LeftOver | State::Released => "left-over",
        State::Edited => "edited",
        State::Gone => "deleted",
        State::Foreign => "foreign",
        State::Recoded => "line-ends",
        State::Linked => "linked",
    }
}

/// What became of a file that was written.
pub(super) const fn write_status(state: State) -> &'static str {
    match state {
        State::Missing => "created",
        State::Different => "updated",
        State::LeftOver => "removed",
        State::Released => "released",
        _ => "unchanged",
    }
}

/// Every file of the registry that is not as it was written, each with its remedies.
pub(super) fn faults(faults: &[Fault], repair: &Repair<'_>) {
    faults.iter().for_each(|fault| report::error(&finding(fault, repair)));
    match faults.len() {
        0 => {}
        1 => report::summary("1 file is not as it was written"),
        count => report::summary(&format!("{count} files are not as they were written")),
    }
}

/// The same for a machine.
pub(super) fn machine(faults: &[Fault]) -> Value {
    let status = |wrong: &Wrong| match wrong {
        Wrong::Stands(state) => status(*state),
        Wrong::Edited => status(State::Edited),
        Wrong::Belied(_) => "belied",
        Wrong::Lost(_) => status(State::Missing),
        Wrong::Silent(_) => "incomplete",
    };
    faults
        .iter()
        .map(|fault| json!({ "path": fault.path, "status": status(&fault.wrong) }))
        .collect()
}

/// What is to be said of one.
pub(super) fn finding(fault: &Fault, repair: &Repair<'_>) -> Error {
    let (path, command) = (&fault.path, &repair.command);
    let error = |text: String| {
        Error::new(ErrorKind::Registry, format!("`{path}` {text}")).at(Path::new(path), None)
    };
    let restored = |error: Error, path: &str| {
        let command = shell::restore(repair.folder, path);
        error.help(format!("restore `{path}` from version control: {command}"))
    };
    let go_on = format!("if a run was interrupted, let it go on: run `{command}`");
    let several = |files: &[String]| match files {
        [first, _, ..] => format!("`{first}` and {} more", files.len() - 1),
        files => listed(files.iter().map(String::as_str)),
    };
    match &fault.wrong {
        Wrong::Stands(State::Missing) => {
            let error = restored(error("is missing".to_owned()), path);
            error.help(format!("or have it written again: run `{command}`"))
        }
        Wrong::Stands(state) => error(why(*state).to_owned()).help(remedy(path, *state, repair)),
        Wrong::Edited => restored(error("was edited by hand".to_owned()), path),
        Wrong::Belied(manifest) => {
            let text = format!("is not what `{manifest}` says that was written");
            restored(error(text), manifest).help(go_on)
        }
        Wrong::Lost(files) => {
            restored(error(format!("is missing, which names {}", several(files))), path).help(go_on)
        }
        Wrong::Silent(files) => {
            restored(error(format!("does not name {}", several(files))), path).help(go_on)
        }
    }
}
