//! A program of the user's own that answers, where no library holds the events.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

/// A package without a library: its events are a module of its binary.
fn binary(test: &str) -> Fixture {
    let fixture = Fixture::new(test, "");
    fs::remove_file(fixture.path("src/lib.rs")).unwrap();
    fixture.write("src/events.rs", SHOP);
    fixture.write(
        "src/main.rs",
        "mod events;\nfn main() { println!(\"{:?}\", events::SystemEvent::Started { host: String::new() }); }",
    );
    fixture
}

fn configure(fixture: &Fixture, line: &str) {
    fixture.write("eventbus.toml", &format!("{line}\n"));
}

#[test]
fn an_example_answers_for_a_package_without_a_library() {
    let fixture = binary("example");
    configure(&fixture, "example = \"events\"");
    let run = fixture.run(&["codegen"]);
    run.refused(&[
        "has the example `events`",
        "eventbus.toml:1",
        "catalog_main!",
        "examples/events.rs",
    ]);

    fixture.write(
        "examples/events.rs",
        "#[path = \"../src/events.rs\"] mod events;\neventbus_runtime::catalog_main!(events::ShopEvent);\n",
    );
    fixture.codegen();
    assert!(fixture.read("schemas/catalog.json").contains("events::events::ShopEvent"));
    assert!(fixture.path("schemas/order.placed/samples/v1.json").exists());

    fixture.run(&["codegen", "--check"]).succeeded();
    // The samples are decoded by it too.
    fixture.write("schemas/order.placed/samples/v1.mine.json", "{}");
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("does not decode"), "{}", run.stderr);
    assert!(run.stderr.contains("missing field `order_id`"), "{}", run.stderr);
}

#[test]
fn a_binary_answers_for_an_enum_that_nobody_else_sees() {
    let fixture = binary("answers");
    let private = SHOP.replace("pub enum ShopEvent", "enum ShopEvent");
    fixture.write(
        "src/bin/answer.rs",
        &format!("{private}\neventbus_runtime::catalog_main!(ShopEvent);\n"),
    );
    configure(&fixture, "bin = \"answer\"\npackage = \"fixture-answers\"");
    fixture.codegen();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

#[test]
fn an_enum_without_the_derive_is_the_compilers_to_refuse() {
    let fixture = binary("plain");
    fixture.write("examples/events.rs", "enum Plain {}\neventbus_runtime::catalog_main!(Plain);\n");
    configure(&fixture, "example = \"events\"");
    let run = fixture.run(&["codegen"]);
    run.refused(&["`fixture-plain` does not build", "examples/events.rs:2", "derive(DomainEvent)"]);
}

#[test]
fn a_program_that_is_none_is_told_so() {
    let fixture = binary("silent");
    configure(&fixture, "bin = \"fixture-silent\"");
    fixture.run(&["codegen"]).refused(&["the binary `fixture-silent`", "catalog_main!"]);
}
