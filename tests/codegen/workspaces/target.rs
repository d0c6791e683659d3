//! Where cargo builds, for what, and with which linker.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_tests::toolchain::{Fixture, Run, fixtures_folder};

use crate::SHOP;

/// This machine's own target, said explicitly: cargo then builds into a folder of that name.
fn host() -> String {
    let output = Command::new("rustc").args(["-vV"]).output().expect("rustc starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

fn generates(fixture: &Fixture, command: &mut Command) {
    Run::of(command).succeeded();
    assert!(fixture.path("schemas/order.placed/v1.json").exists());
}

#[test]
fn the_target_folder_of_the_configuration_is_used() {
    let fixture = Fixture::new("target-dir", SHOP);
    // Not one of its own, in which everything would be compiled again.
    let folder = fixtures_folder();
    let config = format!("[build]\ntarget-dir = {folder:?}\n");
    fixture.write(".cargo/config.toml", &config);
    generates(&fixture, fixture.command(&["codegen"]).env_remove("CARGO_TARGET_DIR"));
    assert!(!fixture.path("target").exists());
    assert!(kept(&folder, "fixture-target-dir").join("catalog").is_file());
}

/// What is built on the way lies elsewhere than what comes out.
#[test]
fn a_build_folder_of_its_own_is_found() {
    let fixture = Fixture::new("build-dir", SHOP);
    let config = format!("[build]\nbuild-dir = {:?}\ntarget-dir = \"out\"\n", fixtures_folder());
    fixture.write(".cargo/config.toml", &config);
    let mut command = fixture.command(&["codegen"]);
    generates(&fixture, command.env_remove("CARGO_TARGET_DIR"));
    assert!(fixture.path("out/debug/libfixture_build_dir.rlib").exists());
}

#[test]
fn a_library_that_was_built_for_a_named_target_is_linked() {
    let fixture = Fixture::new("named-target", SHOP);
    let host = host();
    generates(&fixture, fixture.command(&["codegen"]).env("CARGO_BUILD_TARGET", &host));
    let library = fixtures_folder().join(host).join("debug/libfixture_named_target.rlib");
    assert!(library.is_file(), "{}", library.display());
}

/// Configures a linker that says what it links. Its place is the same in each run, so that what is built with it is
/// built once. Where `FIXTURE_FOREIGN` is set, it makes of our own program one that this machine cannot run.
#[cfg(unix)]
fn configure_linker(fixture: &Fixture) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = fixtures_folder().with_file_name("eventbus-fixtures-linker");
    let script = "#!/bin/sh\n\
                  echo \"$@\" >> \"$FIXTURE_TRACE\"\n\
                  cc \"$@\" || exit 1\n\
                  case \"$FIXTURE_FOREIGN $*\" in yes*eventbus_catalog*)\n\
                  while [ \"$1\" != -o ]; do shift; done\n\
                  echo foreign > \"$2\"\n\
                  esac\n";
    fs::create_dir_all(&folder).unwrap();
    let written = tempfile::NamedTempFile::new_in(&folder).unwrap();
    fs::write(written.path(), script).unwrap();
    fs::set_permissions(written.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let linker = folder.join("linker");
    // One that is open for writing could not be run, and another test may run it now.
    written.into_temp_path().persist(&linker).unwrap();
    let config = format!(
        "[build]\ntarget-dir = {folder:?}\nrustflags = [\"--cfg\", \"ignored\"]\n\
         [target.'cfg(unix)']\nrustflags = [\"-C\", \"link-arg=-Wl,--build-id=none\"]\n\
         [target.{}]\nlinker = {linker:?}\n",
        host()
    );
    fixture.write(".cargo/config.toml", &config);
    fixture.path("trace")
}

#[cfg(unix)]
#[test]
fn the_linker_and_the_flags_of_the_configuration_are_used() {
    let fixture = Fixture::new("linker", SHOP);
    let trace = configure_linker(&fixture);
    let mut command = fixture.command(&["codegen"]);
    generates(&fixture, command.env_remove("CARGO_TARGET_DIR").env("FIXTURE_TRACE", &trace));
    let trace = fs::read_to_string(&trace).unwrap();
    let program = trace.lines().find(|line| line.contains("eventbus_catalog"));
    let program = program.unwrap_or_else(|| panic!("the program was linked otherwise: {trace}"));
    assert!(program.contains("--build-id=none"), "{program}");
}

#[cfg(unix)]
#[test]
fn a_program_for_another_machine_is_told_from_a_broken_one() {
    let fixture = Fixture::new("foreign", SHOP);
    let trace = configure_linker(&fixture);
    let mut command = fixture.command(&["codegen"]);
    command.env_remove("CARGO_TARGET_DIR").env("FIXTURE_TRACE", trace);
    let run = Run::of(command.env("FIXTURE_FOREIGN", "yes"));
    run.refused(&["`fixture_foreign::ShopEvent` cannot be run", "CARGO_BUILD_TARGET", "rustc -vV"]);
}

/// Where the toolchain keeps what it knows of a package.
fn kept(target: &Path, package: &str) -> PathBuf {
    let folders = fs::read_dir(target.join("eventbus")).unwrap();
    let mut paths: Vec<PathBuf> = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(package))
        .collect();
    // The folder of a package says which one is meant, and a fixture is elsewhere in each run.
    paths.sort_by_key(|path| fs::metadata(path.join("lock")).unwrap().modified().unwrap());
    paths.pop().unwrap()
}
