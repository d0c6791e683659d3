//! Which events a command is about, and how their code is built.

use std::path::PathBuf;

use clap::Args;

use super::{Common, report};
use crate::config::Config;
use crate::diagnostic::Result;
use crate::discover::Request;
use crate::registry::{Baseline, none_at, refuse_absent};
use crate::shell;

/// Which registry a command is about.
#[derive(Debug, Args)]
pub(super) struct Scope {
    /// The configuration, instead of the nearest eventbus.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One registry for the workspace: of every package that names a root in its [package.metadata.eventbus].
    #[arg(long)]
    workspace: bool,
}

/// How the code that holds the events is built.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// Features to build it with, as for `cargo build`.
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Build it with all features.
    #[arg(long)]
    all_features: bool,
    /// Build it without its default features.
    #[arg(long)]
    no_default_features: bool,
    /// Build it without the network. Cargo's own settings hold in any case.
    #[arg(long)]
    offline: bool,
}

impl Scope {
    /// The configuration.
    pub(super) fn load(&self, common: &Common) -> Result<Config> {
        Config::load(self.config.as_deref(), &common.folder()?, self.workspace)
    }

    /// The same, where it need not say where the events come from.
    pub(super) fn load_any(&self, common: &Common) -> Result<Config> {
        Config::load_any(self.config.as_deref(), &common.folder()?, self.workspace)
    }
}

/// Refuses to go on where no registry is: a misspelt folder would be one of no events. `command` writes it, but for a
/// package that names its events for the registry of its workspace.
pub(super) fn refuse_no_registry(config: &Config, command: &str) -> Result<()> {
    let folder = config.folder().join(&config.schemas);
    refuse_absent(&folder, &config.schemas).map_err(|error| {
        let above = config.folder().ancestors().skip(1);
        let mut shared =
            above.filter(|_| config.is_in_a_manifest()).filter_map(Config::of_workspace);
        error.at(&config.file, None).help(match shared.next() {
            Some(shared) => {
                format!("`{}` says what is written: pass `--workspace`", shared.file.display())
            }
            None => format!("to write it, run `{command}`"),
        })
    })
}

/// The registry of a commit that `--against` names; one that has none had no events.
pub(super) fn released(config: &Config, against: &str, quiet: bool) -> Result<Baseline> {
    let is_folder = |(revision, _): &(&str, &str)| !revision.is_empty() && !revision.contains('{');
    if let Some((revision, folder)) = against.split_once(':').filter(is_folder) {
        return Baseline::at_place(config, revision, folder);
    }
    let found = Baseline::at_revision(config, against)?;
    let note = match &found {
        None => format!("{}: everything counts as new", none_at(against, &config.schemas)),
        Some(found) => match found.elsewhere() {
            Some(place) => format!("compared with the registry at `{place}` in `{against}`"),
            None => return Ok(found.clone()),
        },
    };
    if !quiet {
        report::note(&note);
    }
    Ok(found.unwrap_or_default())
}

impl Build {
    /// How to build; with `locked`, Cargo.lock must stay as it is.
    pub(super) fn request(&self, locked: bool, quiet: bool) -> Request {
        Request {
            features: self.features.clone(),
            all_features: self.all_features,
            no_default_features: self.no_default_features,
            locked,
            offline: self.offline,
            quiet,
            say: if quiet { |_| () } else { report::note },
        }
    }
}

/// `command` with the options that were given, for the user to run again.
pub(super) fn again(command: &str, common: &Common, scope: &Scope, build: &Build) -> String {
    let mut command = command.to_owned();
    let paths = [("--config", &scope.config), ("--manifest-path", &common.manifest_path)];
    let paths = paths.into_iter().filter_map(|(option, path)| {
        path.as_ref().map(|path| (option, path.display().to_string()))
    });
    let features = build.features.iter().map(|features| ("--features", features.clone()));
    for (option, value) in paths.chain(features) {
        command.push_str(&format!(" {option} {}", shell::quoted(&value)));
    }
    let flags = [
        ("--workspace", scope.workspace),
        ("--all-features", build.all_features),
        ("--no-default-features", build.no_default_features),
        ("--offline", build.offline),
    ];
    for (flag, _) in flags.into_iter().filter(|(_, is_given)| *is_given) {
        command.push_str(&format!(" {flag}"));
    }
    command
}
