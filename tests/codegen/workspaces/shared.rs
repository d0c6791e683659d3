//! Several packages of a workspace with one registry.

use eventbus_tests::toolchain::{Fixture, Run};

use super::{one_event, package, virtual_workspace};

fn metadata(root: &str) -> String {
    format!("[package.metadata.eventbus]\nroot = \"{root}\"\n")
}

/// Two packages, `<test>-orders` and `<test>-bills`, and the workspace's configuration.
fn two(test: &str) -> Fixture {
    let fixture = Fixture::new(test, "");
    let [orders, bills] = [format!("{test}-orders"), format!("{test}-bills")];
    virtual_workspace(&fixture, &[&orders, &bills], "");
    let library = test.replace('-', "_");
    let root = metadata(&format!("{library}_orders::OrdersEvent"));
    package(&fixture, &orders, &root, &one_event("OrdersEvent", "Order", "Placed"));
    let root = metadata(&format!("{library}_bills::BillsEvent"));
    package(&fixture, &bills, &root, &one_event("BillsEvent", "Bill", "Sent"));
    fixture.write("eventbus.toml", "[typescript]\nout = \"web/events.ts\"\n");
    fixture
}

#[test]
fn packages_of_a_workspace_share_a_registry() {
    let fixture = two("together");
    let run = fixture.run(&["codegen", "--workspace"]);
    run.succeeded();
    for file in ["order.placed/v1.json", "bill.sent/v1.json", "bill.sent/samples/v1.json"] {
        assert!(fixture.path("schemas").join(file).exists(), "{file}");
    }
    let typescript = fixture.read("web/events.ts");
    assert!(
        typescript.contains("export type WorkspaceEvent = BillsEvent | OrdersEvent"),
        "{typescript}"
    );

    // From a folder of the workspace as well, and the code of each package decodes the samples of its own events.
    let mut command = fixture.command(&["codegen", "--workspace", "--check"]);
    Run::of(command.current_dir(fixture.path("together-orders/src"))).succeeded();
    fixture.run(&["check", "--workspace"]).succeeded();
    let listed = fixture.run(&["list", "--workspace"]).stdout;
    assert!(listed.contains("bill.sent") && listed.contains("order.placed"), "{listed}");
    fixture.write("schemas/order.placed/samples/v1.mine.json", "{}");
    let run = fixture.run(&["codegen", "--workspace", "--check", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let samples = answer["samples"].as_array().unwrap().iter();
    let statuses: Vec<(&str, &str)> = samples
        .map(|sample| (sample["path"].as_str().unwrap(), sample["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        statuses,
        [
            ("schemas/bill.sent/samples/v1.json", "decoded"),
            ("schemas/order.placed/samples/v1.json", "decoded"),
            ("schemas/order.placed/samples/v1.mine.json", "failed"),
        ]
    );
}

#[test]
fn a_registry_that_is_shared_is_not_begun_a_second_time() {
    let fixture = two("forgotten");
    fixture.run(&["codegen"]).refused(&["`root` is missing", "eventbus.toml", "`--workspace`"]);
    let mut command = fixture.command(&["codegen"]);
    let run = Run::of(command.current_dir(fixture.path("forgotten-orders")));
    run.refused(&["belongs to the registry of the workspace", "Cargo.toml:11", "`--workspace`"]);
    assert!(!fixture.path("forgotten-orders/schemas").exists());

    fixture.write("eventbus.toml", "root = \"forgotten_orders::OrdersEvent\"\n");
    let run = fixture.run(&["codegen", "--workspace"]);
    run.refused(&[
        "each package names its events",
        "eventbus.toml:1",
        "[package.metadata.eventbus]",
    ]);
}

#[test]
fn a_name_that_two_packages_use_is_refused_with_both_places() {
    let fixture = two("clash");
    let library = one_event("BillsEvent", "Order", "Placed");
    fixture.write("clash-bills/src/lib.rs", &library);
    let run = fixture.run(&["codegen", "--workspace"]);
    run.refused(&[
        "`clash_bills::OrderPlaced` and `clash_orders::OrderPlaced` are both named `order.placed`",
        "clash-bills/Cargo.toml:11",
        "clash-orders/Cargo.toml:11",
    ]);
    assert!(fixture.generated().is_empty());
}

#[test]
fn what_a_package_says_beyond_its_events_is_refused() {
    let fixture = two("outputs");
    fixture.replace("outputs-bills/Cargo.toml", "root =", "schemas = \"own\"\nroot =");
    let run = fixture.run(&["codegen", "--workspace"]);
    run.refused(&["unknown key `schemas`", "outputs-bills/Cargo.toml:11", "the workspace's own"]);

    for name in ["bills", "orders"] {
        let manifest = format!("outputs-{name}/Cargo.toml");
        fixture.replace(&manifest, "[package.metadata.eventbus]", "[package.metadata.other]");
    }
    let run = fixture.run(&["codegen", "--workspace"]);
    run.refused(&["no package of the workspace names events", "[package.metadata.eventbus]"]);
}

/// The outputs may stand in the manifest of the workspace, and a package may answer by a program of its own.
#[test]
fn a_workspace_may_do_without_a_file_of_its_own() {
    let fixture = two("manifest");
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    let run = fixture.run(&["codegen", "--workspace"]);
    run.refused(&["there is no `eventbus.toml` of a workspace", "init --workspace"]);
    let manifest = fixture.read("Cargo.toml");
    let table = "[workspace.metadata.eventbus]\nschemas = \"registry\"\n";
    fixture.write("Cargo.toml", &format!("{manifest}{table}"));
    fixture.replace(
        "manifest-bills/Cargo.toml",
        "root = \"manifest_bills::BillsEvent\"",
        "bin = \"answer\"",
    );
    let line = "eventbus_runtime::catalog_main!(manifest_bills::BillsEvent);";
    fixture.write("manifest-bills/src/bin/answer.rs", line);
    fixture.run(&["codegen", "--workspace"]).succeeded();
    assert!(fixture.path("registry/bill.sent/v1.json").exists());
    assert!(fixture.path("registry/order.placed/v1.json").exists());
}
