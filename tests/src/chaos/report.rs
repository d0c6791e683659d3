//! What a run came to.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::chaos::check::Anomaly;
use crate::chaos::history::{Entry, PLAIN, ROWS, What};
use crate::chaos::options::Database;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    database: Database,
    seed: u64,
    faults: BTreeMap<String, Recovery>,
    transactions: usize,
    committed: usize,
    events: usize,
    handled: usize,
    dead_letters: u64,
    anomalies: Vec<Anomaly>,
    /// Where the histories are, if they were kept.
    histories: Option<PathBuf>,
}

/// What it took to recover from the faults of a kind.
#[derive(Debug, Default, Serialize)]
struct Recovery {
    injected: usize,
    /// The longest time from the end of one to the next call of a handler, in seconds.
    next_delivery: f64,
    /// The longest time from the end of one until all was handled that was committed before it.
    caught_up: f64,
}

impl Report {
    pub(super) fn of(
        database: Database,
        seed: u64,
        history: &[Entry],
        anomalies: Vec<Anomaly>,
        dead_letters: u64,
    ) -> Self {
        let count =
            |such: fn(&What) -> bool| history.iter().filter(|entry| such(&entry.what)).count();
        Self {
            database,
            seed,
            faults: recoveries(history),
            transactions: count(|what| matches!(what, What::Emitting { .. })),
            committed: count(|what| matches!(what, What::Committed { .. })),
            events: count(|what| matches!(what, What::Stored { .. })),
            handled: count(|what| matches!(what, What::Handled { .. })),
            dead_letters,
            anomalies,
            histories: None,
        }
    }

    pub(super) fn kept_in(self, folder: PathBuf) -> Self {
        Self { histories: Some(folder), ..self }
    }

    /// Whether every promise was kept.
    pub(super) fn is_sound(&self) -> bool {
        self.anomalies.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.database {
            Database::Postgres => "PostgreSQL",
            Database::Sqlite => "SQLite",
        };
        writeln!(f, "{name}, seed {}", self.seed)?;
        let title = ["fault", "injected", "next delivery", "caught up"];
        writeln!(f, "  {:<18} {:>8} {:>14} {:>10}", title[0], title[1], title[2], title[3])?;
        for (fault, recovery) in &self.faults {
            let Recovery { injected, next_delivery, caught_up } = recovery;
            writeln!(f, "  {fault:<18} {injected:>8} {next_delivery:>12.2} s {caught_up:>8.2} s")?;
        }
        let injected: usize = self.faults.values().map(|recovery| recovery.injected).sum();
        writeln!(f, "  faults injected    {injected}")?;
        writeln!(
            f,
            "  transactions       {}, {} told that they were committed",
            self.transactions, self.committed
        )?;
        writeln!(f, "  events             {}, {} calls of handlers", self.events, self.handled)?;
        writeln!(f, "  dead letters       {}", self.dead_letters)?;
        let slowest = self.faults.iter().max_by(|a, b| a.1.caught_up.total_cmp(&b.1.caught_up));
        if let Some((fault, recovery)) = slowest {
            writeln!(f, "  slowest recovery   {:.2} s, after {fault}", recovery.caught_up)?;
        }
        write!(f, "  anomalies          {}", self.anomalies.len())?;
        let mut kinds = BTreeMap::<_, Vec<_>>::new();
        for anomaly in &self.anomalies {
            kinds.entry(anomaly.kind).or_default().push(&anomaly.text);
        }
        for (kind, texts) in kinds {
            write!(f, "\n    {kind}: {}", texts.len())?;
            for text in texts.iter().take(5) {
                f.write_str("\n      ")?;
                f.write_str(text)?;
            }
        }
        if let Some(folder) = &self.histories {
            f.write_char('\n')?;
            write!(f, "  what every process told is in {}", folder.display())?;
        }
        Ok(())
    }
}

fn recoveries(history: &[Entry]) -> BTreeMap<String, Recovery> {
    let mut handled = first_handled(history);
    let settled = settled(history, &handled);
    handled.sort_unstable_by_key(|call| call.1);
    let mut faults = BTreeMap::<String, Recovery>::new();
    for entry in history {
        match &entry.what {
            What::Broken { fault, .. } => faults.entry(fault.clone()).or_default().injected += 1,
            What::Mended { fault, .. } => {
                let next = handled.partition_point(|call| call.1 < entry.at);
                let next = handled.get(next).map_or(entry.at, |call| call.1);
                let before = settled.partition_point(|event| event.0 <= entry.at);
                let last = before.checked_sub(1).map_or(0, |before| settled[before].1);
                let recovery = faults.entry(fault.clone()).or_default();
                recovery.next_delivery = recovery.next_delivery.max(seconds(entry.at, next));
                recovery.caught_up = recovery.caught_up.max(seconds(entry.at, last));
            }
            _ => {}
        }
    }
    faults
}

fn seconds(from: u64, to: u64) -> f64 {
    Duration::from_micros(to.saturating_sub(from)).as_secs_f64()
}

/// When each subscription first called its handler with each event.
fn first_handled(history: &[Entry]) -> Vec<(&str, u64)> {
    let mut first = BTreeMap::<(&str, &str), u64>::new();
    for entry in history {
        let What::Handled { subscription, event } = &entry.what else { continue };
        if [ROWS, PLAIN].contains(&&**subscription) {
            let at = first.entry((&**subscription, &**event)).or_insert(entry.at);
            *at = entry.at.min(*at);
        }
    }
    first.into_iter().map(|((_, event), at)| (event, at)).collect()
}

/// By the time of a commit, when all was handled that was committed until then.
fn settled(history: &[Entry], handled: &[(&str, u64)]) -> Vec<(u64, u64)> {
    let mut last = BTreeMap::<&str, u64>::new();
    for (event, at) in handled {
        let latest = last.entry(*event).or_default();
        *latest = (*latest).max(*at);
    }
    let mut events = BTreeMap::<&str, u64>::new();
    for entry in history {
        if let What::Emitting { transaction, events: emitted } = &entry.what {
            let all = emitted.iter().filter_map(|event| last.get(&*event.id)).max();
            events.insert(transaction, all.copied().unwrap_or_default());
        }
    }
    let mut commits: Vec<(u64, u64)> = history
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Committed { transaction } => Some((entry.at, *events.get(&**transaction)?)),
            _ => None,
        })
        .collect();
    commits.sort_unstable();
    let mut latest = 0;
    for (_, at) in &mut commits {
        latest = latest.max(*at);
        *at = latest;
    }
    commits
}
