//! Folders that cannot be written, and disks that are full.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use eventbus_tests::toolchain::{Fixture, Run};

use super::{SMALL, one_error, snapshot};

/// Starts a program without the right to pass over permissions, which root has.
const HUMBLE: &[&str] = &[
    "sh",
    "-c",
    "[ \"$(id -u)\" = 0 ] || exec \"$@\"; \
     exec setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search -- \"$@\"",
    "sh",
];

/// Starts a program that cannot write files above 4 KiB. It is told so by an error and not by a signal.
const NARROW: &[&str] = &["sh", "-c", "ulimit -S -f 8; trap '' XFSZ; exec \"$@\"", "sh"];

/// Runs a program whose `schemas` is a file system of its own, with room for what is there and nothing else. What it makes
/// of that must be what was there before.
const FULL: &[&str] = &[
    "unshare",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    "mkdir -p schemas && cp -a schemas whole && \
     mount -t tmpfs -o size=$(($(find schemas -type f -size +0 | wc -l) * 4 + 4))k tmpfs schemas && \
     cp -a whole/. schemas && printf %4096s > schemas/filled || exit 70; \
     \"$@\"; code=$?; \
     rm schemas/filled && diff -r whole schemas >&2 || exit 71; \
     exit $code",
    "sh",
];

#[test]
fn an_unwritable_folder_is_told_and_nothing_is_written() {
    let fixture = Fixture::new("fault-unwritable", SMALL);
    fixture.codegen();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    let before = snapshot(&fixture);
    for folder in ["schemas/system.started", "web"] {
        let folder = fixture.path(folder);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        let run = Run::of(&mut fixture.wrapped(HUMBLE, &["codegen"]));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let parts = ["cannot write `", folder.to_str().unwrap(), "nothing was changed", "writable"];
        one_error(&run, &parts);
        assert!(snapshot(&fixture) == before);
    }
    fixture.codegen();
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn an_unreadable_file_is_told() {
    let fixture = Fixture::new("fault-unreadable", SMALL);
    fixture.codegen();
    let before = snapshot(&fixture);
    for file in ["schemas/system.started/v1.json", "schemas/manifest.json", "web/events.ts"] {
        let path = fixture.path(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let run = Run::of(&mut fixture.wrapped(HUMBLE, &["codegen"]));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        one_error(&run, &["cannot read `", file, "regular file that you may read"]);
        assert!(snapshot(&fixture) == before);
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let fixture = Fixture::new("fault-full-disk", SMALL);
    let parts = ["cannot write `", "/schemas/", "No space left on device", "nothing was changed"];
    one_error(&Run::of(&mut fixture.wrapped(FULL, &["codegen"])), &parts);
    for folder in ["migrations", "web"] {
        assert!(!fixture.path(folder).exists(), "{folder} was made");
    }
    fs::remove_dir_all(fixture.path("whole")).unwrap();

    // Of a registry that is there already, nothing is touched either.
    fixture.codegen();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    let before = snapshot(&fixture);
    one_error(&Run::of(&mut fixture.wrapped(FULL, &["codegen"])), &parts);
    fs::remove_dir_all(fixture.path("whole")).unwrap();
    assert!(snapshot(&fixture) == before);
    fixture.codegen();
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn a_limit_to_the_size_of_files_is_told_and_nothing_is_half_written() {
    let fixture = Fixture::new("fault-narrow", SMALL);
    // The compiler's own files are larger: it is given its room back.
    let cargo = Path::new(env!("CARGO"));
    for (name, program) in [("cargo", cargo.to_owned()), ("rustc", cargo.with_file_name("rustc"))] {
        let tool = format!("tools/{name}");
        let text = format!("#!/bin/sh\nulimit -S -f unlimited\nexec {program:?} \"$@\"\n");
        fixture.write(&tool, &text);
        fs::set_permissions(fixture.path(&tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let narrow = || {
        let mut command = fixture.wrapped(NARROW, &["codegen"]);
        Run::of(command.env("CARGO", fixture.path("tools/cargo")))
    };
    let parts =
        ["cannot write `", "_eventbus_runtime.sql`", "File too large", "nothing was changed"];
    one_error(&narrow(), &parts);
    for folder in ["schemas", "migrations", "web"] {
        assert!(!fixture.path(folder).exists(), "{folder} was made");
    }

    // Of a registry that is there already, nothing is touched either.
    let outputs = fixture.read("eventbus.toml");
    fixture.configure("[typescript]\nout = \"web/events.ts\"\n");
    fixture.codegen();
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    fixture.write("eventbus.toml", &outputs.replace("web/events.ts", "web/types.ts"));
    let before = snapshot(&fixture);
    one_error(&narrow(), &parts);
    assert!(snapshot(&fixture) == before);
    fixture.codegen();
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}
