//! The command line.

use clap::{Parser, ValueEnum};
use eventbus_benches::parts::asked;

const EXAMPLES: &str = "\
Examples:
  scripts/bench-runtime                                   all of it, some minutes
  scripts/bench-runtime drain --events 1000000            a million stored events
  scripts/bench-runtime emit --on postgres --connections 8 --rounds 21
  scripts/bench-runtime --format json > figures.json      for a program to read

The machine should have nothing else to do: what is compared runs in turns, but not at the same moment.";

/// Measures what the runtime costs against the best of the same work by hand: the same tables, the same guarantees, in
/// turns. PostgreSQL is a cluster of the program's own with the server's default durability.
#[derive(Debug, Parser)]
#[command(name = "bench-runtime", bin_name = "scripts/bench-runtime", after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What to measure [default: all of it]
    #[arg(value_enum)]
    parts: Vec<Part>,

    /// The database to measure on [default: both]
    #[arg(long, value_enum)]
    on: Option<Database>,

    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Turns of each side, after one that does not count
    #[arg(long, default_value_t = 9, value_parser = positive)]
    pub(crate) rounds: usize,

    /// How many connections emit at once on PostgreSQL
    #[arg(long, value_delimiter = ',', default_value = "1,8,32", value_parser = positive)]
    pub(crate) connections: Vec<usize>,

    /// Transactions of one turn of `emit`
    #[arg(long, default_value_t = 2_000, value_parser = positive)]
    pub(crate) transactions: usize,

    /// Emits of one turn of `batch`
    #[arg(long, default_value_t = 30, value_parser = positive)]
    pub(crate) batches: usize,

    /// Stored events that one turn of `drain` hands over, and that `retention` begins with
    #[arg(long, default_value_t = 200_000, value_parser = positive)]
    pub(crate) events: usize,

    /// Emits of one turn of `latency`
    #[arg(long, default_value_t = 100, value_parser = positive)]
    pub(crate) samples: usize,

    /// Bytes of an event's JSON
    #[arg(long, default_value_t = 300, value_parser = payload)]
    pub(crate) payload: usize,

    /// Of the random numbers in payloads and pauses; printed, so that a run can be repeated [default: random]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// One event in the caller's transaction, beside one business row
    Emit,
    /// One emit of many events
    Batch,
    /// Stored events into one handler, progress stored durably
    Drain,
    /// From the commit of an event to its handler, while nothing else happens
    Latency,
    /// One event in the caller's transaction, while old events are archived and dropped
    Retention,
}

/// What the log is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum Database {
    /// A cluster of the program's own
    Postgres,
    /// A file in a temporary folder
    Sqlite,
}

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Table,
    /// One object: the conditions and the rows
    Json,
}

impl Options {
    /// What is asked for.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        asked(&self.parts)
    }

    /// Whether this database is asked for.
    pub(crate) fn on(&self, database: Database) -> bool {
        self.on.is_none_or(|asked| asked == database)
    }
}

fn positive(word: &str) -> Result<usize, String> {
    let number = word.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "write a number from 1".to_owned())
}

/// Without any text of its own an event of the benchmark is 230 bytes long.
fn payload(word: &str) -> Result<usize, String> {
    let number = word.parse().ok().filter(|number| *number >= 250);
    number.ok_or_else(|| "write a number from 250".to_owned())
}
