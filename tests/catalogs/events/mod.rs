//! The catalogs that every generator is tried with, each a history: the code as it was, and as it is.

pub(crate) mod hostile;
mod nested;
mod recursive;
mod small;

use eventbus_codegen::testing::{self, Decode};
use eventbus_runtime::__private::{catalog_json, decode_samples};
use eventbus_runtime::{Document, DomainEvent};

/// Code as it was and as it is, the last one being today's.
pub(crate) struct Catalog {
    pub(crate) name: &'static str,
    pub(crate) history: Vec<Document>,
}

impl Catalog {
    /// What its documents are called.
    pub(crate) fn title(&self) -> &'static str {
        if self.name == "hostile" { hostile::TITLE } else { "Event catalog" }
    }
}

/// Every catalog.
pub(crate) fn all() -> Vec<Catalog> {
    let catalog = |name, history| Catalog { name, history };
    vec![
        catalog("small", vec![document::<small::ShopEvent>()]),
        catalog(
            "nested",
            vec![document::<nested::before::ShopEvent>(), document::<nested::now::ShopEvent>()],
        ),
        catalog("recursive", vec![document::<recursive::TreeEvent>()]),
        catalog("hostile", vec![document::<hostile::HostileEvent>()]),
    ]
}

/// The catalog of a crate, whose code was asked which enums are open.
pub(crate) fn document<E: DomainEvent>() -> Document {
    let document = serde_json::from_str(&catalog_json(E::CATALOG)).unwrap();
    let decode: &Decode = &|samples, report| {
        let read = &|event_type: &str, version, data: &str| {
            E::from_data(event_type, version, data).map(drop)
        };
        decode_samples(samples, read, report);
    };
    testing::observed(&document, decode).unwrap()
}
