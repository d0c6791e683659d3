//! Manifests that leave things to their workspace.

use eventbus_tests::toolchain::{Fixture, workspace};

use super::{dependencies, runtime, virtual_workspace};
use crate::SHOP;

#[test]
fn a_package_inherits_fields_and_dependencies() {
    let fixture = Fixture::new("inherits", SHOP);
    let shared = dependencies(&runtime()).replace("[dependencies]", "[workspace.dependencies]");
    let rest = "[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    virtual_workspace(&fixture, &["events"], &format!("{rest}{shared}"));
    fixture.write(
        "events/Cargo.toml",
        "[package]\nname = \"fixture-inherits\"\nversion.workspace = true\nedition.workspace = true\n\
         [dependencies]\neventbus-runtime.workspace = true\nschemars.workspace = true\n\
         serde = { workspace = true, features = [\"derive\"] }\nuuid = { workspace = true }\n",
    );
    fixture.write("events/src/lib.rs", SHOP);
    let run = fixture.run(&["codegen"]);
    run.succeeded();
    // Cargo says what it does meanwhile.
    assert!(run.stderr.contains("Compiling fixture-inherits"), "{}", run.stderr);
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

/// The runtime and the macros come from a patch alone, one of them by a path that is relative to the workspace.
#[test]
fn patched_packages_are_the_ones_that_are_linked() {
    let fixture = Fixture::new("patched", SHOP);
    let runtime = workspace().join("eventbus-runtime");
    let patch = format!(
        "[patch.crates-io]\neventbus-runtime = {{ path = {runtime:?} }}\n\
         fixture-patched-words = {{ path = \"vendored/words\" }}\n"
    );
    virtual_workspace(&fixture, &["events"], &format!("exclude = [\"vendored\"]\n{patch}"));
    let head = "[package]\nname = \"fixture-patched\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let words = "fixture-patched-words = \"1\"\n";
    fixture.write("events/Cargo.toml", &format!("{head}{}{words}", dependencies("\"0.1\"")));
    let library = SHOP.replace(
        "pub sku: String,",
        "#[serde(default = \"fixture_patched_words::sku\")] pub sku: String,",
    );
    fixture.write("events/src/lib.rs", &library);
    fixture.write(
        "vendored/words/Cargo.toml",
        "[package]\nname = \"fixture-patched-words\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    fixture.write("vendored/words/src/lib.rs", "pub fn sku() -> String { \"patched\".to_owned() }");
    fixture.codegen();
    assert!(fixture.read("schemas/order.placed/v1.json").contains("\"patched\""));
}
