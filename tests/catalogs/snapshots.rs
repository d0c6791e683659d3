//! What is generated, file by file. `INSTA_UPDATE=always` writes it anew; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::catalogs::all;
use crate::generated;

/// Files that are the same for every catalog, or the runtime's own.
fn is_of_the_catalog(path: &str) -> bool {
    let is_runtime = path == "typescript/_runtime.ts"
        || path.ends_with(".sql") && !path.ends_with("_eventbus_types.sql");
    !is_runtime
}

#[test]
fn every_file_is_printed_as_pinned() {
    for catalog in all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogs/snapshots");
        let folder = folder.join(catalog.name);
        let mut names = BTreeSet::new();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for (path, text) in generated(&catalog) {
                if is_of_the_catalog(&path) {
                    // The number is that of the runtime's own migrations.
                    let name = match path.split_once('/') {
                        Some((database, file)) if file.ends_with("_eventbus_types.sql") => {
                            format!("{database}.types.sql")
                        }
                        _ => path.replace('/', "."),
                    };
                    names.insert(format!("{name}.snap"));
                    insta::assert_snapshot!(name, pinned(&path, &text));
                }
            }
        });
        let files = fs::read_dir(&folder).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<String> = files.filter(|file| file.ends_with(".snap")).collect();
        assert_eq!(names, files, "delete what is no longer generated for {}", catalog.name);
    }
}

/// The text without what is the same on every page, style and script, which are files of their own and read there.
fn pinned<'a>(path: &str, text: &'a str) -> &'a str {
    if !path.ends_with(".html") {
        return text;
    }
    let (_, rest) = text.split_once("</style>").unwrap();
    rest.rsplit_once("<script>").unwrap().0
}
