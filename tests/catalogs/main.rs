//! Every generator on catalogs that are small, nested, recursive and hostile: what is printed is pinned, and what is SQL is run.
//!
//! The other languages are read by suites of their own, from the same catalogs: TypeScript by its compiler in `typescript`, the
//! page by a validator and a browser in `page`, AsyncAPI by its parser in `asyncapi`.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

#[path = "events/mod.rs"]
mod catalogs;
mod databases;
mod snapshots;

use std::collections::BTreeMap;

use crate::catalogs::Catalog;

/// What is generated: every output that there is.
const CONFIG: &str = include_str!("eventbus.toml");

/// The files of a catalog, by their paths.
fn generated(catalog: &Catalog) -> BTreeMap<String, String> {
    let title = toml_text(catalog.title());
    let config = CONFIG.replace("\"Event catalog\"", &title);
    eventbus_codegen::testing::generated(&catalog.history, &config).unwrap()
}

/// Texts of JSON are texts of TOML.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
