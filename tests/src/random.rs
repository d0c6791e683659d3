//! Random numbers whose seed is printed, so that a failure can be run again.

use std::env;

use rand::SeedableRng;
use rand::rngs::StdRng;

/// Set to the seed of a failed run, to run it again.
pub const SEED_VARIABLE: &str = "EVENTBUS_TEST_SEED";

/// A generator whose seed stands in the test's output.
///
/// # Panics
/// When the variable holds no number.
#[must_use]
pub fn seeded() -> StdRng {
    let seed = env::var(SEED_VARIABLE)
        .map_or_else(|_| rand::random(), |seed| seed.parse().expect("a seed is a number"));
    println!("{SEED_VARIABLE}={seed}");
    StdRng::seed_from_u64(seed)
}
