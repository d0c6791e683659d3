//! What is generated of what the catalogs of every generator do not have, text by text. `INSTA_UPDATE=always` writes it.

use crate::cases::Case;
use crate::node::here;

#[test]
fn every_kind_of_field() {
    holds("lab");
}

#[test]
fn former_versions_and_open_enums() {
    holds("versions");
}

/// In several files, without the one that is the same for all.
fn holds(name: &str) {
    let generated = Case::named(name).generate("out = \".\"\nsplit = true").files;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(here().join("snapshots").join(name));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (path, text) in generated {
            let path = path.trim_start_matches("./");
            if path != "_runtime.ts" {
                insta::assert_snapshot!(path, text);
            }
        }
    });
}
