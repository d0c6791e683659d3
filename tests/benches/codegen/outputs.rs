//! What writing every output takes, beside what other generators take for TypeScript of the same types.
//!
//! All of them start from what they have committed: ours from the registry, ts-rs from a program that is built, typeshare from
//! the source. They run in turns, and the time is that of the whole process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::{median, quantile};

use crate::Result;
use crate::measure::time;
use crate::options::Options;
use crate::project::{Project, copy};
use crate::rivals::Rivals;

/// The goal of all outputs together, in milliseconds.
const ALL: f64 = 1_000.0;

/// Each output: what it is called, the lines of `eventbus.toml` that ask for it, and a file or folder that it writes.
const OUTPUTS: [(&str, &str, &str); 6] = [
    ("TypeScript", "[typescript]\nout = \"events.ts\"\n", "events.ts"),
    ("AsyncAPI", "[asyncapi]\nout = \"asyncapi.json\"\n", "asyncapi.json"),
    ("page", "[page]\nout = \"events.html\"\n", "events.html"),
    ("Markdown", "[markdown]\nout = \"events.md\"\n", "events.md"),
    ("SQL for PostgreSQL", "[migrations]\npostgres = \"postgres\"\n", "postgres"),
    ("SQL for SQLite", "[migrations]\nsqlite = \"sqlite\"\n", "sqlite"),
];

/// Of what is asked for, all outputs, and the one that others write too.
const EVERY: usize = 0;
const TYPESCRIPT: usize = 1;

pub(crate) fn rows(options: &Options) -> Result<Vec<Row>> {
    let options = options.of_one_version();
    let project = Project::prepare(&options, "")?;
    let rivals = Rivals::prepare(&project.folder().join("rivals"), &options)?;
    let asked = asked();
    let [ours, theirs] = turns(&project, &rivals, &asked, &options)?;
    let sizes = format!("{} types of {} fields", options.types, options.fields);
    let row = |what: &str, taken: &[f64], goal| Row {
        part: "outputs",
        what: format!("{what}, {sizes}"),
        against: String::new(),
        unit: "ms",
        ours: median(taken.to_vec()),
        theirs: None,
        spread: None,
        goal,
    };
    let mut rows = Vec::new();
    for (at, ((what, ..), taken)) in asked.iter().zip(&ours).enumerate() {
        let goal = if at == EVERY { Goal::Below(ALL) } else { Goal::None };
        rows.push(row(what, taken, goal));
    }
    let written = &ours[TYPESCRIPT];
    for (rival, other) in rivals.all.iter().zip(&theirs) {
        let ratios: Vec<f64> =
            written.iter().zip(other).map(|(ours, theirs)| ours / theirs).collect();
        rows.push(Row {
            against: rival.name.to_owned(),
            theirs: Some(median(other.clone())),
            spread: Some((quantile(ratios.clone(), 25), quantile(ratios, 75))),
            ..row(OUTPUTS[0].0, written, Goal::None)
        });
    }
    Ok(rows)
}

/// The times of all, ours and theirs, in milliseconds.
fn turns(
    project: &Project,
    rivals: &Rivals,
    asked: &[Asked],
    options: &Options,
) -> Result<[Vec<Vec<f64>>; 2]> {
    let mut ours = vec![Vec::new(); asked.len()];
    let mut theirs = vec![Vec::new(); rivals.all.len()];
    for round in 0..=options.rounds {
        // The first round fills the caches.
        let counts = round > 0;
        for (taken, (_, config, made)) in ours.iter_mut().zip(asked) {
            let fresh = Fresh::of(project, config)?;
            let command = project.command_in(&fresh.0, &["codegen", "--from-registry", "--quiet"]);
            let now = milliseconds(command)?;
            fresh.holds(made)?;
            taken.extend(counts.then_some(now));
        }
        for (taken, rival) in theirs.iter_mut().zip(&rivals.all) {
            let now = milliseconds(rival.command()?)?;
            rival.holds(options.types)?;
            taken.extend(counts.then_some(now));
        }
    }
    Ok([ours, theirs])
}

/// What it is called, the configuration, and what is written for it.
type Asked = (String, String, Vec<&'static str>);

/// What is asked for in turn: all outputs, each alone, and none, which is reading the registry and holding it against
/// its manifests.
fn asked() -> Vec<Asked> {
    let each = OUTPUTS
        .iter()
        .map(|(what, config, made)| (format!("{what} alone"), (*config).to_owned(), vec![*made]));
    let all = OUTPUTS.iter().filter(|(what, ..)| !what.starts_with("SQL"));
    let all: String = all.map(|(_, config, _)| *config).collect();
    let all = format!("{all}[migrations]\npostgres = \"postgres\"\nsqlite = \"sqlite\"\n");
    let made = OUTPUTS.iter().map(|(.., made)| *made).collect();
    let none = ("no output".to_owned(), String::new(), Vec::new());
    [("every output".to_owned(), all, made)].into_iter().chain(each).chain([none]).collect()
}

fn milliseconds(command: Command) -> Result<f64> {
    time(command).map(|taken| taken.as_secs_f64() * 1_000.0)
}

/// A folder with the registry and a configuration, to which nothing was written yet.
struct Fresh(PathBuf);

impl Fresh {
    fn of(project: &Project, config: &str) -> Result<Self> {
        let folder = project.folder().join("fresh");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        copy(&project.folder().join("schemas"), &folder.join("schemas"))?;
        fs::write(folder.join("eventbus.toml"), config)?;
        Ok(Self(folder))
    }

    /// Whether all of this was written.
    fn holds(&self, made: &[&str]) -> Result<()> {
        let missing = made.iter().find(|made| !Path::new(&self.0).join(made).exists());
        missing.map_or(Ok(()), |made| Err(format!("`{made}` was not written").into()))
    }
}
