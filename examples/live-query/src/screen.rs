//! Where the results are shown.

use std::io::{IsTerminal, Result, Write, stdout};

use crate::shop::Line;

/// A terminal, or whatever takes lines.
pub(crate) struct Screen {
    terminal: bool,
    /// How many lines of it are to be drawn over.
    drawn: usize,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self { terminal: stdout().is_terminal(), drawn: 0 }
    }

    pub(crate) const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Shows a result, on a terminal in the place of the last one.
    pub(crate) fn show(&mut self, lines: &[Line]) -> Result<()> {
        let mut out = stdout().lock();
        if !self.terminal {
            return writeln!(out, "{}", in_one_line(lines));
        }
        if self.drawn > 0 {
            // To the first of them, and away with all below.
            write!(out, "\x1b[{}F\x1b[J", self.drawn)?;
        }
        for (state, orders, cents) in lines {
            let bar = "█".repeat(usize::try_from(*orders).unwrap_or(0));
            writeln!(out, "{state:8} {orders:3} {:5}.{:02} EUR {bar}", cents / 100, cents % 100)?;
        }
        self.drawn = lines.len();
        out.flush()
    }
}

fn in_one_line(lines: &[Line]) -> String {
    let states = lines.iter().map(|(state, orders, _)| format!("{orders} {state}"));
    let states = states.collect::<Vec<_>>().join(", ");
    if states.is_empty() { "no orders".to_owned() } else { states }
}
