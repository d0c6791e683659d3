//! What the evolution check found, for people, for machines, and for a code forge.

use std::path::Path;

use anstream::println;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::forge::{Forge, escaped};
use super::remedy::{fix, instead, next_version};
use super::report;
use crate::canonical;
use crate::compat::{Direction, Finding, Verdict};
use crate::diagnostic::Place;
use crate::registry::Review;

/// How to print what the evolution check found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Layout {
    #[default]
    Human,
    Json,
    /// Annotations of GitHub Actions.
    Github,
}

/// Whether the check refuses what it found.
pub(super) fn is_refused(findings: &[Finding], deny_warnings: bool) -> bool {
    let least = if deny_warnings { Verdict::Warn } else { Verdict::Bump };
    findings.iter().any(|finding| finding.verdict >= least)
}

/// Every finding that deserves a word, and how many are refused. The lines of the code are read below `workspace`.
pub(super) fn human(findings: &[Finding], workspace: Option<&Path>, quiet: bool) {
    let said = findings.iter().filter(|finding| finding.verdict > Verdict::Silent);
    for finding in said.filter(|finding| !quiet || finding.verdict >= Verdict::Bump) {
        one(finding, workspace);
    }
    let count =
        |is: fn(Verdict) -> bool| findings.iter().filter(|finding| is(finding.verdict)).count();
    let (refused, warned) =
        (count(|verdict| verdict >= Verdict::Bump), count(|verdict| verdict == Verdict::Warn));
    if refused > 0 {
        report::summary(&format!(
            "{} refused, {}",
            report::counted(refused, "change"),
            report::counted(warned, "warning")
        ));
        if let Some(first) = findings.iter().find(|finding| finding.verdict >= Verdict::Bump) {
            report::help(
                "what was never released may be edited freely: --against <branch> compares with the registry there",
            );
            report::help(&format!("more about a rule: cargo eventbus explain {}", first.rule.id));
        }
    }
}

fn one(finding: &Finding, workspace: Option<&Path>) {
    let label = match finding.verdict {
        Verdict::Bump | Verdict::Deny => report::Label::Error,
        Verdict::Warn => report::Label::Warning,
        Verdict::Note | Verdict::Silent => report::Label::Note,
    };
    report::labelled(label, finding.rule.id, finding.rule.change);
    let pointer =
        if finding.pointer.is_empty() { String::new() } else { format!(" at {}", finding.pointer) };
    let what = format!(
        "`{}` version {}{pointer}, in Rust {}",
        finding.event_type, finding.version, finding.rust_path
    );
    match &finding.place {
        Some(place) => {
            report::line("-->", &place.to_string());
            if let Some((number, text)) = source_line(place, workspace) {
                report::line(&format!("{number} |"), &text);
            }
            report::line("  =", &what);
        }
        None => report::line("-->", &what),
    }
    report::line("  |", &format!("{} → {}", finding.old, finding.new));
    for (direction, witness) in &finding.witnesses {
        report::line("  =", &shown(*direction, witness));
    }
    if let Some(reason) = &finding.reason {
        report::line("  =", reason);
    }
    report::line("  =", finding.rule.why);
    if finding.verdict >= Verdict::Bump {
        remedies(finding).iter().for_each(|remedy| report::help(remedy));
    }
}

/// What to do about a finding, one sentence each.
fn remedies(finding: &Finding) -> Vec<String> {
    let fix = Some(fix(finding)).filter(|fix| !fix.is_empty());
    let restore = finding.restore.as_ref();
    let restore = restore.map(|command| format!("as it was, it is brought back by: {command}"));
    fix.into_iter().chain(restore).chain(instead(finding)).collect()
}

/// The line of the author's file; its path is relative to the workspace, or absolute.
fn source_line(place: &Place, workspace: Option<&Path>) -> Option<(usize, String)> {
    let line = place.line?;
    let text = std::fs::read_to_string(workspace?.join(&place.file)).ok()?;
    Some((line, text.lines().nth(line.checked_sub(1)?)?.trim_end().to_owned()))
}

fn shown(direction: Direction, witness: &Value) -> String {
    match direction {
        Direction::Backward => format!("old code writes {witness}, which new code refuses"),
        Direction::Forward => format!("new code writes {witness}, which old code refuses"),
    }
}

/// The whole answer of a command for a machine: the findings, whether they are let through, and what `more` holds.
pub(super) fn answer(findings: &[Finding], refused: bool, more: Value) -> String {
    let mut answer = json!({ "findings": machine(findings), "ok": !refused });
    if let (Value::Object(answer), Value::Object(more)) = (&mut answer, more) {
        answer.extend(more);
    }
    canonical::text(&answer)
}

/// The findings for a machine.
pub(crate) fn machine(findings: &[Finding]) -> Value {
    findings.iter().map(entry).collect()
}

fn entry(finding: &Finding) -> Value {
    let witnesses = finding.witnesses.iter().map(|(direction, witness)| {
        let direction = match direction {
            Direction::Backward => "backward",
            Direction::Forward => "forward",
        };
        json!({ "direction": direction, "document": witness })
    });
    json!({
        "rule": finding.rule.id,
        "verdict": word(finding.verdict),
        "change": finding.rule.change,
        "type": finding.event_type,
        "version": finding.version,
        "rustPath": finding.rust_path,
        "pointer": finding.pointer,
        "old": finding.old,
        "new": finding.new,
        "witnesses": witnesses.collect::<Vec<_>>(),
        "reason": finding.reason,
        "restore": finding.restore,
        "excused": finding.excused.as_ref().map(Review::document),
        "fix": fix(finding),
        "nextVersion": next_version(finding),
        "file": finding.place.as_ref().map(|place| place.file.display().to_string()),
        "line": finding.place.as_ref().and_then(|place| place.line),
    })
}

pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Silent => "ok",
        Verdict::Note => "note",
        Verdict::Warn => "warn",
        Verdict::Bump => "bump",
        Verdict::Deny => "deny",
    }
}

/// Annotations at the code's line, or else at the version's file in the registry.
pub(super) fn github(findings: &[Finding], schemas: &str, forge: &Forge) {
    for finding in findings {
        let level = match finding.verdict {
            Verdict::Silent => continue,
            Verdict::Note => "notice",
            Verdict::Warn => "warning",
            Verdict::Bump | Verdict::Deny => "error",
        };
        let Finding { rule, event_type, version, rust_path, old, new, .. } = finding;
        let witnesses = finding
            .witnesses
            .iter()
            .map(|(direction, witness)| format!("\n{}", shown(*direction, witness)));
        let text = format!(
            "{event_type} version {version}, {rust_path}: {} ({old} → {new}){}\n{}",
            rule.change,
            witnesses.collect::<String>(),
            remedies(finding).join("\n")
        );
        let place = match &finding.place {
            Some(Place { file, line: Some(line) }) => {
                format!("{},line={line}", forge.code(file))
            }
            _ => forge.file(Path::new(&format!("{schemas}/{event_type}/v{version}.json"))),
        };
        println!("::{level} file={place},title={}::{}", rule.id, escaped(text.trim_end()));
    }
}
