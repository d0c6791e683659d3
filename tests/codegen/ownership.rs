use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

#[test]
fn a_foreign_file_is_refused_and_kept() {
    let fixture = Fixture::new("foreign", SHOP);
    fixture.write("web/events.ts", "export const mine = 1;\n");
    fixture.run(&["codegen"]).refused(&[
        "`web/events.ts` is in the way, and was not generated",
        "move `web/events.ts` away",
    ]);
    assert_eq!(fixture.read("web/events.ts"), "export const mine = 1;\n");
    assert_eq!(fixture.generated().len(), 1, "nothing else was written");
    let check = fixture.run(&["codegen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.stdout.contains("foreign web/events.ts"), "{}", check.stdout);
}

#[test]
fn what_is_no_longer_generated_goes_unless_it_was_edited() {
    let fixture = Fixture::new("left-over", SHOP);
    fixture.codegen();
    fixture.write("web/own.ts", "export {};\n");
    fixture.configure("[typescript]\nout = \"web/types.ts\"\n");
    let check = fixture.run(&["codegen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.stdout.contains("left-over web/events.ts"), "{}", check.stdout);
    assert!(fixture.codegen().contains("removed web/events.ts"));
    assert!(!fixture.path("web/events.ts").exists());
    assert!(fixture.path("web/own.ts").exists());

    fixture.write("web/types.ts", "// edited\n");
    fixture.configure("");
    assert!(fixture.codegen().contains("released web/types.ts"));
    assert_eq!(fixture.read("web/types.ts"), "// edited\n");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn schemas_of_a_removed_event_stay() {
    let fixture = Fixture::new("removed", SHOP);
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
    fixture.codegen();
    fixture.replace("src/lib.rs", "    System(SystemEvent),\n", "");
    fixture.replace(
        "src/lib.rs",
        ", DomainEvent)]\npub enum SystemEvent",
        ")]\npub enum SystemEvent",
    );
    let run = fixture.run(&["codegen"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: `system.started` is no longer in the code"));
    assert!(fixture.path("schemas/system.started/v1.json").exists());
    assert!(!fixture.read("web/events.ts").contains("system.started"));
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn a_target_that_cannot_be_written_leaves_everything_as_it_was() {
    let fixture = Fixture::new("unwritable", SHOP);
    fixture.codegen();
    let before = fixture.generated();
    // A regular file where a folder is needed stops even a user whom no permission stops.
    fixture.write("blocked", "");
    fixture.configure("[typescript]\nout = \"blocked/events.ts\"\n");
    fixture.replace("src/lib.rs", "host: String", "host: String, port: Option<u16>");
    let run = fixture.run(&["codegen"]);
    run.refused(&["blocked", "nothing was changed"]);
    assert_eq!(fixture.generated(), before);
    let folder = fs::read_dir(fixture.path("schemas/system.started")).unwrap();
    assert_eq!(folder.count(), 3, "no temporary file stays");
}
