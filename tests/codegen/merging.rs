//! Branches that add events, merged by the real git.

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{asked, begin, commit, git};

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
