//! What breaks somebody by several steps, of which none does by itself.

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{commit, git, released};
use crate::released::sha256;

const STARTED: &str = "    Started { host: String },";
const AGAINST: [&str; 3] = ["check", "--against", "trunk"];
const BOTH: [&[&str]; 2] = [&["check"], &AGAINST];
const DERIVED: &str = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n";
const WIDE: &str = "#[serde(untagged)]\npub enum Wide { I(i64), S(String) }";

/// The shop with `event` in the place of the one that was started, and with these types.
fn with(event: &str, types: &[&str]) -> String {
    let types: String = types.iter().map(|one| format!("\n{DERIVED}{one}\n")).collect();
    format!("{}{types}", SHOP.replace(STARTED, event))
}

/// The second version, which has a name alone, and reads what the first one held.
fn second(types: &[&str]) -> String {
    let event = "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { name: String },";
    format!(
        "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub held: Held }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ name: format!(\"{{former:?}}\") }} }}
}}",
        with(event, types)
    )
}

/// Only the second variant is other, which no sample of the toolchain's own shows.
fn held(kind: &str) -> String {
    format!("pub enum Held {{ A {{ n: i64 }}, B {{ port: {kind} }} }}")
}

const HOLDS: &str = "    Started { held: Held },";

fn change(fixture: &Fixture, source: &str) {
    fixture.write("src/lib.rs", source);
    fixture.codegen();
    commit(fixture);
}

#[test]
fn what_comes_back_in_a_variant_without_a_name_is_found() {
    let either = |field: &str| {
        let either = format!(
            "#[serde(untagged)]\npub enum Either {{ A {{ z: bool, {field} }}, B {{ m: i64 }} }}"
        );
        with("    Started { either: Either },", &[WIDE, &either])
    };
    let fixture = released("steps-untagged", &either("x: Option<i64>"));
    change(&fixture, &either(""));
    fixture.write("src/lib.rs", &either("x: Option<Wide>"));
    for command in BOTH {
        fixture.run(command).said(1, &["error[EV106]", "new code writes", "v1-"]);
    }
    fixture.write("src/lib.rs", &either("x: Option<i64>"));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

/// No rule names what happens to `inner`.
#[test]
fn what_was_given_up_in_one_place_excuses_nothing_in_another() {
    let source = |reason: &str, kind: &str, inner: &str| {
        let event = format!("    {reason}\n    Started {{ a: Option<{kind}>, inner: Inner }},");
        with(&event, &[inner])
    };
    let open = "pub struct Inner { }";
    let fixture =
        released("steps-given-up", &source("", "i64", "pub struct Inner { pub n: Option<i64> }"));
    let sample = "schemas/system.started/samples/v1.json";
    std::fs::remove_file(fixture.path(sample)).expect("it was there");
    fixture.write(
        "src/lib.rs",
        &source("#[event(compat(reviewed = \"no a is stored\"))]", "String", open),
    );
    fixture.run(&["codegen", "--against", "trunk"]).succeeded();
    commit(&fixture);
    let closed = "#[serde(deny_unknown_fields)]\npub struct Inner { }";
    fixture.write("src/lib.rs", &source("", "String", closed));
    for command in BOTH {
        fixture.run(command).said(1, &["error[EV125]", "at /inner", "v1-"]);
    }
    // What was given up stays given up.
    fixture.write("src/lib.rs", &source("", "String", "pub struct Inner { pub m: Option<i64> }"));
    for command in BOTH {
        fixture.run(command).said(0, &["nothing is refused"]);
    }
}

#[test]
fn consumers_of_a_former_name_are_asked_about_its_former_shapes() {
    let begun = |words: &str, port: &str| {
        let event = format!(
            "    #[event(alias = \"system.started\"{words})]\n    Begun {{ host: String, {port} }},"
        );
        with(&event, &[WIDE])
    };
    let reviewed = ", compat(reviewed = \"they ask for both names\")";
    let fixture = released(
        "steps-renamed",
        &with("    Started { host: String, port: Option<i64> },", &[WIDE]),
    );
    change(&fixture, &with(STARTED, &[WIDE]));
    let parts = ["error[EV106]", "`system.started` version 1 at /port", "v1-"];
    // With the new name, and after it.
    fixture.write("src/lib.rs", &begun(reviewed, "port: Option<Wide>"));
    fixture.run(&AGAINST).said(1, &parts);
    change(&fixture, &begun(reviewed, ""));
    fixture.write("src/lib.rs", &begun("", "port: Option<Wide>"));
    for command in BOTH {
        fixture.run(command).said(1, &parts);
    }
    fixture.write("src/lib.rs", &begun("", "port: Option<i64>"));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

/// Whoever edits a frozen version and keeps what it was beside it has asked nobody whether that is let go.
#[test]
fn a_frozen_version_gives_up_nothing_that_nobody_let_through() {
    let fixture = released("steps-edited", &with(HOLDS, &[&held("u16")]));
    change(&fixture, &second(&[&held("u16")]));
    let path = "schemas/system.started/v1.json";
    let text = fixture.read(path);
    let hash = sha256(&fixture, path);
    fixture.write(&format!("schemas/system.started/v1-{}.json", &hash[..12]), &text);
    let mut edited: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    retype(&mut edited);
    fixture.write(path, &format!("{edited:#}\n"));
    fixture.write("src/lib.rs", &second(&[&held("String")]));
    let parts = ["error[EV012]", "`system.started` version 1", "v1-"];
    for command in [BOTH[0], BOTH[1], &["codegen"], &["codegen", "--against", "trunk"]] {
        fixture.run(command).said(1, &parts);
    }
}

/// Makes texts of the small numbers.
fn retype(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(keys) if keys.get("format").is_some_and(|it| it == "uint16") => {
            *value = serde_json::json!({ "type": "string" });
        }
        serde_json::Value::Object(keys) => keys.values_mut().for_each(retype),
        serde_json::Value::Array(items) => items.iter_mut().for_each(retype),
        _ => {}
    }
}

#[test]
fn a_branch_that_asks_for_less_and_for_all_again_gives_up_nothing() {
    let mode = "compat = \"forward\"\nroot =";
    let fixture = released("steps-modes", &with(HOLDS, &[WIDE, &held("Wide")]));
    fixture.replace("eventbus.toml", "root =", mode);
    fixture.codegen();
    fixture.write("src/lib.rs", &with(HOLDS, &[WIDE, &held("i64")]));
    fixture.codegen();
    fixture.replace("eventbus.toml", mode, "root =");
    fixture.write("src/lib.rs", &second(&[WIDE, &held("i64")]));
    fixture.codegen();
    fixture.run(&AGAINST).said(1, &["error[EV012]", "`system.started` version 1", "v1-"]);
    fixture.write("src/lib.rs", &second(&[WIDE, &held("Wide")]));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

#[test]
fn what_was_released_as_given_up_is_asked_for_no_more() {
    let fixture = Fixture::new("steps-released", &with(HOLDS, &[WIDE, &held("Wide")]));
    let mode = "compat = \"forward\"\nroot =";
    fixture.replace("eventbus.toml", "root =", mode);
    fixture.codegen();
    crate::git::begin(&fixture);
    change(&fixture, &with(HOLDS, &[WIDE, &held("i64")]));
    fixture.replace("eventbus.toml", mode, "root =");
    change(&fixture, &second(&[WIDE, &held("i64")]));
    for command in [BOTH[0], &["check", "--against", "HEAD~1"]] {
        fixture.run(command).said(0, &["nothing is refused"]);
    }
    // On a branch of its own a reason says as much.
    let fixture = released("steps-reason", &with(HOLDS, &[WIDE, &held("Wide")]));
    git(&fixture, &["checkout", "--quiet", "-b", "branch"]);
    let reason = format!("    #[event(compat(reviewed = \"none is stored\"))]\n{HOLDS}");
    change(&fixture, &with(&reason, &[WIDE, &held("i64")]));
    change(&fixture, &second(&[WIDE, &held("i64")]));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

#[test]
fn a_version_that_was_described_otherwise_before_it_was_followed_is_no_edited_one() {
    let fixture = released("steps-described", &with(HOLDS, &[&held("i64")]));
    git(&fixture, &["checkout", "--quiet", "-b", "branch"]);
    change(&fixture, &with("    Started { /** What is held. */ held: Held },", &[&held("i64")]));
    change(&fixture, &second(&[&held("i64")]));
    for command in [&AGAINST[..], &["codegen", "--check", "--against", "trunk"]] {
        fixture.run(command).succeeded();
    }
    fixture.write("src/lib.rs", &second(&[&held("u8")]));
    fixture.run(&AGAINST).said(1, &["error[EV012]"]);
}
