//! The program that is linked with the user's library: it writes the catalog, and decodes samples with the user's code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use tempfile::TempDir;

use crate::config::Root;
use crate::diagnostic::{Error, ErrorKind, Result};

/// The linked program, in a folder that goes with it.
#[derive(Debug)]
pub(crate) struct Program {
    folder: TempDir,
    path: PathBuf,
    root: Root,
}

/// A payload that the code is asked to decode.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    /// The type that it is stored under.
    pub(crate) event_type: &'a str,
    /// The version that it is stored at.
    pub(crate) version: u32,
    /// Its text.
    pub(crate) data: &'a str,
}

/// Its source. It answers into a file, because anything in the process may write to the standard output. Asked to decode,
/// it writes one line after the other: what is there when the process dies was decoded before.
pub(super) fn source(root: &Root) -> String {
    format!(
        r#"fn main() {{
    let mut arguments = ::std::env::args_os().skip(1);
    let answer = arguments.next().expect("the path to write to");
    let ::std::option::Option::Some(samples) = arguments.next() else {{
        let catalog: ::std::string::String = ::{root}::__eventbus_catalog();
        return ::std::fs::write(answer, catalog).expect("the catalog is written");
    }};
    let samples = ::std::fs::read_to_string(samples).expect("the samples can be read");
    let mut answer = ::std::fs::File::create(answer).expect("the answer's file is made");
    ::{root}::__eventbus_decode(&samples, &mut |line: &str| {{
        ::std::io::Write::write_all(&mut answer, line.as_bytes()).expect("the answer is written");
    }});
}}
"#,
        root = root.path
    )
}

impl Program {
    pub(super) fn new(folder: TempDir, path: PathBuf, root: &Root) -> Self {
        Self { folder, path, root: root.clone() }
    }

    /// The catalog's text.
    pub(super) fn catalog(&self) -> Result<String> {
        let catalog = self.folder.path().join("catalog.json");
        let output = self.run(&[&catalog])?;
        if output.status.success() {
            return read(&catalog);
        }
        let message = format!("building the catalog of `{}` failed", self.root.path);
        Err(Error::new(ErrorKind::Discovery, message).because(said(&output)).help(
            "a schema of a field's type panicked, or two types contradict each other: see above",
        ))
    }

    /// Has the samples decoded by the user's code: for each of them nothing, or the reason why it does not decode.
    ///
    /// A sample that takes the process down, as an upcaster that panics does, is the one whose line is missing; the rest
    /// are decoded by another process.
    pub(crate) fn decode(&self, samples: &[Sample<'_>]) -> Result<Vec<Option<String>>> {
        let mut outcomes = Vec::with_capacity(samples.len());
        while let Some(rest) = samples.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
            let (mut answered, output) = self.decode_until_death(rest)?;
            answered.truncate(rest.len());
            if answered.len() < rest.len() {
                answered.push(Some(format!("the code did not return: {}", said(&output))));
            }
            outcomes.extend(answered);
        }
        Ok(outcomes)
    }

    fn decode_until_death(&self, samples: &[Sample<'_>]) -> Result<(Vec<Option<String>>, Output)> {
        let [asked, answer] =
            ["samples.jsonl", "answer.jsonl"].map(|name| self.folder.path().join(name));
        let lines: String = samples
            .iter()
            .map(|sample| format!("{}\n", json!([sample.event_type, sample.version, sample.data])))
            .collect();
        fs::write(&asked, lines).map_err(|error| Error::file("write", &asked, error))?;
        fs::write(&answer, "").map_err(|error| Error::file("write", &answer, error))?;
        let output = self.run(&[&answer, &asked])?;
        let text = read(&answer)?;
        // A line that is cut off is the one of a process that died while writing it.
        let lines = text.lines().map_while(|line| serde_json::from_str(line).ok());
        Ok((lines.collect(), output))
    }

    fn run(&self, arguments: &[&Path]) -> Result<Output> {
        Command::new(&self.path).args(arguments).env("RUST_BACKTRACE", "0").output().map_err(
            |error| {
                let message = format!(
                    "the catalog of `{}` cannot be read out of the library",
                    self.root.path
                );
                Error::new(ErrorKind::Discovery, message)
                    .because(error)
                    .help("the library must build for this machine: unset `build.target`")
            },
        )
    }
}

/// What a process said before it ended, without the advice to ask this process for a backtrace.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE")).collect();
    let said = lines.join("\n").trim().to_owned();
    if said.is_empty() { output.status.to_string() } else { said }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::file("read", path, error))
}
