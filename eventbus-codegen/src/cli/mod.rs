//! The command line. Each command is a file here and its line in `Command`.

mod check;
mod codegen;
mod completions;
mod diff;
mod explain;
mod files;
mod findings;
mod forge;
mod init;
mod list;
mod remedy;
mod report;
mod samples;
mod schema;
mod scope;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::findings::machine as findings;
use crate::diagnostic::{Error, ErrorKind, Result};

const ABOUT: &str = "Schemas, SQL migrations and TypeScript from derived domain events";
const EXIT_CODES: &str = "\
Exit codes:
  0  everything is as it should be
  1  drift: `--check` found files that would change, the code does not decode a stored sample, or a change is refused
  2  usage, configuration, build or file errors";

const EXAMPLES: &str = "\
Examples:
  cargo eventbus init               write a commented eventbus.toml
  cargo eventbus codegen            write schemas, migrations and types
  cargo eventbus codegen --check    in CI: fail when they are not up to date
  cargo eventbus check              whether stored events and running consumers survive the code
  cargo eventbus explain EV103      what a rule of the check means
  cargo eventbus list               the event types of the registry
  cargo eventbus diff v1.0 v1.1     what became of the registry between two commits
  cargo eventbus schema export --base URL --out FOLDER    schemas to be hosted";

#[derive(Debug, Parser)]
#[command(name = "cargo-eventbus", bin_name = "cargo eventbus", version, about = ABOUT)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Codegen(codegen::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    List(list::Arguments),
    Diff(diff::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The Cargo.toml of the package or workspace to work in, instead of the current folder's.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Print errors only.
    #[arg(short, long)]
    quiet: bool,
}

/// How to print what a command found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Human,
    Json,
}

/// Runs the command that the process was given, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(arguments(env::args_os()));
    let outcome = match &cli.command {
        Command::Init(arguments) => init::run(arguments),
        Command::Codegen(arguments) => codegen::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
    };
    outcome.unwrap_or_else(|error| {
        report::error(&error);
        ExitCode::from(2)
    })
}

/// Cargo runs `cargo-eventbus eventbus codegen` for `cargo eventbus codegen`: the second word is not an argument.
fn arguments(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == "eventbus") {
        arguments.remove(1);
    }
    arguments
}

impl Common {
    /// The folder that the command works in.
    fn folder(&self) -> Result<PathBuf> {
        let Some(manifest) = &self.manifest_path else {
            return env::current_dir().map_err(|error| Error::file("open", Path::new("."), error));
        };
        if !manifest.is_file() {
            let message = format!("there is no `{}`", manifest.display());
            return Err(Error::new(ErrorKind::Config, message)
                .help("`--manifest-path` takes the path of a Cargo.toml"));
        }
        let manifest = std::path::absolute(manifest).unwrap_or_else(|_| manifest.clone());
        Ok(manifest.parent().map(Path::to_owned).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory as _;

    use super::{Cli, arguments};

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargos_extra_word_is_dropped() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let direct = words("cargo-eventbus codegen --check");
        assert_eq!(arguments(words("cargo-eventbus eventbus codegen --check")), direct);
        assert_eq!(arguments(direct.clone()), direct);
    }
}
