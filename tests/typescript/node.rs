//! Node and the compiler, from the packages beside this file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::cases::Generated;

/// The folder of these tests.
pub(crate) fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("typescript")
}

/// A program of the packages.
pub(crate) fn program(name: &str) -> Command {
    let path = here().join("node_modules/.bin").join(name);
    assert!(
        path.exists(),
        "`{name}` is missing: run `npm ci` in tests/typescript once, as scripts/test does"
    );
    Command::new(path)
}

/// What the output of a program that succeeded is.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}

/// A folder whose files are modules.
pub(crate) fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("package.json"), r#"{"type":"module"}"#).unwrap();
    folder
}

/// Questions about one generated file, answered together by one Node that runs it as it is.
pub(crate) struct Questions<'a> {
    generated: &'a Generated,
    lines: Vec<String>,
}

impl<'a> Questions<'a> {
    /// About the one file that was generated.
    pub(crate) fn about(generated: &'a Generated) -> Self {
        Self { generated, lines: Vec::new() }
    }

    /// What the validator `name` makes of a text of JSON; `parseEvent` is asked too.
    pub(crate) fn ask(&mut self, name: &str, value: &str) {
        self.lines.push(format!("{{\"name\":{},\"value\":{value}}}\n", Value::from(name)));
    }

    /// The answers, in the order of the questions.
    pub(crate) fn answers(self) -> Vec<Value> {
        let folder = folder();
        self.generated.write(folder.path());
        let questions = folder.path().join("questions.jsonl");
        fs::write(&questions, self.lines.concat()).unwrap();
        let mut names: Vec<_> = self.generated.files.keys().collect();
        let file = names.pop().unwrap();
        assert_eq!(names, [""; 0], "one file is asked");
        let mut command = program("node");
        command.arg(here().join("ask.mjs")).arg(folder.path().join(file)).arg(&questions);
        let answers: Vec<Value> =
            output(&mut command).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.len(), self.lines.len());
        answers
    }
}

/// The names of the payloads' types in the generated file, by event type and version.
pub(crate) fn payloads(generated: &Generated) -> BTreeMap<(String, u64), String> {
    let mut names = BTreeMap::new();
    for text in generated.files.values() {
        for (at, _) in text.match_indices("Event = Envelope & {") {
            let body = &text[at..text[at..].find("\n};").unwrap() + at];
            let of = |key: &str| {
                let rest = &body[body.find(key)? + key.len()..];
                Some(rest[..rest.find(';')?].to_owned())
            };
            let event_type: Option<String> =
                of("readonly type: ").and_then(|text| serde_json::from_str(&text).ok());
            // An event of which nothing is known has no type of its own.
            let Some(event_type) = event_type else { continue };
            let version = of("readonly dataversion: ").unwrap().parse().unwrap();
            names.insert((event_type, version), of("readonly data: ").unwrap());
        }
    }
    names
}
