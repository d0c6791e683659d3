//! `cargo eventbus codegen`: writes what follows from the events, or checks that it is written.

use std::path::Path;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde_json::json;

use super::files::{Repair, remedy, status, why, write_status};
use super::findings::Layout;
use super::forge::{self, Forge};
use super::scope::{self, Build, Scope, again, refuse_no_registry};
use super::{Common, EXIT_CODES, findings, report, samples};
use crate::canonical;
use crate::config::Config;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::discover::discover;
use crate::generate::{Generation, Purge, generate, generate_stored};
use crate::output::{Entry, State, diff, write};
use crate::samples::failures;
use crate::shell;

const EXAMPLES: &str = "\
Examples:
  cargo eventbus codegen
  cargo eventbus codegen --check                  in CI, after a checkout
  cargo eventbus codegen --check --format json    the same for a machine
  cargo eventbus codegen --check --format github  the same as annotations in GitHub Actions
  cargo eventbus codegen --check --against origin/main
                                                  what is not on that branch yet was never released
  cargo eventbus codegen --config shop/eventbus.toml --features full
  cargo eventbus codegen --workspace              one registry for all packages that name events
  cargo eventbus codegen --purged order.placed --reason 'never released'
  cargo eventbus codegen --from-registry          where the schemas are, and the Rust code is not";

/// Write the registry, the SQL migrations and the TypeScript types that follow from the events.
///
/// The code that holds the events is built, its catalog is read, and every file named in eventbus.toml is brought
/// up to date. What stored events or running consumers would not survive is refused first, as `cargo eventbus check`
/// refuses it. Versions that the registry holds already and migrations that were emitted are never written again.
///
/// The first run that writes a version also writes a sample of it, schemas/<type>/samples/v<version>.json, and keeps it
/// for ever. Every run decodes all samples with the code as it is now, upcasters included, and fails before it writes
/// anything when one does not decode. Put samples of your own beside it, as v<version>.<anything>.json: they are decoded
/// too, and never changed. Samples of types that are gone from the code are kept and skipped.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(super) struct Arguments {
    /// Write nothing; exit with 1 and a diff when a file is missing, different, edited or left over, or when the code
    /// does not decode a stored sample.
    #[arg(long)]
    check: bool,
    /// Hold the code against the registry in this commit, branch or tag instead of the files on disk: what is not in it was
    /// never released, and may be edited freely. It is the one that the commit's own configuration names, or REVISION:FOLDER.
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Take a type that is gone from the code out of the registry, once none of its events is stored any more. Its schemas
    /// and samples are deleted, and its name stays taken.
    #[arg(long, value_name = "TYPE", requires = "reason", conflicts_with = "check")]
    purged: Option<String>,
    /// Build nothing, and generate from the committed registry alone: for a repository that has the schemas and not the code.
    /// The registry itself stays as it is; eventbus.toml need not name a root.
    #[arg(long, conflicts_with_all = ["against", "purged", "features", "all_features", "no_default_features"])]
    from_registry: bool,
    /// Why none of the purged type's events is stored; it is kept in the registry.
    #[arg(long, value_name = "TEXT", requires = "purged")]
    reason: Option<String>,
    /// How to print the files.
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
    if arguments.from_registry {
        let config = arguments.scope.load_any(&arguments.common)?;
        refuse_no_registry(&config, "cargo eventbus codegen")?;
        let generation = generate_stored(&config)?;
        let folder = config.folder().to_owned();
        return conclude(arguments, &config, generation, &folder);
    }
    let config = arguments.scope.load(&arguments.common)?;
    let request = arguments.build.request(arguments.check, quiet);
    let purge = arguments.purged.clone().zip(arguments.reason.clone());
    let purge = purge.map(|(event_type, reason)| Purge { event_type, reason });
    let against = arguments.against.as_deref();
    let released = against.map(|revision| scope::released(&config, revision, quiet)).transpose()?;
    let code = discover(&config, &request)?;
    let generation = generate(&config, &code, purge.as_ref(), released)?;
    conclude(arguments, &config, generation, &code.workspace)
}

/// Writes what was generated, or says what is in the way. `workspace` is the folder that places in code are told from.
fn conclude(
    arguments: &Arguments,
    config: &Config,
    mut generation: Generation,
    workspace: &Path,
) -> Result<ExitCode> {
    let quiet = arguments.common.quiet;
    // It is written, or with `--check` told as not written.
    generation.findings.retain(|finding| !finding.is_mended_by_codegen());
    if !quiet {
        generation.warnings.iter().for_each(|warning| report::warning(warning));
    }
    let repair = Repair { command: arguments.command(), folder: config.folder() };
    let undecoded = failures(&generation.samples).next().is_some();
    if !arguments.check {
        refuse_blocked(&generation, &repair)?;
    }
    let refused = findings::is_refused(&generation.findings, false);
    let check = arguments.check || undecoded || refused;
    if !check {
        write(&generation.plan, config.folder(), &config.schemas)?;
    }
    let found = undecoded || refused || (check && generation.plan.drift().next().is_some());
    match arguments.format {
        Layout::Json => println!("{}", machine(&generation, check, !found).trim_end()),
        Layout::Github => {
            let forge = Forge::new(config.folder(), workspace);
            annotations(&generation, check, &repair, (&config.schemas, &forge));
        }
        Layout::Human if found => {
            findings::human(&generation.findings, Some(workspace), quiet);
            if refused && !arguments.check {
                report::summary("nothing was written");
            }
            if arguments.check {
                drifted(&generation, &repair);
            }
            samples::findings(&generation.samples, arguments.check, &repair.command);
        }
        Layout::Human if quiet => {}
        Layout::Human if check => report::summary("everything is up to date"),
        Layout::Human => {
            findings::human(&generation.findings, Some(workspace), quiet);
            written(&generation, config, &repair);
        }
    }
    Ok(if found { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

impl Arguments {
    /// The command that writes what these arguments ask for.
    fn command(&self) -> String {
        let command = "cargo eventbus codegen";
        let command = again(command, &self.common, &self.scope, &self.build);
        if self.from_registry { format!("{command} --from-registry") } else { command }
    }
}

/// Refuses to write while a file stands in the way that only the user can judge.
fn refuse_blocked(generation: &Generation, repair: &Repair<'_>) -> Result<()> {
    let blocked: Vec<&Entry> =
        generation.plan.drift().filter(|entry| entry.state.blocks()).collect();
    let Some(first) = blocked.first() else { return Ok(()) };
    let mut error = Error::new(
        ErrorKind::Files,
        format!("nothing was written: `{}` {}", first.path, why(first.state)),
    );
    for entry in &blocked {
        error = error.help(remedy(&entry.path, entry.state, repair));
    }
    Err(error)
}

/// What `--check` found: each file, its diff, and the repair.
fn drifted(generation: &Generation, repair: &Repair<'_>) {
    if generation.plan.drift().next().is_none() {
        return;
    }
    for entry in generation.plan.drift() {
        report::file(report::CHANGED, status(entry.state), &entry.path);
    }
    for entry in generation.plan.drift() {
        report::diff(&diff::unified(entry));
    }
    let mut remedies: Vec<String> =
        generation.plan.drift().map(|entry| remedy(&entry.path, entry.state, repair)).collect();
    remedies.sort();
    remedies.dedup();
    let count = generation.plan.drift().count();
    let files = if count == 1 { "file is" } else { "files are" };
    report::summary(&format!("{count} {files} not up to date"));
    remedies.iter().for_each(|remedy| report::help(remedy));
}

/// What was found as annotations of GitHub Actions; with `check`, the files that are not up to date too.
fn annotations(
    generation: &Generation,
    check: bool,
    repair: &Repair<'_>,
    (schemas, forge): (&str, &Forge),
) {
    findings::github(&generation.findings, schemas, forge);
    for entry in generation.plan.drift().filter(|_| check) {
        let text = format!("`{}` {}", entry.path, why(entry.state));
        let error = Error::new(ErrorKind::Files, text).at(Path::new(&entry.path), None);
        forge.annotation("registry", &error.help(remedy(&entry.path, entry.state, repair)));
    }
    for (sample, failure) in failures(&generation.samples) {
        forge.annotation("sample", &samples::finding(sample, failure, &repair.command));
    }
    generation.warnings.iter().for_each(|warning| forge::warned(warning));
}

/// What was written, file by file, and what to do next.
fn written(generation: &Generation, config: &Config, repair: &Repair<'_>) {
    for entry in generation.plan.drift() {
        let style = match entry.state {
            State::Missing => report::ADDED,
            State::Different => report::CHANGED,
            _ => report::REMOVED,
        };
        report::file(style, write_status(entry.state), &entry.path);
    }
    let count =
        |state: State| generation.plan.entries.iter().filter(|entry| entry.state == state).count();
    report::summary(&format!(
        "{} created, {} updated, {} removed, {} unchanged",
        count(State::Missing),
        count(State::Different),
        count(State::LeftOver),
        count(State::Unchanged),
    ));
    if generation.plan.drift().next().is_some() {
        report::help(&format!(
            "commit these files, and keep them true in CI: {} --check",
            repair.command
        ));
    }
    let folders = [&config.postgres, &config.sqlite];
    for folder in folders.into_iter().flatten() {
        let is_new = |entry: &Entry| {
            entry.state == State::Missing && entry.path.starts_with(&format!("{folder}/"))
        };
        if generation.plan.entries.iter().any(is_new) {
            let source = shell::from_here(&config.folder().join(folder));
            report::help(&format!("apply the new migrations: sqlx migrate run --source {source}"));
        }
    }
}

fn machine(generation: &Generation, check: bool, ok: bool) -> String {
    let status = if check { status } else { write_status };
    let files: Vec<_> = generation
        .plan
        .entries
        .iter()
        .map(|entry| json!({ "path": entry.path, "status": status(entry.state) }))
        .collect();
    canonical::text(&json!({
        "files": files,
        "findings": findings::machine(&generation.findings),
        "ok": ok,
        "samples": samples::machine(&generation.samples),
        "warnings": generation.warnings,
    }))
}
