//! SIGKILL at random moments: nothing is lost, nothing is handled twice.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::run::{self, Place};
use eventbus_tests::random::seeded;
use rand::RngExt;

const KILLS: usize = 20;

/// Kills a run at a random moment, lets a second one finish, and compares with a run that was left alone. Waiting is
/// the point here: the moment of the kill is the random input, not a guess at when something is ready. A run that was
/// done before its kill is followed by ones that are killed earlier, until enough were cut.
async fn survives(fresh: impl AsyncFn() -> Place) {
    let mut random = seeded();
    let calm = fresh().await;
    // The first run builds the program and is not timed.
    run::report(&fresh().await.url());
    let start = Instant::now();
    let expected = run::outcome(&run::report(&calm.url()));
    let mut wait = start.elapsed();
    let mut cut = 0;
    while cut < KILLS {
        let place = fresh().await;
        let url = place.url();
        let moment = wait.mul_f64(random.random_range(0.0..1.0));
        if kill_after(&url, moment) {
            cut += 1;
        } else {
            wait = moment;
        }
        let outcome = run::outcome(&run::report(&url));
        assert_eq!(outcome, expected, "{cut} were cut, killed after {moment:?}");
    }
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
