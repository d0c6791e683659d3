use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

#[test]
fn a_binary_cannot_be_linked() {
    let fixture = Fixture::new("no-lib", SHOP);
    std::fs::rename(fixture.path("src/lib.rs"), fixture.path("src/main.rs")).unwrap();
    let run = fixture.run(&["codegen"]);
    run.refused(&["`fixture-no-lib` has no library target", "src/lib.rs"]);
}

#[test]
fn a_private_or_absent_root_is_told_apart() {
    let fixture = Fixture::new("root", SHOP);
    fixture.write("src/lib.rs", &format!("mod events {{ {SHOP} }}"));
    fixture.replace("eventbus.toml", "::ShopEvent", "::events::ShopEvent");
    let run = fixture.run(&["codegen"]);
    run.refused(&[
        "the root `fixture_root::events::ShopEvent` is private",
        "eventbus.toml:1",
        "pub use",
    ]);

    fixture.replace("eventbus.toml", "::events::ShopEvent", "::ShopEvent");
    fixture.run(&["codegen"]).refused(&["there is no `fixture_root::ShopEvent`"]);
}

#[test]
fn an_enum_without_the_derive_is_named() {
    let fixture = Fixture::new("underived", "pub enum ShopEvent {}");
    fixture.run(&["codegen"]).refused(&["is not a derived enum", "#[derive(DomainEvent)]"]);
}

#[test]
fn no_events_are_an_error() {
    let catalog = r##"
        pub struct ShopEvent;
        impl ShopEvent {
            pub fn __eventbus_answer() -> std::process::ExitCode {
                let catalog = r#"{"format": 1, "root": {"rustPath": "shop::ShopEvent", "docs": "", "prefix": "",
                    "members": []}}"#;
                std::fs::write(std::env::args_os().nth(1).unwrap(), catalog).unwrap();
                std::process::ExitCode::SUCCESS
            }
        }
    "##;
    let fixture = Fixture::new("zero", catalog);
    fixture.run(&["codegen"]).refused(&["`shop::ShopEvent` holds no events"]);
    assert!(fixture.generated().is_empty());
}

#[test]
fn the_users_compiler_errors_come_through() {
    let fixture = Fixture::new("broken", "pub fn broken() -> u8 { \"text\" }");
    let run = fixture.run(&["codegen"]);
    run.refused(&["error[E0308]", "src/lib.rs:1", "`fixture-broken` does not build"]);
}

#[test]
fn a_library_that_aborts_on_panic_is_linked() {
    let fixture = Fixture::new("abort", SHOP);
    let manifest = fixture.read("Cargo.toml");
    fixture.write("Cargo.toml", &format!("{manifest}\n[profile.dev]\npanic = \"abort\"\n"));
    fixture.codegen();
}

#[test]
fn an_unknown_package_lists_the_known_ones() {
    let fixture = Fixture::new("package", SHOP);
    fixture.configure("package = \"fixture-packages\"\n");
    fixture.run(&["codegen"]).refused(&[
        "there is no package `fixture-packages`",
        "did you mean the package `fixture-package`?",
    ]);
}

#[test]
fn a_broken_configuration_names_its_line() {
    let fixture = Fixture::new("config", SHOP);
    fixture.configure("shemas = \"x\"\n");
    let run = fixture.run(&["codegen"]);
    run.refused(&["unknown key `shemas`", "eventbus.toml:2", "did you mean `schemas`?"]);
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    fixture.run(&["codegen"]).refused(&["there is no `eventbus.toml`", "cargo eventbus init"]);
}

#[test]
fn the_manifest_can_name_the_root() {
    let fixture = Fixture::new("metadata", SHOP);
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    let manifest = fixture.read("Cargo.toml");
    let metadata = "[package.metadata.eventbus]\nroot = \"fixture_metadata::ShopEvent\"\n";
    fixture.write("Cargo.toml", &format!("{manifest}\n{metadata}"));
    fixture.codegen();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

#[test]
fn build_scripts_are_refused() {
    let fixture = Fixture::new("build-script", SHOP);
    let variables = [
        ("CARGO_MANIFEST_DIR", "."),
        ("OUT_DIR", "."),
        ("HOST", "h"),
        ("TARGET", "t"),
        ("NUM_JOBS", "1"),
    ];
    fixture.run_with(&["codegen"], &variables).refused(&["inside a build script"]);
}
