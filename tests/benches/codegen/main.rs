//! Measures what the toolchain costs on a large catalog: time and memory of commands that write nothing, and the time of
//! writing every output beside what other generators take for theirs.
//!
//! `scripts/bench-codegen` runs it. Nothing is asserted on time or memory: the goals stand beside what was measured. That
//! the commands find everything in order is asserted.

mod commands;
mod events;
mod measure;
mod options;
mod outputs;
mod project;
mod rivals;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser as _;
use eventbus_benches::report;

use crate::options::{Format, Options};
use crate::project::Project;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let mut rows = Vec::new();
    let mut project = None;
    for part in options.parts() {
        let Some(command) = part.command() else {
            rows.extend(outputs::rows(options)?);
            continue;
        };
        // The crate is built once, and only for those who need it.
        let project = match &project {
            Some(project) => project,
            None => project.insert(Project::prepare(options, commands::CONFIG)?),
        };
        rows.extend(commands::rows(command, project, options)?);
    }
    let text = match options.format {
        Format::Table => report::table(&rows),
        Format::Json => serde_json::to_string_pretty(&report::judged(&rows))?,
    };
    println!("{text}");
    Ok(())
}
