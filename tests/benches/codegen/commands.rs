//! The rows of each command.

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::median;

use crate::Result;
use crate::measure::{peak, time};
use crate::options::{Options, Part};
use crate::project::Project;

/// The goals of `check`: seconds, and MB.
const CHECK: (f64, f64) = (2.0, 200.0);

pub(crate) fn rows(part: Part, project: &Project, options: &Options) -> Result<Vec<Row>> {
    let (name, arguments): (&str, &[&str]) = match part {
        Part::Check => ("check", &["check", "--quiet"]),
        Part::Codegen => ("codegen", &["codegen", "--check", "--quiet"]),
        Part::Diff => ("diff", &["diff", "released", "schemas", "--quiet"]),
    };
    let (seconds, megabytes) = match part {
        Part::Check => (Goal::Below(CHECK.0), Goal::Below(CHECK.1)),
        Part::Codegen | Part::Diff => (Goal::None, Goal::None),
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
    let mut rows = vec![match part {
        Part::Diff => row("time", "", "s", whole, None, seconds),
        _ => row("time", "cargo build, nothing to do", "s", whole, Some(build), seconds),
    }];
    if part == Part::Check {
        rows.push(row("time of the first one after a build", "", "s", first, None, Goal::None));
    }
    if part != Part::Diff {
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
