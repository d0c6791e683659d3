//! Reasons for changes that the check refuses: each holds for the one change that it was given for.

use std::fs;

use eventbus_tests::toolchain::Fixture;
use serde_json::Value;

use crate::SHOP;
use crate::git::{commit, released};
use crate::released::sha256;

const STARTED: &str = "    Started { host: String },";

/// Puts `event` in the place of the one that was started, and takes the sample away that it does not decode.
fn change(fixture: &Fixture, event: &str) {
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, event));
    let _gone = fs::remove_file(fixture.path("schemas/system.started/samples/v1.json"));
}

fn for_this(reason: &str, event: &str) -> String {
    format!("    #[event(compat(reviewed = \"{reason}\"))]\n    {event},")
}

/// The SHA-256 that the registry has of the event's version.
fn hash(fixture: &Fixture) -> String {
    let facts: Value =
        serde_json::from_str(&fixture.read("schemas/system.started/event.json")).expect("JSON");
    facts["versions"][0]["sha256"].as_str().expect("a hash").to_owned()
}

const AGAINST: [&str; 3] = ["check", "--against", "trunk"];

#[test]
fn a_reason_that_was_given_on_a_branch_does_not_cover_the_next_change_there() {
    let fixture = released("reviewed-branch", SHOP);
    let first = hash(&fixture);
    change(&fixture, &for_this("nobody stores hosts", "Started { host: u32 }"));
    // Before it is recorded, the reason is one for the change that there is.
    fixture.run(&AGAINST).said(0, &["warning[EV208]", "because: nobody stores hosts"]);
    fixture.codegen();
    let second = hash(&fixture);
    let pair = format!("let through from {} to {}", &first[..12], &second[..12]);
    fixture.run(&AGAINST).said(0, &["warning[EV208]", &pair, "because: nobody stores hosts"]);

    change(&fixture, &for_this("nobody stores hosts", "Started { host: bool }"));
    let spent = format!(
        "\"nobody stores hosts\" was said of the change from {} to {}, and this one is from {} to ",
        &first[..12],
        &second[..12],
        &first[..12]
    );
    let parts = ["error[EV115]", &spent, "#[event(compat(reviewed = \"..\"))]"];
    fixture.run(&AGAINST).said(1, &parts);
    fixture.run(&["codegen", "--against", "trunk"]).said(1, &parts);
    change(&fixture, &for_this("nobody reads them either", "Started { host: bool }"));
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["because: nobody reads them either"]);
    fixture.run(&["codegen", "--check", "--against", "trunk"]).said(0, &["up to date"]);
    fixture.run(&["diff", "trunk", "schemas"]).said(0, &["because: nobody reads them either"]);
}

#[test]
fn a_change_is_let_through_where_each_step_to_it_was() {
    let fixture = released("reviewed-steps", SHOP);
    change(&fixture, &for_this("nobody stores hosts", "Started { host: u32 }"));
    fixture.codegen();
    change(&fixture, &for_this("it was never deployed", "Started { host: bool }"));
    fixture.codegen();
    fixture
        .run(&AGAINST)
        .said(0, &["warning[EV115]", "nobody stores hosts", "it was never deployed"]);
    let facts: Value =
        serde_json::from_str(&fixture.read("schemas/system.started/event.json")).expect("JSON");
    assert_eq!(facts["reviewed"].as_array().map(Vec::len), Some(2), "{facts:#}");
    // Without the record of one of them nobody has looked at the whole.
    let recorded = fixture.read("schemas/system.started/event.json");
    fixture.write(
        "schemas/system.started/event.json",
        &recorded.replace("\"reviewed\": [", "\"forgotten\": ["),
    );
    fixture.run(&AGAINST).said(1, &["error[EV115]"]);
}

#[test]
fn a_safe_change_after_a_reviewed_one_needs_no_further_reason() {
    let fixture = released("reviewed-safe", SHOP);
    let event = |host: &str| for_this("nobody stores hosts", &format!("Started {{ {host} }}"));
    change(&fixture, &event("host: u32"));
    fixture.codegen();
    change(&fixture, &event("host: u32, port: Option<u16>"));
    fixture.run(&AGAINST).said(0, &["because: nobody stores hosts"]);
    fixture.codegen();
    fixture.run(&AGAINST).said(0, &["because: nobody stores hosts"]);
    commit(&fixture);
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    change(&fixture, &event("host: u32, port: Option<bool>"));
    fixture.run(&["check"]).said(1, &["was said of the change from"]);
}

/// Where nothing is asked, nothing was looked at.
#[test]
fn a_change_that_no_mode_asked_about_takes_no_reason_along() {
    let fixture = released("reviewed-mode", SHOP);
    change(&fixture, &for_this("nobody stores hosts", "Started { host: u32 }"));
    fixture.codegen();
    let configuration = fixture.read("eventbus.toml");
    fixture.write("eventbus.toml", &format!("compat = \"none\"\n{configuration}"));
    fixture.codegen();
    change(&fixture, &for_this("nobody stores hosts", "Started { host: bool }"));
    fixture.codegen();
    fixture.write("eventbus.toml", &configuration);
    fixture.run(&AGAINST).said(1, &["error[EV115]", "was said of the change from"]);
}

/// Registries of former releases keep the text of the last reason and not what it was said of.
#[test]
fn a_reason_without_a_record_of_its_change_is_spent() {
    let fixture = released("reviewed-before", SHOP);
    change(&fixture, &for_this("nobody stores hosts", "Started { host: u32 }"));
    fixture.codegen();
    let file = "schemas/system.started/event.json";
    let was = sha256(&fixture, file);
    let mut former: Value = serde_json::from_str(&fixture.read(file)).expect("JSON");
    former.as_object_mut().expect("an object").remove("reviewed");
    fixture.write(file, &format!("{former:#}\n"));
    fixture.replace("schemas/_manifest/system.started.json", &was, &sha256(&fixture, file));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    let parts = ["error[EV208]", "\"nobody stores hosts\" was said of an earlier change"];
    fixture.run(&AGAINST).said(1, &parts);
}

#[test]
fn machines_read_what_pair_was_let_through() {
    let fixture = released("reviewed-json", SHOP);
    let first = hash(&fixture);
    change(&fixture, &for_this("nobody stores hosts", "Started { host: u32 }"));
    fixture.codegen();
    let run = fixture.run(&["check", "--against", "trunk", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let excused = findings.iter().find_map(|finding| finding["excused"].as_object());
    let wanted = serde_json::json!({
        "from": first, "reason": "nobody stores hosts", "to": hash(&fixture), "version": 1,
    });
    assert_eq!(excused.cloned().map(Value::Object), Some(wanted));
}

/// The shop whose event has a second version, and of the first one's payload a schema that cannot be decided.
fn second(pattern: &str) -> String {
    let event = "    #[event(version = 2, upcast(1 => StartedV1), compat(reviewed = \"it is the same text\"))]\n    \
                 Started { host: String, port: u16 },";
    format!(
        "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{
    #[schemars(extend(\"not\" = {{\"pattern\": \"{pattern}\"}}))]
    pub host: String,
}}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ Self {{ host: former.host, port: 0 }} }}
}}
",
        SHOP.replace(STARTED, event)
    )
}

#[test]
fn a_reason_for_a_former_version_holds_as_long_as_it_is_read_so() {
    let fixture = released("reviewed-former", SHOP);
    fixture.write("src/lib.rs", &second("(?=x)y"));
    let said = ["warning[EV022]", "`system.started` version 1", "because: it is the same text"];
    fixture.run(&["check"]).said(0, &said);
    fixture.codegen();
    for command in [&AGAINST[..], &["check"]] {
        fixture.run(command).said(0, &said);
    }
    fixture.write("src/lib.rs", &second("(?=x)z"));
    for command in [&AGAINST[..], &["check"]] {
        fixture.run(command).said(1, &["error[EV022]", "\"it is the same text\" was said of"]);
    }
}
