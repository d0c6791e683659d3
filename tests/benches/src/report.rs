//! What was measured, beside its goal.

use serde::Serialize;

/// One measurement against another.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The part of the benchmark.
    pub part: &'static str,
    /// What was measured.
    pub what: String,
    /// What it is compared with.
    pub against: String,
    /// The unit of both figures.
    pub unit: &'static str,
    /// Ours.
    pub ours: f64,
    /// The other's; `None` where the goal is a number and no ratio.
    pub theirs: Option<f64>,
    /// The ratio of a round, from the lower quartile to the upper one, where rounds are compared one by one.
    pub spread: Option<(f64, f64)>,
    /// What it shall be.
    pub goal: Goal,
}

/// What the measurement shall be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Ours divided by theirs, of times.
    AtMost(f64),
    /// Ours divided by theirs, of rates.
    AtLeast(f64),
    /// Theirs divided by ours, of times.
    Faster(f64),
    /// Ours, to the digit.
    Exactly(u32),
    /// Ours, in its unit.
    Below(f64),
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
    /// Ours divided by theirs; the other way round where the goal is to be faster.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
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
            Goal::AtLeast(least) | Goal::Faster(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::Exactly(number) => Some((self.ours - f64::from(number)).abs() < f64::EPSILON),
            Goal::Below(most) => Some(self.ours < most),
            Goal::None => None,
        }
    }
}

/// All of it with what follows from it, to be written as JSON.
#[must_use]
pub fn judged(rows: &[Row]) -> impl Serialize {
    let judged = rows.iter().map(|row| Judged { row, ratio: row.ratio(), met: row.met() });
    judged.collect::<Vec<_>>()
}

/// All of it as a table for a terminal.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        ["part", "measured", "ours", "against", "theirs", "ratio", "quartiles", "goal", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    lines.extend(rows.iter().map(cells));
    if rows.iter().all(|row| row.spread.is_none()) {
        lines.iter_mut().for_each(|cells| drop(cells.remove(6)));
    }
    let widths: Vec<usize> = (0..lines[0].len())
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
        Goal::AtLeast(least) => format!("at least {least:.2}x"),
        Goal::Faster(least) => format!("{least:.1}x faster"),
        Goal::Exactly(number) => number.to_string(),
        Goal::Below(most) => format!("below {}", number(most)),
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
        row.spread.map(|(low, high)| format!("{low:.2}-{high:.2}")).unwrap_or_default(),
        goal,
        mark.to_owned(),
    ]
}
