//! Libraries that rustc cannot link alone. A compiler wrapper gives an object file to every linker that cargo starts, and
//! nothing but a build by cargo knows of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use eventbus_tests::toolchain::{Fixture, workspace};

use super::{dependencies, virtual_workspace};
use crate::SHOP;

const NOTE: &str = "note: the library that holds `";

/// The library of a package whose schema needs a function that no Rust code defines.
fn library() -> String {
    let foreign = "mod foreign {\n\
         unsafe extern \"C\" { safe fn fixture_cents() -> i64; }\n\
         pub fn cents() -> i64 { fixture_cents() }\n}\n";
    let leaf = "#[serde(default = \"crate::foreign::cents\")] total_cents: i64,";
    format!("{}\n{foreign}", SHOP.replace("total_cents: i64,", leaf))
}

/// Gives the object file to everything that is linked.
fn wrap(fixture: &Fixture) {
    fixture.write("foreign.c", "long long fixture_cents(void) { return 77; }\n");
    let compiled = Command::new("cc")
        .args(["-c", "-fPIC", "-o"])
        .args([fixture.path("foreign.o"), fixture.path("foreign.c")])
        .status()
        .expect("a C compiler");
    assert!(compiled.success());
    let script = format!("#!/bin/sh\nexec \"$@\" -C link-arg={:?}\n", fixture.path("foreign.o"));
    fixture.write("wrapper", &script);
    fs::set_permissions(fixture.path("wrapper"), fs::Permissions::from_mode(0o755)).unwrap();
    let config = format!("[build]\nrustc-wrapper = {:?}\n", fixture.path("wrapper"));
    fixture.write(".cargo/config.toml", &config);
}

#[test]
fn what_cannot_be_linked_by_hand_is_built_by_cargo() {
    let fixture = Fixture::new("shim", "");
    let runtime = workspace().join("eventbus-runtime");
    let rest = format!(
        "exclude = [\"vendored\"]\n[patch.crates-io]\neventbus-runtime = {{ path = {runtime:?} }}\n\
         fixture-shim-words = {{ path = \"vendored/words\" }}\n\
         [profile.dev]\nopt-level = 0\n"
    );
    virtual_workspace(&fixture, &["events"], &rest);
    fixture.write(
        "vendored/words/Cargo.toml",
        "[package]\nname = \"fixture-shim-words\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    fixture.write("vendored/words/src/lib.rs", "");
    let head = "[package]\nname = \"fixture-shim\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let rest = "fixture-shim-words = \"1\"\n[features]\nmore = []\n";
    fixture.write("events/Cargo.toml", &format!("{head}{}{rest}", dependencies("\"0.1\"")));
    let library = library().replace("Ups,", "Ups, #[cfg(feature = \"more\")] Gls,");
    fixture.write("events/src/lib.rs", &library);
    wrap(&fixture);

    let run = fixture.run(&["codegen", "--features", "more"]);
    run.succeeded();
    assert_eq!(run.stderr.matches(NOTE).count(), 1, "{}", run.stderr);
    let schema = fixture.read("schemas/order.placed/v1.json");
    assert!(schema.contains("\"default\": 77") && schema.contains("gls"), "{schema}");
    let lock = fixture.read("Cargo.lock");
    assert!(!lock.contains("eventbus-shim"), "{lock}");

    // It goes on without a word as long as nothing changes, samples included.
    let run = fixture.run(&["codegen", "--check", "--features", "more"]);
    run.succeeded();
    assert!(!run.stderr.contains(NOTE), "{}", run.stderr);

    fixture.replace("events/src/lib.rs", "A customer's order.", "A customer's own order.");
    let run = fixture.run(&["codegen", "--features", "more"]);
    run.succeeded();
    assert!(fixture.read("schemas/order.placed/event.json").contains("own order."));
    assert_eq!(fixture.read("Cargo.lock"), lock);
}

#[test]
fn what_cargo_cannot_link_either_is_refused_with_what_the_linker_said() {
    let fixture = Fixture::new("unlinkable", &library());
    let run = fixture.run(&["codegen"]);
    run.refused(&[
        "the library that holds `fixture_unlinkable::ShopEvent` cannot be linked",
        "fixture_cents",
        "eventbus.toml:1",
        "catalog_main!",
    ]);
    assert!(fixture.generated().is_empty());
}

#[test]
fn a_compiler_wrapper_that_only_watches_needs_no_shim() {
    let fixture = Fixture::new("watched", SHOP);
    fixture.write("wrapper", "#!/bin/sh\nexec \"$@\"\n");
    fs::set_permissions(fixture.path("wrapper"), fs::Permissions::from_mode(0o755)).unwrap();
    let config = format!("[build]\nrustc-wrapper = {:?}\n", fixture.path("wrapper"));
    fixture.write(".cargo/config.toml", &config);
    let run = fixture.run(&["codegen"]);
    run.succeeded();
    assert!(!run.stderr.contains(NOTE), "{}", run.stderr);
}
