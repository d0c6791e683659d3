//! The AsyncAPI document, as the specification's own schemas and the reference parser take it.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

#[path = "../typescript/cases.rs"]
#[allow(dead_code, reason = "what generates TypeScript is for the suite that it is part of")]
mod cases;
#[path = "../catalogs/events/mod.rs"]
#[allow(dead_code, reason = "titles are for the suites that print documents")]
mod catalogs;
#[path = "../cdevents/events/mod.rs"]
mod cdevents;
#[path = "../properties/documents.rs"]
mod documents;
#[path = "../properties/events.rs"]
mod events;
#[path = "../typescript/mutate.rs"]
mod mutate;
#[path = "../properties/random.rs"]
mod random;
#[path = "../properties/values.rs"]
mod values;
#[path = "../typescript/versions.rs"]
mod versions;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_tests::random::seeded;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cases::{Case, cases};
use crate::documents::document;
use crate::mutate::mutated;

/// How many documents are made of each message, and how many edits of each document.
const DOCUMENTS: usize = 20;
const EDITS: usize = 10;

/// The document of a case, and the registry that it is made from.
struct Generated {
    document: Value,
    registry: BTreeMap<String, String>,
}

fn generated(case: &Case) -> Generated {
    let (text, registry) = eventbus_codegen::testing::asyncapi(&case.documents).unwrap();
    Generated { document: serde_json::from_str(&text).unwrap(), registry }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("asyncapi")
}

fn official(version: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(here().join(format!("data/{version}-without-id.json"))).unwrap();
    jsonschema::draft7::new(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn every_document_is_valid_by_the_official_schemas() {
    for version in ["3.0.0", "3.1.0"] {
        let official = official(version);
        for case in cases() {
            let mut document = generated(&case).document;
            document["asyncapi"] = json!(version);
            let errors: Vec<String> = official
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{} by {version}:\n{}", case.name, errors.join("\n"));
        }
    }
    let mut broken = generated(&cases()[0]).document;
    broken["channels"] = json!([]);
    assert!(!official("3.0.0").is_valid(&broken), "the schemas refuse what is none");
}

#[test]
fn the_reference_parser_has_nothing_to_say_and_finds_every_channel() {
    let folder = TempDir::new().unwrap();
    let all: Vec<(Case, Value)> = cases()
        .into_iter()
        .map(|case| {
            let document = generated(&case).document;
            (case, document)
        })
        .collect();
    let files = all.iter().map(|(case, document)| {
        let file = folder.path().join(format!("{}.json", case.name));
        // Its resolver takes fields of these names for properties that every object has in JavaScript.
        let text = document.to_string();
        let text =
            text.replace("\"hasOwnProperty\"", "\"has_own\"").replace("\"__proto__\"", "\"proto\"");
        fs::write(&file, text).unwrap();
        file
    });
    let packages = here().join("node_modules");
    assert!(packages.exists(), "run `npm ci` in tests/asyncapi once, as scripts/test does");
    let output = Command::new("node").arg(here().join("parse.mjs")).args(files).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), all.len());
    for ((case, document), answer) in all.iter().zip(answers) {
        let channels = document["channels"].as_object().unwrap().len();
        assert_eq!(answer, json!({ "channels": channels, "said": [] }), "{}", case.name);
    }
}

#[test]
fn schemas_accept_and_refuse_what_the_registrys_do() {
    let mut rng = seeded();
    let (mut accepted, mut refused) = (0, 0);
    // Those of every generator are there for what is printed; random documents of their types have no end.
    let printed: Vec<&str> = catalogs::all().iter().map(|catalog| catalog.name).collect();
    for case in cases().into_iter().filter(|case| !printed.contains(&case.name)) {
        let Generated { document: whole, registry } = generated(&case);
        let messages = whole["components"]["messages"].as_object().unwrap();
        assert!(!messages.is_empty(), "{}", case.name);
        for (key, message) in messages {
            let (name, version) = key.rsplit_once(".v").unwrap();
            let file: Value =
                serde_json::from_str(&registry[&format!("{name}/v{version}.json")]).unwrap();
            let writer = &file["x-eventbus-writer"];
            let theirs = jsonschema::draft202012::new(writer).unwrap();
            let mut plain = writer.clone();
            plain.as_object_mut().unwrap().remove("$id");
            let mut schema = message["payload"].clone();
            schema["components"] = whole["components"].clone();
            // As the other draft has it: what a format allows is for whoever asks for it.
            let ours = jsonschema::draft7::options().should_validate_formats(false);
            let ours = ours.build(&schema).unwrap();
            let event = &message["examples"][0]["payload"];
            assert!(ours.is_valid(event), "the example of {key}: {event}");
            for _ in 0..DOCUMENTS {
                let data: Value = serde_json::from_str(&document(&plain, &mut rng)).unwrap();
                let edits: Vec<Value> = (0..EDITS).map(|_| mutated(&data, &mut rng)).collect();
                for data in [data].iter().chain(&edits) {
                    let mut event = event.clone();
                    event["data"] = data.clone();
                    let wanted = theirs.is_valid(data);
                    assert_eq!(ours.is_valid(&event), wanted, "{key} of {}: {data}", case.name);
                    if wanted { accepted += 1 } else { refused += 1 }
                }
            }
            for (name, other) in [("type", json!("other.type")), ("dataversion", json!(0))] {
                let mut event = event.clone();
                event[name] = other;
                assert!(!ours.is_valid(&event), "{key} with another {name}");
            }
        }
    }
    println!("{accepted} accepted and {refused} refused");
    assert!(accepted > 1_000 && refused > 1_000, "{accepted} and {refused}");
}
