//! What decides how a package is built.

use eventbus_tests::toolchain::Fixture;

use super::one_event;
use crate::SHOP;

#[test]
fn events_behind_a_feature_are_there_with_it() {
    let fixture = Fixture::new("features", "");
    let manifest = fixture.read("Cargo.toml");
    let features = "[features]\ndefault = [\"plain\"]\nplain = []\nshop = []\n";
    fixture.write("Cargo.toml", &format!("{manifest}{features}"));
    let other = one_event("RootEvent", "Plain", "Seen");
    fixture.write(
        "src/lib.rs",
        &format!(
            "#[cfg(feature = \"shop\")] mod shop {{ {SHOP} }}\n#[cfg(feature = \"shop\")] pub use shop::*;\n\
             #[cfg(feature = \"plain\")] mod plain {{ {other} }}\n\
             #[cfg(feature = \"plain\")] pub use plain::*;\n"
        ),
    );
    let run = fixture.run(&["codegen"]);
    run.refused(&["there is no `fixture_features::ShopEvent`", "pass `--features`"]);
    fixture.run(&["codegen", "--features", "shop"]).succeeded();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
    fixture.run(&["codegen", "--check", "--all-features"]).succeeded();
    let run = fixture.run(&["check", "--no-default-features"]);
    run.refused(&["there is no `fixture_features::ShopEvent`"]);

    fixture.configure("schemas = \"plain\"\n");
    fixture.replace("eventbus.toml", "ShopEvent", "RootEvent");
    fixture.codegen();
    assert!(fixture.path("plain/plain.seen/v1.json").exists());
    let run = fixture.run(&["codegen", "--check", "--no-default-features"]);
    run.refused(&["there is no `fixture_features::RootEvent`"]);
}

#[test]
fn a_build_script_may_write_the_events() {
    let fixture =
        Fixture::new("generated", "include!(concat!(env!(\"OUT_DIR\"), \"/events.rs\"));");
    let script = format!(
        "fn main() {{\n\
         println!(\"cargo::rerun-if-changed=build.rs\");\n\
         println!(\"this line is for nobody\");\n\
         let folder = std::path::PathBuf::from(std::env::var(\"OUT_DIR\").unwrap());\n\
         std::fs::write(folder.join(\"events.rs\"), {SHOP:?}).unwrap();\n}}\n"
    );
    fixture.write("build.rs", &script);
    fixture.codegen();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
    fixture.replace("build.rs", "total_cents", "total");
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
}
