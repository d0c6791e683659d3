//! What was released, in another commit or on disk, and what a change would make of the record of it.

use std::fs;
use std::process::Command;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::released;

const STARTED: &str = "    Started { host: String },";

/// The SHA-256 of a file, by another program.
pub(crate) fn sha256(fixture: &Fixture, file: &str) -> String {
    let said = Command::new("sha256sum").arg(fixture.path(file)).output().expect("it starts");
    String::from_utf8_lossy(&said.stdout).split(' ').next().expect("a hash").to_owned()
}

#[test]
fn a_registry_that_moved_is_compared_with_what_it_was() {
    let fixture = released("released-moved", SHOP);
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
    let fixture = released("released-rewritten", SHOP);
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

    let hash = |file: &str| sha256(&fixture, file);
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
        fixture.run(command).said(
            1,
            &[
                "error[EV014]",
                "system.started",
                "git checkout HEAD -- schemas/system.started/v1.json",
            ],
        );
    }
}

#[test]
fn what_was_purged_with_a_reason_is_no_loss_to_a_former_commit() {
    let fixture = released("released-purged", SHOP);
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

#[test]
fn a_type_that_was_still_emitted_is_purged_with_a_warning() {
    let fixture = released("released-emitted", SHOP);
    let retired = "    #[event(retired = \"2026-01-31\")]\n    Started { host: String },";
    let others = "    Stopped { code: u8 },";
    fixture.replace("src/lib.rs", STARTED, others);
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    let parts = ["warning[EV029]", "emitted → purged: none is stored", "`system.started`"];
    fixture.run(&purge).said(0, &parts);
    for command in [&["check", "--against", "HEAD"][..], &["diff", "HEAD", "schemas"]] {
        fixture.run(command).said(0, &parts);
    }
    fixture.run(&["check", "--against", "HEAD", "--deny-warnings"]).said(1, &parts);
    // What was retired in that commit is emitted by nobody.
    crate::git::git(&fixture, &["checkout", "--quiet", "--", "."]);
    crate::git::git(&fixture, &["clean", "--quiet", "-d", "--force"]);
    fixture.replace("src/lib.rs", STARTED, retired);
    fixture.codegen();
    crate::git::commit(&fixture);
    fixture.replace("src/lib.rs", retired, others);
    fixture.run(&purge).said(0, &[]);
    let run = fixture.run(&["check", "--against", "HEAD", "--deny-warnings"]);
    run.said(0, &["nothing is refused"]);
}

/// The manifest says what the lost file held, and that is not what the code would write in its place.
#[test]
fn a_current_version_that_was_deleted_is_not_written_with_another_contract() {
    let fixture = released("released-deleted", SHOP);
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

/// The shop whose event is at version 3, where version 2 had a port of this type.
fn third(port: &str) -> String {
    let event = "    #[event(version = 3, upcast(1 => StartedV1, 2 => StartedV2))]\n    \
                 Started { host: String, port: u32, tls: bool },";
    format!(
        "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub host: String }}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV2 {{ pub host: String, pub port: {port} }}
impl From<StartedV1> for StartedV2 {{
    fn from(former: StartedV1) -> Self {{ Self {{ host: former.host, port: 0 }} }}
}}
impl From<StartedV2> for SystemStarted {{
    fn from(former: StartedV2) -> Self {{
        Self {{ host: former.host, port: former.port.into(), tls: false }}
    }}
}}
",
        SHOP.replace(STARTED, event)
    )
}

#[test]
fn versions_that_came_since_a_commit_are_looked_at_one_by_one() {
    let fixture = released("released-twice", SHOP);
    let [second, facts] =
        ["v2.json", "event.json"].map(|file| format!("schemas/system.started/{file}"));
    // The second version was never generated.
    fixture.write("src/lib.rs", &third("u16"));
    fixture
        .run(&["check", "--against", "HEAD"])
        .said(1, &["error[EV013]", "version 1 → version 3"]);
    let between = SHOP.replace(
        STARTED,
        "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { host: String, port: u16 },",
    );
    let upcast = third("u16");
    let (_, upcast) = upcast.split_once("pub struct StartedV1").expect("it has one");
    let (upcast, _) = upcast.split_once("#[derive").expect("another one follows");
    fixture.write(
        "src/lib.rs",
        &format!(
            "{between}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1{upcast}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ host: former.host, port: 0 }} }}
}}
"
        ),
    );
    fixture.codegen();
    fixture.write("src/lib.rs", &third("u16"));
    fixture.codegen();
    let since: [&[&str]; 3] = [
        &["check", "--against", "HEAD"],
        &["codegen", "--check", "--against", "HEAD"],
        &["diff", "HEAD", "schemas"],
    ];
    for command in since {
        fixture.run(command).said(0, &[]);
    }
    fixture.run(since[0]).said(0, &["note[EV011]", "version 1 → version 3"]);

    fixture.write("src/lib.rs", &third("u8"));
    fixture.run(since[0]).said(1, &["error[EV012]", "`system.started` version 2", "\"port\":256"]);
    fixture.write("src/lib.rs", &third("u16"));
    let written = fixture.read(&second);
    fixture.write(&second, &written.replace("uint16", "uint8"));
    for command in [since[0], since[2]] {
        fixture.run(command).said(1, &["error[EV014]", "`system.started` version 2"]);
    }
    fs::remove_file(fixture.path(&second)).expect("removed");
    for command in [since[0], since[2]] {
        fixture.run(command).said(1, &["error[EV005]", "v2.json → absent"]);
    }
    // Nor does it help that nothing speaks of it any more.
    let known = fixture.read(&facts);
    let entry = known.rfind("    {\n      \"sha256\"").expect("three versions");
    let second_entry = known[..entry].rfind("    {\n      \"sha256\"").expect("the one before");
    fixture.write(&facts, &format!("{}{}", &known[..second_entry], &known[entry..]));
    fixture.run(since[0]).said(1, &["error[EV013]", "version 1 → version 3"]);
}

#[test]
fn a_version_whose_file_has_another_number_is_missing() {
    let fixture = released("released-renumbered", SHOP);
    let [first, third] =
        ["v1.json", "v3.json"].map(|file| format!("schemas/system.started/{file}"));
    fs::rename(fixture.path(&first), fixture.path(&third)).expect("renamed");
    for command in [&["check"][..], &["codegen"], &["check", "--against", "HEAD"]] {
        fixture.run(command).refused(&[
            "`system.started/v3.json` is of a version that `system.started/event.json` does not know",
            "`v1.json` is missing: restore it from version control",
            "delete `v3.json`",
        ]);
    }
}
