//! `init` in workspaces that exist already.

use std::fs;

use eventbus_tests::toolchain::{Fixture, Run};

use super::{one_event, package, virtual_workspace};

/// A package that has nothing to do with events, and one of each of `names` that has.
fn existing(test: &str, names: &[&str]) -> Fixture {
    let fixture = Fixture::new(test, "");
    fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    let members: Vec<&str> = ["aaa-tools"].iter().chain(names).copied().collect();
    virtual_workspace(&fixture, &members, "");
    fixture.write("aaa-tools/Cargo.toml", "[package]\nname = \"aaa-tools\"\nedition = \"2024\"\n");
    fixture.write("aaa-tools/src/lib.rs", "");
    for name in names {
        package(&fixture, name, "", &one_event("RootEvent", "Order", "Placed"));
    }
    fixture
}

#[test]
fn the_package_that_uses_the_runtime_is_the_one_that_is_meant() {
    let fixture = existing("init-one", &["one-shop"]);
    let run = fixture.run(&["init"]);
    run.succeeded();
    assert!(!run.stderr.contains("--workspace"), "{}", run.stderr);
    assert!(fixture.read("eventbus.toml").contains("root = \"one_shop::OneShopEvent\""));
    fixture.replace("eventbus.toml", "::OneShopEvent", "::RootEvent");
    fixture.codegen();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

#[test]
fn a_package_that_cannot_derive_is_told_what_it_lacks() {
    let fixture = existing("init-none", &[]);
    let run = fixture.run(&["init"]);
    run.succeeded();
    let help = "cargo add eventbus-runtime --package aaa-tools";
    assert!(run.stderr.contains(help), "{}", run.stderr);
}

#[test]
fn several_packages_are_led_to_one_registry() {
    let fixture = existing("init-several", &["several-bills", "several-orders"]);
    let run = fixture.run(&["init"]);
    run.succeeded();
    assert!(run.stderr.contains("`several-orders` may hold events too"), "{}", run.stderr);
    assert!(run.stderr.contains("cargo eventbus init --workspace"), "{}", run.stderr);
    fixture.run(&["init", "--workspace"]).refused(&["eventbus.toml` exists already"]);
    fs::remove_file(fixture.path("eventbus.toml")).unwrap();

    let run = fixture.run(&["init", "--workspace"]);
    run.succeeded();
    assert!(!run.stderr.contains("aaa-tools"), "{}", run.stderr);
    fixture.run(&["codegen", "--workspace"]).refused(&["no package of the workspace names events"]);
    // What it says is what is to be written, but for the enum's name.
    for (name, guess) in
        [("several-bills", "SeveralBillsEvent"), ("several-orders", "SeveralOrdersEvent")]
    {
        let library = name.replace('-', "_");
        let lines = format!("    [package.metadata.eventbus]\n    root = \"{library}::{guess}\"");
        let said = format!("to {name}/Cargo.toml:\n\n{lines}");
        assert!(run.stderr.contains(&said), "{said} is not in {}", run.stderr);
        let manifest = format!("{name}/Cargo.toml");
        let text = fixture.read(&manifest);
        fixture.write(&manifest, &format!("{text}{}\n", lines.replace(guess, "RootEvent")));
    }
    let bills = one_event("RootEvent", "Bill", "Sent");
    fixture.write("several-bills/src/lib.rs", &bills);
    let run = fixture.run(&["codegen", "--workspace"]);
    // The two roots have one name, which is two types in TypeScript alone, and none is asked for.
    run.succeeded();
    assert!(fixture.path("schemas/bill.sent/v1.json").exists());
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
    fixture.run(&["check", "--workspace"]).said(0, &["2 event types checked, nothing is refused"]);
    let listed = ["bill.sent", "in several_bills", "order.placed", "in several_orders"];
    fixture.run(&["list", "--workspace"]).said(0, &listed);

    // In the folder of a package it is the same registry, and never a second one.
    for command in ["codegen", "check", "list"] {
        let mut within = fixture.command(&[command]);
        let run = Run::of(within.current_dir(fixture.path("several-orders")));
        run.refused(&["eventbus.toml` says what is written: pass `--workspace`"]);
        let mut within = fixture.command(&[command, "--workspace"]);
        Run::of(within.current_dir(fixture.path("several-orders"))).succeeded();
    }
    assert!(!fixture.path("several-orders/schemas").exists());
}

#[test]
fn a_package_of_a_shared_registry_is_told_to_add_to_it() {
    let fixture = existing("init-shared", &["shared-shop"]);
    fixture.run(&["init", "--workspace"]).succeeded();
    let mut command = fixture.command(&["init"]);
    let run = Run::of(command.current_dir(fixture.path("shared-shop")));
    run.refused(&[
        "the workspace has one registry for all",
        "root = \"shared_shop::SharedShopEvent\"",
    ]);
    assert!(!fixture.path("shared-shop/eventbus.toml").exists());
}
