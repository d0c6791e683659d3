//! Which registry of a commit the code is held against, wherever it was then.

use std::fs;
use std::os::unix::fs::symlink;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;
use crate::git::{asked, begin, commit, git, released};

const COMMANDS: [&[&str]; 2] = [&["check"], &["codegen", "--check"]];

/// Breaks what is stored, and begins the registry anew, wherever it is now.
fn break_anew(fixture: &Fixture, more: &[&str]) {
    fixture.replace("src/lib.rs", "host: String", "host: u32");
    fixture.run(&[&["codegen"], more].concat()).said(0, &["created"]);
}

/// Asserts that the break is found by whoever compares with `revision`.
#[track_caller]
fn found(fixture: &Fixture, revision: &str, more: &[&str]) {
    for command in COMMANDS {
        let run = fixture.run(&[command, &["--against", revision], more].concat());
        run.said(1, &["error[EV208]", "`system.started`"]);
    }
}

#[test]
fn another_folder_beside_the_former_one_is_compared_with_that() {
    let fixture = released("against-beside", SHOP);
    let configuration = fixture.read("eventbus.toml");
    fixture.write("eventbus.toml", &format!("schemas = \"events\"\n{configuration}"));
    fs::remove_dir_all(fixture.path("migrations")).expect("removed");
    fs::remove_dir_all(fixture.path("web")).expect("removed");
    break_anew(&fixture, &[]);
    assert!(fixture.path("schemas/system.started/v1.json").exists());
    found(&fixture, "trunk", &[]);
    fixture
        .run(&["check", "--against", "trunk"])
        .said(1, &["note: compared with the registry at `schemas` in `trunk`"]);
    // What the commit has is named by the commit's own configuration, also where the file on disk does not.
    commit(&fixture);
    fixture.run(&["check", "--against", "HEAD"]).said(0, &["nothing is refused"]);
    fixture.run(&["diff", "HEAD~1", "HEAD"]).said(1, &["error[EV208]"]);
}

#[test]
fn a_file_of_a_registry_that_moved_is_had_again_under_its_new_name() {
    let fixture = released("against-again", SHOP);
    let configuration = fixture.read("eventbus.toml");
    fixture.write("eventbus.toml", &format!("schemas = \"events\"\n{configuration}"));
    fs::rename(fixture.path("schemas"), fixture.path("events")).expect("moved");
    let second = "    #[event(version = 2, unreadable(1), compat(reviewed = \"none is stored\"))]\n    Started {";
    fixture.write("src/lib.rs", &SHOP.replace("    Started {", second));
    fixture.codegen();
    let lost = "events/system.started/v1.json";
    let text = fixture.read(lost);
    fs::remove_file(fixture.path(lost)).expect("removed");
    let command = format!(
        "mkdir -p events/system.started && git -C events/system.started show trunk:schemas/system.started/v1.json > {lost}"
    );
    fixture.run(&["check", "--against", "trunk"]).said(1, &["error[EV005]", &command]);
    let shell = std::process::Command::new("sh")
        .args(["-c", &command])
        .current_dir(fixture.path(""))
        .status();
    assert!(shell.expect("it starts").success());
    assert_eq!(fixture.read(lost), text);
}

#[test]
fn a_configuration_that_moved_is_compared_with_what_it_was() {
    let fixture = released("against-moved", SHOP);
    fs::create_dir(fixture.path("conf")).expect("a folder");
    fs::rename(fixture.path("eventbus.toml"), fixture.path("conf/eventbus.toml")).expect("moved");
    let more = ["--config", "conf/eventbus.toml"];
    break_anew(&fixture, &more);
    assert!(fixture.path("conf/schemas/system.started/v1.json").exists());
    // Whether the former registry is there still,
    found(&fixture, "trunk", &more);
    // or not any more,
    fs::rename(fixture.path("schemas"), fixture.path(".git/schemas")).expect("moved");
    found(&fixture, "trunk", &more);
    // or is there with the configuration of the same events.
    fs::rename(fixture.path(".git/schemas"), fixture.path("schemas")).expect("moved");
    fs::copy(fixture.path("conf/eventbus.toml"), fixture.path("eventbus.toml")).expect("a copy");
    found(&fixture, "trunk", &more);
}

/// Each registry is left by its own, and each configuration names the events that it was for.
#[test]
fn one_of_several_that_moved_at_once_is_compared_with_its_own() {
    let fixture = Fixture::new("against-both", SHOP);
    fixture.codegen();
    let copy = ["-r", "schemas", "another/schemas"];
    fixture.write("another/eventbus.toml", "compat = \"none\"\nroot = \"others::Event\"\n");
    let mut shell = std::process::Command::new("cp");
    let status = shell.args(copy).current_dir(fixture.path("")).status();
    assert!(status.expect("it starts").success());
    begin(&fixture);
    fs::rename(fixture.path("another"), fixture.path("moved")).expect("moved");
    fs::create_dir(fixture.path("conf")).expect("a folder");
    for path in ["eventbus.toml", "schemas", "migrations", "web"] {
        let place = fixture.path("conf").join(path);
        fs::rename(fixture.path(path), place).expect("moved");
    }
    let more = ["--config", "conf/eventbus.toml"];
    fixture
        .run(&[&["check", "--against", "trunk"][..], &more].concat())
        .said(0, &["nothing is refused"]);
    fixture.replace("src/lib.rs", "host: String", "host: u32");
    found(&fixture, "trunk", &more);
    let run = fixture.run(&[&["check", "--against", "trunk"][..], &more].concat());
    run.said(1, &["note: compared with the registry at `schemas` in `trunk`"]);
}

#[test]
fn a_folder_that_is_a_link_in_the_commit_is_followed() {
    let fixture = Fixture::new("against-link", SHOP);
    fixture.codegen();
    fs::rename(fixture.path("schemas"), fixture.path("registry")).expect("moved");
    // By way of another link, a folder above and one beside.
    fs::create_dir(fixture.path("ways")).expect("a folder");
    symlink("../registry", fixture.path("ways/here")).expect("a link");
    symlink("./ways/../ways/here", fixture.path("schemas")).expect("a link");
    begin(&fixture);
    fs::remove_file(fixture.path("schemas")).expect("removed");
    for folder in ["migrations", "web"] {
        fs::remove_dir_all(fixture.path(folder)).expect("removed");
    }
    break_anew(&fixture, &[]);
    found(&fixture, "trunk", &[]);
    fixture.run(&["diff", "trunk:schemas", "schemas"]).said(1, &["error[EV208]"]);
}

#[test]
fn a_type_whose_folder_is_a_link_in_the_commit_is_compared_with() {
    let fixture = Fixture::new("against-link-type", SHOP);
    fixture.codegen();
    let (folder, kept) = (fixture.path("schemas/system.started"), fixture.path("kept"));
    fs::rename(&folder, &kept).expect("moved");
    symlink("../kept", &folder).expect("a link");
    begin(&fixture);
    fs::remove_file(&folder).expect("removed");
    fs::remove_file(fixture.path("schemas/_manifest/system.started.json")).expect("removed");
    break_anew(&fixture, &[]);
    found(&fixture, "trunk", &[]);
}

#[test]
fn links_that_lead_nowhere_are_told() {
    let fixture = Fixture::new("against-astray", SHOP);
    fixture.codegen();
    fs::rename(fixture.path("schemas"), fixture.path("registry")).expect("moved");
    let cases = [
        ("../elsewhere", "leads out of the repository"),
        ("/srv/schemas", "leads out of the repository"),
        ("schemas", "leads in a circle"),
    ];
    for (number, (target, what)) in cases.into_iter().enumerate() {
        symlink(target, fixture.path("schemas")).expect("a link");
        if number == 0 {
            begin(&fixture)
        } else {
            commit(&fixture)
        }
        fs::remove_file(fixture.path("schemas")).expect("removed");
        fs::rename(fixture.path("registry"), fixture.path("schemas")).expect("moved");
        let said = format!("in `HEAD`, `schemas` {what}");
        for command in COMMANDS {
            fixture.run(&[command, &["--against", "HEAD"]].concat()).refused(&[&said]);
        }
        fs::rename(fixture.path("schemas"), fixture.path("registry")).expect("moved");
    }
    // What is in another repository is not in this commit.
    let head = asked(&fixture, &["rev-parse", "HEAD"]).stdout;
    let entry = format!("160000,{},schemas", String::from_utf8_lossy(&head).trim());
    git(&fixture, &["update-index", "--add", "--cacheinfo", &entry]);
    git(&fixture, &["commit", "--quiet", "--message", "elsewhere"]);
    fs::rename(fixture.path("registry"), fixture.path("schemas")).expect("moved");
    let said = "in `HEAD`, `schemas` leads into another repository";
    fixture.run(&["check", "--against", "HEAD"]).refused(&[said]);
}

#[test]
fn a_registry_that_nobody_is_known_to_be_compared_with_is_named() {
    let fixture = released("against-several", SHOP);
    let configuration = fixture.read("eventbus.toml");
    for place in ["one", "two"] {
        let copied = std::process::Command::new("cp")
            .args(["-r", "schemas", place])
            .current_dir(fixture.path(""))
            .status();
        assert!(copied.expect("it starts").success());
    }
    for path in ["schemas", "migrations", "web"] {
        fs::remove_dir_all(fixture.path(path)).expect("removed");
    }
    fs::remove_file(fixture.path("eventbus.toml")).expect("removed");
    commit(&fixture);
    fixture.write("eventbus.toml", &configuration);
    break_anew(&fixture, &[]);
    let parts = ["several registries", "`one`, `two`", "--against HEAD:one"];
    for command in COMMANDS {
        fixture.run(&[command, &["--against", "HEAD"]].concat()).refused(&parts);
    }
    found(&fixture, "HEAD:one", &[]);
    let parts = ["`HEAD` has no registry at `on`", "did you mean `one`?"];
    fixture.run(&["check", "--against", "HEAD:on"]).refused(&parts);
    // Where the configuration is known, others that are in their places are others'.
    fs::rename(fixture.path("schemas"), fixture.path(".git/schemas")).expect("moved");
    commit(&fixture);
    fs::rename(fixture.path(".git/schemas"), fixture.path("schemas")).expect("moved");
    let note = "`HEAD` has no registry at `schemas`: everything counts as new";
    fixture.run(&["check", "--against", "HEAD"]).said(0, &[note]);
}

#[test]
fn a_registry_with_a_configuration_of_its_own_is_anothers() {
    let fixture = Fixture::new("against-others", SHOP);
    let configuration = fixture.read("eventbus.toml");
    fixture.codegen();
    fs::create_dir(fixture.path("other")).expect("a folder");
    fs::rename(fixture.path("schemas"), fixture.path("other/schemas")).expect("moved");
    fixture.write("other/eventbus.toml", "root = \"others::Event\"\n");
    fs::remove_file(fixture.path("eventbus.toml")).expect("removed");
    begin(&fixture);
    fixture.write("eventbus.toml", &configuration);
    for folder in ["migrations", "web"] {
        fs::remove_dir_all(fixture.path(folder)).expect("removed");
    }
    break_anew(&fixture, &[]);
    let note = "`trunk` has no registry at `schemas`: everything counts as new";
    fixture.run(&["check", "--against", "trunk"]).said(0, &[note]);
    // Not so where it is left to nobody.
    fs::remove_file(fixture.path("other/eventbus.toml")).expect("removed");
    found(&fixture, "trunk", &[]);
}

#[test]
fn a_commit_that_cannot_be_read_is_no_commit_without_a_registry() {
    let fixture = released("against-broken", SHOP);
    let tree = asked(&fixture, &["rev-parse", "trunk:schemas"]).stdout;
    let tree = String::from_utf8(tree).expect("UTF-8");
    let (folder, file) = tree.trim().split_at(2);
    fs::remove_file(fixture.path(&format!(".git/objects/{folder}/{file}"))).expect("removed");
    for command in COMMANDS {
        let run = fixture.run(&[command, &["--against", "trunk"]].concat());
        run.refused(&["`git ls-tree", "failed"]);
    }
}
