//! `cargo eventbus list`: the events of the committed registry.

use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde_json::{Value, json};

use super::scope::{Scope, refuse_no_registry};
use super::{Common, Format, report};
use crate::canonical;
use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean};
use crate::registry::{Baseline, Past};
use crate::rust_path::library;

const EXAMPLES: &str = "\
Examples:
  cargo eventbus list
  cargo eventbus list 'order.*'
  cargo eventbus list --format json";

/// List the event types of the committed registry, with their versions and what they are about.
///
/// Nothing is built: the files of the registry are read.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Only this type, or with `.*` at its end everything below a family.
    #[arg(value_name = "TYPE")]
    pattern: Option<String>,
    /// How to print them: for people, or as JSON.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let config = arguments.scope.load(&arguments.common)?;
    refuse_no_registry(&config, "cargo eventbus codegen")?;
    let registry = Baseline::read(&config.folder().join(&config.schemas))?;
    let wanted = |name: &str| match &arguments.pattern {
        Some(pattern) => match pattern.strip_suffix(".*") {
            Some(family) => name.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
            None => name == pattern,
        },
        None => true,
    };
    let events: Vec<(&String, &Past)> = registry
        .events
        .iter()
        .filter(|(name, past)| wanted(name) && past.fact("purged").is_none())
        .collect();
    if let Some(pattern) = arguments.pattern.as_deref().filter(|_| events.is_empty()) {
        return Err(unknown(pattern, &registry));
    }
    match arguments.format {
        Format::Json => {
            let all: Value = events.iter().map(|(name, past)| machine(name, past)).collect();
            println!("{}", canonical::text(&all).trim_end());
        }
        Format::Human => human(&events),
    }
    Ok(ExitCode::SUCCESS)
}

fn human(events: &[(&String, &Past)]) {
    let versions: Vec<String> = events.iter().map(|(_, past)| versions(past)).collect();
    let names = events.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let numbers = versions.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    for ((name, past), versions) in events.iter().zip(&versions) {
        let aggregate = past.fact("aggregateId").map(|field| format!("per {field}"));
        let state = past.fact("retired").map(|day| format!("retired on {day}"));
        let state = state.or_else(|| past.fact("deprecated").map(|_| "deprecated".to_owned()));
        let owner = owner(past).map(|owner| format!("in {owner}"));
        let about = past.fact("docs").and_then(|docs| docs.lines().next()).map(str::to_owned);
        let words = [owner, aggregate, state, about].into_iter().flatten();
        let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
        println!("{name:<names$}  {versions:<numbers$}  {}", words.join(" · "));
    }
    report::summary(&report::counted(events.len(), "event type"));
}

/// The versions that there are files of.
fn versions(past: &Past) -> String {
    match (past.versions.keys().next(), past.current) {
        (Some(first), current) if *first < current => format!("v{first}–v{current}"),
        (_, current) => format!("v{current}"),
    }
}

/// The crate that declares it.
fn owner(past: &Past) -> Option<&str> {
    past.fact("rustPath").map(library)
}

fn unknown(pattern: &str, registry: &Baseline) -> Error {
    let error =
        Error::new(ErrorKind::Config, format!("the registry has no event type `{pattern}`"));
    match did_you_mean(pattern, registry.events.keys().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => {
            error.help("`cargo eventbus list` lists all; `order.*` means everything below `order`")
        }
    }
}

fn machine(name: &str, past: &Past) -> Value {
    json!({
        "aggregateId": past.fact("aggregateId"),
        "crate": owner(past),
        "current": past.current,
        "deprecated": past.fact("deprecated"),
        "docs": past.fact("docs").unwrap_or_default(),
        "retired": past.fact("retired"),
        "rustPath": past.fact("rustPath"),
        "type": name,
        "versions": past.versions.keys().collect::<Vec<_>>(),
    })
}
