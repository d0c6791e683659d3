//! The real git, in the folder of a fixture.

use std::process::{Command, Output};

use eventbus_tests::toolchain::Fixture;

/// What git answers, also where it refuses.
pub(crate) fn asked(fixture: &Fixture, arguments: &[&str]) -> Output {
    let identity =
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(identity).args(arguments).current_dir(fixture.path(""));
    command.output().expect("git starts")
}

/// Has git do something, which must succeed.
pub(crate) fn git(fixture: &Fixture, arguments: &[&str]) {
    let output = asked(fixture, arguments);
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
}

/// Makes a repository of what is there, whose branch is `trunk`.
pub(crate) fn begin(fixture: &Fixture) {
    git(fixture, &["init", "--quiet", "--initial-branch", "trunk"]);
    commit(fixture);
}

/// A fixture with its generated files in the one commit of a repository.
pub(crate) fn released(test: &str, source: &str) -> Fixture {
    let fixture = Fixture::new(test, source);
    fixture.codegen();
    begin(&fixture);
    fixture
}

/// Commits everything.
pub(crate) fn commit(fixture: &Fixture) {
    git(fixture, &["add", "--all"]);
    git(fixture, &["commit", "--quiet", "--message", "events"]);
}
