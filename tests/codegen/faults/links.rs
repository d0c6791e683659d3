//! Symbolic links: where the user put a folder is the user's matter, and what a link below leads to is not ours.

use std::fs;
use std::os::unix::fs::symlink;

use eventbus_tests::toolchain::Fixture;

use super::{SMALL, one_error, refused_and_kept, snapshot};

#[test]
fn the_registry_itself_may_be_a_link() {
    let fixture = Fixture::new("fault-link", SMALL);
    for folder in ["schemas", "web"] {
        fs::create_dir_all(fixture.path("outside").join(folder)).unwrap();
        symlink(fixture.path("outside").join(folder), fixture.path(folder)).unwrap();
    }
    fixture.codegen();
    assert!(fixture.path("outside/schemas/system.started/v1.json").is_file());
    assert!(fixture.path("outside/web/events.ts").is_file());
    assert!(fs::symlink_metadata(fixture.path("schemas")).unwrap().is_symlink());
    let before = snapshot(&fixture);
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
    fixture.codegen();
    assert!(snapshot(&fixture) == before);
}

#[test]
fn nothing_is_written_or_deleted_through_a_link_below_the_registry() {
    let fixture = Fixture::new("fault-link-below", SMALL);
    fixture.codegen();
    fs::create_dir_all(fixture.path("outside")).unwrap();
    fs::rename(fixture.path("schemas/system.started"), fixture.path("outside/started")).unwrap();
    symlink("../outside/started", fixture.path("schemas/system.started")).unwrap();
    // What a killed run would leave, in a folder that is not ours.
    fixture.write("outside/started/.eventbus-a1B2c3", "not ours");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0, "what is there can be read");

    let linked =
        ["schemas/system.started/", "is reached by a symbolic link", "in the configuration"];
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    refused_and_kept(&fixture, &[&["codegen"]], &linked);

    let gone = "    Started { host: String, port: Option<u16> },";
    fixture.replace("src/lib.rs", gone, "    Stopped { host: String, because: String },");
    let purge = ["codegen", "--purged", "system.started", "--reason", "never released"];
    refused_and_kept(&fixture, &[&purge], &linked);
}

#[test]
fn a_file_that_is_a_link_is_neither_replaced_nor_followed() {
    let fixture = Fixture::new("fault-link-file", SMALL);
    fixture.codegen();
    fixture.write("outside/events.ts", &fixture.read("web/events.ts"));
    fs::remove_file(fixture.path("web/events.ts")).unwrap();
    symlink("../outside/events.ts", fixture.path("web/events.ts")).unwrap();
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0, "it is what is generated");

    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    let before = snapshot(&fixture);
    let parts = ["`web/events.ts` is reached by a symbolic link", "in the place of the link"];
    one_error(&fixture.run(&["codegen"]), &parts);
    assert!(snapshot(&fixture) == before);

    // Nothing is generated there any more: the link is let go, and both stay.
    fixture.configure("");
    assert!(fixture.codegen().contains("released web/events.ts"));
    assert!(fs::symlink_metadata(fixture.path("web/events.ts")).unwrap().is_symlink());
    assert!(fixture.path("outside/events.ts").is_file());
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}
