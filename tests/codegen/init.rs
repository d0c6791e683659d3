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
    let parts = ["`fixture-init-binary` has no library target", "src/lib.rs"];
    fixture.run(&["codegen"]).refused(&parts);
}

#[test]
fn every_command_explains_itself_with_examples() {
    let fixture = Fixture::new("help", SHOP);
    for command in [vec!["--help"], vec!["init", "--help"], vec!["codegen", "--help"]] {
        let run = fixture.run(&command);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("Examples:"), "{}", run.stdout);
    }
    assert_eq!(fixture.run(&["codgen"]).code, 2);
}
