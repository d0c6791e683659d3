//! The command line.

use clap::{Parser, Subcommand, ValueEnum};

use crate::chaos::emitter::Emitter;
use crate::chaos::faults::Fault;
use crate::chaos::relay::Relay;

const EXAMPLES: &str = "\
Examples:
  scripts/chaos                                           a minute of every fault on each database
  scripts/chaos --minutes 10 --seed 7                     the faults of a seed
  scripts/chaos --on postgres --faults kill-relay,restore only these
  scripts/chaos --format json > chaos.json                for a program to read

A run that finds an anomaly ends with code 1, keeps what every process told, and says in which folder.";

/// Runs emitters and relays on a real database, does them harm, and checks that every promise was kept.
#[derive(Debug, Parser)]
#[command(name = "chaos", bin_name = "scripts/chaos", after_help = EXAMPLES, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) process: Option<Process>,

    /// How long faults happen on each database; draining comes on top
    #[arg(long, default_value_t = 1.0)]
    pub(super) minutes: f64,

    /// Of the order of the faults, and of what emitters do; printed, so that a run can be repeated [default: random]
    #[arg(long)]
    pub(super) seed: Option<u64>,

    /// The database [default: both]
    #[arg(long, value_enum)]
    pub(super) on: Option<Database>,

    /// Which faults happen [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FAULTS")]
    pub(super) faults: Vec<Fault>,

    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

/// What the driver starts.
#[derive(Debug, Subcommand)]
pub(super) enum Process {
    #[command(hide = true)]
    Emitter(Emitter),
    #[command(hide = true)]
    Relay(Relay),
}

/// What the log is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Database {
    /// A cluster of its own, with the durability that PostgreSQL has by default
    Postgres,
    /// A file
    Sqlite,
}

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}
