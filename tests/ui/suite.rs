//! The cases of a topic: compiled, and compared with what is pinned beside them.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use similar::TextDiff;

use crate::compile::Compiler;
use crate::pin::{Diagnostic, Words};

/// A folder of cases.
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    messages: Messages,
    compilers_words: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Messages {
    One,
    Several,
    Any,
}

impl Topic {
    pub(crate) const fn of_one_mistake(name: &'static str) -> Self {
        Self { name, messages: Messages::One, compilers_words: false }
    }

    pub(crate) const fn of_several_mistakes(name: &'static str) -> Self {
        Self { messages: Messages::Several, ..Self::of_one_mistake(name) }
    }

    pub(crate) const fn of_what_the_derive_cannot_see(name: &'static str) -> Self {
        Self { name, messages: Messages::Any, compilers_words: true }
    }

    pub(crate) const fn with_the_compilers_words(self) -> Self {
        Self { compilers_words: true, ..self }
    }
}

/// The folders beside this file.
pub(crate) fn topics() -> BTreeSet<String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).map(|path| name(&path)).collect()
}

/// Every case of every topic.
pub(crate) fn all_cases() -> Vec<PathBuf> {
    topics().iter().flat_map(|topic| files(topic, "rs")).collect()
}

/// The messages that a case's pin holds.
pub(crate) fn pinned_messages(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
    let errors = text.lines().filter(|line| line.starts_with("error"));
    errors.filter_map(|line| line.split_once(": ")).map(|(_, message)| message.to_owned()).collect()
}

/// Compiles every case of the topic on all cores, and fails with all that is not as it is pinned.
pub(crate) fn run(topic: &Topic) {
    let cases = files(topic.name, "rs");
    let (compiler, words) = (Compiler::find(), Words::of_the_runtime());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(strays(topic.name)));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = check(topic, case, &compiler, &words) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A pin whose case is gone would pass for ever.
fn strays(topic: &str) -> Vec<String> {
    let pins = files(topic, "stderr").into_iter();
    pins.filter(|pin| !pin.with_extension("rs").exists())
        .map(|pin| format!("{}: the pin of no case, remove it", pin.display()))
        .collect()
}

fn check(topic: &Topic, case: &Path, compiler: &Compiler, words: &Words) -> Result<(), String> {
    let title = format!("{}/{}", topic.name, name(case));
    let diagnostics: Vec<_> = compiler
        .errors(case)
        .iter()
        .map(|error| Diagnostic::read(error, &case.display().to_string(), words))
        .collect();
    if diagnostics.is_empty() {
        return Err(format!("{title}: it compiles, and should not"));
    }
    let said: String = diagnostics.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n");
    obeys(topic, &diagnostics).map_err(|law| format!("{title}: {law}\n{said}"))?;
    let pin = case.with_extension("stderr");
    if env::var_os("EVENTBUS_BLESS").is_some_and(|value| value == "1") {
        fs::write(pin, said).unwrap();
        return Ok(());
    }
    let pinned = fs::read_to_string(pin).unwrap_or_default();
    if pinned.is_empty() {
        return Err(format!("{title}: nothing is pinned; EVENTBUS_BLESS=1 pins\n{said}"));
    }
    if pinned == said {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&pinned, &said);
    Err(format!("{title}: not as pinned\n{}", diff.unified_diff().header("pinned", "said")))
}

/// One mistake is one message, and it is ours.
fn obeys(topic: &Topic, diagnostics: &[Diagnostic]) -> Result<(), &'static str> {
    let messages: BTreeSet<&str> = diagnostics.iter().map(|said| said.message.as_str()).collect();
    if !topic.compilers_words && diagnostics.iter().any(|said| !said.ours) {
        return Err("the compiler says it in its own words");
    }
    match (topic.messages, messages.len()) {
        (Messages::One, 2..) => Err("one mistake has several messages"),
        (Messages::Several, 1) => Err("several mistakes have one message"),
        _ => Ok(()),
    }
}

fn files(topic: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder().join(topic)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == extension)).collect();
    files.sort();
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}
