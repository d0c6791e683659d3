//! Remedies: what is printed can be pasted, and helps.

use std::fs;
use std::process::Command;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{begin, commit, git, released};

const STARTED: &str = "    Started { host: String },";
const AGAINST: [&str; 3] = ["check", "--against", "trunk"];

fn change(fixture: &Fixture, event: &str) {
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, event));
}

#[test]
fn a_new_name_is_let_through_by_a_reason_and_by_no_new_version() {
    let fixture = released("remedies-name", SHOP);
    change(&fixture, "    #[event(alias = \"system.started\")]\n    Begun { host: String },");
    let run = fixture.run(&AGAINST);
    let pin = "pin the former name with #[event(name = \"started\")]";
    run.said(1, &["error[EV007]", pin, "#[event(compat(reviewed = \"..\"))]"]);
    assert!(!run.stderr.contains("leave version 1"), "{}", run.stderr);
    let reason = "consumers ask for both";
    let begun = |host: &str| {
        format!(
            "    #[event(alias = \"system.started\", compat(reviewed = \"{reason}\"))]\n    Begun {{ {host} }},"
        )
    };
    change(&fixture, &begun("host: String"));
    fixture.run(&AGAINST).said(0, &["warning[EV007]", "because: consumers ask for both"]);
    fixture.codegen();
    // The reason was given for the name, and for nothing else.
    change(&fixture, &begun("host: String, port: u16"));
    let spent = "was said of the change from `system.started` to `system.begun`";
    fixture.run(&["check"]).said(1, &["error[EV103]", spent]);
    change(&fixture, "    #[event(alias = \"system.started\")]\n    Begun { host: String },");
    fixture.run(&AGAINST).said(0, &["warning[EV007]", "because: consumers ask for both"]);
    fixture.codegen();
    fixture.run(&AGAINST).said(0, &["warning[EV007]", "because: consumers ask for both"]);
    // Where the group has another name, no name of the event is the former one.
    let moved = SHOP.replace("    System(SystemEvent),", "    Machine(SystemEvent),").replace(
        STARTED,
        "    #[event(alias = \"system.started\")]\n    Started { host: String },",
    );
    fixture.write("src/lib.rs", &moved);
    let run = fixture.run(&AGAINST);
    run.said(1, &["error[EV007]", "help: let the consumers ask for both names"]);
}

#[test]
fn a_former_name_that_was_a_type_is_read_on_or_purged() {
    let fixture = released("remedies-former", SHOP);
    let begun = |attribute: &str| format!("{attribute}    Begun {{ host: String }},");
    let attribute = "alias = \"system.started\", compat(reviewed = \"consumers ask for both\")";
    change(&fixture, &begun(&format!("    #[event({attribute})]\n")));
    fixture.codegen();
    commit(&fixture);
    change(&fixture, &begun(""));
    let run = fixture.run(&AGAINST);
    let parts = [
        "error[EV003]",
        "a former name of `system.begun` → absent",
        "go on reading it: #[event(alias = \"system.started\")]. Once none of its events is stored: \
         cargo eventbus codegen --purged system.started",
    ];
    run.said(1, &parts);
    assert!(!run.stderr.contains("keep the variant"), "{}", run.stderr);
    // No code that runs emits it.
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    let run = fixture.run(&purge);
    run.said(0, &[]);
    assert!(!run.stderr.contains("EV029"), "{}", run.stderr);
    let strict = ["check", "--against", "trunk", "--deny-warnings"];
    fixture.run(&strict).said(0, &["nothing is refused"]);
}

#[test]
fn former_names_and_versions_are_told_by_name() {
    let alias = "    #[event(alias = \"system.booted\")]\n    Started { host: String },";
    let fixture = released("remedies-alias", &SHOP.replace(STARTED, alias));
    change(&fixture, STARTED);
    fixture.run(&AGAINST).said(1, &["EV023", "keep it: #[event(alias = \"system.booted\")]"]);
    let taken = "    #[event(alias = \"system.booted\")]\n    Stopped { host: String },\n";
    change(&fixture, &format!("{taken}{STARTED}"));
    let left = "leave it where it was: #[event(alias = \"system.booted\")]";
    fixture.run(&AGAINST).said(1, &["EV024", left]);

    let third = |attribute: &str| {
        let event =
            format!("    #[event(version = 3, {attribute})]\n    Started {{ host: String }},");
        let former = "
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct Early { pub host: String }
impl From<Early> for SystemStarted {
    fn from(former: Early) -> Self { Self { host: former.host } }
}
";
        format!("{}{former}", SHOP.replace(STARTED, &event))
    };
    let fixture = released("remedies-version", &third("unreadable(1), upcast(2 => Early)"));
    fixture.write("src/lib.rs", &third("unreadable(1, 2)"));
    let keep = "keep its payload type: #[event(upcast(2 => Early))]";
    fixture.run(&AGAINST).said(1, &["error[EV025]", "version 2", keep]);
}

#[test]
fn a_field_of_a_retired_type_is_left_where_it_is() {
    let retired = |fields: &str| {
        format!("    #[event(retired = \"2026-01-31\")]\n    Started {{ {fields} }},")
    };
    let fixture =
        released("remedies-retired", &SHOP.replace(STARTED, &retired("host: String, port: u16")));
    change(&fixture, &retired("host: String"));
    let run = fixture.run(&AGAINST);
    run.said(1, &["error[EV105]", "leave the field where it is: no code writes the type any more"]);
    assert!(!run.stderr.contains("go on writing it"), "{}", run.stderr);
}

#[test]
fn the_name_of_a_purged_type_is_had_again_by_what_is_printed() {
    let fixture = released("remedies-purged", SHOP);
    change(&fixture, "    Stopped { code: u8 },");
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    fixture.run(&purge).said(0, &[]);
    commit(&fixture);
    fs::remove_dir_all(fixture.path("schemas/system.started")).expect("removed");
    let manifest = fixture.path("schemas/_manifest/system.started.json");
    fs::remove_file(manifest).expect("removed");
    let command = "git checkout trunk -- schemas/system.started/event.json && \
                   git checkout trunk -- schemas/_manifest/system.started.json";
    fixture.run(&AGAINST).said(1, &["error[EV026]", command]);
    let mut shell = Command::new("sh");
    let status = shell.args(["-c", command]).current_dir(fixture.path("")).status();
    assert!(status.expect("it starts").success());
    for command in [&AGAINST[..], &["codegen", "--check", "--against", "trunk"]] {
        fixture.run(command).said(0, &[]);
    }
}

#[test]
fn a_forge_is_told_files_from_the_top_of_the_repository() {
    let fixture = Fixture::new("remedies-forge", SHOP);
    fs::create_dir(fixture.path("shop")).expect("a folder");
    for file in ["Cargo.toml", "Cargo.lock", "src", "eventbus.toml"] {
        fs::rename(fixture.path(file), fixture.path(&format!("shop/{file}"))).expect("moved");
    }
    let there = ["--manifest-path", "shop/Cargo.toml"];
    let run = |arguments: &[&str]| fixture.run(&[arguments, &there].concat());
    run(&["codegen"]).said(0, &[]);
    begin(&fixture);
    fixture.replace("shop/src/lib.rs", "host: String", "host: u32");
    fixture.write("shop/schemas/system.started/samples/v1.mine.json", "{}");
    fs::remove_file(fixture.path("shop/schemas/order/group.json")).expect("removed");
    let parts = [
        "::error file=shop/src/lib.rs,line=",
        "::error file=shop/schemas/system.started/samples/v1.mine.json,title=sample",
        "::error file=shop/schemas/order/group.json,title=registry",
    ];
    run(&["check", "--format", "github"]).said(1, &parts);
    run(&["codegen", "--check", "--format", "github"]).said(1, &parts);
    // What has no line in the code is told at its file in the registry.
    git(&fixture, &["checkout", "--quiet", "--", "."]);
    fixture.write("shop/src/lib.rs", &SHOP.replace(STARTED, "    Stopped { code: u8 },"));
    let gone = "::error file=shop/schemas/system.started/v1.json,title=EV003";
    run(&["check", "--format", "github"]).said(1, &[gone]);
}

#[test]
fn the_help_of_codegen_shows_how_to_compare_with_a_branch() {
    let fixture = Fixture::new("remedies-help", SHOP);
    fixture.run(&["codegen", "--help"]).said(0, &["codegen --check --against origin/main"]);
}

#[test]
fn a_variant_that_is_gone_is_kept_for_reading_as_it_is_said() {
    let fixture = released("remedies-variant", SHOP);
    fixture.replace("src/lib.rs", "    Ups,\n", "");
    let parts = ["error[EV303]", "keep it for reading, with #[serde(skip_serializing)] on it"];
    fixture.run(&AGAINST).said(1, &parts);
    fixture.replace(
        "src/lib.rs",
        "    Dhl,\n",
        "    Dhl,\n    #[serde(skip_serializing)]\n    Ups,\n",
    );
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}

#[test]
fn a_name_that_comes_back_may_have_the_type_that_it_had() {
    let with = |field: &str| format!("    Started {{ host: String, {field} }},");
    let fixture = released("remedies-back", &SHOP.replace(STARTED, &with("port: u16")));
    for field in ["#[serde(default)] port: u16", ""] {
        change(&fixture, &with(field));
        fixture.codegen();
        commit(&fixture);
    }
    change(&fixture, &with("port: Option<u16>"));
    let parts = ["error[EV106]", "choose another name, or the type that it had; or make this"];
    fixture.run(&AGAINST).said(1, &parts);
    change(&fixture, &with("#[serde(default)] port: u16"));
    fixture.run(&AGAINST).said(0, &["nothing is refused"]);
}
