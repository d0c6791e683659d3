//! Where no registry is, though a command was given one.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::begin;

#[test]
fn a_registry_that_is_not_there_yet_is_told_with_what_writes_it() {
    let fixture = Fixture::new("absent-first", SHOP);
    for command in ["check", "list"] {
        let run = fixture.run(&[command]);
        run.refused(&["there is no registry at `schemas`", "run `cargo eventbus codegen`"]);
        assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
    }
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["2 event types checked"]);
}

#[test]
fn a_misspelt_folder_is_told_with_the_one_that_was_meant() {
    let fixture = Fixture::new("absent-misspelt", SHOP);
    fixture.codegen();
    begin(&fixture);
    let configuration = fixture.read("eventbus.toml");
    fixture.write("eventbus.toml", &format!("schemas = \"shemas\"\n{configuration}"));
    let parts = ["there is no registry at `shemas`", "did you mean `schemas`?", "eventbus.toml"];
    for command in ["check", "list"] {
        fixture.run(&[command]).refused(&parts);
    }
    // What is there need not be a registry.
    let text = configuration.replace("root =", "schemas = \"web\"\nroot =");
    fixture.write("eventbus.toml", &text);
    let parts = ["`web` is no registry", "`catalog.json`", "did you mean `schemas`?"];
    for command in ["check", "list"] {
        fixture.run(&[command]).refused(&parts);
    }
    fixture.write("eventbus.toml", &configuration);

    let folders = [("web", "`web` is no registry"), ("schema", "`schema`")];
    for (name, what) in folders {
        for pair in [[name, "HEAD"], ["schemas", name]] {
            fixture
                .run(&[&["diff"], &pair[..]].concat())
                .refused(&[what, "did you mean `schemas`?"]);
        }
    }
}

#[test]
fn a_commit_is_asked_for_a_folder_of_its_own() {
    let fixture = Fixture::new("absent-commit", SHOP);
    begin(&fixture);
    fixture.codegen();
    let none = ["`HEAD` has no registry at `schemas`"];
    fixture.run(&["diff", "HEAD", "schemas"]).refused(&none);
    // What nobody released is new.
    let note = "`HEAD` has no registry at `schemas`: everything counts as new";
    fixture.run(&["check", "--against", "HEAD"]).said(0, &[note, "0 event types checked"]);

    fs::rename(fixture.path("schemas"), fixture.path("events")).expect("renamed");
    crate::git::commit(&fixture);
    fixture.run(&["diff", "HEAD:events", "events"]).said(0, &["nothing is refused"]);
    let parts = ["`HEAD` has no registry at `event`", "did you mean `events`?"];
    fixture.run(&["diff", "HEAD:event", "events"]).refused(&parts);
    fixture.run(&["diff", "events", "HEAD:src"]).refused(&["`HEAD` has no registry at `src`"]);
    fixture.run(&["diff", "nowhere:events", "events"]).refused(&["git knows no commit `nowhere`"]);
}
