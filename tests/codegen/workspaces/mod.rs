//! The toolchain in workspaces as users have them.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod build;
mod inheritance;
mod init;
mod no_change;
mod offline;
mod program;
mod shared;
#[cfg(unix)]
mod shim;
mod target;

use eventbus_tests::toolchain::{Fixture, workspace};

/// What a package of events depends on, with `runtime` as the way to the runtime.
fn dependencies(runtime: &str) -> String {
    format!(
        "[dependencies]\neventbus-runtime = {runtime}\n\
         schemars = {{ version = \"1.2\", features = [\"uuid1\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\
         uuid = {{ version = \"1\", features = [\"serde\"] }}\n"
    )
}

/// The runtime of this workspace, as a dependency.
fn runtime() -> String {
    format!("{{ path = {:?} }}", workspace().join("eventbus-runtime"))
}

/// A package of the fixture's workspace, in a folder of its name.
fn package(fixture: &Fixture, name: &str, rest: &str, library: &str) {
    let head = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    fixture
        .write(&format!("{name}/Cargo.toml"), &format!("{head}{}{rest}", dependencies(&runtime())));
    fixture.write(&format!("{name}/src/lib.rs"), library);
}

/// Makes the fixture a workspace of `members` without a package of its own.
fn virtual_workspace(fixture: &Fixture, members: &[&str], rest: &str) {
    std::fs::remove_dir_all(fixture.path("src")).unwrap();
    fixture.write(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n{rest}"),
    );
}

/// A root with a family of one event.
fn one_event(root: &str, family: &str, event: &str) -> String {
    format!(
        "#[derive(Debug, Clone, eventbus_runtime::DomainEvent)]\n\
         pub enum {root} {{ {family}({family}Event) }}\n\
         #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]\n\
         pub enum {family}Event {{ {event} {{ id: u64 }} }}\n"
    )
}
