//! A run that is killed anywhere: what it left is whole, and the next run ends where it would have ended.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use eventbus_tests::random::seeded;
use eventbus_tests::toolchain::Fixture;
use rand::RngExt as _;

use super::{Kind, snapshot};

/// The rounds in which it is killed while it writes, which is a small part of its time, and at any moment.
const WRITING: usize = 6;
const ANYWHERE: usize = 2;

type Files = BTreeMap<PathBuf, Kind>;

/// Many events, so that writing takes a while, with a field that the first release does not have.
fn shop(field: &str) -> String {
    let mut source = "
        #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
        pub enum ShopEvent { System(SystemEvent) }
        #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
        pub enum SystemEvent {"
        .to_owned();
    for at in 0..40 {
        write!(source, "Happened{at} {{ host: String{field} }},").expect("a string");
    }
    source + "}"
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_ends_in_the_same_bytes() {
    let fixture = Fixture::new("fault-killed", &shop(""));
    fixture.codegen();
    let released = snapshot(&fixture);
    fixture.write("src/lib.rs", &shop(", port: Option<u16>"));
    fixture.replace("src/lib.rs", "Happened0 {", "Stopped { code: u8 }, Happened0 {");
    fixture.replace("eventbus.toml", "web/events.ts", "web/types.ts");
    fixture.codegen();
    let updated = snapshot(&fixture);
    assert!(!updated.contains_key(&fixture.path("web/events.ts")), "something is removed too");
    restore(&fixture, &Files::new());
    fixture.codegen();
    let first = snapshot(&fixture);
    let nothing = Files::new();

    let mut random = seeded();
    let mut whole = Duration::from_secs(1);
    for round in 0..WRITING + ANYWHERE {
        let (before, wanted) =
            if round % 2 == 0 { (&released, &updated) } else { (&nothing, &first) };
        restore(&fixture, before);
        let mut command = fixture.command(&["codegen"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if round < WRITING {
            until_it_writes(&fixture, &mut child);
            sleep(Duration::from_micros(random.random_range(0..8_000)));
        } else {
            sleep(whole.mul_f64(random.random_range(0.0..1.0)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for (file, now) in snapshot(&fixture) {
            let is_temporary =
                file.file_name().unwrap().to_str().unwrap().starts_with(".eventbus-");
            let is_whole = [before, wanted].iter().any(|state| state.get(&file) == Some(&now));
            assert!(is_temporary || is_whole, "{} is half-written", file.display());
        }
        let start = Instant::now();
        fixture.codegen();
        whole = start.elapsed();
        let ended = snapshot(&fixture);
        let differs = |file: &&PathBuf| ended.get(*file) != wanted.get(*file);
        let other: Vec<_> = ended.keys().chain(wanted.keys()).filter(differs).collect();
        assert!(other.is_empty(), "round {round} ended otherwise: {other:?}");
    }
}

/// Waits for the first temporary file, or for the end of a run that was faster.
fn until_it_writes(fixture: &Fixture, child: &mut Child) {
    let writes = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .into_iter()
            .any(|entry| entry.file_name().to_string_lossy().starts_with(".eventbus-"))
    };
    let folders = ["schemas", "schemas/system.happened0"].map(|folder| fixture.path(folder));
    while !folders.iter().any(|folder| writes(folder))
        && child.try_wait().expect("a child").is_none()
    {
        std::hint::spin_loop();
    }
}

fn restore(fixture: &Fixture, files: &Files) {
    for folder in ["migrations", "schemas", "web"] {
        let folder = fixture.path(folder);
        if folder.exists() {
            fs::remove_dir_all(folder).expect("a folder");
        }
    }
    for (file, kind) in files {
        let Kind::File(bytes) = kind else { panic!("{} is a link", file.display()) };
        fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(file, bytes).expect("a file");
    }
}
