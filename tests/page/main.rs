//! The catalog page and the Markdown reference, for catalogs that are small, nested, recursive and hostile.
//!
//! What is printed is pinned in `pinned/`, and read by those who must read it: a validator of HTML, a browser, a parser of
//! Markdown. `EVENTBUS_BLESS=1` writes the pins anew; read the difference before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod catalogs;
mod exported;
mod markdown;
mod pinned;
mod read;

use std::fs;
use std::path::{Path, PathBuf};

/// A catalog, with the page and the Markdown that are made of it.
struct Published {
    name: &'static str,
    page: String,
    markdown: String,
}

fn published() -> Vec<Published> {
    let made = |(name, history): (&'static str, Vec<_>)| {
        let title = if name == "hostile" { catalogs::HOSTILE } else { "Event catalog" };
        let [page, markdown] = eventbus_codegen::testing::published(&history, title).unwrap();
        Published { name, page, markdown }
    };
    catalogs::all().into_iter().map(made).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("page")
}

/// Writes what was made to a folder below `target`, where it can be looked at.
fn kept(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/page");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.canonicalize().unwrap().join(name);
    fs::write(&file, text).unwrap();
    file
}
