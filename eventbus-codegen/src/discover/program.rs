//! The program that is linked with the user's library: it writes the catalog, and decodes samples with the user's code.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;
use tempfile::TempDir;

use super::cache::Kept;
use crate::diagnostic::{Error, ErrorKind, Result};

/// How long one sample may take. It takes microseconds; a conversion without an end must not hold a build for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same for a payload that was made up: what it says is worth less, and there are more of them.
const LITTLE_PATIENCE: Duration = Duration::from_secs(5);

/// Fewer samples than these are not worth a process of their own.
const FEWEST: usize = 1_000;

/// How many made-up payloads of one type may take the process down before no more of them are tried.
const DEATHS: usize = 3;

/// The program, and a folder for what it is asked and answers.
#[derive(Debug)]
pub(crate) struct Program {
    folder: TempDir,
    path: PathBuf,
    /// What it answers for, as messages name it.
    name: String,
    /// Nobody writes over the program while it is in use.
    kept: Option<Kept>,
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

/// What becomes of a payload that is read and written again, with the reason where that fails.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rewritten {
    /// It does not decode, or the process died.
    Unread(IgnoredAny),
    /// What was read is not written.
    Unwritten(String),
    /// This text is written, which does not decode.
    Lost(String, String),
    /// This text is written, and decodes.
    Written(String),
    /// It was not asked about any more.
    #[serde(skip)]
    Untried,
}

/// How the code is asked.
struct How<T> {
    arguments: &'static [&'static str],
    /// How long it may take for one sample.
    patience: Duration,
    /// The answer for a sample that took the process down, of what is to be said of that.
    died: fn(String) -> T,
    /// After how many of these the further ones of their type are not asked about, and the answer for them.
    skip: Option<(usize, fn() -> T)>,
}

const DECODE: How<Option<String>> =
    How { arguments: &[], patience: PATIENCE, died: Some, skip: None };

const REWRITE: How<Rewritten> = How {
    arguments: &["again"],
    patience: LITTLE_PATIENCE,
    died: |_| Rewritten::Unread(IgnoredAny),
    skip: Some((DEATHS, || Rewritten::Untried)),
};

impl Sample<'_> {
    /// The line by which the code is asked for it.
    pub(crate) fn line(&self) -> String {
        format!("{}\n", json!([self.event_type, self.version, self.data]))
    }
}

/// Its source: the root answers, by what the derive left on it.
pub(super) fn source(root: &str) -> String {
    format!("fn main() -> ::std::process::ExitCode {{ ::{root}::__eventbus_answer() }}\n")
}

impl Program {
    /// The program at `path`, which answers for what `name` says.
    pub(super) fn new(folder: TempDir, path: PathBuf, name: String) -> Self {
        Self { folder, path, name, kept: None }
    }

    /// The same, with what it is kept in.
    pub(super) fn within(self, kept: Kept) -> Self {
        Self { kept: Some(kept), ..self }
    }

    /// The catalog's text.
    pub(super) fn catalog(&self) -> Result<String> {
        let catalog = self.folder.path().join("catalog.json");
        let output = self.run(&[&catalog])?;
        if output.status.success() && catalog.is_file() {
            return read(&catalog);
        }
        if output.status.success() {
            let message = format!("{} did not answer", self.name);
            return Err(Error::new(ErrorKind::Discovery, message).help(
                "it must say eventbus_runtime::catalog_main!(..) and nothing else that runs",
            ));
        }
        let message = format!("building the catalog of {} failed", self.name);
        Err(Error::new(ErrorKind::Discovery, message).because(said(&output)).help(
            "a schema of a field's type panicked, or two types contradict each other: see above",
        ))
    }

    /// Has the samples decoded by the user's code: for each of them nothing, or the reason why it does not decode. Where it
    /// decoded just these before, it is not asked again.
    pub(crate) fn decode(&self, samples: &[Sample<'_>]) -> Result<Vec<Option<String>>> {
        let Some(kept) = &self.kept else {
            return self.ask(0, samples, &DECODE);
        };
        let lines: String = samples.iter().map(Sample::line).collect();
        if kept.is_sound(&lines) {
            return Ok(vec![None; samples.len()]);
        }
        let reasons = self.ask(0, samples, &DECODE)?;
        if reasons.iter().all(Option::is_none) {
            kept.remember_sound(&lines)?;
        }
        Ok(reasons)
    }

    /// Has made-up samples, those of one type together, decoded and written again: for each of them what became of it.
    /// The code is not optimised and the samples are many, so that a process for each core works at them.
    pub(super) fn rewrite(&self, samples: &[Sample<'_>]) -> Result<Vec<Rewritten>> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let parts = samples.chunks(samples.len().div_ceil(cores).max(FEWEST));
        let answers: Vec<Result<Vec<Rewritten>>> = thread::scope(|scope| {
            let asking: Vec<_> = parts
                .enumerate()
                .map(|(index, part)| scope.spawn(move || self.ask(index, part, &REWRITE)))
                .collect();
            let answer = |it: ScopedJoinHandle<'_, _>| {
                it.join().unwrap_or_else(|panic| resume_unwind(panic))
            };
            asking.into_iter().map(answer).collect()
        });
        let answers: Result<Vec<Vec<Rewritten>>> = answers.into_iter().collect();
        Ok(answers?.into_iter().flatten().collect())
    }

    /// Has the code answer for each sample.
    ///
    /// A sample that takes the process down, as an upcaster that panics does, is the one whose line is missing. The rest are
    /// put to another process. Who asks at the same time has another `index`.
    fn ask<T: DeserializeOwned>(
        &self,
        index: usize,
        samples: &[Sample<'_>],
        how: &How<T>,
    ) -> Result<Vec<T>> {
        let mut outcomes = Vec::with_capacity(samples.len());
        let mut deaths = BTreeMap::<&str, usize>::new();
        while let Some(rest) = samples.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
            let (mut answered, end) = self.ask_until_death(index, rest, how)?;
            answered.truncate(rest.len());
            let dead = rest.get(answered.len());
            outcomes.extend(answered);
            let Some(Sample { event_type, .. }) = dead else { continue };
            outcomes.push((how.died)(format!("the code did not return: {end}")));
            let deaths = deaths.entry(event_type).or_default();
            *deaths += 1;
            if let Some((_, skipped)) = how.skip.filter(|(most, _)| *deaths >= *most) {
                let rest = samples.iter().skip(outcomes.len());
                let of_it = rest.take_while(|sample| sample.event_type == *event_type).count();
                outcomes.extend((0..of_it).map(|_| skipped()));
            }
        }
        Ok(outcomes)
    }

    /// The answers that came, and what is to be said of the process that gave them.
    fn ask_until_death<T: DeserializeOwned>(
        &self,
        index: usize,
        samples: &[Sample<'_>],
        how: &How<T>,
    ) -> Result<(Vec<T>, String)> {
        let [asked, answer, heard] = ["samples.jsonl", "answer.jsonl", "stderr.txt"]
            .map(|name| self.folder.path().join(format!("{index}-{name}")));
        let lines: String = samples.iter().map(Sample::line).collect();
        fs::write(&asked, lines).map_err(|error| Error::file("write", &asked, error))?;
        fs::write(&answer, "").map_err(|error| Error::file("write", &answer, error))?;
        let more = how.arguments.iter().map(Path::new);
        let arguments: Vec<&Path> = [answer.as_path(), &asked].into_iter().chain(more).collect();
        let end = self.watch(how.patience, (&answer, &heard), &arguments)?;
        let text = read(&answer)?;
        // A line that is cut off is the one of a process that died while writing it.
        let lines = text.lines().map_while(|line| serde_json::from_str(line).ok());
        Ok((lines.collect(), end))
    }

    /// Runs the program until it ends, or until it has written no answer for too long. It speaks into a file: nobody
    /// would empty a pipe meanwhile.
    fn watch(
        &self,
        patience: Duration,
        (answer, heard): (&Path, &Path),
        arguments: &[&Path],
    ) -> Result<String> {
        let stderr = fs::File::create(heard).map_err(|error| Error::file("write", heard, error))?;
        let mut child = self
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(|error| self.foreign(error))?;
        let (mut length, mut since) = (0, Instant::now());
        loop {
            if let Some(status) = child.try_wait().map_err(|error| self.foreign(error))? {
                let stderr = fs::read(heard).map_err(|error| Error::file("read", heard, error))?;
                return Ok(said(&Output { status, stdout: Vec::new(), stderr }));
            }
            let written = fs::metadata(answer).map_or(length, |answer| answer.len());
            if written != length {
                (length, since) = (written, Instant::now());
            }
            if since.elapsed() > patience {
                child.kill().and_then(|()| child.wait()).map_err(|error| self.foreign(error))?;
                return Ok(format!("it was ended after {patience:?}"));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn run(&self, arguments: &[&Path]) -> Result<Output> {
        self.command(arguments).output().map_err(|error| self.foreign(error))
    }

    fn command(&self, arguments: &[&Path]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).env("RUST_BACKTRACE", "0");
        command
    }

    fn foreign(&self, error: std::io::Error) -> Error {
        let message = format!("the program that answers for {} cannot be run", self.name);
        Error::new(ErrorKind::Discovery, message)
            .because(error)
            .help(
                "it must be built for this machine: give CARGO_BUILD_TARGET the host that `rustc -vV` names",
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

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::{DECODE, How, Program, Rewritten, Sample};

    #[test]
    fn a_program_without_an_end_is_ended_for_each_sample() {
        let folder = tempfile::tempdir().unwrap();
        // It takes any arguments, and goes on for ever.
        let program = Program::new(folder, "yes".into(), "`shop::ShopEvent`".to_owned());
        let sample = Sample { event_type: "order.placed", version: 1, data: "{}" };
        let how = How { patience: Duration::from_millis(50), ..DECODE };
        let reasons = program.ask(0, &[sample, sample], &how).unwrap();
        let reason = Some("the code did not return: it was ended after 50ms".to_owned());
        assert_eq!(reasons, [reason.clone(), reason]);
    }

    #[test]
    fn a_type_that_ends_the_process_again_and_again_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        // It ends at once, and answers nothing.
        let program = Program::new(folder, "true".into(), "`shop::ShopEvent`".to_owned());
        let sample = |event_type| Sample { event_type, version: 1, data: "{}" };
        let [placed, sent] = ["order.placed", "order.sent"].map(sample);
        let asked = [placed, placed, placed, placed, placed, sent];
        let answers = program.rewrite(&asked).unwrap();
        let tried: Vec<bool> =
            answers.iter().map(|answer| !matches!(answer, Rewritten::Untried)).collect();
        assert_eq!(tried, [true, true, true, false, false, true]);
    }
}
