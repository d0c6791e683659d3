//! What plain `check` finds in the registry itself, beside what it says of changes.

use std::fs;

use eventbus_tests::toolchain::{Fixture, Run};
use serde_json::Value;

use crate::SHOP;

const SAMPLE: &str = "schemas/order.placed/samples/v1.json";
const STARTED: &str = "    Started { host: String },";

/// The shop, generated; `check` finds nothing.
fn generated(test: &str) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["2 event types checked", "nothing is refused"]);
    fixture
}

/// Runs `check`, which writes nothing.
fn checked(fixture: &Fixture, arguments: &[&str]) -> Run {
    let before = fixture.generated();
    let run = fixture.run(&[&["check"], arguments].concat());
    assert_eq!(fixture.generated(), before, "texts and times");
    run
}

#[test]
fn a_sample_that_the_code_does_not_decode_is_found() {
    let fixture = generated("checked-samples");
    let own = "schemas/order.placed/samples/v1.broken.json";
    fixture.write(own, "{\"order_id\": \"no id\"}");
    let parts = [
        "error: a sample of `order.placed` at version 1 does not decode",
        &format!("--> {own}"),
        "UUID",
        &format!("correct or delete `{own}`"),
    ];
    checked(&fixture, &[]).said(1, &parts);
    // Also where nobody reads what it says, and where the schemas alone are no reason to refuse anything.
    checked(&fixture, &["--quiet"]).said(1, &parts);
    fs::remove_file(fixture.path(own)).expect("removed");
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
    fixture.codegen();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: u16");
    let started = "a sample of `system.started` at version 1 does not decode";
    checked(&fixture, &[]).said(1, &[started, "missing field `port`"]);
}

#[test]
fn files_that_are_not_as_they_were_written_are_found() {
    let fixture = generated("checked-edited");
    fixture.replace(SAMPLE, "\"sku\": \"text\"", "\"sku\": \"A-1\"");
    let restore = format!("git checkout -- {SAMPLE}");
    let edited = format!("`{SAMPLE}` was edited by hand");
    checked(&fixture, &[]).said(1, &[&edited, &restore, "1 file is not as it was written"]);
    fixture.replace(SAMPLE, "A-1", "text");

    for file in ["schemas/order.placed/event.json", "schemas/order/group.json"] {
        let whole = fixture.read(file);
        fixture.write(file, &format!("{whole}\n"));
        let edited = format!("`{file}` was edited by hand");
        checked(&fixture, &[]).said(1, &[&edited, &format!("git checkout -- {file}")]);
        fixture.write(file, &whole);
    }

    let migration = "migrations/postgres/0001_eventbus_runtime.sql";
    let whole = fixture.read(migration);
    fixture.write(migration, &format!("{whole}-- mine\n"));
    checked(&fixture, &[]).said(1, &[&format!("`{migration}` was edited by hand")]);
    fixture.write(migration, &whole);
    checked(&fixture, &[]).said(0, &["nothing is refused"]);
}

#[test]
fn a_type_whose_folder_is_gone_is_missed() {
    let fixture = generated("checked-folder");
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("removed");
    let missing = "`schemas/system.started/v1.json` is missing";
    checked(&fixture, &[]).said(1, &[missing, "run `cargo eventbus codegen`"]);
    fixture.replace("src/lib.rs", STARTED, "    Stopped { code: u8 },");
    for file in ["event.json", "v1.json", "samples/v1.json"] {
        let path = format!("schemas/system.started/{file}");
        checked(&fixture, &[]).said(1, &[&format!("`{path}` was deleted"), &path]);
    }
}

#[test]
fn a_version_under_another_number_is_found() {
    let fixture = generated("checked-renumbered");
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
    // A new version is no fault of the registry.
    checked(&fixture, &[]).said(0, &["note[EV011]"]);
    fixture.codegen();
    let sample =
        |version: u32| fixture.path(&format!("schemas/system.started/samples/v{version}.json"));
    fs::rename(sample(1), sample(3)).expect("renamed");
    let gone = "`schemas/system.started/samples/v1.json` was deleted";
    checked(&fixture, &[]).said(1, &[gone, "version 3"]);
}

#[test]
fn manifests_that_lie_are_found() {
    let fixture = generated("checked-manifests");
    let manifest = "schemas/_manifest/system.started.json";
    let whole = fixture.read(manifest);
    let hash = whole.find("\"v1.json\": \"").expect("it is named") + "\"v1.json\": \"".len();
    let mut lie = whole.clone();
    lie.replace_range(hash..hash + 2, if lie[hash..].starts_with("00") { "11" } else { "00" });
    fixture.write(manifest, &lie);
    let parts = [
        "`schemas/system.started/v1.json` is not what `schemas/_manifest/system.started.json` says",
        "git checkout -- schemas/_manifest/system.started.json",
    ];
    checked(&fixture, &[]).said(1, &parts);

    fs::remove_file(fixture.path(manifest)).expect("removed");
    let parts =
        [&format!("`{manifest}` is missing"), "`schemas/system.started/event.json` and 2 more"];
    checked(&fixture, &[]).said(1, &[parts[0], parts[1]]);

    fixture.write(manifest, "{\"files\": {}, \"format\": 1}\n");
    let part = "does not name `schemas/system.started/event.json` and 2 more";
    checked(&fixture, &[]).said(1, &[&format!("`{manifest}` {part}")]);
    fixture.write(manifest, "{\"files\": {}, \"format\": 1, \"more\": 1}\n");
    checked(&fixture, &[])
        .refused(&["the manifest of the generated files cannot be read", manifest]);
    fixture.write(manifest, &whole);
    checked(&fixture, &[]).said(0, &["nothing is refused"]);

    fs::remove_file(fixture.path("schemas/manifest.json")).expect("removed");
    checked(&fixture, &[]).said(1, &["`schemas/manifest.json` is missing"]);
}

/// What `codegen` would write is no fault.
#[test]
fn what_is_only_to_be_generated_is_no_fault() {
    let fixture = generated("checked-new");
    fixture.replace(
        "src/lib.rs",
        STARTED,
        "    Started { host: String, port: Option<u16> },\n    Stopped { code: u8 },",
    );
    fixture.replace("src/lib.rs", "A customer's order.", "Whatever a customer ordered.");
    fs::remove_file(fixture.path("schemas/system.started/samples/v1.json")).expect("removed");
    fixture.write("web/events.ts", "// not the registry's\n");
    checked(&fixture, &[]).said(0, &["nothing is refused"]);
    checked(&fixture, &["--against", "HEAD"]).refused(&["git"]);
}

#[test]
fn machines_and_the_forge_are_told_the_same() {
    let fixture = generated("checked-machines");
    fs::remove_file(fixture.path("schemas/order.placed/v1.json")).expect("removed");
    fixture.write("schemas/system.started/samples/v1.mine.json", "{}");
    let run = checked(&fixture, &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &report["ok"]), (1, &Value::Bool(false)));
    assert_eq!(report["files"][0]["path"], "schemas/order.placed/v1.json");
    assert_eq!(report["files"][0]["status"], "missing");
    assert_eq!(report["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["samples"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["samples"][0]["path"], "schemas/system.started/samples/v1.mine.json");
    assert!(report["samples"][0]["reason"].as_str().expect("a reason").contains("host"));

    let run = checked(&fixture, &["--format", "github"]);
    let lines = [
        "::error file=schemas/order.placed/v1.json,title=registry::`schemas/order.placed/v1.json` is missing",
        "::error file=schemas/system.started/samples/v1.mine.json,title=sample::a sample of",
    ];
    run.said(1, &lines);
    assert!(run.stdout.lines().all(|line| line.starts_with("::")), "{}", run.stdout);
}
