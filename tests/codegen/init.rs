use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

#[test]
fn a_first_configuration_names_the_package_and_is_never_overwritten() {
    let fixture = Fixture::new("init-events", SHOP);
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    let run = fixture.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("help: then generate: cargo eventbus codegen"), "{}", run.stderr);
    let written = fixture.read("eventbus.toml");
    assert!(written.contains("root = \"fixture_init_events::FixtureInitEvent\""), "{written}");
    assert!(written.contains("# package = \"fixture-init-events\""), "{written}");

    fixture.run(&["init"]).refused(&["exists already"]);
    assert_eq!(fixture.read("eventbus.toml"), written);
}

#[test]
fn a_package_without_a_library_is_told_so() {
    let fixture = Fixture::new("init-binary", "fn main() {}");
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    std::fs::rename(fixture.path("src/lib.rs"), fixture.path("src/main.rs")).unwrap();
    let run = fixture.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("`fixture-init-binary` has no library"), "{}", run.stderr);
    assert!(fixture.read("eventbus.toml").contains("root = \"fixture_init_binary::"));
    fixture.replace("eventbus.toml", "fixture_init_binary::", "shop_events::");
    let parts = ["`fixture-init-binary` has no library target", "src/lib.rs", "catalog_main!"];
    fixture.run(&["codegen"]).refused(&parts);
}

/// From nothing to a registry, in the steps that each command names.
#[test]
fn an_existing_crate_comes_to_its_registry_in_three_steps() {
    let fixture = Fixture::new("init-shop", SHOP);
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    fixture.run(&["codegen"]).refused(&["cargo eventbus init"]);
    fixture.run(&["init"]).succeeded();
    let run = fixture.run(&["codegen"]);
    run.refused(&["there is no `fixture_init_shop::FixtureInitShopEvent`", "eventbus.toml:5"]);
    fixture.replace("eventbus.toml", "::FixtureInitShopEvent", "::ShopEvent");
    fixture.codegen();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

#[test]
fn a_configuration_in_the_manifest_is_one_too() {
    let fixture = Fixture::new("init-manifest", SHOP);
    std::fs::remove_file(fixture.path("eventbus.toml")).unwrap();
    let manifest = fixture.read("Cargo.toml");
    let manifest = format!("{manifest}[package.metadata.eventbus]\nroot = \"a::B\"\n");
    fixture.write("Cargo.toml", &manifest);
    fixture.run(&["init"]).refused(&["has a [package.metadata.eventbus] already"]);
    assert!(!fixture.path("eventbus.toml").exists());
    assert_eq!(fixture.read("Cargo.toml"), manifest);
}

#[test]
fn every_command_explains_itself_with_examples() {
    let fixture = Fixture::new("help", SHOP);
    let commands: [&[&str]; 4] =
        [&["--help"], &["init", "--help"], &["codegen", "--help"], &["schema", "export", "--help"]];
    for command in commands {
        let run = fixture.run(command);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("Examples:"), "{}", run.stdout);
    }
    assert_eq!(fixture.run(&["codgen"]).code, 2);
}
