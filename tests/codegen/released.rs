//! What was released, in another commit or on disk, and what a change would make of the record of it.

use std::fs;
use std::process::Command;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::begin;

const STARTED: &str = "    Started { host: String },";

/// A repository with the generated files of the shop in its one commit.
fn released(test: &str) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    fixture.codegen();
    begin(&fixture);
    fixture
}

#[test]
fn a_registry_that_moved_is_compared_with_what_it_was() {
    let fixture = released("released-moved");
    let configuration = fixture.read("eventbus.toml");
    assert!(!configuration.contains("schemas"), "{configuration}");
    fixture.write("eventbus.toml", &format!("schemas = \"events\"\n{configuration}"));
    fs::rename(fixture.path("schemas"), fixture.path("events")).expect("moved");
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["2 event types checked"]);
    // Nor does it help to begin anew in the new place.
    fs::remove_dir_all(fixture.path("events")).expect("removed");
    fixture.replace("src/lib.rs", "host: String", "host: u32");
    fixture.run(&["check", "--against", "HEAD"]).said(1, &["error[EV", "system.started"]);
}

#[test]
fn a_frozen_version_that_was_rewritten_with_its_hashes_is_found_in_the_commit() {
    let fixture = released("released-rewritten");
    let bumped = "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { host: String, port: u16 },";
    fixture.replace("src/lib.rs", STARTED, bumped);
    let former = "
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {
    pub host: String,
}

impl From<StartedV1> for SystemStarted {
    fn from(former: StartedV1) -> Self {
        Self { host: former.host, port: 0 }
    }
}
";
    fixture.write("src/lib.rs", &format!("{}{former}", fixture.read("src/lib.rs")));
    fixture.codegen();
    fixture.run(&["codegen", "--check", "--against", "HEAD"]).said(0, &[]);

    let hash = |file: &str| {
        let said = Command::new("sha256sum").arg(fixture.path(file)).output().expect("it starts");
        String::from_utf8_lossy(&said.stdout).split(' ').next().expect("a hash").to_owned()
    };
    let (version, facts, manifest) = (
        "schemas/system.started/v1.json",
        "schemas/system.started/event.json",
        "schemas/_manifest/system.started.json",
    );
    let (was, facts_were) = (hash(version), hash(facts));
    fixture.replace(
        version,
        "\"type\": \"object\"",
        "\"title\": \"Forged\",\n  \"type\": \"object\"",
    );
    fixture.replace(facts, &was, &hash(version));
    fixture.replace(manifest, &was, &hash(version));
    fixture.replace(manifest, &facts_were, &hash(facts));
    for command in
        [&["check", "--against", "HEAD"][..], &["codegen", "--check", "--against", "HEAD"]]
    {
        fixture.run(command).said(1, &["error[EV014]", "system.started"]);
    }
}

#[test]
fn what_was_purged_with_a_reason_is_no_loss_to_a_former_commit() {
    let fixture = released("released-purged");
    fixture.replace("src/lib.rs", STARTED, "    Stopped { code: u8 },");
    fixture.run(&["check", "--against", "HEAD"]).said(1, &["system.started"]);
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    fixture.run(&purge).said(0, &[]);
    for command in
        [&["check", "--against", "HEAD"][..], &["codegen", "--check", "--against", "HEAD"]]
    {
        fixture.run(command).said(0, &[]);
    }
}

/// The manifest says what the lost file held, and that is not what the code would write in its place.
#[test]
fn a_current_version_that_was_deleted_is_not_written_with_another_contract() {
    let fixture = released("released-deleted");
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("removed");
    fixture.replace("src/lib.rs", "host: String", "host: u32");
    let before = fixture.generated();
    let lost = "schemas/system.started/v1.json";
    fixture.run(&["codegen"]).refused(&[lost, "version control"]);
    assert_eq!(fixture.generated(), before);
    fixture.run(&["codegen", "--check"]).said(1, &[&format!("deleted {lost}")]);
    // As it was, it is what is generated, and may be written again.
    fixture.replace("src/lib.rs", "host: u32", "host: String");
    fixture.codegen();
    fixture.run(&["codegen", "--check"]).said(0, &[]);
}
