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
    // Other words alone would do no harm.
    fixture.replace(version, "\"type\": \"string\"", "\"type\": [\"string\", \"null\"]");
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
        .said(1, &["error[EV013]", "version 1 → version 3", "set #[event(version = 2)]"]);
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

const BEGUN: &str = "    #[event(alias = \"system.started\", compat(reviewed = \"consumers ask for both\"))]\n    Begun { host: String },";

/// Runs a command that was printed.
fn paste(fixture: &Fixture, command: &str) {
    let status = Command::new("sh").args(["-c", command]).current_dir(fixture.path("")).status();
    assert!(status.expect("it starts").success(), "{command}");
}

#[test]
fn a_former_name_whose_folder_was_deleted_is_missed() {
    let fixture = released("released-folder", SHOP);
    fixture.replace("src/lib.rs", STARTED, BEGUN);
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV007]"]);
    crate::git::git(&fixture, &["branch", "before"]);
    crate::git::commit(&fixture);
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("removed");
    fs::remove_file(fixture.path("schemas/_manifest/system.started.json")).expect("removed");
    for revision in ["trunk", "before"] {
        let command = format!(
            "git checkout {revision} -- schemas/system.started && \
             git checkout {revision} -- schemas/_manifest/system.started.json"
        );
        let parts = ["error[EV005]", "the folder of `system.started` → absent", &command];
        for asked in [&["check"][..], &["codegen", "--check"]] {
            fixture.run(&[asked, &["--against", revision]].concat()).said(1, &parts);
        }
        let run = fixture.run(&["diff", revision, "schemas"]);
        run.said(1, &["error[EV005]", "the folder of `system.started` → absent"]);
    }
    paste(
        &fixture,
        "git checkout before -- schemas/system.started && \
         git checkout before -- schemas/_manifest/system.started.json",
    );
    // The former type is written as it was left.
    fixture.codegen();
    for revision in ["trunk", "before"] {
        fixture.run(&["codegen", "--check", "--against", revision]).said(0, &[]);
    }
}

#[test]
fn a_former_name_in_a_registry_that_moved_is_had_again_file_by_file() {
    let fixture = released("released-elsewhere", SHOP);
    let configuration = fixture.read("eventbus.toml");
    fixture.write("eventbus.toml", &format!("schemas = \"events\"\n{configuration}"));
    fs::rename(fixture.path("schemas"), fixture.path("events")).expect("moved");
    fixture.replace("src/lib.rs", STARTED, BEGUN);
    fs::remove_dir_all(fixture.path("events/system.started")).expect("removed");
    fs::remove_file(fixture.path("events/_manifest/system.started.json")).expect("removed");
    let run = fixture.run(&["check", "--against", "trunk"]);
    run.said(1, &["error[EV005]", "the folder of `system.started` → absent"]);
    let start = "mkdir -p events/system.started && ";
    let told = run
        .stderr
        .lines()
        .chain(run.stdout.lines())
        .find_map(|line| Some(&line[line.find(start)?..]));
    let command = told.expect("a command").trim_end_matches('`');
    paste(&fixture, command);
    fixture.codegen();
    let check = ["codegen", "--check", "--against", "trunk"];
    fixture.run(&check).said(0, &[]);
}

#[test]
fn a_version_of_a_former_name_is_on_disk_as_it_was() {
    let fixture = released("released-file", SHOP);
    let begun = BEGUN.replace("    #[", "    #[event(compat = \"backward\")]\n    #[");
    fixture.replace("src/lib.rs", STARTED, &begun);
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV007]"]);
    let (version, facts) = ("schemas/system.started/v1.json", "schemas/system.started/event.json");
    let manifest = "schemas/_manifest/system.started.json";
    let kept: Vec<(&str, String)> =
        [version, facts, manifest].into_iter().map(|file| (file, fixture.read(file))).collect();
    // Another contract, of which all files say that it was written.
    let (was, facts_were) = (sha256(&fixture, version), sha256(&fixture, facts));
    fixture.write(version, &fixture.read(version).replace("\"string\"", "\"integer\""));
    fixture.replace(facts, &was, &sha256(&fixture, version));
    fixture.replace(manifest, &was, &sha256(&fixture, version));
    fixture.replace(manifest, &facts_were, &sha256(&fixture, facts));
    let shape = format!("schemas/system.started/v1-{}.json", &was[..12]);
    let run = fixture.run(&["check", "--against", "trunk"]);
    run.said(
        1,
        &["error[EV026]", &format!("{} → absent", &shape["schemas/system.started/".len()..])],
    );
    for (file, text) in &kept {
        fixture.write(file, text);
    }
    fixture.run(&["check", "--against", "trunk"]).said(0, &["warning[EV007]"]);
    fs::remove_file(fixture.path(version)).expect("removed");
    let command = format!("git checkout trunk -- {version}");
    fixture
        .run(&["check", "--against", "trunk"])
        .said(1, &["error[EV005]", "v1.json → absent", &command]);
    fixture.write(version, "{}");
    fixture.run(&["check", "--against", "trunk"]).said(1, &["error[EV014]", &command]);
}

/// What grew before the type went has the shape of that commit beside it, or tells all of it.
#[test]
fn a_type_that_grew_before_it_went_has_lost_nothing() {
    let port = "host: String, port: Option<u16>";
    let skipped = "host: String, #[serde(default, skip_serializing_if = \"Option::is_none\")] port: Option<u16>";
    for (test, fields, shapes) in [("grown", port, 1), ("grown-skipped", skipped, 0)] {
        let fixture = released(&format!("released-{test}"), SHOP);
        fixture.replace("src/lib.rs", "host: String", fields);
        fixture.codegen();
        let grown = STARTED.replace("host: String", fields);
        fixture.replace("src/lib.rs", &grown, &BEGUN.replace("host: String", fields));
        fixture.codegen();
        let files = fs::read_dir(fixture.path("schemas/system.started")).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name());
        let is_shape = |name: &std::ffi::OsString| name.to_string_lossy().starts_with("v1-");
        assert_eq!(names.filter(is_shape).count(), shapes);
        for command in [&["check"][..], &["codegen", "--check"]] {
            fixture.run(&[command, &["--against", "trunk"]].concat()).said(0, &[]);
        }
    }
}
