//! Measures what the derive costs: at run time, at compile time and in allocations, each against serde's own way.
//!
//! `scripts/bench-derive` runs it. Nothing is asserted on time: the goals stand beside what was measured.

mod allocations;
mod compile;
mod crates;
mod events;
mod options;
mod timing;
mod wire;

use std::error::Error;
use std::process::ExitCode;

use eventbus_benches::report;

use crate::options::{Options, Part};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(options) = Options::read(std::env::args().skip(1))? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    let mut rows = Vec::new();
    for part in &options.parts {
        match part {
            Part::Decode => rows.extend(wire::decode()?),
            Part::Encode => rows.extend(wire::encode()?),
            Part::Allocations => rows.extend(allocations::rows()),
            Part::Check => rows.extend(compile::check(options.leaves, options.rounds)?),
            Part::Cold => rows.extend(compile::cold(options.rounds)?),
        }
    }
    let text = if options.json {
        serde_json::to_string_pretty(&report::judged(&rows))?
    } else {
        report::table(&rows)
    };
    println!("{text}");
    Ok(())
}
