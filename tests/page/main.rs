//! The catalog page and the Markdown reference, for catalogs that are small, nested, recursive and hostile.
//!
//! They are read by those who must read them: a validator of HTML, a browser, a parser of Markdown. What is printed is pinned
//! beside the catalogs, in `tests/catalogs`.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

#[path = "../catalogs/events/mod.rs"]
mod catalogs;
mod exported;
mod large;
mod markdown;
mod read;

use std::fs;
use std::path::{Path, PathBuf};

use crate::catalogs::Catalog;

/// A catalog, with the page and the Markdown that are made of it.
struct Published {
    name: &'static str,
    page: String,
    markdown: String,
}

fn published() -> Vec<Published> {
    let made = |catalog: Catalog| {
        let documents =
            eventbus_codegen::testing::published(&catalog.history, catalog.title()).unwrap();
        let [page, markdown] = documents;
        Published { name: catalog.name, page, markdown }
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
