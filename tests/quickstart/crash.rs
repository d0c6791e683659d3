//! SIGKILL at random moments: nothing is lost, nothing is handled twice.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::run::{self, Place};
use eventbus_tests::random::seeded;
use rand::RngExt;

const KILLS: usize = 20;

/// Kills a run at a random moment, lets a second one finish, and compares with a run that was left alone. Waiting is
/// the point here: the moment of the kill is the random input, not a guess at when something is ready.
async fn survives(fresh: impl AsyncFn() -> Place) {
    let mut random = seeded();
    let calm = fresh().await;
    // The first run builds the program and is not timed.
    run::report(&fresh().await.url());
    let start = Instant::now();
    let expected = run::outcome(&run::report(&calm.url()));
    let whole = start.elapsed();
    let mut cut = 0;
    for round in 0..KILLS {
        let place = fresh().await;
        let url = place.url();
        let moment = whole.mul_f64(random.random_range(0.0..1.0));
        cut += usize::from(kill_after(&url, moment));
        let outcome = run::outcome(&run::report(&url));
        assert_eq!(outcome, expected, "round {round}, killed after {moment:?}");
    }
    assert!(cut >= KILLS / 2, "only {cut} of {KILLS} kills met a running program");
}

/// Whether the program was still running.
fn kill_after(url: &str, moment: Duration) -> bool {
    let mut child =
        run::quickstart(url).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::park_timeout(moment);
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

#[tokio::test]
async fn sqlite_survives_sigkill_at_twenty_random_moments() {
    survives(run::sqlite).await;
}

#[tokio::test]
async fn postgres_survives_sigkill_at_twenty_random_moments() {
    survives(run::postgres).await;
}
