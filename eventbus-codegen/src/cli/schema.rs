//! `cargo eventbus schema export`: the schemas of the registry under addresses where they can be hosted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::files::write_status;
use super::scope::{Scope, refuse_no_registry};
use super::{Common, Format, report};
use crate::canonical;
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::output::{Entry, Plan, State, write};
use crate::registry::{Baseline, DRAFT, as_object};
use crate::text;

const EXAMPLES: &str = "\
Examples:
  cargo eventbus schema export --base https://schemas.example.com/events --out public/events
  cargo eventbus schema export --base https://schemas.example.com/events --out public/events --format json

Exit codes:
  0  every schema is there
  2  usage, configuration or file errors; nothing was written";

/// Schemas for others.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(Export),
}

/// Write the schemas of the committed registry with absolute `$id`s, to be hosted.
///
/// Each version of an event type becomes two files: <type>/v<N>.writer.json describes what is written, and is what the
/// `dataschema` of a CloudEvent should name; <type>/v<N>.json describes what is accepted. Their `$id`s are the base and their
/// paths. Every `$ref` stays within its file. Nothing is built: the files of the registry are read.
///
/// A file that is there already and was not exported is never overwritten. Files of types that are gone stay, because an
/// address that was given away should go on to answer.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct Export {
    /// Where the files will be found: an http or https address.
    #[arg(long, value_name = "URL")]
    base: String,
    /// The folder to write to.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// How to print what was written: for people, or as JSON.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Command::Export(arguments) = &arguments.command;
    let base = base(&arguments.base)?;
    let config = arguments.scope.load(&arguments.common)?;
    refuse_no_registry(&config, "cargo eventbus codegen")?;
    let registry = Baseline::read(&config.folder().join(&config.schemas))?;
    let files = exported(&registry, base)?;
    let plan = plan(&files, &arguments.out)?;
    write(&plan, &arguments.out, &config.schemas)?;
    match arguments.format {
        Format::Json => println!("{}", machine(&plan, base).trim_end()),
        Format::Human if arguments.common.quiet => {}
        Format::Human => human(&plan),
    }
    Ok(ExitCode::SUCCESS)
}

/// The address without a slash at its end.
fn base(given: &str) -> Result<&str> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| given.strip_prefix(scheme));
    let is_sign = |char: char| char.is_ascii_graphic() && !"?#\"<>\\^`{|}".contains(char);
    match rest {
        Some(rest) if !rest.trim_matches('/').is_empty() && rest.chars().all(is_sign) => {
            Ok(given.trim_end_matches('/'))
        }
        _ => {
            let message =
                format!("`--base` is no address that schemas can be hosted at: `{given}`");
            Err(Error::new(ErrorKind::Config, message).help(
                "write it in full, without a query: --base https://schemas.example.com/events",
            ))
        }
    }
}

/// Every file, by its path below the folder.
fn exported(registry: &Baseline, base: &str) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for (name, past) in &registry.events {
        for (number, version) in &past.versions {
            let schemas = version.schemas()?;
            for (contract, schema) in [("", schemas.reader), (".writer", schemas.writer)] {
                let path = format!("{name}/v{number}{contract}.json");
                let text = canonical::text(&absolute(schema, &format!("{base}/{path}")));
                files.insert(path, text);
            }
        }
    }
    Ok(files)
}

/// A schema that says where it is. What is true or false of everything becomes an object, which can say so.
fn absolute(schema: Value, id: &str) -> Value {
    let mut schema = as_object(schema);
    if let Value::Object(keys) = &mut schema {
        keys.insert("$id".to_owned(), id.into());
        keys.entry("$schema").or_insert_with(|| DRAFT.into());
    }
    schema
}

/// What is to be written. What is in the way is found before anything is.
fn plan(files: &BTreeMap<String, String>, folder: &Path) -> Result<Plan> {
    let mut entries = Vec::new();
    let mut foreign = Vec::new();
    for (path, after) in files {
        let before = text::read_if_any(&folder.join(path))?;
        let state = match &before {
            None => State::Missing,
            Some(before) if before == after => State::Unchanged,
            Some(before) if is_exported(before, path) => State::Different,
            Some(_) => State::Foreign,
        };
        if state == State::Foreign {
            foreign.push(path.as_str());
        }
        entries.push(Entry { path: path.clone(), state, before, after: Some(after.clone()) });
    }
    if foreign.is_empty() {
        return Ok(Plan { entries });
    }
    let message = format!("in `{}` files are in the way that were not exported", folder.display());
    Err(Error::new(ErrorKind::Files, message)
        .help(format!("move them away, or name another folder: {}", listed(foreign))))
}

/// Whether the text of a file is an exported schema of this path, under whatever address.
fn is_exported(text: &str, path: &str) -> bool {
    let schema: Value = serde_json::from_str(text).unwrap_or_default();
    let id = schema.get("$id").and_then(Value::as_str).unwrap_or_default();
    base(id).is_ok() && id.ends_with(&format!("/{path}"))
}

fn human(plan: &Plan) {
    let mut counts = [0; 3];
    for entry in &plan.entries {
        match entry.state {
            State::Missing => {
                counts[0] += 1;
                report::file(report::ADDED, "created", &entry.path);
            }
            State::Different => {
                counts[1] += 1;
                report::file(report::CHANGED, "updated", &entry.path);
            }
            _ => counts[2] += 1,
        }
    }
    let [created, updated, unchanged] = counts;
    report::summary(&format!("{created} created, {updated} updated, {unchanged} unchanged"));
}

fn machine(plan: &Plan, base: &str) -> String {
    let file = |entry: &Entry| {
        let status = write_status(entry.state);
        json!({ "id": format!("{base}/{}", entry.path), "path": entry.path, "status": status })
    };
    let files: Vec<Value> = plan.entries.iter().map(file).collect();
    canonical::text(&json!({ "base": base, "files": files }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{absolute, base, is_exported};

    #[test]
    fn a_base_is_an_address_in_full() {
        assert_eq!(base("https://a.example/events/").unwrap(), "https://a.example/events");
        assert_eq!(base("http://localhost:8080").unwrap(), "http://localhost:8080");
        for wrong in [
            "a.example",
            "urn:a:b",
            "https://",
            "https:///",
            "https://a?b",
            "https://a#b",
            "https://a b",
        ] {
            let error = base(wrong).unwrap_err();
            assert!(error.to_string().contains(&format!("`{wrong}`")), "{error}");
        }
    }

    #[test]
    fn a_schema_says_where_it_is() {
        let schema =
            absolute(json!({ "$id": "a.b/v1.json", "type": "object" }), "https://a/v1.json");
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(
            schema,
            json!({ "$id": "https://a/v1.json", "$schema": draft, "type": "object" })
        );
        assert_eq!(absolute(json!(false), "https://a/b")["not"], json!({}));
    }

    #[test]
    fn only_what_was_exported_is_written_over() {
        let of = |id: &str| json!({ "$id": id }).to_string();
        assert!(is_exported(&of("https://old.example/x/a.b/v1.json"), "a.b/v1.json"));
        assert!(!is_exported(&of("a.b/v1.json"), "a.b/v1.json"), "a registry's own file");
        assert!(!is_exported(&of("https://a.example/a.b/v2.json"), "a.b/v1.json"));
        assert!(!is_exported("# notes", "a.b/v1.json") && !is_exported("{}", "a.b/v1.json"));
    }
}
