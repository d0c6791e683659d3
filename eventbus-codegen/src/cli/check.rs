//! `cargo eventbus check`: whether stored events and running consumers survive the code as it is.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde_json::json;

use super::files::{self, Repair};
use super::findings::{self, Layout};
use super::forge::{self, Forge};
use super::scope::{self, Build, Scope, again};
use super::{Common, report, samples};
use crate::diagnostic::Result;
use crate::discover::discover;
use crate::generate::{Generation, generate};
use crate::registry::{Baseline, Stored};
use crate::samples::{Outcome, failures};

const EXAMPLES: &str = "\
Examples:
  cargo eventbus check                          against the registry in this folder
  cargo eventbus check --against origin/main    against the one of a branch: what is new there may be edited freely
  cargo eventbus check --format github          in GitHub Actions: annotations at the lines of the code
  cargo eventbus explain EV103                  what a rule means

Exit codes:
  0  stored events can be read, and running consumers can read what the code writes
  1  a change is refused, a file of the registry is not as it was written, a stored sample does not decode, or with
     --deny-warnings there is a warning
  2  usage, configuration, build or file errors";

/// Check that the code still reads what is stored, and that running consumers can read what it writes.
///
/// Each event type of the committed registry is held against the code: what former code could write against what the code
/// accepts now, and what the code writes against what former code accepted. All versions in the registry are looked at. A
/// refused change is shown with a document that would break, and with what to write instead.
///
/// So are the files of the registry, by what its manifests say that was written, and its stored samples, which the code must
/// decode. What `codegen` would only bring up to date is no fault. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Compare with the registry in this commit, branch or tag instead of the files on disk: with the one that the commit's own
    /// configuration names, or REVISION:FOLDER.
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
    let mut config = arguments.scope.load(&arguments.common)?;
    // What follows from the registry alone is not what is asked about.
    config.typescript = None;
    let against = arguments.against.as_deref();
    let released = against.map(|revision| scope::released(&config, revision, quiet)).transpose()?;
    let command =
        again("cargo eventbus codegen", &arguments.common, &arguments.scope, &arguments.build);
    if released.as_ref().is_none_or(|released| released.events.is_empty()) {
        scope::refuse_no_registry(&config, &command)?;
    }
    // The toolchain's own sample of what was never released says nothing of what is stored.
    let versions = released.as_ref().map(versions);
    let is_asked = |sample: &Stored| match &versions {
        Some(released) if sample.is_own() => {
            released.contains(&(sample.event_type.clone(), sample.version))
        }
        _ => true,
    };
    let code = discover(&config, &arguments.build.request(true, quiet))?;
    let mut generation = generate(&config, &code, None, released)?;
    generation.samples.retain(|checked| is_asked(&checked.sample));
    let Generation { samples, faults, findings, warnings, held, .. } = &generation;
    let repair = Repair { command, folder: config.folder() };
    let is_sound = faults.is_empty() && failures(samples).next().is_none();
    let is_warned = arguments.deny_warnings && !warnings.is_empty();
    let refused = !is_sound || is_warned || findings::is_refused(findings, arguments.deny_warnings);
    match arguments.format {
        Layout::Json => {
            let failed = samples.iter().filter(|one| matches!(one.outcome, Outcome::Failed(_)));
            let more = json!({
                "files": files::machine(faults),
                "samples": samples::machine(failed),
                "warnings": warnings,
            });
            println!("{}", findings::answer(findings, refused, more).trim_end());
        }
        Layout::Github => {
            let forge = Forge::new(config.folder(), &code.workspace);
            findings::github(findings, &config.schemas, &forge);
            for fault in faults {
                forge.annotation("registry", &files::finding(fault, &repair));
            }
            for (sample, failure) in failures(samples) {
                let error = samples::finding(sample, failure, &repair.command);
                forge.annotation("sample", &error);
            }
            warnings.iter().for_each(|warning| forge::warned(warning));
        }
        Layout::Human => {
            if !quiet {
                warnings.iter().for_each(|warning| report::warning(warning));
            }
            findings::human(findings, Some(&code.workspace), quiet);
            files::faults(faults, &repair);
            samples::findings(samples, true, &repair.command);
            if !refused && !quiet {
                let types = report::counted(*held, "event type");
                report::summary(&format!("{types} checked, nothing is refused"));
            }
        }
    }
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The types and versions that a registry has.
fn versions(registry: &Baseline) -> BTreeSet<(String, u32)> {
    let each = registry.events.iter();
    each.flat_map(|(name, past)| past.versions.keys().map(|version| (name.clone(), *version)))
        .collect()
}
