//! What was stored in each shape that a version ever had is held against the code, and not only the last one's.

use std::fs;

use eventbus_tests::toolchain::{Fixture, Run};

use crate::SHOP;
use crate::git::{asked, commit, git, released};

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
    let restore = ["codegen", "--against", "trunk"];
    let command = format!("cargo eventbus {}", restore.join(" "));
    fixture.run(AGAINST).said(1, &["error[EV026]", &file, &command]);
    let drift = ["codegen", "--check", "--against", "trunk"];
    fixture.run(&drift).said(1, &[&path, "not up to date"]);
    fixture.run(&restore).said(0, &[&format!("created {path}")]);
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    fixture.run(&drift).said(0, &["up to date"]);
}

#[test]
fn a_type_whose_folder_was_made_anew_lacks_what_was_released() {
    let fixture = released("former-shapes-anew", &started(WITH_PORT));
    fixture.write("src/lib.rs", SHOP);
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("it was there");
    fs::remove_file(fixture.path("schemas/_manifest/system.started.json")).expect("it was there");
    fixture.codegen();
    fixture.run(AGAINST).said(1, &["error[EV026]", "v1-", "codegen --against trunk"]);
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["created"]);
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    assert_eq!(kept(&fixture, "system.started").len(), 1);
}

#[test]
fn a_former_version_is_read_in_each_of_its_shapes() {
    let fixture = without_port("former-shapes-version");
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

/// What was there on a branch alone was stored nowhere.
#[test]
fn a_shape_that_was_never_released_is_not_kept() {
    let fixture = released("former-shapes-branch", SHOP);
    fixture.write("src/lib.rs", &started(WITH_PORT));
    fixture.codegen();
    fixture.write("src/lib.rs", SHOP);
    fixture.codegen();
    assert_eq!(kept(&fixture, "system.started").len(), 1);
    fixture.write("src/lib.rs", &started("    Started { host: String, port: Option<String> },"));
    fixture.run(&["check"]).said(1, &["error[EV106]"]);
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    fixture.run(&["codegen", "--against", "trunk"]).succeeded();
    let [file] = kept(&fixture, "system.started").try_into().expect("what was released");
    assert!(!fixture.read(&format!("schemas/system.started/{file}")).contains("\"port\""));
    fixture.run(&["codegen", "--check", "--against", "trunk"]).said(0, &["up to date"]);
}

const SECOND_VERSION: &str =
    "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { name: String },";

/// The second version, and the first one with this port.
fn second(port: &str) -> String {
    format!(
        "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub host: String, pub port: Option<{port}> }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ name: former.host }} }}
}}",
        started(SECOND_VERSION)
    )
}

#[test]
fn a_version_may_grow_on_a_branch_before_it_is_followed_by_another() {
    let fixture = released("former-shapes-grown", SHOP);
    fixture.write("src/lib.rs", &started(WITH_PORT));
    fixture.codegen();
    fixture.write("src/lib.rs", &second("u16"));
    fixture.run(&["codegen", "--against", "trunk"]).succeeded();
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    fixture.run(&["codegen", "--check", "--against", "trunk"]).said(0, &["up to date"]);
}

#[test]
fn a_version_that_grew_on_one_branch_and_was_followed_on_another_has_both_shapes() {
    let fixture = released("former-shapes-both", SHOP);
    git(&fixture, &["checkout", "--quiet", "-b", "second"]);
    fixture.write("src/lib.rs", &second("u16"));
    fixture.codegen();
    commit(&fixture);
    git(&fixture, &["checkout", "--quiet", "trunk"]);
    fixture.write("src/lib.rs", &started(WITH_PORT));
    fixture.codegen();
    commit(&fixture);
    git(&fixture, &["checkout", "--quiet", "second"]);
    // What the merge left open is taken from one side, and generated again.
    asked(&fixture, &["merge", "--quiet", "trunk"]);
    git(&fixture, &["checkout", "--ours", "--", "."]);
    fixture.codegen();
    let is_held = || {
        fixture.run(AGAINST).said(0, &["nothing is refused"]);
        fixture.run(&["codegen", "--check", "--against", "trunk"]).said(0, &["up to date"]);
    };
    is_held();
    // Whoever takes all from one side lacks what the other one has.
    git(&fixture, &["checkout", "second", "--", "schemas"]);
    let shapes = kept(&fixture, "system.started");
    for file in shapes {
        fs::remove_file(fixture.path(&format!("schemas/system.started/{file}")))
            .expect("it was there");
    }
    fixture.run(AGAINST).said(1, &["error[EV026]", "codegen --against trunk"]);
    fixture.run(&["codegen", "--against", "trunk"]).succeeded();
    is_held();
    fixture.write("src/lib.rs", &second("String"));
    fixture.run(AGAINST).said(1, &["error[EV012]", "v1-"]);
}

/// What a reader learns first and a writer writes then is nothing that comes back.
const OPENED: [&str; 3] = [
    "#[serde(deny_unknown_fields)] pub struct Closed { pub a: i64 } pub enum Grows { A }",
    "pub struct Closed { pub a: i64 } pub enum Grows { A, #[serde(other, skip_serializing)] Unknown }",
    "pub struct Closed { pub a: i64, pub b: Option<i64> } pub enum Grows { A, B, #[serde(other, skip_serializing)] Unknown }",
];

#[test]
fn what_readers_are_made_ready_for_may_come() {
    let held = |types: &str| {
        let derived = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n";
        let types = types.replace("pub enum", &format!("\n{derived}pub enum"));
        let event = "    Started { closed: Closed, grows: Grows },";
        format!("{}\n{derived}{types}", started(event))
    };
    let [first, second, third] = OPENED.map(held);
    let fixture = released("former-shapes-ready", &first);
    for source in [second, third] {
        fixture.write("src/lib.rs", &source);
        fixture.run(&["check"]).said(0, &["nothing is refused"]);
        fixture.run(AGAINST).said(0, &["nothing is refused"]);
        fixture.codegen();
        commit(&fixture);
    }
}

#[test]
fn a_reason_for_one_field_is_none_for_another_of_the_same_shape() {
    let both = "    Started { host: String, a: Option<i64>, b: Option<i64> },";
    let fixture = released("former-shapes-one-reason", &started(both));
    let reason = "    #[event(compat(reviewed = \"no a is stored\"))]\n";
    let source =
        |fields: &str| started(&format!("{reason}    Started {{ host: String, {fields} }},"));
    fixture.write("src/lib.rs", &source("a: Option<String>"));
    fs::remove_file(fixture.path("schemas/system.started/samples/v1.json")).expect("it was there");
    fixture.run(&["codegen", "--against", "trunk"]).succeeded();
    fixture.run(AGAINST).said(0, &["because: no a is stored"]);
    fixture.write("src/lib.rs", &source("a: Option<String>, b: Option<String>"));
    fixture.run(&["check"]).said(1, &["error[EV106]", "at /b"]);
    fixture.run(AGAINST).said(1, &["at /b"]);
    fixture.run(&["codegen", "--against", "trunk"]).said(1, &["at /b", "nothing was written"]);
    // Once it is a former version, the same holds: what was given up is, and the rest is not.
    fixture.write("src/lib.rs", &source("a: Option<String>"));
    commit(&fixture);
    let second = |b: &str| {
        format!(
            "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub host: String, pub a: Option<String>, pub b: Option<{b}> }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ name: former.host }} }}
}}",
            started(SECOND_VERSION)
        )
    };
    fixture.write("src/lib.rs", &second("i64"));
    fixture.run(AGAINST).said(0, &["nothing is refused"]);
    fixture.write("src/lib.rs", &second("String"));
    fixture.run(AGAINST).said(1, &["error[EV012]", "at /b", "v1-"]);
}

/// Each comes back in a place of another kind, which reads what is stored, and of which consumers know better.
#[test]
fn consumers_of_a_former_shape_are_asked_wherever_a_name_comes_back() {
    let derived = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n";
    let source = |types: [&str; 3]| {
        let types = types.map(|one| format!("{derived}{one}\n")).concat();
        let wide = format!("{derived}#[serde(untagged)] pub enum Wide {{ I(i64), S(String) }}\n");
        format!(
            "use std::collections::BTreeMap;\n{}\n{wide}{types}",
            started("    Started { a: A, b: B },")
        )
    };
    let inner = "pub struct C { }";
    let fixture = released(
        "former-shapes-consumers",
        &source([
            "pub struct A { pub x: Option<i64> }",
            "pub struct B { pub x: Option<i64> }",
            inner,
        ]),
    );
    fixture.write("src/lib.rs", &source(["pub struct A { }", "pub struct B { }", inner]));
    fixture.codegen();
    commit(&fixture);
    let map = "pub struct A { #[serde(flatten)] pub all: BTreeMap<String, Option<Wide>> }";
    let union = "#[serde(untagged)] pub enum B { X { x: Option<Wide>, z: bool }, C(C) }";
    for types in [[map, "pub struct B { }", inner], ["pub struct A { }", union, inner]] {
        fixture.write("src/lib.rs", &source(types));
        fixture.run(AGAINST).said(1, &["error[EV106]", "new code writes"]);
    }
}

#[test]
fn what_cannot_be_decided_hides_nothing_that_can() {
    let text =
        |pattern: &str| format!("#[schemars(regex(pattern = r\"{pattern}\"))] pub text: String");
    let first = |pattern: &str, least: &str| {
        format!("pub struct StartedV1 {{ {}, pub n: {least} }}", text(pattern))
    };
    let fixture = released(
        "former-shapes-undecided",
        &started(&format!(
            "    Started {{ {}, n: i64 }},",
            text("^(?=a)[a-z]+$").replace("pub ", "")
        )),
    );
    let second = "    #[event(version = 2, upcast(1 => StartedV1), compat(reviewed = \"the same\"))]\n    Started { n: u8 },";
    let source = |least: &str| {
        format!(
            "{}\n#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]\n{}
impl From<StartedV1> for SystemStarted {{ fn from(_: StartedV1) -> Self {{ Self {{ n: 1 }} }} }}",
            started(second),
            first("^(?=b)[a-z]+$", least)
        )
    };
    fixture.write("src/lib.rs", &source("i64"));
    fixture.run(AGAINST).said(0, &["warning[EV022]"]);
    fixture.write("src/lib.rs", &source("i8"));
    fixture.run(AGAINST).said(1, &["error[EV012]", "at /n", "integer (int64) → integer (int8)"]);
}
