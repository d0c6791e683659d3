//! Measures what the toolchain costs on a large catalog: time and memory of commands that write nothing.
//!
//! `scripts/bench-codegen` runs it. Nothing is asserted on time or memory: the goals stand beside what was measured. That
//! the commands find everything in order is asserted.

mod commands;
mod events;
mod measure;
mod options;
mod project;

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
    let project = Project::prepare(options)?;
    let mut rows = Vec::new();
    for part in options.parts() {
        rows.extend(commands::rows(part, &project, options)?);
    }
    let text = match options.format {
        Format::Table => report::table(&rows),
        Format::Json => serde_json::to_string_pretty(&report::judged(&rows))?,
    };
    println!("{text}");
    Ok(())
}
