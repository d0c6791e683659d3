//! (c): what the compiler needs, in turns: the crate of events against hand-written structs, the macros against serde's.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use eventbus_benches::report::{Goal, Row};
use eventbus_benches::timing::median;
use eventbus_benches::workspace::{dependency, write};

use crate::crates::{by_hand, derived, tagged};

/// `cargo check` after an edit that changes nothing but the file.
pub(crate) fn check(leaves: usize, rounds: usize) -> Result<[Row; 2], Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (ours, theirs) =
        (format!("{}{}", dependency("eventbus-runtime"), UUID), format!("{SERDE}{SCHEMARS}{UUID}"));
    let crates = [
        ("derived", ours, derived(leaves)),
        ("by-hand", theirs.clone(), by_hand(leaves)),
        ("tagged", theirs, tagged(leaves)),
    ];
    write(folder.path(), &crates)?;
    let run = |name: &str| cargo(folder.path(), "check", name, &folder.path().join("target"));
    let mut samples = [const { Vec::new() }; 3];
    for round in 0..=rounds {
        for ((name, ..), samples) in crates.iter().zip(&mut samples) {
            let source = folder.path().join(name).join("src/lib.rs");
            writeln!(OpenOptions::new().append(true).open(source)?, "// Round {round}.")?;
            let taken = run(name)?;
            // The first round builds the dependencies.
            if round > 0 {
                samples.push(taken);
            }
        }
    }
    let [ours, by_hand, tagged] = samples.map(|samples| median(samples).as_secs_f64());
    let row = row("check", format!("cargo check, {leaves} leaves"), ours);
    Ok([
        row("structs by hand, serde + schemars", by_hand, Goal::AtMost(1.3)),
        row("these and #[serde(tag)] enums", tagged, Goal::None),
    ])
}

/// `cargo build` of the macros with all that they need, into an empty folder.
pub(crate) fn cold(rounds: usize) -> Result<[Row; 1], Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let crates = [
        ("ours", dependency("eventbus-macros"), String::new()),
        ("theirs", "serde_derive = \"1\"\n".to_owned(), String::new()),
    ];
    write(folder.path(), &crates)?;
    let mut samples = [const { Vec::new() }; 2];
    for round in 0..=rounds.div_ceil(2) {
        for ((name, ..), samples) in crates.iter().zip(&mut samples) {
            let target = tempfile::tempdir_in(folder.path())?;
            let taken = cargo(folder.path(), "build", name, target.path())?;
            // The first round reads the sources from the disk.
            if round > 0 {
                samples.push(taken);
            }
        }
    }
    let [ours, theirs] = samples.map(|samples| median(samples).as_secs_f64());
    let row = row("cold", "eventbus-macros and its dependencies".to_owned(), ours);
    Ok([row("serde_derive and its", theirs, Goal::AtMost(1.0))])
}

const SERDE: &str = "serde = { version = \"1\", features = [\"derive\"] }\n";
const SCHEMARS: &str = "schemars = { version = \"1\", features = [\"uuid1\"] }\n";
const UUID: &str = "uuid = { version = \"1\", features = [\"serde\"] }\n";

fn row(part: &'static str, what: String, ours: f64) -> impl Fn(&str, f64, Goal) -> Row {
    move |against, theirs, goal| Row {
        part,
        what: what.clone(),
        against: against.to_owned(),
        unit: "s",
        ours,
        theirs: Some(theirs),
        spread: None,
        goal,
    }
}

/// The time of one run. A dependency from a registry is built without incremental state, so a cold build of ours is, too.
fn cargo(folder: &Path, verb: &str, name: &str, target: &Path) -> Result<Duration, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([verb, "--offline", "--quiet", "--package", name, "--target-dir"]).arg(target);
    command.current_dir(folder).env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
    if verb == "build" {
        command.env("CARGO_INCREMENTAL", "0");
    }
    let start = Instant::now();
    let output = command.output()?;
    let taken = start.elapsed();
    if output.status.success() {
        Ok(taken)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}
