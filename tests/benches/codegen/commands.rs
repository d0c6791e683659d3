//! The rows of each command.

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::median;

use crate::Result;
use crate::measure::{peak, time};
use crate::options::{Command, Options};
use crate::project::Project;

/// What the crate's `eventbus.toml` asks for.
pub(crate) const CONFIG: &str =
    "[migrations]\npostgres = \"migrations/postgres\"\n\n[typescript]\nout = \"web/events.ts\"\n";

/// The goals of `check`: seconds, and MB.
const CHECK: (f64, f64) = (2.0, 200.0);

pub(crate) fn rows(command: Command, project: &Project, options: &Options) -> Result<Vec<Row>> {
    let (name, arguments): (&str, &[&str]) = match command {
        Command::Check => ("check", &["check", "--quiet"]),
        Command::Codegen => ("codegen", &["codegen", "--check", "--quiet"]),
        Command::Diff => ("diff", &["diff", "released", "schemas", "--quiet"]),
    };
    let (seconds, megabytes) = match command {
        Command::Check => (Goal::Below(CHECK.0), Goal::Below(CHECK.1)),
        Command::Codegen | Command::Diff => (Goal::None, Goal::None),
    };
    project.forget()?;
    let (mut whole, mut build, mut first) = (Vec::new(), Vec::new(), 0.0);
    for round in 0..=options.rounds {
        let taken = [project.command(arguments), project.build()].map(time);
        let [one, other] = taken.map(|taken| taken.map(|taken| taken.as_secs_f64()));
        // The first round fills the caches, and links the library.
        if round > 0 {
            whole.push(one?);
            build.push(other?);
        } else {
            first = one?;
            other?;
        }
    }
    let (whole, build) = (median(whole), median(build));
    let sizes = format!(
        "{} types of {} fields, {} versions",
        options.types, options.fields, options.versions
    );
    let row = |what: &str, against: &str, unit, ours, theirs, goal| Row {
        part: name,
        what: format!("{what}, {sizes}"),
        against: against.to_owned(),
        unit,
        ours,
        theirs,
        spread: None,
        goal,
    };
    let mut rows = vec![match command {
        Command::Diff => row("time", "", "s", whole, None, seconds),
        _ => row("time", "cargo build, nothing to do", "s", whole, Some(build), seconds),
    }];
    if command == Command::Check {
        rows.push(row("time of the first one after a build", "", "s", first, None, Goal::None));
    }
    if command != Command::Diff {
        rows.push(row("time beyond that", "", "s", whole - build, None, seconds));
    }
    let peak = peak(project.command(arguments))?;
    rows.push(row("memory of its process", "", "MB", peak.own, None, megabytes));
    if let Some((other, mark)) = peak.other {
        rows.push(row(
            &format!("memory of {other}, which it runs"),
            "",
            "MB",
            mark,
            None,
            Goal::None,
        ));
    }
    Ok(rows)
}
