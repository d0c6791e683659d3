//! Samples of the compared commit: that a branch deletes or changes them makes nobody read what is stored.

use std::fs;

use eventbus_tests::toolchain::Fixture;
use serde_json::Value;

use crate::SHOP;
use crate::git::{begin, commit, released};

const STARTED: &str = "    Started { host: String },";
const SAMPLE: &str = "schemas/system.started/samples/v1.json";
const AGAINST: [&str; 3] = ["check", "--against", "trunk"];

/// A host that is less than its schema says: nothing that is compared shows what is not read.
fn hosts(is_read: &str) -> String {
    let host = format!(
        "
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = \"String\", into = \"String\")]
pub struct Host(String);
impl TryFrom<String> for Host {{
    type Error = String;
    fn try_from(host: String) -> Result<Self, String> {{
        if {is_read} {{ Ok(Self(host)) }} else {{ Err(format!(\"{{host}} is no host\")) }}
    }}
}}
impl From<Host> for String {{
    fn from(host: Host) -> Self {{ host.0 }}
}}
"
    );
    format!("{}{host}", SHOP.replace("host: String", "host: Host"))
}

const ANY: &str = "host.len() < 100";
const LESS: &str = "host != \"text\"";

#[test]
fn a_sample_that_was_deleted_counts_as_long_as_the_commit_has_it() {
    let fixture = released("unread-deleted", &hosts(ANY));
    fixture.write("src/lib.rs", &hosts(LESS));
    let run = fixture.run(&AGAINST);
    run.said(1, &["does not decode", "text is no host", "`trunk` has it as well"]);
    assert!(!run.stderr.contains("was never stored"), "{}", run.stderr);
    assert!(!run.stderr.contains("EV027"), "it is told once: {}", run.stderr);

    fs::remove_file(fixture.path(SAMPLE)).expect("removed");
    fixture.run(&["codegen"]).said(0, &[]);
    let parts = [
        "error[EV027]",
        "`system.started` version 1",
        "samples/v1.json is decoded → not decoded",
        "old code writes {\"host\":\"text\"}, which new code refuses",
        "text is no host",
        &format!("git checkout trunk -- {SAMPLE}"),
    ];
    for command in [&AGAINST[..], &["codegen", "--check", "--against", "trunk"]] {
        fixture.run(command).said(1, &parts);
    }
    let before = fixture.generated();
    fixture.run(&["codegen", "--against", "trunk"]).said(1, &["nothing was written"]);
    assert_eq!(fixture.generated(), before);
    let run = fixture.run(&[&AGAINST[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let found = findings.iter().find(|finding| finding["rule"] == "EV027").expect("it is there");
    assert_eq!(found["witnesses"][0]["document"]["host"], "text");

    // What is read again needs no word.
    fixture.write("src/lib.rs", &hosts(ANY));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

#[test]
fn a_sample_that_was_changed_counts_as_it_was() {
    let fixture = Fixture::new("unread-changed", &hosts(ANY));
    fixture.codegen();
    let own = "schemas/system.started/samples/v1.mine.json";
    fixture.write(own, "{\"host\": \"mine\"}");
    begin(&fixture);
    fixture.write(own, "{\"host\": \"another\"}");
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
    fixture.write("src/lib.rs", &hosts("host != \"mine\""));
    let parts = ["error[EV027]", "v1.mine.json is decoded", "mine is no host"];
    fixture.run(&AGAINST).said(1, &parts);
    // Under another name it is the same.
    fixture.write("schemas/system.started/samples/v1.other.json", "{\"host\": \"mine\"}");
    let run = fixture.run(&AGAINST);
    run.said(1, &["--> schemas/system.started/samples/v1.other.json", "mine is no host"]);
    assert!(!run.stderr.contains("EV027"), "{}", run.stderr);
}

#[test]
fn a_sample_that_is_given_up_for_a_reason_is_let_through() {
    let fixture = released("unread-reviewed", &hosts(ANY));
    let reviewed = "    #[event(compat(reviewed = \"there was no such host\"))]\n    Started {";
    fixture.write("src/lib.rs", &hosts(LESS).replace("    Started {", reviewed));
    fs::remove_file(fixture.path(SAMPLE)).expect("removed");
    fixture.run(&AGAINST).said(0, &["warning[EV027]", "because: there was no such host"]);
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV027]"]);
    // It is recorded: the words may go, and are no reason for anything else.
    fixture.write("src/lib.rs", &hosts(LESS));
    fixture.run(&AGAINST).said(0, &["warning[EV027]", "because: there was no such host"]);
    let port =
        "    #[event(compat(reviewed = \"there was no such host\"))]\n    Started { port: u16,";
    fixture.write("src/lib.rs", &hosts(LESS).replace("    Started {", port));
    fixture.run(&AGAINST).said(1, &["error[EV103]", "was said of the change from"]);
    fixture.write("src/lib.rs", &hosts(LESS));
    commit(&fixture);
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["nothing is refused"]);
}

#[test]
fn what_is_told_of_the_version_is_told_once() {
    let fixture = released("unread-once", SHOP);
    fixture.replace("src/lib.rs", "host: String", "host: u32");
    fs::remove_file(fixture.path(SAMPLE)).expect("removed");
    let run = fixture.run(&AGAINST);
    run.said(1, &["error[EV208]"]);
    assert!(!run.stderr.contains("EV027"), "{}", run.stderr);
    // A mode that does not ask about stored events does not ask about samples either.
    fixture.write("src/lib.rs", &hosts(ANY));
    fixture.replace("eventbus.toml", "root =", "compat = \"forward\"\nroot =");
    fixture.codegen();
    commit(&fixture);
    fixture.write("src/lib.rs", &hosts(LESS));
    fs::remove_file(fixture.path(SAMPLE)).expect("removed");
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["note[EV027]"]);
}

/// The shop whose event has a second version, and what brings the first one up.
fn second(former: &str, up: &str) -> String {
    let event =
        format!("    #[event(version = 2, {former})]\n    Started {{ host: String, port: u16 }},");
    format!(
        "{}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub host: String }}
impl From<StartedV1> for SystemStarted {{
    fn from(former: StartedV1) -> Self {{ {up} }}
}}
",
        SHOP.replace(STARTED, &event)
    )
}

#[test]
fn samples_of_former_versions_go_through_the_upcasters_of_today() {
    let up = "Self { host: former.host, port: 0 }";
    let fixture = Fixture::new("unread-upcast", &second("upcast(1 => StartedV1)", up));
    fixture.codegen();
    let own = "schemas/system.started/samples/v1.mine.json";
    fixture.write(own, "{\"host\": \"a:8080\"}");
    begin(&fixture);
    fs::remove_file(fixture.path(own)).expect("removed");
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
    let panics =
        "assert!(former.host.len() < 6, \"too long\"); Self { host: former.host, port: 0 }";
    fixture.write("src/lib.rs", &second("upcast(1 => StartedV1)", panics));
    let parts = ["error[EV027]", "v1.mine.json is decoded", "`system.started` version 1"];
    fixture.run(&AGAINST).said(1, &parts);
    // What is said to be kept by nobody is not asked for.
    fixture.write(
        "src/lib.rs",
        &second("unreadable(1), compat(reviewed = \"the archive was dropped\")", up),
    );
    let run = fixture.run(&AGAINST);
    assert!(
        run.stderr.contains("warning[EV025]") && !run.stderr.contains("EV027"),
        "{}",
        run.stderr
    );
}

#[test]
fn samples_of_a_type_that_is_purged_or_retired_are_no_matter() {
    let fixture = released("unread-purged", &hosts(ANY));
    let retired = "    #[event(retired = \"2026-01-31\")]\n    Started {";
    fixture.write("src/lib.rs", &hosts(LESS).replace("    Started {", retired));
    fs::remove_file(fixture.path(SAMPLE)).expect("removed");
    // It is read as before.
    fixture.run(&AGAINST).said(1, &["error[EV027]"]);
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, "    Stopped { code: u8 },"));
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    fixture.run(&purge).said(0, &[]);
    let run = fixture.run(&AGAINST);
    run.said(0, &["nothing is refused"]);
    assert!(!run.stderr.contains("EV027"), "{}", run.stderr);
}
