//! What the terminal shows. Colours appear only where a person reads them.

use std::error::Error as _;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};

use crate::diagnostic::Error;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
pub(super) const CHANGED: Style = AnsiColor::Yellow.on_default();
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();

/// An error with its place, its causes and its remedies.
pub(super) fn error(error: &Error) {
    eprintln!("{ERROR}error{ERROR:#}: {error}");
    if let Some(place) = error.place() {
        eprintln!("  {HELP}-->{HELP:#} {place}");
    }
    let mut source = error.source();
    while let Some(cause) = source {
        for line in cause.to_string().lines() {
            eprintln!("  {line}");
        }
        source = cause.source();
    }
    error.remedies().iter().for_each(|remedy| help(remedy));
}

pub(super) fn warning(text: &str) {
    eprintln!("{WARNING}warning{WARNING:#}: {text}");
}

pub(super) fn note(text: &str) {
    eprintln!("{HELP}note{HELP:#}: {text}");
}

pub(super) fn help(text: &str) {
    eprintln!("{HELP}help{HELP:#}: {text}");
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Error,
    Warning,
    Note,
}

/// The first line of a finding of the evolution check.
pub(super) fn labelled(label: Label, id: &str, text: &str) {
    let (style, word) = match label {
        Label::Error => (ERROR, "error"),
        Label::Warning => (WARNING, "warning"),
        Label::Note => (HELP, "note"),
    };
    eprintln!("{style}{word}[{id}]{style:#}: {text}");
}

/// A further line of a finding.
pub(super) fn line(mark: &str, text: &str) {
    eprintln!("  {HELP}{mark}{HELP:#} {text}");
}

/// What to write instead, where that was asked for.
pub(super) fn advice(text: &str) {
    println!("{HELP}help{HELP:#}: {text}");
}

/// One file: what became of it, and which it is.
pub(super) fn file(style: Style, status: &str, path: &str) {
    println!("{style}{status:>10}{style:#} {path}");
}

/// So many of what `word` names: `1 change`, `2 changes`.
pub(super) fn counted(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

pub(super) fn summary(text: &str) {
    println!("{BOLD}{text}{BOLD:#}");
}

/// A unified diff, its lines coloured by what they say.
pub(super) fn diff(diff: &str) {
    for line in diff.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => ADDED,
            Some(b'-') => REMOVED,
            _ => Style::new(),
        };
        println!("{style}{line}{style:#}");
    }
}
