//! Real processes on a real database, faults in a random order of a printed seed, and a checker over what they did.
//!
//! ```text
//!   driver ── starts, stops, kills ──► emitters ── events ──► database ──► relays
//!     ▲                                   │                      │            │
//!     └──────────── lines of the history ─┴──────────────────────┴────────────┘
//!                        │ at the end
//!                        ▼
//!                     check()
//! ```

pub mod check;
mod crew;
mod emitter;
mod events;
mod faults;
mod harm;
pub mod history;
mod options;
mod place;
mod proxy;
mod relay;
mod report;
mod run;
mod worker;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::chaos::faults::Fault;
use crate::chaos::options::{Database, Format, Options, Process};
use crate::chaos::run::Run;
use crate::chaos::worker::Failure;

/// What the command line asks for: a run, or one of its processes.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(asked(options)));
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:?}");
        ExitCode::from(2)
    })
}

async fn asked(options: Options) -> Result<ExitCode, Failure> {
    match options.process {
        Some(Process::Emitter(emitter)) => emitter::run(emitter).await?,
        Some(Process::Relay(relay)) => relay::run(relay).await?,
        None => return driven(options).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// One run for each database, one after the other.
async fn driven(options: Options) -> Result<ExitCode, Failure> {
    let seed = options.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    let length = Duration::try_from_secs_f64(options.minutes * 60.0)?;
    eprintln!("seed {seed}");
    let mut reports = Vec::new();
    for database in Database::value_variants().iter().copied() {
        if options.on.is_some_and(|on| on != database) {
            continue;
        }
        let asked = |fault: &Fault| options.faults.is_empty() || options.faults.contains(fault);
        let all = Fault::value_variants().iter().copied();
        let faults = all.filter(|fault| asked(fault) && fault.is_on(database)).collect();
        let report = Run { database, seed, length, faults }.report().await?;
        if options.format == Format::Table {
            println!("{report}\n");
        }
        reports.push(report);
    }
    if options.format == Format::Json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    let is_sound = reports.iter().all(report::Report::is_sound);
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
