//! A run in which nothing changed.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use eventbus_tests::toolchain::{Fixture, fixtures_folder};

use crate::SHOP;

/// A fixture that builds into a folder of its own would compile everything again; so it is found by its package's name.
struct Kept(PathBuf);

impl Kept {
    /// What is kept of the fixtures of this package.
    fn of(package: &str) -> Vec<Self> {
        let folders = fs::read_dir(fixtures_folder().join("eventbus")).unwrap();
        let paths = folders.map(|entry| entry.unwrap().path());
        let is_one = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.strip_prefix(package).is_some_and(|rest| rest.starts_with('-'))
        };
        paths.filter(is_one).map(Self).collect()
    }

    /// The only one.
    fn only(package: &str) -> Self {
        let mut all = Self::of(package);
        assert_eq!(all.len(), 1);
        all.pop().unwrap()
    }

    fn linked(&self) -> SystemTime {
        fs::metadata(self.0.join("catalog")).unwrap().modified().unwrap()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }
}

#[test]
fn nothing_is_linked_or_asked_again() {
    let package = "fixture-no-change";
    let fixture = Fixture::new("no-change", SHOP);
    fixture.codegen();
    let kept = Kept::only(package);
    let (linked, facts) = (kept.linked(), kept.read("kept.json"));
    assert!(fixture.codegen().contains("0 created, 0 updated"));
    fixture.run(&["check"]).succeeded();
    assert_eq!((kept.linked(), kept.read("kept.json")), (linked, facts.clone()));

    // What it answered is not asked for again: here it is made to say something else.
    let catalog = kept.read("catalog.json");
    fs::write(kept.0.join("catalog.json"), catalog.replace("A customer's order.", "Kept."))
        .unwrap();
    fixture.codegen();
    assert!(fixture.read("schemas/order.placed/event.json").contains("Kept."));

    fixture.replace("src/lib.rs", "A customer's order.", "A customer's own order.");
    fixture.codegen();
    assert!(fixture.read("schemas/order.placed/event.json").contains("own order."));
    assert_ne!(kept.read("kept.json"), facts);

    // Samples that it decoded are not decoded again: here it could not.
    fixture.run(&["check"]).succeeded();
    fs::write(kept.0.join("catalog"), "").unwrap();
    fixture.run(&["check"]).succeeded();
    fixture.write("schemas/system.started/samples/v1.mine.json", "{\"host\": \"a\"}");
    assert_ne!(fixture.run(&["check"]).code, 0);
}

/// Two builds of one library with other features have one path, and take each other's place there.
#[test]
fn other_features_are_another_library() {
    let fixture = Fixture::new("other-features", "");
    let manifest = fixture.read("Cargo.toml");
    fixture.write("Cargo.toml", &format!("{manifest}[features]\nmore = []\n"));
    let library = SHOP.replace("Ups,", "Ups, #[cfg(feature = \"more\")] Gls,");
    fixture.write("src/lib.rs", &library);
    fixture.run(&["codegen", "--features", "more"]).succeeded();
    assert!(fixture.read("schemas/order.placed/v1.json").contains("gls"));
    for _ in 0..2 {
        assert_eq!(fixture.run(&["codegen", "--check"]).code, 1);
        fixture.run(&["codegen", "--check", "--features", "more"]).succeeded();
    }
}

#[test]
fn a_program_that_was_lost_is_linked_again() {
    let fixture = Fixture::new("lost", SHOP);
    fixture.codegen();
    for kept in Kept::of("fixture-lost") {
        // Those of former runs have lost theirs already.
        let _ = fs::remove_file(kept.0.join("catalog"));
    }
    fixture.run(&["codegen", "--check"]).succeeded();
}

#[test]
fn runs_at_once_do_not_disturb_each_other() {
    let fixture = Fixture::new("at-once", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "A customer's order.", "A customer's own order.");
    let check = || fixture.command(&["codegen", "--check"]).output().unwrap();
    let outputs = std::thread::scope(|scope| {
        let runs = [(); 3].map(|()| scope.spawn(check));
        runs.map(|run| run.join().unwrap())
    });
    for output in outputs {
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("own order."), "{said}");
    }
}
