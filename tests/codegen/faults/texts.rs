//! Files that are not what was written: no text, half a merge, other ends of lines, a later format.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use super::{SMALL, one_error, refused_and_kept, snapshot};

const ALL: &[&[&str]] = &[&["codegen"], &["codegen", "--check"], &["check"]];

/// What says which files are ours.
const MANIFESTS: [&str; 2] = ["schemas/manifest.json", "schemas/_manifest/system.started.json"];

/// What only reads the files of types.
const READING: &[&[&str]] = &[&["codegen"], &["check"], &["list"], &["diff", "schemas", "schemas"]];

#[test]
fn what_is_no_utf_8_is_told_with_its_name() {
    let fixture = Fixture::new("fault-utf-8", SMALL);
    fixture.codegen();
    let broken = |file: &str, commands: &[&[&str]]| {
        let text = fixture.read(file);
        fs::write(fixture.path(file), [text.as_bytes(), b"\xff\xfe"].concat()).unwrap();
        refused_and_kept(&fixture, commands, &[file, "is not UTF-8 text", "version control"]);
        fixture.write(file, &text);
    };
    broken("schemas/system.started/event.json", READING);
    broken("schemas/system.started/v1.json", READING);
    broken("schemas/catalog.json", READING);
    for manifest in MANIFESTS {
        broken(manifest, &[&["codegen"], &["codegen", "--check"]]);
    }
    broken("schemas/system.started/samples/v1.json", &[&["codegen"], &["codegen", "--check"]]);
    broken("eventbus.toml", ALL);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn an_unresolved_merge_is_told_with_its_line() {
    let fixture = Fixture::new("fault-merge", SMALL);
    fixture.codegen();
    for (file, said) in [
        ("schemas/system.started/event.json", "the marks of an unresolved merge"),
        ("schemas/system.started/v1.json", "the marks of an unresolved merge"),
        (MANIFESTS[0], "the manifest of the generated files cannot be read"),
        (MANIFESTS[1], "the manifest of the generated files cannot be read"),
    ] {
        let text = fixture.read(file);
        let second = text.find('\n').unwrap() + 1;
        let (first, rest) = text.split_at(second);
        let open = format!("{first}<<<<<<< HEAD\n{rest}=======\n{rest}>>>>>>> theirs\n");
        fixture.write(file, &open);
        let line = format!("{file}:2");
        refused_and_kept(&fixture, &[&["codegen"], &["codegen", "--check"]], &[said, &line]);
        fixture.write(file, &text);
    }
}

#[test]
fn a_checkout_may_end_lines_as_it_likes_but_not_those_of_migrations() {
    let fixture = Fixture::new("fault-crlf", SMALL);
    fixture.codegen();
    let written = fixture.generated();
    for (file, (text, _)) in &written {
        if !file.ends_with(".sql") {
            fixture.write(file, &text.replace('\n', "\r\n"));
        }
    }
    let before = snapshot(&fixture);
    for command in [&["codegen", "--check"][..], &["check"], &["codegen"]] {
        let run = fixture.run(command);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        assert!(snapshot(&fixture) == before, "`{command:?}` has touched files");
    }
    // A change is shown without the ends of the lines that did not change.
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    let run = fixture.run(&["codegen", "--check"]);
    assert!(run.stdout.contains("+  readonly port: number | null;"), "{}", run.stdout);
    assert!(!run.stdout.contains("-  readonly host"), "{}", run.stdout);
    fixture.replace("src/lib.rs", "host: String, port: Option<u16>", "host: String");

    // A database remembers a migration by its bytes.
    let sql = written.keys().find(|file| file.ends_with(".sql")).unwrap();
    fixture.write(sql, &written[sql].0.replace('\n', "\r\n"));
    let before = snapshot(&fixture);
    let parts = [sql.as_str(), "has other ends of lines", "`*.sql eol=lf`", "git checkout -- "];
    one_error(&fixture.run(&["codegen"]), &parts);
    let check = fixture.run(&["codegen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.stdout.contains(&format!("line-ends {sql}\n1 file is not")), "{}", check.stdout);
    assert!(snapshot(&fixture) == before);
}

#[test]
fn a_registry_of_a_newer_tool_is_left_alone() {
    let fixture = Fixture::new("fault-newer", SMALL);
    fixture.codegen();
    let parts =
        ["written by a newer cargo-eventbus", "cargo install --locked --path eventbus-codegen"];
    // What else a later format holds is not for this release to judge.
    let newer = |text: &str| {
        let text = text.replace("\"format\": 1", "\"format\": 2, \"later\": {\"than\": \"this\"}");
        assert!(text.contains("later"), "{text}");
        text
    };
    let generating: &[&[&str]] = &[&["codegen"]];
    for (file, commands) in
        [("schemas/catalog.json", READING), (MANIFESTS[0], generating), (MANIFESTS[1], generating)]
    {
        let text = fixture.read(file);
        fixture.write(file, &newer(&text));
        refused_and_kept(&fixture, commands, &[file, parts[0], parts[1]]);
        fixture.write(file, &text);
    }
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}
