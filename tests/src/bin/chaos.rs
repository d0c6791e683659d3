//! What `scripts/chaos` runs: processes on real databases under faults, and a checker over their history.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    eventbus_tests::chaos::main()
}

/// Limits of another process are set on Linux alone.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: chaos runs on Linux");
    ExitCode::from(2)
}
