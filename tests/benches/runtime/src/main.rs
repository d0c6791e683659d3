//! Measures what the runtime costs against the best of the same work by hand: the same tables, the same guarantees, in
//! turns, on PostgreSQL with its default durability and on SQLite.
//!
//! `scripts/bench-runtime` runs it. Nothing is asserted on time: the goals stand beside what was measured. That both
//! sides do the same work is asserted.

mod batch;
mod by_hand;
mod conditions;
mod drain;
mod emit;
mod events;
mod latency;
mod options;
mod ours;
mod place;
mod retention;
mod turns;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use eventbus_benches::report::{self, Row};
use serde_json::json;

use crate::conditions::Conditions;
use crate::options::{Format, Options, Part};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<()> {
    let seed = options.seed.unwrap_or_else(rand::random);
    eprintln!("seed {seed}");
    let conditions = Conditions::find(options, seed).await?;
    let mut rows: Vec<Row> = Vec::new();
    for part in options.parts() {
        rows.extend(match part {
            Part::Emit => emit::rows(options, seed).await?,
            Part::Batch => batch::rows(options, seed).await?,
            Part::Drain => drain::rows(options, seed).await?,
            Part::Latency => latency::rows(options, seed).await?,
            Part::Retention => retention::rows(options, seed).await?,
        });
    }
    let text = match options.format {
        Format::Table => format!("{conditions}\n\n{}", report::table(&rows)),
        Format::Json => serde_json::to_string_pretty(
            &json!({ "conditions": conditions, "rows": report::judged(&rows) }),
        )?,
    };
    println!("{text}");
    Ok(())
}
