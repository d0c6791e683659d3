//! `cargo eventbus explain`: what a rule of the evolution check means.

use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde_json::{Value, json};

use super::{Format, findings, report};
use crate::canonical;
use crate::compat::{Holds, Rule, Verdict, rule, rules};
use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean};

const EXAMPLES: &str = "\
Examples:
  cargo eventbus explain EV103
  cargo eventbus explain --list
  cargo eventbus explain --list --format json";

/// Explain a rule of the evolution check.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The rule, EV103.
    #[arg(required_unless_present = "list", conflicts_with = "list")]
    rule: Option<String>,
    /// List every rule.
    #[arg(long)]
    list: bool,
    /// How to print it: for people, or as JSON.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match (&arguments.rule, arguments.format) {
        (Some(id), format) => {
            let rule = rule(id).ok_or_else(|| unknown(id))?;
            match format {
                Format::Json => println!("{}", canonical::text(&machine(rule)).trim_end()),
                Format::Human => explain(rule),
            }
        }
        (None, Format::Json) => {
            let all: Value = rules().map(machine).collect();
            println!("{}", canonical::text(&all).trim_end());
        }
        (None, Format::Human) => {
            for rule in rules() {
                println!("{}  {:<4}  {}", rule.id, findings::word(rule.verdict), rule.change);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(rule: &Rule) {
    report::summary(&format!("{}: {}", rule.id, rule.change));
    println!();
    println!("{}", rule.why);
    println!();
    println!("  new code reads what is stored:            {}", holds(rule.backward));
    println!("  running consumers read what is new:       {}", holds(rule.forward));
    println!("  in the mode `full` it is {}", verdict(rule.verdict));
    if !rule.fix.is_empty() {
        println!();
        report::advice(rule.fix);
    }
}

const fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::Yes => "yes",
        Holds::No => "no",
        Holds::Depends => "decided case by case",
    }
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Silent => "allowed without a word",
        Verdict::Note => "allowed, with a note",
        Verdict::Warn => "allowed, with a warning",
        Verdict::Bump => "refused, and allowed as a new version",
        Verdict::Deny => "refused",
    }
}

fn machine(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "change": rule.change,
        "backward": holds(rule.backward),
        "forward": holds(rule.forward),
        "verdict": findings::word(rule.verdict),
        "why": rule.why,
        "fix": rule.fix,
    })
}

fn unknown(id: &str) -> Error {
    let error = Error::new(ErrorKind::Config, format!("there is no rule `{id}`"));
    let error = match did_you_mean(&id.to_uppercase(), rules().map(|rule| rule.id)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    };
    error.help("`cargo eventbus explain --list` lists them all")
}
