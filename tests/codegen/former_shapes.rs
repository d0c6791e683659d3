//! What was stored in each shape that a version ever had is held against the code, and not only the last one's.

use std::fs;
use std::process::Command;

use eventbus_tests::toolchain::{Fixture, Run};

use crate::SHOP;
use crate::git::{commit, released};

const BEGINNING: &str = r#"
use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Desk(Desk),
}
"#;

/// Every one of them may become what it is in [`SECOND`], and from there what it is in [`THIRD`].
const FIRST: &str = r#"
#[derive(Debug, Clone, DomainEvent)]
pub enum Desk {
    Option { x: Option<i64> },
    List { #[serde(default, skip_serializing_if = "Vec::is_empty")] x: Vec<String> },
    Alias { x: Option<i64> },
    Presence { },
    Map { all: BTreeMap<String, Inner> },
    Closed { inner: Inner },
    Flat { inner: Inner },
    Variant { held: Held },
    Tagged { held: Tagged },
    Same { x: Option<i64> },
    Other { held: Held },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Inner { pub n: Option<i64> }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Held { A { n: Option<i64> }, B { m: i64 } }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub enum Tagged { A { n: i64 }, B { m: i64 }, #[serde(other, skip_serializing)] Unknown }
"#;

const SECOND: &str = r#"
#[derive(Debug, Clone, DomainEvent)]
pub enum Desk {
    Option { },
    List { },
    Alias { },
    Presence { #[serde(default)] tags: Vec<String> },
    Map { all: BTreeMap<String, Inner> },
    Closed { inner: Inner },
    Flat { inner: Inner },
    Variant { held: Held },
    Tagged { held: Tagged },
    Same { },
    Other { held: Held },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Inner { }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Held { A { }, B { m: i64 } }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub enum Tagged { B { m: i64 }, #[serde(other, skip_serializing)] Unknown }
"#;

const THIRD: &str = r#"
#[derive(Debug, Clone, DomainEvent)]
pub enum Desk {
    Option { x: Option<String> },
    List { #[serde(default, skip_serializing_if = "Vec::is_empty")] x: Vec<i64> },
    Alias { #[serde(default, alias = "x")] y: Option<String> },
    Presence { tags: Vec<String> },
    Map { all: BTreeMap<String, Inner> },
    Closed { inner: Closed },
    Flat { inner: Flat },
    Variant { held: Held },
    Tagged { held: Tagged },
    Same { x: Option<i64> },
    Other { held: Others },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Inner { pub n: Option<String> }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed { }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Held { A { n: Option<String> }, B { m: i64 } }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Flat { #[serde(flatten)] pub rest: BTreeMap<String, String> }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Others { A { }, B { m: i64, n: Option<String> } }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub enum Tagged { A { n: String }, B { m: i64 }, #[serde(other, skip_serializing)] Unknown }
"#;

fn source(events: &str) -> String {
    format!("{BEGINNING}{events}")
}

fn change(fixture: &Fixture, events: &str) {
    fixture.write("src/lib.rs", &source(events));
}

/// What was refused, each as its rule, its type and its place.
fn refused(run: &Run) -> Vec<String> {
    let report: serde_json::Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = report["findings"].as_array().expect("findings");
    let refused =
        findings.iter().filter(|one| one["verdict"] == "bump" || one["verdict"] == "deny");
    let text =
        |one: &serde_json::Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let line =
        |one| format!("{} {} {}", text(one, "rule"), text(one, "type"), text(one, "pointer"));
    refused.map(line).collect()
}

/// The files of former shapes that a type has.
fn kept(fixture: &Fixture, event_type: &str) -> Vec<String> {
    let entries = fs::read_dir(fixture.path(&format!("schemas/{event_type}"))).expect("a folder");
    let names =
        entries.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8"));
    names.filter(|name| name.starts_with("v1-")).collect()
}

#[test]
fn what_was_stored_in_a_former_shape_is_held_against_the_code() {
    let fixture = released("former-shapes", &source(FIRST));
    change(&fixture, SECOND);
    // That a variant is gone and read as an unknown one is a loss that somebody has to want.
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    fixture.codegen();
    fixture.run(&["codegen", "--check"]).said(0, &["up to date"]);
    commit(&fixture);
    change(&fixture, THIRD);
    let expected = [
        "EV208 desk.alias /x",
        "EV125 desk.closed /inner",
        "EV125 desk.flat /inner",
        "EV106 desk.list /x/*",
        "EV106 desk.map /all/*/n",
        "EV106 desk.option /x",
        "EV103 desk.presence /tags",
        "EV106 desk.tagged /held/n",
        "EV106 desk.variant /held/A/n",
    ];
    for command in
        [&["check", "--format", "json"][..], &["check", "--format", "json", "--against", "trunk"]]
    {
        assert_eq!(refused(&fixture.run(command)), expected);
    }
}

const STARTED: &str = "    Started { host: String },";

/// The shop with this in the place of the event that was started.
fn started(event: &str) -> String {
    SHOP.replace(STARTED, event)
}

const WITH_PORT: &str = "    Started { host: String, port: Option<u16> },";

/// A registry whose `system.started` had a port once, and has none any more.
fn without_port(test: &str) -> Fixture {
    let fixture = released(test, &started(WITH_PORT));
    fixture.write("src/lib.rs", SHOP);
    fixture.codegen();
    commit(&fixture);
    fixture
}

const AGAINST: &[&str] = &["check", "--against", "trunk"];

#[test]
fn a_shape_is_kept_until_it_comes_back() {
    let fixture = without_port("former-shapes-kept");
    let [file] = kept(&fixture, "system.started").try_into().expect("one shape");
    assert!(fixture.read(&format!("schemas/system.started/{file}")).contains("\"port\""));
    assert!(fixture.read("schemas/_manifest/system.started.json").contains(&file));
    assert!(kept(&fixture, "order.placed").is_empty());
    fixture.write("src/lib.rs", &started(WITH_PORT));
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    let said = fixture.codegen();
    assert!(said.contains(&format!("removed schemas/system.started/{file}")), "{said}");
    // What was stored meanwhile has no port, and that is another shape.
    let [other] = kept(&fixture, "system.started").try_into().expect("one shape");
    assert_ne!(file, other);
}

#[test]
fn a_shape_that_was_edited_or_deleted_is_found() {
    let fixture = without_port("former-shapes-edited");
    let [file] = kept(&fixture, "system.started").try_into().expect("one shape");
    let path = format!("schemas/system.started/{file}");
    let text = fixture.read(&path);
    fixture.write(&path, &text.replace("uint16", "uint32"));
    fixture.run(&["check"]).said(1, &[&path]);
    fixture.run(&["codegen"]).said(2, &[&path, "nothing was written"]);
    fs::remove_file(fixture.path(&path)).expect("it was there");
    fixture.run(&["check"]).said(1, &[&path]);
    fixture.run(&["codegen", "--check"]).said(1, &[&path]);
    // Whoever makes the manifest say so, too, is found by whoever has the former one.
    let manifest = "schemas/_manifest/system.started.json";
    let lines = fixture.read(manifest);
    let rest: Vec<&str> = lines.lines().filter(|line| !line.contains(&file)).collect();
    fixture.write(manifest, &format!("{}\n", rest.join("\n")));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    let restore = format!("git checkout trunk -- {path}");
    fixture.run(AGAINST).said(1, &["error[EV026]", &file, &restore]);
    follow(&fixture, &restore);
    fixture.codegen();
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
}

#[test]
fn a_type_whose_folder_was_made_anew_lacks_what_was_released() {
    let fixture = released("former-shapes-anew", &started(WITH_PORT));
    fixture.write("src/lib.rs", SHOP);
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("it was there");
    fs::remove_file(fixture.path("schemas/_manifest/system.started.json")).expect("it was there");
    fixture.codegen();
    let run = fixture.run(AGAINST);
    run.said(1, &["error[EV026]", "v1-"]);
    let said = format!("{}{}", run.stdout, run.stderr);
    let command = said.lines().find_map(|line| line.find("git ").map(|at| &line[at..]));
    follow(&fixture, command.expect("a command"));
    fixture.codegen();
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    assert_eq!(kept(&fixture, "system.started").len(), 1);
}

/// Runs what the user is told to run.
fn follow(fixture: &Fixture, command: &str) {
    let mut shell = Command::new("sh");
    let status = shell.args(["-c", command]).current_dir(fixture.path("")).status();
    assert!(status.expect("sh starts").success(), "{command}");
}

#[test]
fn a_former_version_is_read_in_each_of_its_shapes() {
    let fixture = without_port("former-shapes-version");
    let second = |port: &str| {
        let event =
            "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { name: String },";
        format!(
            "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub host: String, pub port: Option<{port}> }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ name: former.host }} }}
}}",
            started(event)
        )
    };
    let parts = ["error[EV012]", "`system.started` version 1", "\"port\":", "v1-"];
    fixture.write("src/lib.rs", &second("String"));
    fixture.run(&["check"]).said(1, &parts);
    fixture.run(AGAINST).said(1, &parts);
    fixture.write("src/lib.rs", &second("u16"));
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    fixture.codegen();
    commit(&fixture);
    let [file] = kept(&fixture, "system.started").try_into().expect("one shape");
    let path = format!("schemas/system.started/{file}");
    let text = fixture.read(&path);
    fs::remove_file(fixture.path(&path)).expect("it was there");
    fixture.run(AGAINST).said(1, &["error[EV026]", &path]);
    fixture.write(&path, &text);
    fixture.write("src/lib.rs", &second("String"));
    fixture.run(&["check"]).said(1, &parts);
    // So is what was stored under a former name.
    let renamed = second("String")
        .replace("    Started {", "    #[event(alias = \"system.started\")]\n    Begun {");
    fixture.write("src/lib.rs", &renamed.replace("for SystemStarted", "for SystemBegun"));
    fixture.run(&["check"]).said(1, &["error[EV012]", "`system.started` version 1", "v1-"]);
}

#[test]
fn a_shape_is_given_up_for_a_reason() {
    let fixture = released("former-shapes-reason", SHOP);
    let tagged = |field: &str, reason: &str| {
        started(&format!("    {reason}\n    Started {{ host: String, {field}tags: Vec<String> }},"))
    };
    fixture.write("src/lib.rs", &tagged("#[serde(default)] ", ""));
    fixture.codegen();
    commit(&fixture);
    fixture.write("src/lib.rs", &tagged("", ""));
    fixture.run(AGAINST).said(1, &["error[EV103]", "version 1 had this shape once: v1-"]);
    fixture.write("src/lib.rs", &tagged("", "#[event(compat(reviewed = \"none is stored\"))]"));
    // The sample that the first shape left behind goes with it.
    fs::remove_file(fixture.path("schemas/system.started/samples/v1.json")).expect("it was there");
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV103]"]);
    fixture.run(AGAINST).said(0, &["warning[EV103]", "because: none is stored"]);
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}
