//! Who must understand whom: that a change asks for less is no excuse for what it breaks itself.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{commit, released};

const STARTED: &str = "    Started { host: String },";
const AGAINST: [&str; 3] = ["check", "--against", "trunk"];

/// Puts `event` in the place of the one that was started, and takes its sample away.
fn change(fixture: &Fixture, event: &str) {
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, event));
    let _gone = fs::remove_file(fixture.path("schemas/system.started/samples/v1.json"));
}

fn relax(fixture: &Fixture) {
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
}

#[test]
fn a_change_is_judged_by_what_was_asked_for_until_then() {
    let fixture = released("modes-default", SHOP);
    relax(&fixture);
    change(&fixture, "    Started { host: u32 },");
    let parts = [
        "error[EV208]",
        "`full` was asked for until now, and this change is judged by it",
        "ask for `none` in a change of its own",
        "note[EV028]",
        "`full` → `none`",
    ];
    let before = fixture.generated();
    for command in [&["check"][..], &AGAINST, &["codegen"], &["codegen", "--against", "trunk"]] {
        fixture.run(command).said(1, &parts);
    }
    assert_eq!(fixture.generated(), before);
    // By itself it breaks nobody; on this branch it is still the one change.
    change(&fixture, STARTED);
    fixture.run(&AGAINST).said(0, &["note[EV028]", "nothing is refused"]);
    fixture.codegen();
    change(&fixture, "    Started { host: u32 },");
    fixture.run(&["check"]).said(0, &["note[EV208]"]);
    fixture.run(&AGAINST).said(1, &parts);
    // From then on it holds.
    change(&fixture, STARTED);
    fixture.codegen();
    commit(&fixture);
    change(&fixture, "    Started { host: u32 },");
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["note[EV208]"]);
}

#[test]
fn a_reason_lets_the_change_through_that_asks_for_less() {
    let fixture = released("modes-reason", SHOP);
    let event = |words: &str| format!("    #[event({words})]\n    Started {{ host: u32 }},");
    change(&fixture, &event("compat = \"none\""));
    fixture.run(&AGAINST).said(1, &["error[EV208]", "`full` was asked for until now"]);
    change(&fixture, &event("compat = \"none\", compat(reviewed = \"nobody stores hosts\")"));
    fixture.run(&AGAINST).said(0, &["warning[EV208]", "because: nobody stores hosts"]);
    fixture.codegen();
    change(&fixture, &event("compat = \"none\""));
    fixture.run(&AGAINST).said(0, &["warning[EV208]", "because: nobody stores hosts"]);
}

#[test]
fn what_no_reason_lets_through_waits_for_its_mode() {
    let fixture = released("modes-gone", SHOP);
    relax(&fixture);
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, "    Stopped { code: u8 },"));
    let run = fixture.run(&AGAINST);
    run.said(1, &["error[EV003]", "ask for `none` in a change of its own, before this one\n"]);
    // A half of what was asked for is asked for still.
    fixture.replace("eventbus.toml", "none", "forward");
    fixture.run(&AGAINST).said(1, &["error[EV003]", "ask for `forward` in a change of its own"]);
    fixture.replace("eventbus.toml", "forward", "backward");
    let run = fixture.run(&AGAINST);
    run.said(1, &["error[EV003]"]);
    assert!(!run.stderr.contains("in a change of its own"), "{}", run.stderr);
}

/// Registries of former releases do not say what the configuration asked for; the commit's own configuration does.
#[test]
fn the_commits_own_configuration_says_what_it_asked_for() {
    let fixture = Fixture::new("modes-former", SHOP);
    fixture.codegen();
    let catalog = fixture.read("schemas/catalog.json");
    assert!(catalog.contains("\"compat\": \"full\""), "{catalog}");
    fixture.write("schemas/catalog.json", &catalog.replace("  \"compat\": \"full\",\n", ""));
    crate::git::begin(&fixture);
    relax(&fixture);
    change(&fixture, "    Started { host: u32 },");
    // Nothing on disk knows.
    fixture.run(&["check"]).said(0, &["note[EV208]"]);
    fixture.run(&AGAINST).said(1, &["error[EV208]", "`full` was asked for until now"]);
    fixture
        .run(&["check", "--against", "trunk:schemas"])
        .said(1, &["error[EV208]", "`full` was asked for until now"]);
    // Also where the configuration has another name by now.
    fs::rename(fixture.path("eventbus.toml"), fixture.path("events.toml")).expect("moved");
    fixture
        .run(&[&AGAINST[..], &["--config", "events.toml"]].concat())
        .said(1, &["error[EV208]", "`full` was asked for until now"]);
}
