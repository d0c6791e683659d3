//! `cargo eventbus completions`: what a shell needs to complete the commands.

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::diagnostic::Result;

/// What is completed.
const NAME: &str = "cargo-eventbus";

const EXAMPLES: &str = "\
Examples:
  cargo-eventbus completions bash > ~/.local/share/bash-completion/completions/cargo-eventbus
  cargo-eventbus completions zsh > ~/.zfunc/_cargo-eventbus
  cargo-eventbus completions fish > ~/.config/fish/completions/cargo-eventbus.fish";

/// Print completions for a shell.
///
/// They complete the program's own name, `cargo-eventbus`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut script = Vec::new();
    // The generator for bash calls the commands below a name with a hyphen by two names, and completes none of them.
    let name = if arguments.shell == Shell::Bash { "cargo_eventbus" } else { NAME };
    let mut command = Cli::command().bin_name(name);
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script).replace(" cargo_eventbus\n", " cargo-eventbus\n");
    // A reader that has seen enough closes the pipe.
    let _ = io::Write::write_all(&mut io::stdout(), script.as_bytes());
    Ok(ExitCode::SUCCESS)
}
