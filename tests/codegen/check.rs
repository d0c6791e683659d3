use eventbus_tests::toolchain::Fixture;
use serde_json::Value;

use crate::migrations::later_types;
use crate::{SHOP, lock};

#[test]
fn an_empty_folder_misses_everything_and_stays_empty() {
    let fixture = Fixture::new("check-empty", SHOP);
    lock(&fixture);
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("missing schemas/order.placed/v1.json"), "{}", run.stdout);
    assert!(run.stderr.contains("help: run `cargo eventbus codegen`"), "{}", run.stderr);
    assert!(fixture.generated().is_empty());
}

#[test]
fn drift_is_named_with_its_diff() {
    let fixture = Fixture::new("check-drift", SHOP);
    fixture.codegen();
    fixture.replace("web/events.ts", "readonly sku: string;", "readonly sku: number;");
    std::fs::remove_file(fixture.path("schemas/system.started/v1.json")).unwrap();
    let before = fixture.generated();
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1);
    for wanted in [
        "different web/events.ts\n",
        "missing schemas/system.started/v1.json\n",
        "-  readonly sku: number;\n+  readonly sku: string;\n",
        "2 files are not up to date",
    ] {
        assert!(run.stdout.contains(wanted), "{wanted}\nis not in\n{}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'), "no colours into a pipe");
    assert_eq!(fixture.generated(), before);
    fixture.codegen();
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn an_edited_schema_is_found() {
    let fixture = Fixture::new("check-schema", SHOP);
    fixture.codegen();
    fixture.replace("schemas/order.placed/v1.json", "\"sku\"", "\"stock\"");
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("different schemas/order.placed/v1.json"), "{}", run.stdout);
    assert!(run.stderr.contains("error[EV014]"), "{}", run.stderr);
}

#[test]
fn machines_read_json() {
    let fixture = Fixture::new("check-json", SHOP);
    fixture.codegen();
    fixture.write("web/events.ts", "// emptied\n");
    let run = fixture.run(&["eventbus", "codegen", "--check", "--format", "json"]);
    assert_eq!(run.code, 1);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let files = report["files"].as_array().unwrap();
    let drift: Vec<_> = files.iter().filter(|file| file["status"] != "unchanged").collect();
    assert_eq!(drift, [&serde_json::json!({"path": "web/events.ts", "status": "different"})]);
}

#[test]
fn a_lost_manifest_is_not_made_up() {
    let fixture = Fixture::new("check-manifest", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "Started { host", "Stopped { code: u8 },\n    Started { host");
    fixture.codegen();
    let manifest = fixture.read("schemas/manifest.json");
    std::fs::remove_file(fixture.path("schemas/manifest.json")).unwrap();
    let before = fixture.generated();
    let later = later_types(1);
    for arguments in [vec!["codegen"], vec!["codegen", "--check"]] {
        let remedy = "git checkout -- schemas/manifest.json";
        fixture.run(&arguments).refused(&["there is no `schemas/manifest.json`", remedy, &later]);
    }
    assert_eq!(fixture.generated(), before);
    fixture.write("schemas/manifest.json", &manifest);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn the_lost_manifest_of_a_type_is_not_made_up() {
    const OF_TYPE: &str = "schemas/_manifest/system.started.json";
    let fixture = Fixture::new("check-manifest-of-type", SHOP);
    fixture.codegen();
    let manifest = fixture.read(OF_TYPE);
    std::fs::remove_file(fixture.path(OF_TYPE)).unwrap();
    // What is as it is generated needs nobody to account for it.
    fixture.codegen();
    assert_eq!(fixture.read(OF_TYPE), manifest);

    std::fs::remove_file(fixture.path(OF_TYPE)).unwrap();
    let version = fixture.read("schemas/system.started/v1.json");
    fixture.write("schemas/system.started/v1.json", &version.replace("host", "node"));
    let before = fixture.generated();
    for arguments in [vec!["codegen"], vec!["codegen", "--check"]] {
        let remedy = format!("git checkout -- {OF_TYPE}");
        let file = "schemas/system.started/v1.json";
        fixture.run(&arguments).refused(&[&format!("there is no `{OF_TYPE}`"), &remedy, file]);
    }
    assert_eq!(fixture.generated(), before);
}

/// The files of a type and what accounts for them are not in one folder.
#[test]
fn a_type_whose_folder_was_deleted_is_missed() {
    let fixture = Fixture::new("check-folder-of-type", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "    Started { host: String },", "    Stopped { code: u8 },");
    std::fs::remove_dir_all(fixture.path("schemas/system.started")).unwrap();
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    for file in ["event.json", "v1.json", "samples/v1.json"] {
        let line = format!("deleted schemas/system.started/{file}");
        assert!(run.stdout.contains(&line), "{}", run.stdout);
    }
    fixture.run(&["codegen"]).refused(&["schemas/system.started", "version control"]);
}

#[test]
fn a_lost_registry_does_not_emit_the_migrations_again() {
    let fixture = Fixture::new("lost-registry", SHOP);
    fixture.codegen();
    fixture.replace("src/lib.rs", "Started { host", "Stopped { code: u8 },\n    Started { host");
    std::fs::rename(fixture.path("schemas"), fixture.path("events")).unwrap();
    let before = fixture.generated();
    let run = fixture.run(&["codegen"]);
    run.refused(&[
        "migrations/postgres/0001_eventbus_runtime.sql",
        "`schemas` in the configuration",
    ]);
    assert_eq!(fixture.generated(), before);
}

#[test]
fn a_first_run_that_was_interrupted_goes_on() {
    let fixture = Fixture::new("interrupted", SHOP);
    fixture.codegen();
    let whole = fixture.generated();
    for file in ["schemas/manifest.json", "web/events.ts", "schemas/system.started/v1.json"] {
        std::fs::remove_file(fixture.path(file)).unwrap();
    }
    fixture.codegen();
    let texts = |files: std::collections::BTreeMap<String, (String, _)>| -> Vec<_> {
        files.into_iter().map(|(file, (text, _))| (file, text)).collect()
    };
    assert_eq!(texts(fixture.generated()), texts(whole));
}

#[test]
fn the_repair_is_the_command_that_was_given() {
    let fixture = Fixture::new("repair", SHOP);
    let manifest = fixture.read("Cargo.toml");
    fixture.write("Cargo.toml", &format!("{manifest}\n[features]\nextra = []\n"));
    std::fs::rename(fixture.path("eventbus.toml"), fixture.path("other.toml")).unwrap();
    lock(&fixture);
    let run = fixture.run(&["codegen", "--check", "--config", "other.toml", "-F", "extra"]);
    let wanted = "help: run `cargo eventbus codegen --config other.toml --features extra`";
    assert!(run.stderr.contains(wanted), "{}", run.stderr);
}

#[test]
fn a_check_leaves_the_lock_file_as_it_is() {
    let fixture = Fixture::new("locked", SHOP);
    let lock = fixture.read("Cargo.lock");
    fixture.run(&["codegen", "--check"]).refused(&["--locked", "does not build"]);
    assert_eq!(fixture.read("Cargo.lock"), lock);
    fixture.codegen();
    assert_ne!(fixture.read("Cargo.lock"), lock, "a run that writes brings it up to date");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}
