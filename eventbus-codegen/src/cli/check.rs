//! `cargo eventbus check`: whether stored events and running consumers survive the code as it is.

use std::process::ExitCode;

use anstream::println;
use clap::Args;

use super::findings::{self, Layout};
use super::scope::{Build, Scope};
use super::{Common, report};
use crate::compat::check;
use crate::diagnostic::Result;
use crate::discover::{Code, discover};
use crate::registry::{Baseline, merge};

const EXAMPLES: &str = "\
Examples:
  cargo eventbus check                          against the registry in this folder
  cargo eventbus check --against origin/main    against the one of a branch: what is new there may be edited freely
  cargo eventbus check --format github          in GitHub Actions: annotations beside the registry's files
  cargo eventbus explain EV103                  what a rule means

Exit codes:
  0  stored events can be read, and running consumers can read what the code writes
  1  a change is refused, or with --deny-warnings there is a warning
  2  usage, configuration, build or file errors";

/// Check that the code still reads what is stored, and that running consumers can read what it writes.
///
/// Each event type of the committed registry is held against the code: what former code could write against what the code
/// accepts now, and what the code writes against what former code accepted. All versions in the registry are looked at. A
/// refused change is shown with a document that would break, and with what to write instead. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Compare with the registry in this commit, branch or tag instead of the files on disk.
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Fail on warnings too.
    #[arg(long)]
    deny_warnings: bool,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t)]
    format: Layout,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    build: Build,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let quiet = arguments.common.quiet;
    let config = arguments.scope.load(&arguments.common)?;
    let own = Baseline::read(&config.folder().join(&config.schemas))?;
    let released = arguments
        .against
        .as_deref()
        .map(|revision| Baseline::at_revision(config.folder(), &config.schemas, revision))
        .transpose()?
        .map(|released| released.beside(&own));
    let Code { catalog, workspace, .. } = discover(&config, &arguments.build.request(true, quiet))?;
    let mut registry = merge(&catalog, &own)?;
    let baseline = released.as_ref().unwrap_or(&own);
    let found = check(baseline, &own, &mut registry, &catalog, config.compat)?;
    let refused = findings::is_refused(&found, arguments.deny_warnings);
    match arguments.format {
        Layout::Json => {
            println!("{}", findings::answer(&found, refused).trim_end());
        }
        Layout::Github => findings::github(&found, &config.schemas),
        Layout::Human => {
            findings::human(&found, Some(&workspace), quiet);
            if !refused && !quiet {
                let types = report::counted(baseline.events.len(), "event type");
                report::summary(&format!("{types} checked, nothing is refused"));
            }
        }
    }
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
