//! The shim's manifest, with what the user's workspace decides for its packages.

use std::path::Path;

use toml::{Table, Value};

use super::NAME;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::discover::Request;
use crate::discover::metadata::Package;
use crate::discover::unit::Unit;

/// The manifest for the workspace in `folder` whose manifest is `user`.
pub(super) fn of(
    user: &Table,
    folder: &Path,
    unit: &Unit<'_>,
    edition: &str,
    request: &Request,
) -> Result<String> {
    let package = table([
        ("name", NAME.into()),
        ("version", "0.0.0".into()),
        ("edition", edition.into()),
        ("publish", false.into()),
    ]);
    let program = table([("name", NAME.into()), ("path", "main.rs".into())]);
    let dependency = dependency(unit.package, request)?;
    let workspace = table([("resolver", resolver(user).into())]);
    let mut manifest = table([
        ("package", Value::Table(package)),
        ("bin", Value::Array(vec![Value::Table(program)])),
        ("dependencies", Value::Table(table([(unit.package.name.as_str(), dependency)]))),
        ("workspace", Value::Table(workspace)),
    ]);
    for key in ["cargo-features", "patch", "profile", "replace"] {
        if let Some(value) = user.get(key) {
            let mut value = value.clone();
            if key != "profile" {
                make_absolute(&mut value, folder);
            }
            manifest.insert(key.to_owned(), value);
        }
    }
    Ok(manifest.to_string())
}

fn dependency(package: &Package, request: &Request) -> Result<Value> {
    let mut features: Vec<Value> = Vec::new();
    for feature in request.features.iter().flat_map(|list| list.split([',', ' '])) {
        let own = feature.strip_prefix(&format!("{}/", package.name)).unwrap_or(feature);
        if own.contains('/') {
            let message = format!("the feature `{feature}` is not one of `{}`", package.name);
            return Err(Error::new(ErrorKind::Discovery, message).help(
                "give the package a feature that enables it, and pass that to `--features`",
            ));
        }
        features.extend((!own.is_empty()).then(|| own.into()));
    }
    if request.all_features {
        features.extend(package.features.keys().map(|feature| feature.as_str().into()));
    }
    let path = package.folder().display().to_string();
    Ok(Value::Table(table([
        ("path", path.into()),
        ("features", Value::Array(features)),
        ("default-features", (!request.no_default_features).into()),
    ])))
}

/// What the workspace says, or what cargo takes from the edition of its root package.
fn resolver(user: &Table) -> &str {
    let text = |path: &[&str]| {
        let (last, tables) = path.split_last()?;
        let table = tables.iter().try_fold(user, |table, key| table.get(*key)?.as_table())?;
        table.get(*last)?.as_str()
    };
    let stated = text(&["workspace", "resolver"]).or_else(|| text(&["package", "resolver"]));
    let edition = || match user.get("package")?.get("edition")?.as_str() {
        Some(edition) => Some(edition),
        None => text(&["workspace", "package", "edition"]),
    };
    stated.unwrap_or_else(|| match edition() {
        Some("2021") => "2",
        Some("2024") => "3",
        // The first is also that of a workspace without a root package, and without a word about it.
        _ => "1",
    })
}

/// Paths are relative to the user's workspace, and the shim is elsewhere.
fn make_absolute(value: &mut Value, folder: &Path) {
    let Value::Table(table) = value else { return };
    for (key, value) in table {
        match value {
            Value::String(path) if key == "path" => {
                *path = folder.join(&*path).display().to_string();
            }
            nested => make_absolute(nested, folder),
        }
    }
}

fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
