//! The catalogs that everything is tried with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use eventbus_codegen::testing::{self, Decode};
use eventbus_runtime::__private::{catalog_json, decode_samples};
use eventbus_runtime::{Document, DomainEvent};
use shop_events::ShopEvent;

use crate::cdevents::CdEvent;
use crate::events::LabEvent;
use crate::hostile::HostileEvent;
use crate::versions;

/// Code as it was and as it is, the last one being today's.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) documents: Vec<Document>,
}

/// What is generated, and the registry that it was generated from.
pub(crate) struct Generated {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) registry: BTreeMap<String, String>,
}

/// Small, nested and recursive, large, hostile, and grown in several steps.
pub(crate) fn cases() -> Vec<Case> {
    let case = |name, documents| Case { name, documents };
    vec![
        case("shop", vec![document::<ShopEvent>()]),
        case("lab", vec![document::<LabEvent>()]),
        case("cdevents", vec![document::<CdEvent>()]),
        case("hostile", vec![document::<HostileEvent>()]),
        case("versions", versions::documents()),
    ]
}

impl Case {
    pub(crate) fn named(name: &str) -> Self {
        cases().into_iter().find(|case| case.name == name).unwrap()
    }

    /// What is generated with these lines of `[typescript]`.
    pub(crate) fn generate(&self, options: &str) -> Generated {
        let [files, registry] = testing::typescript(&self.documents, options).unwrap();
        Generated { files, registry }
    }
}

impl Generated {
    /// Writes the files below `folder`.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, text) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
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
