//! What was measured, beside its goal.

use serde::Serialize;

/// One measurement against another.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) part: &'static str,
    pub(crate) what: String,
    pub(crate) against: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    /// None where the goal is a number and no ratio.
    pub(crate) theirs: Option<f64>,
    pub(crate) goal: Goal,
}

/// What the measurement shall be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// Ours divided by theirs.
    AtMost(f64),
    /// Theirs divided by ours.
    Faster(f64),
    /// Ours, to the digit.
    Exactly(u32),
    /// For the reader's information.
    None,
}

/// A row with what follows from it.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    row: &'a Row,
    ratio: Option<f64>,
    met: Option<bool>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        let theirs = self.theirs?;
        Some(if matches!(self.goal, Goal::Faster(_)) {
            theirs / self.ours
        } else {
            self.ours / theirs
        })
    }

    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Goal::Faster(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::Exactly(number) => Some((self.ours - f64::from(number)).abs() < f64::EPSILON),
            Goal::None => None,
        }
    }
}

/// All of it as JSON.
pub(crate) fn json(rows: &[Row]) -> serde_json::Result<String> {
    let judged: Vec<_> =
        rows.iter().map(|row| Judged { row, ratio: row.ratio(), met: row.met() }).collect();
    serde_json::to_string_pretty(&judged)
}

/// All of it as a table for a terminal.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        ["part", "measured", "ours", "against", "theirs", "ratio", "goal", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    lines.extend(rows.iter().map(cells));
    let widths: Vec<usize> = (0..8)
        .map(|at| lines.iter().map(|cells| cells[at].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            // Numbers end below each other.
            if [2, 4, 5].contains(&at) {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn cells(row: &Row) -> Vec<String> {
    let number = |value: f64| match row.unit {
        "" => format!("{value:.0}"),
        "s" => format!("{value:.2} s"),
        unit => format!("{value:.0} {unit}"),
    };
    let goal = match row.goal {
        Goal::AtMost(most) => format!("at most {most:.2}x"),
        Goal::Faster(least) => format!("{least:.1}x faster"),
        Goal::Exactly(number) => number.to_string(),
        Goal::None => String::new(),
    };
    let mark = match row.met() {
        Some(true) => "pass",
        Some(false) => "MISS",
        None => "",
    };
    vec![
        row.part.to_owned(),
        row.what.clone(),
        number(row.ours),
        row.against.clone(),
        row.theirs.map(number).unwrap_or_default(),
        row.ratio().map(|ratio| format!("{ratio:.2}x")).unwrap_or_default(),
        goal,
        mark.to_owned(),
    ]
}
