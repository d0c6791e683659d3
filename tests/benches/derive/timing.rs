//! Medians of what is run in turns, so that a busy moment of the machine meets both sides.

use std::time::{Duration, Instant};

use eventbus_benches::timing::median;

const ROUNDS: usize = 101;
const BATCH: u32 = 4_000;

/// The nanoseconds of one call of each, as medians over interleaved batches.
pub(crate) fn nanoseconds<const N: usize>(mut calls: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut samples: [Vec<Duration>; N] = [const { Vec::new() }; N];
    for round in 0..=ROUNDS {
        for (call, samples) in calls.iter_mut().zip(&mut samples) {
            let start = Instant::now();
            for _ in 0..BATCH {
                call();
            }
            // The first round fills the caches.
            if round > 0 {
                samples.push(start.elapsed());
            }
        }
    }
    samples.map(|samples| median(samples).as_secs_f64() * 1e9 / f64::from(BATCH))
}
