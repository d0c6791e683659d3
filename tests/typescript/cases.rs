//! The catalogs that everything is tried with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use eventbus_codegen::testing;
use eventbus_runtime::Document;
use shop_events::ShopEvent;

use crate::catalogs::{self, document};
use crate::cdevents::CdEvent;
use crate::events::LabEvent;
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

/// Those of every generator, and beside them what is large, has every kind of field, or has grown in several steps.
pub(crate) fn cases() -> Vec<Case> {
    let case = |name, documents| Case { name, documents };
    let all = catalogs::all().into_iter().map(|one| case(one.name, one.history));
    let more = [
        case("shop", vec![document::<ShopEvent>()]),
        case("lab", vec![document::<LabEvent>()]),
        case("cdevents", vec![document::<CdEvent>()]),
        case("versions", versions::documents()),
    ];
    all.chain(more).collect()
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
