//! `cargo eventbus diff`: what became of a registry, or what one schema describes that another does not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use eventbus_runtime::CompatMode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::scope::Scope;
use super::{Common, Format, findings, report};
use crate::compat::{Answer, Contract, between, lies_within};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::{Baseline, meant, near, none_at, refuse_absent};

const EXAMPLES: &str = "\
Examples:
  cargo eventbus diff v1.0.0 HEAD               two commits of this repository's registry
  cargo eventbus diff ../released/schemas schemas
  cargo eventbus diff v1.0.0:events schemas     a folder of a commit, from the top of the repository
  cargo eventbus diff --schemas before.json after.json
  cargo eventbus diff --schemas before.json after.json --contracts --format json
  cargo eventbus diff --pairs pairs.jsonl > answers.jsonl

Exit codes:
  0  nothing is refused; every document of the one is a document of the other; --pairs was answered
  1  a change is refused; there is a document that only one of them describes, or it cannot be decided
  2  usage or file errors";

/// Compare two registries, each a folder, a commit or a folder of a commit, or two JSON Schemas.
///
/// The later registry is held against the earlier one as `check` holds the code against it. Nothing is built.
///
/// With --schemas, `backward` asks whether the new schema accepts everything that the old one describes, `forward` whether
/// the old one accepts everything that the new one describes. A `no` comes with such a document. What cannot be decided is
/// `unknown`, with the reason. The schemas are taken as they stand. With --contracts the describing side is read as what code
/// writes, nothing but the properties that are named, and the accepting side as what code reads, which ignores the
/// properties it does not know.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Two registries: folders, commits, branches or tags of this repository, or REVISION:FOLDER.
    #[arg(num_args = 2, value_names = ["OLD", "NEW"], required_unless_present_any = ["pairs", "schemas"])]
    registries: Vec<String>,
    /// Compare two files that hold a JSON Schema each.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with = "registries")]
    schemas: Vec<PathBuf>,
    /// A file of lines {"id", "old", "new"}, or `-` for the standard input. Each is answered with a line {"id", "backward",
    /// "forward"} that says `yes`, `no` or `unknown`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["schemas", "registries"])]
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
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    common: Common,
}

const REGISTRIES: &str = "name the folder that `codegen` writes, a commit that has it, or `COMMIT:FOLDER` where it was elsewhere";

/// A line of `--pairs`.
#[derive(Deserialize)]
struct Pair {
    id: Value,
    old: Value,
    new: Value,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match (&arguments.pairs, arguments.schemas.as_slice(), arguments.registries.as_slice()) {
        (Some(file), ..) => pairs(file, arguments),
        (None, [old, new], _) => schemas(old, new, arguments),
        (None, _, [old, new]) => registries(old, new, arguments),
        _ => unreachable!("the arguments ask for two of them"),
    }
}

fn registries(old: &str, new: &str, arguments: &Arguments) -> Result<ExitCode> {
    let [before, after] = [registry(old, arguments)?, registry(new, arguments)?];
    let found = between(&before, &after, CompatMode::Full)?;
    let refused = findings::is_refused(&found, false);
    match arguments.format {
        Format::Json => {
            println!("{}", findings::answer(&found, refused, Value::Null).trim_end());
        }
        Format::Human => {
            findings::human(&found, None, arguments.common.quiet);
            if !refused && !arguments.common.quiet {
                report::summary("nothing is refused");
            }
        }
    }
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// A folder that there is, a folder of a commit, or the registry of a commit.
fn registry(name: &str, arguments: &Arguments) -> Result<Baseline> {
    let folder = Path::new(name);
    if folder.is_dir() {
        refuse_absent(folder, name).map_err(|error| error.help(REGISTRIES))?;
        return Baseline::read(folder);
    }
    if let Some((revision, path)) = name.split_once(':') {
        return Baseline::at_path(&arguments.common.folder()?, revision, path);
    }
    let config = arguments.scope.load(&arguments.common)?;
    let found = Baseline::at_revision(&config, name);
    let found = found.map_err(|error| match near(folder) {
        Some(near) => {
            error.help(format!("there is no folder `{name}` either: {}", meant(name, &near)))
        }
        None => error.help(format!("there is no folder `{name}` either")),
    });
    found?.ok_or_else(|| none_at(name, &config.schemas).help(REGISTRIES))
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
