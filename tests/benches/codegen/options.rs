//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use eventbus_benches::parts::asked;

const EXAMPLES: &str = "\
Examples:
  scripts/bench-codegen                                    all of it; most of the time the crate is being compiled
  scripts/bench-codegen check --types 100 --rounds 15      a smaller catalog
  scripts/bench-codegen outputs                            what writing costs, beside other generators
  scripts/bench-codegen --folder /tmp/events               keep the crate, and find it compiled the next time
  scripts/bench-codegen --format json > figures.json       for a program to read

The machine should have nothing else to do.";

/// Measures what `cargo eventbus` costs on a crate of many event types, each with fields and former versions that are
/// still read. Linux only: how much memory a process takes is read from /proc.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench-codegen", bin_name = "scripts/bench-codegen", after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What to measure [default: all of it]
    #[arg(value_enum)]
    parts: Vec<Part>,

    /// Event types, a multiple of 10
    #[arg(long, default_value_t = 1_000, value_parser = types)]
    pub(crate) types: usize,

    /// Fields of each version of each type
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=40))]
    pub(crate) fields: u32,

    /// Versions of each type
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) versions: u32,

    /// Runs of each command, after one that does not count
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,

    /// Where the crate is made and kept [default: a temporary folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,

    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// `cargo eventbus check` of a library that is built
    Check,
    /// `cargo eventbus codegen --check` of the same
    Codegen,
    /// `cargo eventbus diff` of two registries, for which nothing is built
    Diff,
    /// `cargo eventbus codegen --from-registry` writing every output, of types with one version, beside ts-rs and typeshare
    /// writing TypeScript for the same types; cargo fetches and builds these two
    Outputs,
}

/// A command of the toolchain that is run on a crate as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Check,
    Codegen,
    Diff,
}

impl Part {
    /// The command that it measures, where it is one.
    pub(crate) fn command(self) -> Option<Command> {
        match self {
            Self::Check => Some(Command::Check),
            Self::Codegen => Some(Command::Codegen),
            Self::Diff => Some(Command::Diff),
            Self::Outputs => None,
        }
    }
}

/// How the result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Table,
    /// One array
    Json,
}

impl Options {
    /// What is asked for.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        asked(&self.parts)
    }

    /// The same types in one version, in a folder of their own.
    pub(crate) fn of_one_version(&self) -> Self {
        let folder = self.folder.as_ref().map(|folder| folder.join("outputs"));
        Self { versions: 1, folder, ..self.clone() }
    }
}

fn types(word: &str) -> Result<usize, String> {
    let number =
        word.parse().ok().filter(|number: &usize| *number > 0 && number.is_multiple_of(10));
    number.ok_or_else(|| "write a multiple of 10, the types of one group".to_owned())
}
