//! What a repository that has the registry and not the code generates from it.

use std::collections::BTreeMap;
use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

const OUTPUTS: &str = "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n\
                       [typescript]\nout = \"web/events.ts\"\n";

/// What is generated, without the times.
fn texts(fixture: &Fixture) -> BTreeMap<String, String> {
    fixture.generated().into_iter().map(|(file, (text, _))| (file, text)).collect()
}

/// Takes the code away, and the root out of the configuration.
fn without_code(fixture: &Fixture) {
    fs::remove_dir_all(fixture.path("src")).expect("a folder");
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::remove_file(fixture.path(file)).expect("a file");
    }
    fixture.write("eventbus.toml", OUTPUTS);
}

#[test]
fn the_registry_alone_gives_the_same_files() {
    let fixture = Fixture::new("registry-same", SHOP);
    fixture.codegen();
    let whole = texts(&fixture);
    without_code(&fixture);
    fixture.run(&["codegen", "--from-registry", "--check"]).succeeded();
    fixture.run(&["codegen"]).refused(&["`root` is missing", "--from-registry"]);

    for output in ["migrations", "web"] {
        fs::remove_dir_all(fixture.path(output)).unwrap();
    }
    let run = fixture.run(&["codegen", "--from-registry", "--check"]);
    run.said(1, &["missing web/events.ts", "cargo eventbus codegen --from-registry"]);
    // Migrations that were emitted are never emitted again: they are restored.
    fixture.run(&["codegen", "--from-registry"]).refused(&["migrations/postgres/"]);
    for (file, text) in whole.iter().filter(|(file, _)| file.starts_with("migrations")) {
        fixture.write(file, text);
    }
    fixture.run(&["codegen", "--from-registry"]).succeeded();
    assert_eq!(texts(&fixture), whole);
}

#[test]
fn what_was_asked_for_later_is_generated_too() {
    let fixture = Fixture::new("registry-later", SHOP);
    fixture.configure("");
    fixture.codegen();
    without_code(&fixture);
    fixture.run(&["codegen", "--from-registry"]).succeeded();
    let typescript = fixture.read("web/events.ts");
    assert!(
        typescript.contains("export type ShopEvent = OrderEvent | SystemEvent;"),
        "{typescript}"
    );
    let migrations = texts(&fixture).into_iter().filter(|(file, _)| file.contains("sqlite"));
    assert!(migrations.into_iter().any(|(_, text)| text.contains("order.placed")));
    fixture.run(&["codegen", "--from-registry", "--check"]).succeeded();
}

#[test]
fn a_type_that_is_gone_from_the_code_is_known_as_such() {
    let fixture = Fixture::new("registry-gone", SHOP);
    fixture.configure(&format!("compat = \"none\"\n{OUTPUTS}"));
    fixture.codegen();
    fixture.replace("src/lib.rs", "    Started { host: String },", "    Stopped { host: String },");
    fixture.codegen();
    let facts = fixture.read("schemas/system.started/event.json");
    assert!(facts.contains("\"removed\": true"), "{facts}");
    fixture.run(&["codegen", "--check"]).succeeded();
    let typescript = fixture.read("web/events.ts");
    assert!(!typescript.contains("system.started"), "{typescript}");
    fixture.replace("src/lib.rs", "    Stopped {", "    Started { host: String },\n    Stopped {");
    fixture.codegen();
    let facts = fixture.read("schemas/system.started/event.json");
    assert!(!facts.contains("removed"), "{facts}");
    fixture.replace("src/lib.rs", "    Started { host: String },\n", "");
    fixture.codegen();
    without_code(&fixture);
    fixture.run(&["codegen", "--from-registry", "--check"]).succeeded();
    assert_eq!(fixture.read("web/events.ts"), typescript);
}

#[test]
fn a_registry_that_was_edited_is_not_generated_from() {
    let fixture = Fixture::new("registry-edited", SHOP);
    fixture.codegen();
    without_code(&fixture);
    fixture.replace("schemas/order.placed/v1.json", "total_cents", "total");
    let before = fixture.read("web/events.ts");
    fixture.run(&["codegen", "--from-registry"]).refused(&["schemas/order.placed/v1.json"]);
    assert_eq!(fixture.read("web/events.ts"), before);
    fs::remove_file(fixture.path("schemas/catalog.json")).unwrap();
    fixture.run(&["codegen", "--from-registry"]).refused(&["catalog.json"]);
    fs::remove_dir_all(fixture.path("schemas")).unwrap();
    fixture.run(&["codegen", "--from-registry"]).refused(&["schemas"]);
}
