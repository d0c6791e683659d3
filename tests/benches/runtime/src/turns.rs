//! What is compared runs in turns, so that a busy moment of the machine meets both sides.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::{median, quantile};

use crate::Result;

/// One turn: how long the work took, without what was prepared for it.
pub(crate) type Turn = Pin<Box<dyn Future<Output = Result<Duration>> + Send>>;

/// One way to do the work.
pub(crate) struct Side<'a> {
    against: &'static str,
    goal: Goal,
    turn: Box<dyn FnMut() -> Turn + 'a>,
}

impl<'a> Side<'a> {
    /// The runtime's own way; it stands first.
    pub(crate) fn ours<F>(turn: impl Fn() -> F + 'a) -> Self
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
    {
        Self::other("", Goal::None, turn)
    }

    /// Another way, and what the ratio of the rates shall be.
    pub(crate) fn other<F>(against: &'static str, goal: Goal, turn: impl Fn() -> F + 'a) -> Self
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
    {
        Self { against, goal, turn: Box::new(move || Box::pin(turn())) }
    }
}

/// Lets every side do `count` pieces of work in each round, and compares the first with the others. Each round begins
/// with another side. The first round fills the caches and does not count.
pub(crate) async fn compare(
    part: &'static str,
    what: &str,
    (rounds, count): (usize, usize),
    mut sides: Vec<Side<'_>>,
) -> Result<Vec<Row>> {
    eprint!("{part}: {what} ");
    let mut samples = vec![Vec::new(); sides.len()];
    for round in 0..=rounds {
        for step in 0..sides.len() {
            let at = (round + step) % sides.len();
            // On a worker of the runtime, as the relay is, and not on the thread that only waits for it.
            let taken = tokio::spawn((sides[at].turn)()).await??;
            if round > 0 {
                samples[at].push(rate(count, taken));
            }
        }
        eprint!(".");
    }
    let ours = &samples[0];
    let rows = sides.iter().zip(&samples).skip(1).map(|(side, theirs)| {
        let ratios: Vec<f64> =
            ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        Row {
            part,
            what: what.to_owned(),
            against: side.against.to_owned(),
            unit: "/s",
            ours: median(ours.clone()),
            theirs: Some(median(theirs.clone())),
            spread: Some((quantile(ratios.clone(), 25), quantile(ratios, 75))),
            goal: side.goal,
        }
    });
    let rows: Vec<Row> = rows.collect();
    let ratios: Vec<_> =
        rows.iter().filter_map(Row::ratio).map(|ratio| format!("{ratio:.2}x")).collect();
    eprintln!(" {}", ratios.join(" "));
    Ok(rows)
}

fn rate(count: usize, taken: Duration) -> f64 {
    let count = u32::try_from(count).expect("a turn has fewer pieces than four thousand millions");
    f64::from(count) / taken.as_secs_f64()
}
