//! The shim's manifest, with what the user's workspace decides for its packages.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::NAME;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::discover::Request;
use crate::discover::metadata::{Dependency, Package};
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
    let dependencies = dependencies(unit.package, request)?;
    let workspace = table([("resolver", resolver(user).into())]);
    let mut manifest = table([
        ("package", Value::Table(package)),
        ("bin", Value::Array(vec![Value::Table(program)])),
        ("dependencies", Value::Table(dependencies)),
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

/// The library, and what it depends on where features of that are asked for: only a package that depends on another one
/// itself can ask for them.
fn dependencies(package: &Package, request: &Request) -> Result<Table> {
    let mut features: Vec<Value> = Vec::new();
    let mut others: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for feature in request.features.iter().flat_map(|list| list.split([',', ' '])) {
        let own = feature.strip_prefix(&format!("{}/", package.name)).unwrap_or(feature);
        if let Some((other, of_it)) = own.split_once('/') {
            // An optional one is there as soon as a feature of it is asked for.
            features.extend(package.features.contains_key(other).then(|| other.into()));
            others.entry(other).or_default().push(of_it.into());
        } else {
            features.extend((!own.is_empty()).then(|| own.into()));
        }
    }
    if request.all_features {
        features.extend(package.features.keys().map(|feature| feature.as_str().into()));
    }
    let path = package.folder().display().to_string();
    let library = table([
        ("path", path.into()),
        ("features", Value::Array(features)),
        ("default-features", (!request.no_default_features).into()),
    ]);
    let mut dependencies = table([(package.name.as_str(), Value::Table(library))]);
    for (other, features) in others {
        let found = package.dependencies.iter().find(|one| one.key() == other);
        let mut found = found.and_then(place).ok_or_else(|| foreign(package, other))?;
        found.insert("features".to_owned(), Value::Array(features));
        found.insert("default-features".to_owned(), false.into());
        dependencies.insert(other.to_owned(), Value::Table(found));
    }
    Ok(dependencies)
}

/// Where a dependency is taken from; nothing where that cannot be said here.
fn place(dependency: &Dependency) -> Option<Table> {
    let Dependency { name, req, source, registry, path, .. } = dependency;
    let mut place = table([("package", name.as_str().into())]);
    match (path, source) {
        (Some(path), _) => drop(place.insert("path".to_owned(), path.as_str().into())),
        (None, Some(source)) if !source.starts_with("git+") => {
            place.insert("version".to_owned(), req.as_str().into());
            if let Some(index) = registry {
                place.insert("registry-index".to_owned(), index.as_str().into());
            }
        }
        _ => return None,
    }
    Some(place)
}

fn foreign(package: &Package, other: &str) -> Error {
    let message = format!(
        "features of `{other}` cannot be asked for: it is no dependency of `{}` from a registry or a folder",
        package.name
    );
    Error::new(ErrorKind::Discovery, message)
        .help("give the package a feature that enables it, and pass that to `--features`")
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

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use serde_json::json;
    use toml::{Table, Value};

    use super::{of, resolver};
    use crate::config::{Entry, Source};
    use crate::diagnostic::Result;
    use crate::discover::Request;
    use crate::discover::metadata::Package;
    use crate::discover::unit::{Target, Unit};

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    fn manifest(user: &str, features: &str) -> Result<Table> {
        let package: Package = serde_json::from_value(json!({
            "name": "shop-events", "id": "shop", "manifest_path": "/w/shop/Cargo.toml",
            "features": { "words": ["dep:words"] }, "targets": [], "metadata": null,
            "dependencies": [
                { "name": "words", "req": "^1.2", "source": "registry+somewhere" },
                { "name": "other", "rename": "renamed", "req": "*", "path": "/w/other" },
            ],
        }))
        .unwrap();
        let root = "shop_events::ShopEvent";
        let (file, entry) = (PathBuf::from("/w/eventbus.toml"), Entry::Root(root.to_owned()));
        let source = Source { file, line: 1, package: None, entry };
        let target = Target::Library { root, edition: "2021" };
        let unit = Unit { source: &source, package: &package, target };
        let request = Request {
            features: vec![features.to_owned()],
            all_features: false,
            no_default_features: true,
            locked: false,
            offline: false,
            quiet: false,
            say: |_| (),
        };
        of(&table(user), Path::new("/w"), &unit, "2021", &request).map(|text| table(&text))
    }

    #[test]
    fn what_the_workspace_decides_is_copied_and_paths_lead_where_they_led() {
        let user = "[workspace]\nresolver = \"2\"\nmembers = [\"shop\"]\n\
                    [profile.dev]\npanic = \"abort\"\n\
                    [patch.crates-io]\nwords = { path = \"vendored/words\" }\n\
                    other = { git = \"https://example.org/other\", branch = \"main\" }\n";
        let manifest = manifest(user, "one,two shop-events/three").unwrap();
        let wanted = "[package]\nname = \"eventbus-shim\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                      publish = false\n[[bin]]\nname = \"eventbus-shim\"\npath = \"main.rs\"\n\
                      [workspace]\nresolver = \"2\"\n[dependencies.shop-events]\npath = \"/w/shop\"\n\
                      features = [\"one\", \"two\", \"three\"]\ndefault-features = false\n\
                      [profile.dev]\npanic = \"abort\"\n\
                      [patch.crates-io]\nwords = { path = \"/w/vendored/words\" }\n\
                      other = { git = \"https://example.org/other\", branch = \"main\" }\n";
        assert_eq!(manifest, table(wanted));
    }

    #[test]
    fn features_of_dependencies_are_asked_for_beside_the_library() {
        let manifest = manifest("[workspace]", "one,words/more,words/most,renamed/thing").unwrap();
        let wanted = "[shop-events]\npath = \"/w/shop\"\nfeatures = [\"one\", \"words\", \"words\"]\n\
                      default-features = false\n\
                      [words]\npackage = \"words\"\nversion = \"^1.2\"\n\
                      features = [\"more\", \"most\"]\ndefault-features = false\n\
                      [renamed]\npackage = \"other\"\npath = \"/w/other\"\n\
                      features = [\"thing\"]\ndefault-features = false\n";
        assert_eq!(manifest["dependencies"], Value::Table(table(wanted)));
    }

    #[test]
    fn features_of_what_is_no_dependency_are_refused() {
        let error = manifest("[workspace]", "one,nobody/thing").unwrap_err();
        assert!(error.to_string().contains("`nobody`"), "{error}");
    }

    #[test]
    fn the_resolver_is_the_one_that_cargo_would_take() {
        let of = |text: &str| resolver(&table(text)).to_owned();
        assert_eq!(of("[workspace]"), "1");
        assert_eq!(of("[workspace]\nresolver = \"3\""), "3");
        assert_eq!(of("[package]\nedition = \"2021\""), "2");
        assert_eq!(of("[package]\nedition = \"2024\"\nresolver = \"1\""), "1");
        let inherits =
            "[package]\nedition.workspace = true\n[workspace.package]\nedition = \"2024\"";
        assert_eq!(of(inherits), "3");
    }
}
