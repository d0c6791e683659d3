//! Branches that add events, merged by the real git.

use std::process::{Command, Output};

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

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

fn git(fixture: &Fixture, arguments: &[&str]) -> Output {
    let identity =
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(identity).args(arguments).current_dir(fixture.path(""));
    command.output().expect("git starts")
}

fn git_does(fixture: &Fixture, arguments: &[&str]) {
    let output = git(fixture, arguments);
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
}

/// A repository whose two branches have each made their change to the events and generated the files. `ours` is checked out.
fn branched(test: &str, outputs: Option<&str>, [ours, theirs]: [[&str; 2]; 2]) -> Fixture {
    let fixture = Fixture::new(test, SHOP);
    if let Some(outputs) = outputs {
        fixture.configure(outputs);
    }
    fixture.codegen();
    git_does(&fixture, &["init", "--quiet", "--initial-branch", "trunk"]);
    let commit = || {
        git_does(&fixture, &["add", "--all"]);
        git_does(&fixture, &["commit", "--quiet", "--message", "events"]);
    };
    commit();
    for (branch, [from, to]) in [("theirs", theirs), ("ours", ours)] {
        git_does(&fixture, &["checkout", "--quiet", "-b", branch, "trunk"]);
        fixture.replace("src/lib.rs", from, to);
        fixture.codegen();
        commit();
    }
    fixture
}

#[test]
fn the_registry_of_branches_that_add_different_events_merges_and_is_what_is_generated() {
    let fixture = branched("merge-clean", Some(""), [SHIPPED, STOPPED]);
    git_does(&fixture, &["merge", "--quiet", "--no-edit", "theirs"]);
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let written = fixture.generated();
    for file in ["schemas/order.shipped/v1.json", "schemas/system.stopped/v1.json"] {
        assert!(written.contains_key(file), "{file}");
    }
}

#[test]
fn files_that_all_events_are_in_may_conflict_and_are_generated_again() {
    // The new names are neighbours, and both branches have emitted a migration of the same number.
    let fixture = branched("merge-conflict", None, [SHIPPED, RECALLED]);
    let merge = git(&fixture, &["merge", "--quiet", "--no-edit", "theirs"]);
    assert!(!merge.status.success());
    let conflicts = git(&fixture, &["diff", "--name-only", "--diff-filter=U"]).stdout;
    let conflicts = String::from_utf8(conflicts).expect("UTF-8");
    assert!(conflicts.contains("schemas/manifest.json"), "{conflicts}");
    assert!(!conflicts.contains("/event.json") && !conflicts.contains("/v1.json"), "{conflicts}");
    fixture.run(&["codegen"]).refused(&["schemas/manifest.json:", "git checkout --ours"]);

    let mut ours = vec!["checkout", "--ours", "--"];
    ours.extend(conflicts.lines());
    git_does(&fixture, &ours);
    fixture.codegen();
    let run = fixture.run(&["codegen", "--check"]);
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let types = |file: &str| file.starts_with("migrations/sqlite") && file.ends_with("_types.sql");
    let files = fixture.generated();
    let migrations: String =
        files.iter().filter(|(file, _)| types(file)).map(|(_, (text, _))| text.as_str()).collect();
    for event_type in ["order.shipped", "order.recalled"] {
        assert_eq!(migrations.matches(&format!("'{event_type}'")).count(), 1, "{migrations}");
    }
}
