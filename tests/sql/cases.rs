//! The catalogs that everything is tried with.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Document, DomainEvent};

pub(crate) const BOTH: &str = "views = true\nchecks = true";

/// The catalog of a crate.
pub(crate) fn document<E: DomainEvent>() -> Document {
    serde_json::from_str(&catalog_json(E::CATALOG)).unwrap()
}
