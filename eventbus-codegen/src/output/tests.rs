use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Artifact, Content, Manifest, State, diff, plan, root, write};
use crate::canonical::sha256;

const SCHEMAS: &str = "schemas";

fn text(path: &str, text: &str) -> Artifact {
    Artifact::generated(path.to_owned(), text.to_owned())
}

fn owning(files: &[(&str, &str)]) -> Manifest {
    let mut manifest = Manifest::default();
    for (path, text) in files {
        manifest.files.insert((*path).to_owned(), sha256(text));
    }
    manifest
}

fn states(artifacts: &[Artifact], manifest: &Manifest, folder: &Path) -> Vec<(String, State)> {
    let plan = plan(artifacts, manifest, SCHEMAS, folder).unwrap();
    plan.entries.into_iter().map(|entry| (entry.path, entry.state)).collect()
}

fn state(artifact: Artifact, manifest: &Manifest, folder: &TempDir) -> State {
    states(&[artifact], manifest, folder.path())[0].1
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_file_of_ours_is_written_and_a_foreign_one_refused() {
    let folder = folder_with(&[("a", "old")]);
    assert_eq!(state(text("b", "new"), &Manifest::default(), &folder), State::Missing);
    assert_eq!(state(text("a", "old"), &Manifest::default(), &folder), State::Unchanged);
    assert_eq!(state(text("a", "new"), &owning(&[("a", "any")]), &folder), State::Different);
    assert_eq!(state(text("a", "new"), &Manifest::default(), &folder), State::Foreign);
}

#[test]
fn a_kept_file_must_be_there_and_as_it_was() {
    let folder = folder_with(&[("a", "as written")]);
    let kept = |text: &str| Artifact::kept("a".to_owned(), sha256(text));
    assert_eq!(state(kept("as written"), &Manifest::default(), &folder), State::Unchanged);
    assert_eq!(state(kept("other"), &Manifest::default(), &folder), State::Edited);
    assert_eq!(state(kept("as written"), &owning(&[("a", "once")]), &folder), State::Edited);
    let gone = Artifact::kept("b".to_owned(), sha256(""));
    assert_eq!(state(gone, &Manifest::default(), &folder), State::Gone);
}

#[test]
fn only_untouched_files_of_ours_are_left_over() {
    let folder = folder_with(&[("ours", "1"), ("edited", "2"), ("foreign", "3")]);
    let manifest = owning(&[("ours", "1"), ("edited", "as written"), ("gone", "4")]);
    let wanted = [("edited".to_owned(), State::Released), ("ours".to_owned(), State::LeftOver)];
    assert_eq!(states(&[], &manifest, folder.path()), wanted);
}

#[test]
fn writing_creates_updates_and_removes() {
    let folder = folder_with(&[("b", "old"), ("c", "left")]);
    let manifest = owning(&[("b", "old"), ("c", "left")]);
    let artifacts = [text("new/a", "1"), text("b", "2"), text(&root(SCHEMAS), "3")];
    let planned = plan(&artifacts, &manifest, SCHEMAS, folder.path()).unwrap();
    write(&planned, folder.path(), SCHEMAS).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("new/a")).unwrap(), "1");
    assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "2");
    assert!(!folder.path().join("c").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "no temporary file stays");
}

#[test]
fn a_failure_changes_nothing() {
    let folder = folder_with(&[("b", "old"), ("file", "in the way")]);
    let artifacts = [text("a/deep/a", "1"), text("b", "2"), text("file/c", "3")];
    let planned = plan(&artifacts, &owning(&[("b", "old")]), SCHEMAS, folder.path()).unwrap();
    let error = write(&planned, folder.path(), SCHEMAS).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "old");
    assert!(!folder.path().join("a").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_late_failure_names_what_was_updated() {
    let folder = folder_with(&[("a", "old")]);
    let artifacts = [text("a", "1"), text("b", "2")];
    let planned = plan(&artifacts, &owning(&[("a", "old")]), SCHEMAS, folder.path()).unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    let error = write(&planned, folder.path(), SCHEMAS).unwrap_err();
    assert_eq!(error.remedies()[0], "already updated, and nothing else: `a`");
    assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "1");
}

#[test]
fn what_a_killed_run_left_is_swept() {
    let folder = folder_with(&[("a", "1"), (".eventbus-a1B2c3", "half"), (".eventbus-own", "")]);
    let planned = plan(&[text("a", "1")], &Manifest::default(), SCHEMAS, folder.path()).unwrap();
    let drift: Vec<_> = planned.drift().map(|entry| (entry.path.as_str(), entry.state)).collect();
    assert_eq!(drift, [(".eventbus-a1B2c3", State::LeftOver)]);
    write(&planned, folder.path(), SCHEMAS).unwrap();
    assert!(!folder.path().join(".eventbus-a1B2c3").exists());
    assert!(folder.path().join(".eventbus-own").exists());
}

#[test]
fn each_folder_of_the_registry_has_a_manifest_that_survives_its_own_text() {
    let owned = owning(&[
        ("schemas/order.placed/samples/v1.json", "1"),
        ("schemas/order.placed/v1.json", "2"),
        ("schemas/order/group.json", "3"),
        ("schemas/order/notes.json", "4"),
        ("web/events.ts", "5"),
    ]);
    let artifacts = owned.artifacts(SCHEMAS);
    let files: Vec<(&str, &str)> = artifacts
        .iter()
        .map(|artifact| match &artifact.content {
            Content::Generated(text) => (artifact.path.as_str(), text.as_str()),
            Content::Kept(_) => panic!("a manifest is written anew"),
        })
        .collect();
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let parts = ["schemas/_manifest/order.json", "schemas/_manifest/order.placed.json"];
    assert_eq!(paths, [parts[0], parts[1], "schemas/manifest.json"]);
    assert!(!files[2].1.contains("order.placed"), "{}", files[2].1);
    let folder = folder_with(&files);
    let read = Manifest::read(folder.path(), SCHEMAS).unwrap();
    assert_eq!((&read.files, read.found.len()), (&owned.files, 3));
    for path in paths {
        fs::write(folder.path().join(path), "{\n<<<<<<<").unwrap();
        let error = Manifest::read(folder.path(), SCHEMAS).unwrap_err();
        assert_eq!(error.place().unwrap().line, Some(2), "{path}");
        fs::remove_file(folder.path().join(path)).unwrap();
    }
}

#[test]
fn a_manifest_names_no_file_of_others() {
    let of = |file: &str| format!("{{\"files\": {{\"{file}\": \"00\"}}, \"format\": 1}}");
    let whole = |file: &str| of(file).replace("\"format\"", "\"migrations\": {}, \"format\"");
    let read = |path: &str, text: &str| {
        let folder = folder_with(&[(path, text)]);
        Manifest::read(folder.path(), SCHEMAS).map(|manifest| manifest.files.len())
    };
    assert_eq!(read("schemas/manifest.json", &whole("../web/events.ts")).unwrap(), 1);
    for (path, text) in [
        ("schemas/manifest.json", whole("/etc/hosts")),
        ("schemas/_manifest/order.json", of("../../../hosts")),
        ("schemas/_manifest/order.json", of("/etc/hosts")),
    ] {
        let error = read(path, &text).unwrap_err();
        assert!(error.to_string().contains("hosts`, which is none of its files"), "{error}");
    }
}

#[test]
fn a_manifest_of_nothing_is_removed_after_what_it_named() {
    let group = ("schemas/order/group.json", "1");
    let owned = owning(&[group]);
    let (path, text) = match &owned.artifacts(SCHEMAS)[0] {
        Artifact { path, content: Content::Generated(text) } => (path.clone(), text.clone()),
        Artifact { content: Content::Kept(_), .. } => panic!("a manifest is written anew"),
    };
    let folder = folder_with(&[group, (&path, &text)]);
    let read = Manifest::read(folder.path(), SCHEMAS).unwrap();
    let planned = plan(&[], &read, SCHEMAS, folder.path()).unwrap();
    write(&planned, folder.path(), SCHEMAS).unwrap();
    assert!(!folder.path().join("schemas/order").exists());
    assert!(!folder.path().join("schemas/_manifest").exists());
}

#[test]
fn a_diff_names_the_file_on_both_sides() {
    let folder = folder_with(&[("a", "one\ntwo\n")]);
    let manifest = owning(&[("a", "")]);
    let planned = plan(&[text("a", "one\nthree\n")], &manifest, SCHEMAS, folder.path()).unwrap();
    let wanted = "--- a\n+++ a\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n";
    assert_eq!(diff::unified(&planned.entries[0]), wanted);
}
