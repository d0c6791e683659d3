//! The command line.

pub(crate) const HELP: &str = "\
Measures what `#[derive(DomainEvent)]` costs, against serde's own way, in one run.

usage: scripts/bench-derive [parts] [options]

parts (all of them, where none is named):
  decode       ns for an event, through the root enum of 40 leaves
  encode       ns for an event, through the root enum of 40 leaves
  allocations  of `event_type()` and of matching a filter by type
  check        incremental `cargo check` of a crate of events
  cold         `cargo build` of eventbus-macros into an empty folder

options:
  --json        one JSON array instead of the table
  --leaves <n>  leaves of the crate that `check` compiles, 100 where it is not given; a multiple of 10
  --rounds <n>  rounds of `check`, 7 where it is not given; `cold` runs half as many
  --help        this text";

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Decode,
    Encode,
    Allocations,
    Check,
    Cold,
}

impl Part {
    const ALL: [(&'static str, Self); 5] = [
        ("decode", Self::Decode),
        ("encode", Self::Encode),
        ("allocations", Self::Allocations),
        ("check", Self::Check),
        ("cold", Self::Cold),
    ];
}

/// What to measure, and how to say it.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) parts: Vec<Part>,
    pub(crate) json: bool,
    pub(crate) leaves: usize,
    pub(crate) rounds: usize,
}

impl Options {
    /// None where help is asked for.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self { parts: Vec::new(), json: false, leaves: 100, rounds: 7 };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--json" => options.json = true,
                "--leaves" => options.leaves = number(&word, words.next())?,
                "--rounds" => options.rounds = number(&word, words.next())?,
                name => match Part::ALL.iter().find(|(part, _)| *part == name) {
                    Some((_, part)) => options.parts.push(*part),
                    None => return Err(format!("`{name}` is no part: ask for `--help`")),
                },
            }
        }
        if !options.leaves.is_multiple_of(10) {
            return Err("`--leaves` is a multiple of 10, the leaves of one group".to_owned());
        }
        if options.parts.is_empty() {
            options.parts = Part::ALL.iter().map(|(_, part)| *part).collect();
        }
        Ok(Some(options))
    }
}

fn number(option: &str, word: Option<String>) -> Result<usize, String> {
    let number = word.and_then(|word| word.parse().ok()).filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{option}` takes a number from 1: write `{option} 10`"))
}
