//! What the network is needed for.

use eventbus_tests::toolchain::{Fixture, Run};

use crate::SHOP;

#[test]
fn nothing_is_fetched_where_the_user_says_so() {
    let fixture = Fixture::new("offline", SHOP);
    let manifest = fixture.read("Cargo.toml");
    let absent = "[dependencies.fixture-that-is-in-no-registry]\nversion = \"1\"\n";
    fixture.write("Cargo.toml", &format!("{manifest}{absent}"));
    let said = |command: &mut std::process::Command| {
        let run = Run::of(command.env_remove("CARGO_NET_OFFLINE"));
        run.refused(&["`fixture-offline` does not build"]);
        run.stderr
    };
    let stderr = said(&mut fixture.command(&["codegen", "--offline"]));
    assert!(stderr.contains("--offline"), "{stderr}");
    fixture.write(".cargo/config.toml", "[net]\noffline = true\n");
    let stderr = said(&mut fixture.command(&["codegen"]));
    assert!(stderr.contains("offline"), "{stderr}");
}
