//! Exported schemas are found by their addresses, and describe what they described in the registry.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use eventbus_tests::program::binary;
use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::catalogs;

const BASE: &str = "https://schemas.example.com/events";

fn export(config: &Path, base: &str, out: &Path, more: &[&str]) -> Output {
    Command::new(binary("eventbus-codegen", "cargo-eventbus"))
        .args(["eventbus", "schema", "export", "--base", base, "--out"])
        .arg(out)
        .arg("--config")
        .arg(config)
        .args(more)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr];
    texts.map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}

/// The files of a folder that is hosted at [`BASE`].
struct Host(PathBuf);

impl Retrieve for Host {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let path = uri.as_str().strip_prefix(&format!("{BASE}/")).ok_or("elsewhere")?;
        Ok(serde_json::from_str(&fs::read_to_string(self.0.join(path))?)?)
    }
}

/// What validates against the schema at a path, which is known by its address only.
fn validator(out: &Path, path: &str) -> Validator {
    jsonschema::options()
        .with_retriever(Host(out.to_owned()))
        .build(&json!({ "$ref": format!("{BASE}/{path}") }))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn registry_of_the_shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../eventbus.toml").canonicalize().unwrap()
}

#[test]
fn stored_samples_are_valid_by_the_addresses_of_the_schemas() {
    let out = TempDir::new().unwrap();
    let config = registry_of_the_shop();
    let output = export(&config, BASE, out.path(), &[]);
    assert!(output.status.success(), "{}", said(&output));
    let schemas = config.with_file_name("schemas");
    let mut seen = 0;
    for entry in fs::read_dir(schemas).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(sample) = fs::read_to_string(folder.join("samples/v1.json")) else { continue };
        let sample: Value = serde_json::from_str(&sample).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for contract in ["v1.json", "v1.writer.json"] {
            let validator = validator(out.path(), &format!("{name}/{contract}"));
            assert!(validator.is_valid(&sample), "{name}/{contract}");
            assert!(!validator.is_valid(&json!([])), "{name}/{contract}");
        }
        seen += 1;
    }
    assert_eq!(seen, 14);
}

/// A registry with two versions of an event, beside an `eventbus.toml`.
fn with_versions() -> TempDir {
    let folder = TempDir::new().unwrap();
    let nested = catalogs::all().into_iter().find(|catalog| catalog.name == "nested").unwrap();
    let [before, now] = &nested.history[..] else { panic!("two documents") };
    let (_, files) = eventbus_codegen::testing::findings(before, now).unwrap();
    for (path, text) in files.iter().flatten() {
        let file = folder.path().join("schemas").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    fs::write(folder.path().join("eventbus.toml"), "root = \"a::B\"").unwrap();
    folder
}

#[test]
fn each_version_is_exported_under_both_contracts() {
    let registry = with_versions();
    let out = registry.path().join("public");
    let output = export(&registry.path().join("eventbus.toml"), BASE, &out, &["--format", "json"]);
    assert!(output.status.success(), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["base"], BASE);
    let files = told["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["status"] == "created"), "{told}");
    for path in ["order.placed/v1", "order.placed/v2", "order.parcel.lost/v1"] {
        for path in [format!("{path}.json"), format!("{path}.writer.json")] {
            let text = fs::read_to_string(out.join(&path)).unwrap();
            let schema: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(schema["$id"], format!("{BASE}/{path}"));
            assert!(!text.contains("x-eventbus-writer"), "{path}");
            assert!(files.iter().any(|file| file["id"] == schema["$id"] && file["path"] == path));
        }
    }
    let old = json!({ "order_id": "00000000-0000-7000-8000-000000000001", "total": 1 });
    assert!(validator(&out, "order.placed/v1.json").is_valid(&old), "a reader needs no coupon");
    assert!(!validator(&out, "order.placed/v1.writer.json").is_valid(&old), "a writer writes it");
    assert!(!validator(&out, "order.placed/v2.json").is_valid(&old));
}

#[test]
fn only_what_was_exported_is_written_again() {
    let registry = with_versions();
    let config = registry.path().join("eventbus.toml");
    let out = registry.path().join("public");
    assert!(export(&config, "https://old.example", &out, &[]).status.success());
    let again = said(&export(&config, "https://old.example", &out, &[]));
    assert!(again.starts_with("0 created, 0 updated, "), "{again}");
    let moved = said(&export(&config, BASE, &out, &[]));
    assert!(moved.contains("updated order.placed/v2.json"), "{moved}");

    let (mine, other) = (out.join("order.placed/v2.json"), out.join("order.placed/v1.json"));
    fs::write(&mine, "{\"$id\": \"mine\"}").unwrap();
    let before = fs::read_to_string(&other).unwrap();
    let refused = export(&config, "https://new.example", &out, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said(&refused).contains("another folder: `order.placed/v2.json`"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read_to_string(&other).unwrap(), before, "nothing was written");
    assert_eq!(fs::read_to_string(&mine).unwrap(), "{\"$id\": \"mine\"}");
    // The registry itself is no place for what is exported.
    let refused = export(&config, BASE, &registry.path().join("schemas"), &[]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
}

#[test]
fn an_address_that_nothing_can_be_hosted_at_is_refused() {
    let registry = with_versions();
    let config = registry.path().join("eventbus.toml");
    let refused = export(&config, "schemas.example.com", &registry.path().join("public"), &[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = said(&refused);
    assert!(said.contains("`schemas.example.com`") && said.contains("--base https://"), "{said}");
    assert!(!registry.path().join("public").exists());
}
