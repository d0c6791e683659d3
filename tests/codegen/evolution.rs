//! `cargo eventbus check`: what stored events and running consumers would not survive.

use eventbus_tests::toolchain::{Fixture, Run};
use serde_json::Value;

use crate::SHOP;
use crate::git::git;

/// The line of the fixture's library that holds this text.
fn line_of(fixture: &Fixture, text: &str) -> usize {
    let source = fixture.read("src/lib.rs");
    source.lines().position(|line| line.contains(text)).expect("the text is there") + 1
}

#[test]
fn a_breaking_change_is_refused_with_a_document_and_nothing_is_written() {
    let fixture = Fixture::new("evolution-breaks", SHOP);
    fixture.codegen();
    let before = fixture.generated();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: u16");
    let parts = [
        "error[EV103]: a required field is new",
        &format!("--> src/lib.rs:{}", line_of(&fixture, "port: u16")),
        "|     Started { host: String, port: u16 },",
        "`system.started` version 1 at /port, in Rust fixture_evolution_breaks::SystemStarted.port",
        "absent → integer (uint16)",
        "old code writes {\"host\":\"a\"}, which new code refuses",
        "#[serde(default)]",
        "#[event(version = 2, upcast(1 => SystemStartedV1))]",
        "1 change refused, 0 warnings",
    ];
    fixture.run(&["check"]).said(1, &parts);
    fixture.run(&["codegen"]).said(1, &parts);
    assert_eq!(fixture.generated(), before);
    fixture.replace("src/lib.rs", "port: u16", "port: Option<u16>");
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    fixture.codegen();
}

#[test]
fn machines_read_findings_and_forges_show_them() {
    let fixture = Fixture::new("evolution-json", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "coupon: Option<String>", "coupon: String");
    let run = fixture.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &report["ok"]), (1, &Value::Bool(false)));
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "EV107");
    assert_eq!(finding["verdict"], "bump");
    assert_eq!(finding["pointer"], "/coupon");
    assert_eq!(finding["nextVersion"], "#[event(version = 2, upcast(1 => OrderPlacedV1))]");
    assert_eq!(finding["witnesses"][0]["direction"], "backward");
    let run = fixture.run(&["check", "--format", "github"]);
    let line = line_of(&fixture, "coupon: String");
    assert_eq!((&finding["file"], &finding["line"]), (&"src/lib.rs".into(), &line.into()));
    let line = format!("::error file=src/lib.rs,line={line},title=EV107::order.placed version 1, ");
    run.said(1, &[&line]);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}

#[test]
fn what_is_new_on_a_branch_may_be_edited_freely() {
    let fixture = Fixture::new("evolution-git", SHOP);
    fixture.codegen();
    git(&fixture, &["init", "--quiet"]);
    git(&fixture, &["add", "schemas"]);
    git(&fixture, &["commit", "--quiet", "--message", "the registry"]);
    fixture.replace("src/lib.rs", "Started { host", "Stopped { code: u8 },\n    Started { host");
    fixture.codegen();
    fixture.replace("src/lib.rs", "code: u8", "reason: String");
    fixture.run(&["check"]).said(1, &["system.stopped"]);
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["2 event types checked"]);
    fixture.run(&["codegen"]).said(1, &["system.stopped", "--against <branch>"]);
    std::fs::remove_file(fixture.path("schemas/system.stopped/samples/v1.json")).unwrap();
    fixture
        .run(&["codegen", "--against", "HEAD"])
        .said(0, &["updated schemas/system.stopped/v1.json"]);
    fixture.replace("src/lib.rs", "host: String", "host: u64");
    fixture.run(&["check", "--against", "HEAD"]).said(1, &["error[EV208]", "system.started"]);
    let unknown = fixture.run(&["check", "--against", "nowhere"]);
    unknown.refused(&["git knows no commit `nowhere`", "git fetch"]);
}

#[test]
fn a_type_is_purged_by_name_and_its_name_stays_taken() {
    let fixture = Fixture::new("evolution-purged", SHOP);
    fixture.codegen();
    let whole = fixture.read("src/lib.rs");
    fixture.replace("src/lib.rs", "    System(SystemEvent),\n", "");
    let derived = ", DomainEvent)]\npub enum SystemEvent";
    fixture.replace("src/lib.rs", derived, ")]\npub enum SystemEvent");
    fixture.run(&["codegen"]).said(1, &["error[EV003]", "system.started", "--purged"]);
    let purge = |name| ["codegen", "--purged", name, "--reason", "never released"];
    fixture.run(&purge("order.placed")).refused(&[
        "`order.placed` is still in the code, as `fixture_evolution_purged::OrderPlaced`",
        "retired",
    ]);
    fixture.run(&purge("system.startd")).refused(&["did you mean `system.started`?"]);
    fixture.run(&purge("system.started")).said(0, &["removed schemas/system.started/v1.json"]);
    assert!(fixture.read("schemas/system.started/event.json").contains("never released"));
    fixture.run(&["codegen", "--check"]).said(0, &["up to date"]);
    fixture.write("src/lib.rs", &whole);
    let parts = [
        "error[EV106]",
        "an event type that was purged: never released → an event type of that name",
    ];
    fixture.run(&["codegen"]).said(1, &parts);
}

#[test]
fn a_former_version_must_be_read_by_its_own_payload_type() {
    let fixture = Fixture::new("evolution-upcast", SHOP);
    fixture.codegen();
    let second = |field: &str| {
        let shop = SHOP.replace(
            "    Started { host: String },",
            "    #[event(version = 2, upcast(1 => StartedV1))]\n    Started { host: String, port: u16 },",
        );
        format!(
            "{shop}
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct StartedV1 {{ pub {field}: String }}
impl From<StartedV1> for SystemStarted {{
    fn from(old: StartedV1) -> Self {{ Self {{ host: old.{field}, port: 80 }} }}
}}"
        )
    };
    fixture.write("src/lib.rs", &second("name"));
    let parts = [
        "error[EV012]",
        "in Rust fixture_evolution_upcast::StartedV1",
        "old code writes {\"host\":\"a\"}, which new code refuses",
    ];
    fixture.run(&["check"]).said(1, &parts);
    fixture.write("src/lib.rs", &second("host"));
    fixture.run(&["check"]).said(0, &["note[EV011]", "version 1 → version 2"]);
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

#[test]
fn a_mode_decides_who_must_understand_whom() {
    let fixture = Fixture::new("evolution-mode", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "Dhl,", "Dhl, Post,");
    fixture
        .run(&["check"])
        .said(1, &["error[EV301]", "\"post\"", "serde(other, skip_serializing)"]);
    // Who asks for less says so in a change of its own.
    fixture.replace("eventbus.toml", "root =", "compat = \"backward\"\nroot =");
    fixture.run(&["check"]).said(1, &["error[EV301]", "`full` was asked for until now"]);
    fixture.replace("src/lib.rs", "Dhl, Post,", "Dhl,");
    fixture.run(&["check"]).said(0, &["note[EV028]", "`full` → `backward`"]);
    fixture.codegen();
    fixture.replace("src/lib.rs", "Dhl,", "Dhl, Post,");
    fixture.run(&["check"]).said(0, &["note[EV301]"]);
    fixture.replace("eventbus.toml", "\"backward\"", "\"sideways\"");
    fixture.run(&["check"]).refused(&["`compat` is not a mode", "full, backward, forward or none"]);
}

#[test]
fn rules_are_explained() {
    let fixture = Fixture::new("evolution-explain", SHOP);
    fixture.run(&["explain", "ev103"]).said(0, &["EV103: a required field is new", "no\n"]);
    let list = fixture.run(&["explain", "--list"]);
    assert_eq!(list.stdout.lines().count(), 97);
    fixture.run(&["explain", "EV999"]).refused(&["there is no rule `EV999`"]);
}

#[test]
fn a_reason_lets_one_change_through_and_not_the_next() {
    let fixture = Fixture::new("evolution-reviewed", SHOP);
    fixture.codegen();
    let reviewed =
        "#[event(compat(reviewed = \"nobody stores hosts\"))]\n    Started { host: u32 }";
    fixture.replace("src/lib.rs", "Started { host: String }", reviewed);
    std::fs::remove_file(fixture.path("schemas/system.started/samples/v1.json")).unwrap();
    fixture.run(&["check"]).said(0, &["warning[EV208]", "because: nobody stores hosts"]);
    fixture.run(&["check", "--deny-warnings"]).said(1, &["warning[EV208]"]);
    fixture.codegen();
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    fixture.replace("src/lib.rs", "host: u32", "host: bool");
    let parts = ["error[EV115]", "was said of the change from", "say of this one why it is safe"];
    fixture.run(&["check"]).said(1, &parts);
}

#[test]
fn two_registries_are_compared_without_building_anything() {
    let fixture = Fixture::new("evolution-diff", SHOP);
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
    fixture.codegen();
    git(&fixture, &["init", "--quiet"]);
    git(&fixture, &["add", "schemas"]);
    git(&fixture, &["commit", "--quiet", "--message", "the registry"]);
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    fixture.codegen();
    fixture.run(&["diff", "HEAD", "schemas"]).said(0, &["nothing is refused"]);
    fixture.replace("src/lib.rs", "port: Option<u16>", "port: u16");
    std::fs::remove_file(fixture.path("schemas/system.started/samples/v1.json")).unwrap();
    fixture.codegen();
    let run = fixture.run(&["diff", "HEAD", "schemas"]);
    run.said(1, &["error[EV103]", "old code writes {\"host\":\"a\"}"]);
    fixture.run(&["diff", "schemas", "HEAD"]).said(1, &["error[EV105]"]);
}

#[test]
fn the_registry_is_listed() {
    let fixture = Fixture::new("evolution-list", SHOP);
    fixture.codegen();
    let run = fixture.run(&["list"]);
    let placed =
        "order.placed    v1  in fixture_evolution_list · per order_id · A customer's order.";
    run.said(0, &[placed, "2 event types"]);
    fixture.run(&["list", "order.plcaed"]).refused(&["did you mean `order.placed`?"]);
    let run = fixture.run(&["list", "system.*", "--format", "json"]);
    let listed: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["type"], "system.started");
    assert_eq!(listed[0]["crate"], "fixture_evolution_list");
    assert_eq!(listed[0]["versions"], serde_json::json!([1]));
}

#[test]
fn shells_complete_the_commands() {
    let fixture = Fixture::new("evolution-shells", SHOP);
    for shell in ["bash", "zsh", "fish"] {
        fixture.run(&["completions", shell]).said(0, &["cargo-eventbus", "codegen"]);
    }
}

#[cfg(unix)]
#[test]
fn bash_loads_its_completions() {
    let fixture = Fixture::new("evolution-bash", SHOP);
    fixture.write("completions.bash", &fixture.run(&["completions", "bash"]).stdout);
    let script = "set -eu; source completions.bash
        function=$(complete -p cargo-eventbus | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        offered() {
            COMP_WORDS=(cargo-eventbus \"$@\"); COMP_CWORD=$#
            $function cargo-eventbus \"${!#}\" \"${COMP_WORDS[$# - 1]}\"
            echo \"${COMPREPLY[@]}\"
        }
        offered che
        offered check --deny
        offered completions fi";
    let mut command = std::process::Command::new("bash");
    let run = Run::of(command.args(["--norc", "-c", script]).current_dir(fixture.path("")));
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("check\n--deny-warnings\nfish\n", 0),
        "{}",
        run.stderr
    );
}

#[test]
fn a_deleted_version_is_missed() {
    let fixture = Fixture::new("evolution-deleted", SHOP);
    fixture.codegen();
    std::fs::remove_file(fixture.path("schemas/system.started/v1.json")).unwrap();
    let lost = fixture.run(&["check"]);
    lost.said(1, &["`schemas/system.started/v1.json` is missing", "cargo eventbus codegen"]);
    assert!(!lost.stderr.contains("EV005"), "the code writes it again: {}", lost.stderr);
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    fixture.run(&["check"]).said(1, &["error[EV005]", "v1.json → absent", "version control"]);
    fixture.run(&["codegen"]).refused(&["v1.json` was deleted", "version control"]);
}

#[test]
fn the_line_of_a_finding_is_that_of_the_event_where_the_field_has_none() {
    let fixture = Fixture::new("evolution-lines", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "        total_cents: i64,\n", "");
    fixture.replace("src/lib.rs", "{ host: String }", "{\n        host: u32,\n    }");
    let placed = format!("--> src/lib.rs:{}", line_of(&fixture, "Placed {"));
    let host = format!("--> src/lib.rs:{}", line_of(&fixture, "host: u32"));
    fixture.run(&["check"]).said(1, &["at /total_cents", &placed, "at /host", &host]);
}

#[test]
fn an_edit_above_an_event_changes_no_file_of_the_registry() {
    let fixture = Fixture::new("evolution-moved-lines", SHOP);
    fixture.codegen();
    fixture.write("src/lib.rs", &format!("// One line more.\n{SHOP}"));
    fixture.run(&["codegen", "--check"]).said(0, &["everything is up to date"]);
}

#[test]
fn a_field_of_another_name_is_read_first_and_renamed_then() {
    let fixture = Fixture::new("evolution-alias", SHOP);
    fixture.codegen();
    let field = |alias: &str, name: &str| format!("#[serde(alias = \"{alias}\")] {name}: String");
    fixture.replace("src/lib.rs", "host: String", &field("host", "node"));
    fixture.run(&["check"]).said(1, &["error[EV113]", "host → node", "deploy them"]);
    fixture.replace("src/lib.rs", &field("host", "node"), &field("node", "host"));
    fixture.codegen();
    assert!(fixture.read("schemas/system.started/event.json").contains("\"fieldAliases\""));
    fixture.replace("src/lib.rs", &field("node", "host"), &field("host", "node"));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    fixture.codegen();
    fixture.replace("src/lib.rs", &field("host", "node"), "node: String");
    let parts = ["error[EV112]", "host → node", "old code writes {\"host\":\"a\"}"];
    fixture.run(&["check"]).said(1, &parts);
}

/// The enum that docs/evolution.md shows, in place of the shop's.
fn documented_carrier() -> String {
    let docs = include_str!("../../docs/evolution.md");
    let blocks = docs.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut carriers = blocks.filter(|block| block.contains("pub enum Carrier {"));
    let documented = carriers.next().expect("the documentation has the example");
    let derive = SHOP[..SHOP.find("pub enum Carrier {").expect("the shop has one")]
        .rfind("#[derive")
        .expect("it derives something");
    format!("{}{documented}", &SHOP[..derive])
}

#[test]
fn the_documented_enum_is_open_and_grows_without_a_word() {
    let fixture = Fixture::new("evolution-open", &documented_carrier());
    fixture.codegen();
    let facts = fixture.read("schemas/order.placed/event.json");
    assert!(facts.contains("\"openEnums\"") && facts.contains("/items/*/carrier"), "{facts}");
    fixture.replace("src/lib.rs", "    Ups,\n", "    Ups,\n    Post,\n");
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
    fixture.codegen();
    let other = "    #[serde(other, skip_serializing)]\n    Unknown,\n";
    fixture.replace("src/lib.rs", other, "    Never,\n");
    let parts = ["error[EV313]", "something-unknown", "which new code refuses"];
    fixture.run(&["check"]).said(1, &parts);
}

#[test]
fn an_enum_that_says_it_is_open_and_is_not_ends_the_run() {
    let fixture = Fixture::new("evolution-untrue", SHOP);
    let said = "#[schemars(extend(\"x-extensible-enum\" = true))]\npub enum Carrier";
    fixture.replace("src/lib.rs", "pub enum Carrier", said);
    fixture.run(&["codegen"]).refused(&[
        "the schema of `Carrier` says that it reads variants which it does not know",
        "unknown variant `something-unknown`",
        "--> src/lib.rs:17",
        "#[serde(other, skip_serializing)] Unknown",
    ]);
}

/// Written out where it is used, or beside a number, it is asked as well.
#[test]
fn an_enum_that_says_it_is_open_is_asked_wherever_it_stands() {
    let either = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n#[serde(untagged)]\npub enum Either { Carrier(Carrier), Number(i64) }";
    let carrier = |words: &str, field: &str, other: &str| {
        let said =
            format!("#[schemars({words}extend(\"x-extensible-enum\" = true))]\npub enum Carrier");
        let source = SHOP
            .replace("pub enum Carrier", &said)
            .replace("    Ups,\n", &format!("    Ups,\n{other}"));
        format!("{}\n{either}", source.replace("carrier: Carrier", field))
    };
    let unknown = "    #[serde(other, skip_serializing)]\n    Unknown,\n";
    for (test, words, field, name) in [
        ("evolution-untrue-inline", "inline, ", "carrier: Carrier", "`carrier`"),
        ("evolution-untrue-option", "inline, ", "carrier: Option<Carrier>", "`carrier`"),
        ("evolution-untrue-either", "", "carrier: Either", "`Carrier`"),
    ] {
        let fixture = Fixture::new(test, SHOP);
        fixture.write("src/lib.rs", &carrier(words, field, ""));
        let place = format!("the schema of {name} says that it reads variants");
        fixture.run(&["codegen"]).refused(&[&place, "something-unknown"]);
        fixture.write("src/lib.rs", &carrier(words, field, unknown));
        fixture.codegen();
    }
}

/// What is to be pasted names the payloads that the code has already.
#[test]
fn the_next_version_is_told_with_every_payload_that_it_needs() {
    let fixture = Fixture::new("evolution-paste", SHOP);
    fixture.codegen();
    let bumped = "#[event(version = 2, upcast(1 => former::First))]\n    Started { host: String, port: u16 }";
    fixture.replace("src/lib.rs", "Started { host: String }", bumped);
    let former = "
pub mod former {
    use serde::{Deserialize, Serialize};
    #[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema, eventbus_runtime::EventPayload)]
    pub struct First {
        pub host: String,
    }
    impl From<First> for super::SystemStarted {
        fn from(former: First) -> Self {
            Self { host: former.host, port: 0 }
        }
    }
}
";
    fixture.write("src/lib.rs", &format!("{}{former}", fixture.read("src/lib.rs")));
    fixture.codegen();
    fixture.replace("src/lib.rs", "host: String, port: u16 }", "node: String, port: u16 }");
    fixture.replace("src/lib.rs", "Self { host: former.host", "Self { node: former.host");
    let next = "#[event(version = 3, upcast(1 => crate::former::First, 2 => SystemStartedV2))]";
    let rename = "#[serde(rename = \"host\")]";
    let run = fixture.run(&["check"]);
    run.said(1, &["error[EV112]", next, rename]);
    let run = fixture.run(&["codegen", "--check", "--format", "github"]);
    run.said(1, &["::error file=src/lib.rs,line=", next, rename, "title=sample::a sample of"]);
    assert!(run.stdout.lines().all(|line| line.starts_with("::")), "{}", run.stdout);
}
