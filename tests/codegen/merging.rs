//! Branches that add events, merged by the real git.

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{asked, begin, commit, git};
use crate::migrations::later_types;

/// What one branch changes in the source: the text before and after.
const STOPPED: [&str; 2] = ["    Started { host", "    Stopped { code: u8 },\n    Started { host"];
const SHIPPED: [&str; 2] = [
    "    /// A customer's order.",
    "    Shipped { carrier: String },\n    /// A customer's order.",
];
const RECALLED: [&str; 2] = [
    "        coupon: Option<String>,\n    },",
    "        coupon: Option<String>,\n    },\n    Recalled { why: String },",
];

/// Changes the events on a branch of its own, which stays checked out, and generates the files.
fn on_a_branch(fixture: &Fixture, branch: &str, change: impl FnOnce()) {
    git(fixture, &["checkout", "--quiet", "-b", branch, "trunk"]);
    change();
    fixture.codegen();
    commit(fixture);
}

/// A repository whose two branches have each made their change to the events. `ours` is checked out.
fn branched(test: &str, outputs: Option<&str>, [ours, theirs]: [[&str; 2]; 2]) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    if let Some(outputs) = outputs {
        fixture.configure(outputs);
    }
    fixture.codegen();
    begin(&fixture);
    for (branch, [from, to]) in [("theirs", theirs), ("ours", ours)] {
        on_a_branch(&fixture, branch, || fixture.replace("src/lib.rs", from, to));
    }
    fixture
}

/// What git could not merge by itself, and what it said.
fn merge(fixture: &Fixture) -> String {
    let merge = asked(fixture, &["merge", "--quiet", "--no-edit", "theirs"]);
    let open = asked(fixture, &["diff", "--name-only", "--diff-filter=U"]).stdout;
    let open = String::from_utf8(open).expect("UTF-8");
    assert_eq!(merge.status.success(), open.is_empty(), "{open}");
    open
}

fn is_what_is_generated(fixture: &Fixture) {
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

/// Neighbours in every order, so that one file for all of them would have both changes in one place.
#[test]
fn branches_that_add_different_events_leave_no_conflict_in_the_registry() {
    for (test, changes) in
        [("merge-neighbours", [SHIPPED, RECALLED]), ("merge-apart", [SHIPPED, STOPPED])]
    {
        let fixture = branched(test, Some(""), changes);
        assert_eq!(merge(&fixture), "", "{test}");
        is_what_is_generated(&fixture);
    }
}

#[test]
fn branches_that_add_different_families_leave_no_conflict_in_the_registry() {
    let fixture = Fixture::new("merge-families", SHOP);
    fixture.configure("");
    fixture.codegen();
    begin(&fixture);
    let add = |family: &str| {
        let group = format!(
            "#[derive(Debug, Clone, DomainEvent)]\npub enum {family}Event {{ Begun {{ by: String }} }}\n"
        );
        let variant = format!("    {family}({family}Event),\n    System(SystemEvent),");
        fixture.replace("src/lib.rs", "    System(SystemEvent),", &variant);
        fixture.write("src/lib.rs", &format!("{}{group}", fixture.read("src/lib.rs")));
    };
    on_a_branch(&fixture, "theirs", || add("Party"));
    on_a_branch(&fixture, "ours", || add("Parcel"));
    // The code is for people to merge, who keep both.
    assert_eq!(merge(&fixture), "src/lib.rs\n");
    git(&fixture, &["checkout", "--ours", "--", "src/lib.rs"]);
    add("Party");
    is_what_is_generated(&fixture);
}

#[test]
fn files_that_all_events_are_in_may_conflict_and_are_generated_again() {
    // The new names are neighbours, and both branches have emitted a migration of the same number.
    let fixture = branched("merge-conflict", None, [SHIPPED, RECALLED]);
    let conflicts = merge(&fixture);
    let mut shared: Vec<&str> = conflicts.lines().collect();
    shared.retain(|file| !file.starts_with("migrations/"));
    assert_eq!(shared, ["schemas/manifest.json", "web/events.ts"], "{conflicts}");
    fixture.run(&["codegen"]).refused(&["schemas/manifest.json:", "git checkout --ours"]);

    let mut ours = vec!["checkout", "--ours", "--"];
    ours.extend(conflicts.lines());
    git(&fixture, &ours);
    fixture.codegen();
    is_what_is_generated(&fixture);
    let types = |file: &str| file.starts_with("migrations/sqlite") && file.ends_with("_types.sql");
    let files = fixture.generated();
    let migrations: String =
        files.iter().filter(|(file, _)| types(file)).map(|(_, (text, _))| text.as_str()).collect();
    for event_type in ["order.shipped", "order.recalled"] {
        assert_eq!(migrations.matches(&format!("'{event_type}'")).count(), 1, "{migrations}");
    }
}

const MIGRATIONS: &str =
    "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n";

/// The names of the files in a folder that are not in `before`.
fn added(fixture: &Fixture, folder: &str, before: &[String]) -> Vec<String> {
    let files = fixture.generated().into_keys();
    files.filter(|file| file.starts_with(folder) && !before.contains(file)).collect()
}

/// git sees no conflict, and sqlx would fail at the second of the two.
#[test]
fn a_number_that_somebody_elses_file_has_too_is_taken_again() {
    let fixture = Fixture::new("merge-number", SHOP);
    fixture.configure(MIGRATIONS);
    fixture.codegen();
    begin(&fixture);
    git(&fixture, &["checkout", "--quiet", "-b", "theirs"]);
    let users = "migrations/sqlite/0012_users.sql";
    fixture.write(users, "CREATE TABLE users (id INTEGER);\n");
    commit(&fixture);
    let before: Vec<String> = fixture.generated().into_keys().collect();
    on_a_branch(&fixture, "ours", || fixture.replace("src/lib.rs", STOPPED[0], STOPPED[1]));
    assert_eq!(merge(&fixture), "");
    let ours = later_types(1);
    for arguments in [&["codegen"][..], &["codegen", "--check"]] {
        let collision = format!("`{ours}` has the number of `{users}`");
        fixture.run(arguments).refused(&[&collision, &format!("delete `{ours}` and run")]);
    }
    let text = fixture.read(&ours);
    std::fs::remove_file(fixture.path(&ours)).unwrap();
    fixture.codegen();
    is_what_is_generated(&fixture);
    assert_eq!(added(&fixture, "migrations/sqlite", &before), [later_types(2)]);
    assert_eq!(fixture.read(&later_types(2)), text);
}

/// Both branches emitted, and only the manifest is in conflict.
#[test]
fn of_two_emitted_files_with_one_number_the_deleted_one_is_emitted_again() {
    let fixture = Fixture::new("merge-emitted", SHOP);
    fixture.configure(MIGRATIONS);
    fixture.codegen();
    begin(&fixture);
    on_a_branch(&fixture, "theirs", || fixture.configure(&format!("{MIGRATIONS}views = true\n")));
    on_a_branch(&fixture, "ours", || fixture.replace("src/lib.rs", STOPPED[0], STOPPED[1]));
    assert_eq!(merge(&fixture), "schemas/manifest.json\n");
    let views = "migrations/sqlite/0012_eventbus_views.sql";
    let ours = fixture.path("migrations/sqlite").join("0012_eventbus_types.sql");
    // One side of the manifest: what the other side emitted is known to nobody.
    git(&fixture, &["checkout", "--ours", "--", "schemas/manifest.json"]);
    let run = fixture.run(&["codegen"]);
    run.refused(&["0012_eventbus_views.sql` has the number of", "no manifest names", "delete it"]);
    // The other side: their file stays, and ours is emitted behind it.
    git(&fixture, &["checkout", "--theirs", "--", "schemas/manifest.json"]);
    fixture.run(&["codegen"]).refused(&["0012_eventbus_types.sql` has the number of"]);
    let before: Vec<String> = fixture.generated().into_keys().collect();
    std::fs::remove_file(ours).unwrap();
    std::fs::remove_file(fixture.path("migrations/postgres/0012_eventbus_types.sql")).unwrap();
    fixture.codegen();
    is_what_is_generated(&fixture);
    assert!(fixture.path(views).exists());
    let new = added(&fixture, "migrations/sqlite", &before);
    assert_eq!(new, [later_types(2), "migrations/sqlite/0014_eventbus_views.sql".to_owned()]);
}

/// Somebody merged the manifest by hand, and kept both lines.
#[test]
fn what_two_lines_of_the_manifest_name_is_given_up_by_deleting_it() {
    let fixture = Fixture::new("merge-lines", SHOP);
    fixture.configure("[migrations]\nsqlite = \"migrations/sqlite\"\n");
    fixture.codegen();
    fixture.replace("src/lib.rs", STOPPED[0], STOPPED[1]);
    fixture.codegen();
    let (first, second) = (later_types(0), later_types(1));
    let same = second.replace("0012_eventbus_types", "0011_eventbus_more");
    std::fs::rename(fixture.path(&second), fixture.path(&same)).unwrap();
    fixture.replace("schemas/manifest.json", "0012_eventbus_types", "0011_eventbus_more");
    let parts = [
        format!("`{same}` has the number of `{first}`"),
        format!("and `{first}` was not, delete that one"),
    ];
    fixture.run(&["codegen"]).refused(&[&parts[0], &parts[1]]);
    std::fs::remove_file(fixture.path(&same)).unwrap();
    fixture.codegen();
    is_what_is_generated(&fixture);
    assert!(fixture.read(&second).contains("'system.stopped'"));
    // A file that is gone without another of its number is missed, and not given up.
    std::fs::remove_file(fixture.path(&second)).unwrap();
    fixture.run(&["codegen"]).refused(&[&second, "was deleted"]);
}

/// What follows on a step of the runtime's tables cannot stay before it.
#[test]
fn a_step_that_was_given_up_takes_the_steps_behind_it_along() {
    let fixture = Fixture::new("merge-steps", SHOP);
    fixture.configure("[migrations]\nsqlite = \"migrations/sqlite\"\nreversible = true\n");
    fixture.codegen();
    let file = |name: &str| format!("migrations/sqlite/{name}.sql");
    let before: Vec<String> = fixture.generated().into_keys().collect();
    fixture.write(&file("0009_users"), "CREATE TABLE users (id INTEGER);\n");
    let refused = |parts: &[&str]| fixture.run(&["codegen"]).refused(parts);
    let delete = |name: &str| std::fs::remove_file(fixture.path(&file(name))).unwrap();
    let parts = [
        "0009_eventbus_detours.up.sql` has the number of",
        "0009_eventbus_detours.down.sql` and run",
    ];
    refused(&parts);
    delete("0009_eventbus_detours.up");
    // One half of it is still there.
    refused(&parts);
    delete("0009_eventbus_detours.down");
    refused(&[
        "0010_eventbus_priorities.up.sql` is a step that follows on",
        "0009_eventbus_detours.up.sql`, which was deleted",
    ]);
    delete("0010_eventbus_priorities.up");
    delete("0010_eventbus_priorities.down");
    fixture.codegen();
    is_what_is_generated(&fixture);
    let users = file("0009_users");
    let mut new = added(&fixture, "migrations/sqlite", &before);
    new.retain(|name| *name != users);
    let wanted = ["0012_eventbus_detours", "0013_eventbus_priorities"]
        .iter()
        .flat_map(|name| ["down", "up"].map(|end| file(&format!("{name}.{end}"))));
    assert!(new.iter().eq(wanted.collect::<Vec<_>>().iter()), "{new:?}");
}
