//! What is generated, text by text. `EVENTBUS_BLESS=1` writes it.

use std::collections::BTreeMap;
use std::env;
use std::fs;

use crate::cases::Case;
use crate::node::here;

#[test]
fn the_shops_events() {
    holds("shop");
}

#[test]
fn nested_and_recursive_payloads() {
    holds("lab");
}

#[test]
fn names_and_texts_that_mean_something_in_typescript() {
    holds("hostile");
}

#[test]
fn former_versions_and_open_enums() {
    holds("versions");
}

/// In several files, without the one that is the same for all.
fn holds(name: &str) {
    let generated = Case::named(name).generate("out = \".\"\nsplit = true").files;
    let without = |path: &String| path != "./_runtime.ts";
    let generated: BTreeMap<String, String> = generated
        .into_iter()
        .filter(|(path, _)| without(path))
        .map(|(path, text)| (path.trim_start_matches("./").to_owned(), text))
        .collect();
    let folder = here().join("snapshots").join(name);
    if env::var_os("EVENTBUS_BLESS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (path, text) in &generated {
            fs::write(folder.join(path), text).unwrap();
        }
    }
    let mut kept = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        kept.insert(name, fs::read_to_string(&path).unwrap());
    }
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&generated), names(&kept), "EVENTBUS_BLESS=1 writes what is generated");
    for (path, text) in &generated {
        let diff = similar::TextDiff::from_lines(&kept[path], text);
        let diff = diff.unified_diff().to_string();
        assert_eq!(diff, "", "{name}/{path}; EVENTBUS_BLESS=1 writes what is generated");
    }
}
