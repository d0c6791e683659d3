//! What was read and is read no longer: former names, former versions, and what was kept free.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{self, commit};

const STARTED: &str = "    Started { host: String },";

/// The shop with `event` in the place of the one that was started, and in a repository.
fn released(test: &str, event: &str) -> Fixture {
    git::released(test, &SHOP.replace(STARTED, event))
}

/// The same, whose consumers are not asked about.
fn released_backward(test: &str, event: &str) -> Fixture {
    let fixture = Fixture::new(test, &SHOP.replace(STARTED, event));
    fixture.replace("eventbus.toml", "root =", "compat = \"backward\"\nroot =");
    fixture.codegen();
    git::begin(&fixture);
    fixture
}

fn change(fixture: &Fixture, event: &str) {
    fixture.write("src/lib.rs", &SHOP.replace(STARTED, event));
}

const BOTH: [&[&str]; 2] = [&["check"], &["check", "--against", "trunk"]];

#[test]
fn a_former_name_is_given_up_only_for_a_reason() {
    let started = "    #[event(alias = \"system.booted\")]\n    Started { host: String },";
    let fixture = released("given-up-alias", started);
    change(&fixture, STARTED);
    for command in BOTH {
        let parts = ["error[EV023]", "`system.started`", "`system.booted` → absent", "alias"];
        fixture.run(command).said(1, &parts);
    }
    fixture.run(&["codegen"]).said(1, &["error[EV023]", "nothing was written"]);
    let reviewed =
        "    #[event(compat(reviewed = \"none is stored\"))]\n    Started { host: String },";
    change(&fixture, reviewed);
    fixture.codegen();
    fixture.run(BOTH[0]).said(0, &["nothing is refused"]);
    fixture.run(BOTH[1]).said(0, &["warning[EV023]", "because: none is stored"]);
    change(&fixture, STARTED);
    fixture.run(BOTH[1]).said(0, &["warning[EV023]", "because: none is stored"]);
    fixture.codegen();
    // What is read again is given up for another reason.
    change(&fixture, started);
    fixture.codegen();
    change(&fixture, STARTED);
    for command in BOTH {
        fixture.run(command).said(1, &["error[EV023]", "`system.booted` → absent"]);
    }
}

#[test]
fn a_former_name_that_another_type_reads_is_found() {
    let started = "    #[event(alias = \"system.booted\")]\n    Started { host: String },";
    let fixture = released("given-up-moved", started);
    let others = [
        "    #[event(alias = \"system.booted\")]\n    Stopped { code: u8 },\n",
        "    Booted { code: u8 },\n",
    ];
    for (other, now) in others.into_iter().zip(["system.stopped", "system.booted"]) {
        change(&fixture, &format!("{other}{STARTED}"));
        let parts = [
            "error[EV024]",
            &format!("`system.booted` is read as `system.started` → read as `{now}`"),
        ];
        for command in BOTH {
            fixture.run(command).said(1, &parts);
        }
    }
}

#[test]
fn a_type_takes_its_former_names_along() {
    let started = "    #[event(alias = \"system.booted\")]\n    Started { host: String },";
    let fixture = released_backward("given-up-renamed", started);
    let begun = |aliases: &str| format!("    #[event({aliases})]\n    Begun {{ host: String }},");
    change(&fixture, &begun("alias = \"system.started\""));
    fixture.run(BOTH[0]).said(1, &["error[EV023]", "`system.booted` → absent"]);
    change(&fixture, &begun("alias = \"system.started\", alias = \"system.booted\""));
    fixture.run(BOTH[1]).said(0, &["nothing is refused"]);
    fixture.codegen();
    fixture.run(BOTH[0]).said(0, &["nothing is refused"]);
    // The former type's folder is still there: what becomes of its names is said of the type that has them now.
    change(&fixture, &begun("alias = \"system.started\""));
    let run = fixture.run(BOTH[0]);
    run.said(1, &["error[EV023]", "`system.begun`"]);
    assert_eq!(run.stderr.matches("EV023]").count() + run.stdout.matches("EV023]").count(), 1);
    // A name that has a folder is a type of its own.
    change(&fixture, &begun("alias = \"system.booted\""));
    fixture.run(BOTH[0]).said(1, &["error[EV003]", "`system.started`"]);
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    fixture.run(&purge).said(0, &[]);
    fixture.run(BOTH[0]).said(0, &["nothing is refused"]);
}

/// The shop whose event has a second version that reads the first one in this way.
fn second(former: &str) -> String {
    let event =
        format!("    #[event(version = 2, {former})]\n    Started {{ host: String, port: u16 }},");
    let upcast = "
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
    format!("{}{upcast}", SHOP.replace(STARTED, &event))
}

#[test]
fn a_version_that_was_read_is_given_up_only_for_a_reason() {
    let fixture = released("given-up-version", STARTED);
    fixture.write("src/lib.rs", &second("upcast(1 => StartedV1)"));
    fixture.codegen();
    commit(&fixture);
    fixture.write("src/lib.rs", &second("unreadable(1)"));
    for command in BOTH {
        fixture
            .run(command)
            .said(1, &["error[EV025]", "`system.started` version 1", "unreadable(1)"]);
    }
    let reviewed = second("unreadable(1), compat(reviewed = \"the archive was dropped\")");
    fixture.write("src/lib.rs", &reviewed);
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV025]"]);
    fixture.run(BOTH[0]).said(0, &["nothing is refused"]);
    fixture.run(BOTH[1]).said(0, &["warning[EV025]", "because: the archive was dropped"]);
    // Who had given it up already loses nothing.
    commit(&fixture);
    fixture.run(BOTH[1]).said(0, &["nothing is refused"]);
}

#[test]
fn a_version_that_the_mode_does_not_ask_for_is_given_up_with_a_note() {
    let forward = "    #[event(compat = \"forward\")]\n    Started { host: String },";
    let fixture = released("given-up-mode", forward);
    fixture.write("src/lib.rs", &second("unreadable(1), compat = \"forward\""));
    fixture.run(BOTH[0]).said(0, &["note[EV025]"]);
}

/// A name that nobody keeps would be taken by something else, for which stored events would be mistaken.
#[test]
fn the_name_of_a_purged_type_is_kept_for_ever() {
    let fixture = released("given-up-purged", STARTED);
    change(&fixture, "    Stopped { code: u8 },");
    let purge = ["codegen", "--purged", "system.started", "--reason", "none is stored"];
    fixture.run(&purge).said(0, &[]);
    commit(&fixture);
    fixture.run(BOTH[1]).said(0, &["nothing is refused"]);
    for path in ["schemas/system.started", "schemas/_manifest/system.started.json"] {
        let path = fixture.path(path);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("it was there");
    }
    let parts = [
        "error[EV026]",
        "`system.started`",
        "purged: none is stored → free",
        "git checkout trunk -- schemas/system.started/event.json",
    ];
    fixture.run(BOTH[1]).said(1, &parts);
    fixture.run(&["codegen", "--check", "--against", "trunk"]).said(1, &parts);
    fixture.run(&["diff", "trunk", "schemas"]).said(1, &parts);
    change(&fixture, "    Stopped { code: u8 },\n    Started { host: u64 },");
    fixture.run(BOTH[1]).said(1, &["error[EV106]", "purged: none is stored"]);
}

#[test]
fn a_type_that_is_called_otherwise_goes_on_reading_what_was_stored() {
    let fixture = released_backward("given-up-called", "    Started { host: String, port: u32 },");
    let renamed =
        |payload: &str| format!("    #[event(alias = \"system.started\")]\n    Begun {payload},");
    change(&fixture, &renamed("{ host: String, port: u8 }"));
    for command in BOTH {
        let parts = ["error[EV012]", "`system.started`", "old code writes", "note[EV007]"];
        fixture.run(command).said(1, &parts);
    }
    fixture.run(&["codegen"]).said(1, &["error[EV012]", "nothing was written"]);
    let unreadable = "    #[event(alias = \"system.started\", version = 2, unreadable(1))]\n    Begun { host: String },";
    change(&fixture, unreadable);
    fixture.run(BOTH[1]).said(1, &["error[EV025]", "`system.started`"]);
    change(&fixture, &renamed("{ host: String, port: u32 }"));
    fixture.run(BOTH[1]).said(0, &["note[EV007]"]);
    // Also when the new name is in the registry too.
    fixture.codegen();
    change(&fixture, &renamed("{ host: String, port: u8 }"));
    fixture.run(BOTH[1]).said(1, &["error[EV012]"]);
}

#[test]
fn a_type_that_takes_a_former_name_of_another_reads_what_was_stored_there() {
    let both = "    Started { host: String },\n    Halted { code: i64 },";
    let fixture = released("given-up-taken", both);
    change(&fixture, "    #[event(alias = \"system.started\")]\n    Halted { code: i64 },");
    for command in BOTH {
        fixture.run(command).said(1, &["error[EV012]", "`system.started`"]);
    }
}

#[test]
fn a_type_that_is_gone_is_told_also_where_one_that_was_there_takes_its_name() {
    let fixture =
        released("given-up-swallowed", &format!("{STARTED}\n    Halted {{ host: String }},"));
    let halted =
        |attribute: &str| format!("    #[event({attribute})]\n    Halted {{ host: String }},");
    let alias = "alias = \"system.started\"";
    change(&fixture, &halted(alias));
    let parts = [
        "error[EV007]",
        "`system.started` → `system.halted`, which was there before",
        "keep the variant",
        "let the consumers ask for both names",
    ];
    for command in BOTH {
        let run = fixture.run(command);
        run.said(1, &parts);
        assert!(!run.stderr.contains("pin the former name"), "{}", run.stderr);
    }
    fixture.run(&["codegen"]).said(1, &["error[EV007]", "nothing was written"]);
    change(&fixture, &halted(&format!("{alias}, compat(reviewed = \"consumers ask for both\")")));
    fixture.run(BOTH[1]).said(0, &["warning[EV007]", "because: consumers ask for both"]);
    fixture.codegen();
    change(&fixture, &halted(alias));
    fixture.run(BOTH[0]).said(0, &["nothing is refused"]);
    fixture.run(BOTH[1]).said(0, &["warning[EV007]", "because: consumers ask for both"]);
    // Where the compared commit reads it so already, it is no news.
    fixture.codegen();
    commit(&fixture);
    let run = fixture.run(BOTH[1]);
    run.said(0, &["nothing is refused"]);
    assert!(!run.stderr.contains("EV007"), "{}", run.stderr);
}

#[test]
fn the_reason_for_a_new_name_says_nothing_of_the_payload() {
    let was = "    Started { host: String, port: u8 },";
    let fixture = released("given-up-payload", was);
    let renamed = |reason: &str, fields: &str| {
        let attribute = format!("alias = \"system.started\", compat(reviewed = \"{reason}\")");
        format!("    #[event({attribute})]\n    Begun {{ {fields} }},")
    };
    let said_of_name = "\"consumers ask for both\" is said of the new name";
    let broken = ["host: String", "host: String, port: u16"];
    for (fields, rule) in broken.into_iter().zip(["error[EV105]", "error[EV20"]) {
        change(&fixture, &renamed("consumers ask for both", fields));
        for command in BOTH {
            let parts = [rule, "warning[EV007]", "`system.started`", said_of_name];
            fixture.run(command).said(1, &parts);
        }
    }
    // The name alone, and the payload after that.
    change(&fixture, &renamed("consumers ask for both", "host: String, port: u8"));
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &["warning[EV007]"]);
    change(&fixture, &renamed("consumers ask for both", "host: String, port: u16"));
    fixture.run(BOTH[1]).said(1, &["error[EV20", "was said of the change from"]);
    change(&fixture, &renamed("nobody has 256 ports", "host: String, port: u16"));
    let both =
        ["warning[EV007]", "because: consumers ask for both", "because: nobody has 256 ports"];
    fixture.run(&["codegen", "--against", "trunk"]).said(0, &both);
    change(
        &fixture,
        "    #[event(alias = \"system.started\")]\n    Begun { host: String, port: u16 },",
    );
    fixture.run(BOTH[1]).said(0, &both);
    change(&fixture, &renamed("nobody has 256 ports", "host: String"));
    fixture.run(BOTH[1]).said(1, &["error[EV105]", "was said of the change from"]);
}

#[test]
fn a_new_name_may_come_with_a_new_version() {
    let fixture = released("given-up-bumped", "    Started { host: String, port: u8 },");
    let reviewed = "compat(reviewed = \"consumers ask for both\")";
    let attribute = format!("alias = \"system.started\", {reviewed}, version = 2");
    let event = format!(
        "    #[event({attribute}, upcast(1 => SystemBegunV1))]\n    Begun {{ host: String }},"
    );
    let upcast = "
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]
pub struct SystemBegunV1 {
    pub host: String,
    pub port: u8,
}

impl From<SystemBegunV1> for SystemBegun {
    fn from(former: SystemBegunV1) -> Self {
        Self { host: former.host }
    }
}
";
    fixture.write("src/lib.rs", &format!("{}{upcast}", SHOP.replace(STARTED, &event)));
    for command in BOTH {
        fixture.run(command).said(0, &["warning[EV007]"]);
    }
}

#[test]
fn a_new_name_goes_on_counting_where_the_former_one_was() {
    let fixture = released("given-up-counted", STARTED);
    fixture.write("src/lib.rs", &second("upcast(1 => StartedV1)"));
    fixture.codegen();
    commit(&fixture);
    let reviewed = "compat(reviewed = \"consumers ask for both\")";
    let begun = format!(
        "    #[event(alias = \"system.started\", {reviewed})]\n    Begun {{ host: String, port: u16 }},"
    );
    change(&fixture, &begun);
    let parts =
        ["error[EV013]", "version 2 → version 1 of `system.begun`", "set #[event(version = 2)]"];
    fixture.run(BOTH[1]).said(1, &parts);
}

#[test]
fn a_new_name_that_comes_without_its_tenant_or_its_aggregate_is_told() {
    let fixture = released(
        "given-up-envelope",
        "    Started { #[event(tenant_id)] tenant: String, #[event(aggregate_id)] host: String },",
    );
    let begun = |tenant: &str, aggregate: &str| {
        let words = "alias = \"system.started\", compat(reviewed = \"they ask for both names\")";
        format!(
            "    #[event({words})]\n    Begun {{ {tenant} tenant: String, {aggregate} host: String }},"
        )
    };
    change(&fixture, &begun("", "#[event(aggregate_id)]"));
    fixture.run(BOTH[1]).said(1, &["error[EV019]", "tenantId is `tenant` → none"]);
    change(&fixture, &begun("#[event(tenant_id)]", ""));
    for command in BOTH {
        fixture.run(command).said(0, &["warning[EV018]", "`host` → none"]);
    }
    change(&fixture, &begun("#[event(tenant_id)]", "#[event(aggregate_id)]"));
    let run = fixture.run(BOTH[0]);
    run.said(0, &["nothing is refused"]);
    assert!(!run.stderr.contains("EV018"), "{}", run.stderr);
}
