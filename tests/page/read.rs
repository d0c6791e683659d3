//! A validator and a browser read the pages, in Node.js: `check.mjs`.

use std::fs::File;
use std::process::Command;

use eventbus_runtime::{Catalog, Document, DomainEvent as _};
use shop_events::ShopEvent;

use crate::{folder, kept, published};

/// Runs a program in the folder of the checks, and says what it said.
fn run(program: &str, arguments: &[String]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; scripts/test installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}\n{said}\n{complaint}");
    said
}

/// Node.js on a script of the folder, with the packages that the lock file names.
pub(crate) fn node(script: &str, arguments: impl IntoIterator<Item = String>) -> String {
    // Tests are processes of their own: one of them installs, and no other one takes away what it is running.
    let lock = File::create(kept("packages.lock", "")).unwrap();
    lock.lock().unwrap();
    if !is_installed() {
        run("npm", &["ci", "--silent", "--no-fund", "--no-audit"].map(str::to_owned));
    }
    drop(lock);
    let arguments: Vec<String> = [script.to_owned()].into_iter().chain(arguments).collect();
    run("node", &arguments)
}

/// Whether the packages are there, and as the lock file has them: npm notes when it has installed.
fn is_installed() -> bool {
    let time = |file: &str| folder().join(file).metadata().and_then(|facts| facts.modified());
    match (time("node_modules/.package-lock.json"), time("package-lock.json")) {
        (Ok(installed), Ok(asked)) => installed >= asked,
        _ => false,
    }
}

/// Every page, written to a file.
fn pages() -> Vec<String> {
    let Catalog::Group(shop) = ShopEvent::CATALOG else { panic!("a root is a group") };
    let [shop, _] =
        eventbus_codegen::testing::published(&[Document::from(shop)], "Shop events").unwrap();
    let pages = published().into_iter().map(|one| (one.name, one.page));
    let pages = pages.chain([("shop", shop)]);
    pages.map(|(name, page)| kept(&format!("{name}.html"), &page).display().to_string()).collect()
}

#[test]
fn a_validator_and_a_browser_have_nothing_to_say_of_any_page() {
    let pages = pages();
    let said = node("check.mjs", pages.clone());
    for page in pages {
        assert!(said.contains(&format!("{page}: well")), "{page} was not looked at:\n{said}");
    }
}
