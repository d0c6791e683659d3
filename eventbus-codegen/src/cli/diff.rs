//! `cargo eventbus diff`: what one schema describes that another does not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Format;
use crate::compat::{Answer, Contract, lies_within};
use crate::diagnostic::{Error, ErrorKind, Result};

const EXAMPLES: &str = "\
Examples:
  cargo eventbus diff --schemas before.json after.json
  cargo eventbus diff --schemas before.json after.json --contracts --format json
  cargo eventbus diff --pairs pairs.jsonl > answers.jsonl

Exit codes:
  0  every document of the one is a document of the other, or --pairs was answered
  1  there is a document that only one of them describes, or it cannot be decided
  2  usage or file errors";

/// Compare two JSON Schemas: is every document of the old one a document of the new one, and the other way round?
///
/// `backward` asks whether the new schema accepts everything that the old one describes, `forward` whether the old one
/// accepts everything that the new one describes. A `no` comes with such a document. What cannot be decided is `unknown`,
/// with the reason.
///
/// The schemas are taken as they stand. With --contracts the describing side is read as what code writes, nothing but the
/// properties that are named, and the accepting side as what code reads, which ignores the properties it does not know.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The two files to compare.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], required_unless_present = "pairs")]
    schemas: Vec<PathBuf>,
    /// A file of lines {"id", "old", "new"}, or `-` for the standard input. Each is answered with a line {"id", "backward",
    /// "forward"} that says `yes`, `no` or `unknown`.
    #[arg(long, value_name = "FILE", conflicts_with = "schemas")]
    pairs: Option<PathBuf>,
    /// Read the describing side as what code writes, and the accepting side as what code reads.
    #[arg(long)]
    contracts: bool,
    /// Add the document of each `no` as "backward_witness" or "forward_witness", and the reason of each `unknown` as
    /// "backward_reason" or "forward_reason".
    #[arg(long, requires = "pairs")]
    witnesses: bool,
    /// How to print the answer: for people, or as one JSON object.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A line of `--pairs`.
#[derive(Deserialize)]
struct Pair {
    id: Value,
    old: Value,
    new: Value,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match (&arguments.pairs, arguments.schemas.as_slice()) {
        (Some(file), _) => pairs(file, arguments),
        (None, [old, new]) => schemas(old, new, arguments),
        _ => unreachable!("the arguments ask for two files"),
    }
}

fn schemas(old: &Path, new: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let [before, after] = [schema(old)?, schema(new)?];
    let [backward, forward] = both(&before, &after, arguments.contracts);
    let is_same = [&backward, &forward].into_iter().all(|answer| *answer == Answer::Yes);
    match arguments.format {
        Format::Json => {
            let answer = json!({ "backward": machine(&backward), "forward": machine(&forward) });
            println!("{answer}");
        }
        Format::Human => {
            println!("backward: {}", sentence(&backward, old, new));
            println!("forward:  {}", sentence(&forward, new, old));
        }
    }
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn pairs(file: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let lines: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(
            File::open(file).map_err(|error| Error::file("read", file, error))?,
        ))
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (index, line) in lines.lines().enumerate() {
        let line = line.map_err(|error| Error::file("read", file, error))?;
        if line.trim().is_empty() {
            continue;
        }
        let pair: Pair =
            serde_json::from_str(&line).map_err(|error| no_pair(file, index, error))?;
        let both = both(&pair.old, &pair.new, arguments.contracts);
        let mut answer =
            json!({ "id": pair.id, "backward": word(&both[0]), "forward": word(&both[1]) });
        if arguments.witnesses {
            explain(&mut answer, both);
        }
        writeln!(out, "{answer}").map_err(|error| Error::file("write", Path::new("-"), error))?;
    }
    out.flush().map_err(|error| Error::file("write", Path::new("-"), error))?;
    Ok(ExitCode::SUCCESS)
}

/// Adds what speaks for each answer that is not `yes`.
fn explain(line: &mut Value, both: [Answer; 2]) {
    for (side, answer) in ["backward", "forward"].into_iter().zip(both) {
        match answer {
            Answer::Yes => {}
            Answer::No(witness) => line[format!("{side}_witness")] = witness,
            Answer::Unknown(reason) => line[format!("{side}_reason")] = reason.into(),
        }
    }
}

/// Backward, then forward.
fn both(old: &Value, new: &Value, contracts: bool) -> [Answer; 2] {
    let (writer, reader) = if contracts {
        (Contract::Writer, Contract::Reader)
    } else {
        (Contract::Plain, Contract::Plain)
    };
    [(old, new), (new, old)].map(|(from, to)| lies_within((from, writer), (to, reader)))
}

const fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No(_) => "no",
        Answer::Unknown(_) => "unknown",
    }
}

fn machine(answer: &Answer) -> Value {
    match answer {
        Answer::Yes => json!({ "answer": word(answer) }),
        Answer::No(witness) => json!({ "answer": word(answer), "witness": witness }),
        Answer::Unknown(reason) => json!({ "answer": word(answer), "reason": reason }),
    }
}

fn sentence(answer: &Answer, from: &Path, to: &Path) -> String {
    let (from, to) = (from.display(), to.display());
    match answer {
        Answer::Yes => format!("yes, `{to}` accepts everything that `{from}` describes"),
        Answer::No(witness) => format!("no, `{from}` describes {witness}, which `{to}` refuses"),
        Answer::Unknown(reason) => format!("unknown, {reason}"),
    }
}

fn schema(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::file("read", file, error))?;
    serde_json::from_str(&text).map_err(|error| {
        let message = format!("`{}` is not JSON", file.display());
        let line = Some(error.line());
        Error::new(ErrorKind::Config, message)
            .at(file, line)
            .because(error)
            .help("`--schemas` takes two files that hold a JSON Schema each")
    })
}

fn no_pair(file: &Path, index: usize, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Config, "the line is not a pair of schemas")
        .at(file, Some(index + 1))
        .because(error)
        .help(r#"each line is one JSON object: {"id": .., "old": .., "new": ..}"#)
}
