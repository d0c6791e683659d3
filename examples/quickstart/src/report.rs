//! What the run did, for people and for machines.

use std::fmt::Write;

use eventbus_runtime::{Counts, EventBus, LetterFilter};
use serde_json::json;

use crate::Result;
use crate::database::Database;
use crate::shop::Imported;

/// How a report is printed.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Text,
    Json,
}

type Rows = Vec<(String, i64)>;

/// The whole of it.
pub(crate) struct Report {
    imported: Imported,
    events: Rows,
    subscriptions: Vec<(&'static str, Counts)>,
    dead: Vec<Dead>,
    by_currency: Rows,
    by_sku: Rows,
    labels: i64,
}

struct Dead {
    subscription: String,
    event_type: String,
    id: String,
    reason: String,
}

impl Report {
    /// Reads the tables and the dead letters.
    pub(crate) async fn collect<S: Database>(
        bus: &EventBus<S>,
        imported: Imported,
        subscriptions: impl IntoIterator<Item = (&'static str, Counts)>,
    ) -> Result<Self> {
        let mut tx = bus.store().begin().await?;
        let events = "SELECT type, count(*) FROM eventbus_event GROUP BY type ORDER BY type";
        let by_currency = "SELECT currency, amount FROM sales_by_currency ORDER BY currency";
        let by_sku = "SELECT sku, pieces FROM sales_by_sku ORDER BY pieces DESC, sku";
        let labels = "SELECT 'labels', count(*) FROM shipping_label";
        let report = Self {
            imported,
            events: S::counts(&mut tx, events).await?,
            subscriptions: subscriptions.into_iter().collect(),
            dead: dead_letters(bus).await?,
            by_currency: S::counts(&mut tx, by_currency).await?,
            by_sku: S::counts(&mut tx, by_sku).await?,
            labels: S::counts(&mut tx, labels).await?.first().map_or(0, |(_, count)| *count),
        };
        bus.store().rollback(tx).await?;
        Ok(report)
    }

    /// The report as text that ends in a line break.
    pub(crate) fn print(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    fn text(&self) -> String {
        let Imported { lines, fresh, known, refused } = &self.imported;
        let mut out = format!(
            "\n{lines} lines: {fresh} orders imported, {known} were there already, {} refused\n",
            refused.len()
        );
        for (number, reason) in refused {
            line(&mut out, format_args!("  line {number}: {reason}"));
        }
        section(&mut out, "events in the log", &self.events);
        line(&mut out, format_args!("\nthis run           handled  retried  dead"));
        for (name, stats) in &self.subscriptions {
            let Counts { handled, retried, dead, .. } = stats;
            line(&mut out, format_args!("  {name:<16} {handled:>7}  {retried:>7}  {dead:>4}"));
        }
        line(&mut out, format_args!("\ndead letters"));
        for Dead { subscription, event_type, id, reason } in &self.dead {
            line(&mut out, format_args!("  {subscription}: {event_type} {id}\n    {reason}"));
        }
        let money = |(currency, amount): &(String, i64)| {
            let sign = if *amount < 0 { "-" } else { "" };
            let (whole, cents) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
            (currency.clone(), format!("{sign}{whole}.{cents:02}"))
        };
        line(&mut out, format_args!("\nsales"));
        for (currency, amount) in self.by_currency.iter().map(money) {
            line(&mut out, format_args!("  {currency:<16} {amount:>10}"));
        }
        section(&mut out, "pieces sold", &self.by_sku);
        line(&mut out, format_args!("\n{} shipping labels printed", self.labels));
        out
    }

    fn json(&self) -> serde_json::Value {
        let counts = |counts: &Rows| {
            let pairs = counts.iter().map(|(name, count)| (name.clone(), json!(count)));
            serde_json::Value::Object(pairs.collect())
        };
        let refused = self.imported.refused.iter();
        let subscriptions = self.subscriptions.iter().map(|(name, stats)| {
            let Counts { handled, retried, dead, .. } = stats;
            ((*name).to_owned(), json!({ "handled": handled, "retried": retried, "dead": dead }))
        });
        json!({
            "lines": self.imported.lines,
            "imported": self.imported.fresh,
            "known": self.imported.known,
            "refused": refused.map(|(n, reason)| json!({ "line": n, "reason": reason })).collect::<Vec<_>>(),
            "events": counts(&self.events),
            "run": serde_json::Value::Object(subscriptions.collect()),
            "dead_letters": self.dead.iter().map(|dead| json!({
                "subscription": dead.subscription,
                "type": dead.event_type,
                "id": dead.id,
                "reason": dead.reason,
            })).collect::<Vec<_>>(),
            "sales": counts(&self.by_currency),
            "pieces": counts(&self.by_sku),
            "labels": self.labels,
        })
    }
}

async fn dead_letters<S: Database>(bus: &EventBus<S>) -> Result<Vec<Dead>> {
    let letters = bus.dead_letters().list(&LetterFilter::all(), None, usize::MAX).await?;
    Ok(letters
        .into_iter()
        .filter_map(|letter| {
            let envelope = &letter.event()?.envelope;
            Some(Dead {
                subscription: letter.subscription()?.to_owned(),
                event_type: envelope.event_type.clone(),
                id: envelope.id.to_string(),
                reason: format!("{}: {}", letter.kind, letter.message),
            })
        })
        .collect())
}

fn section(out: &mut String, title: &str, counts: &Rows) {
    line(out, format_args!("\n{title}"));
    for (name, count) in counts {
        line(out, format_args!("  {name:<20} {count:>6}"));
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes every write");
}
