//! What is generated, file by file. `INSTA_UPDATE=always` writes it anew; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use eventbus_runtime::migrations::{POSTGRES, SQLITE};

use crate::catalogs::all;
use crate::generated;

/// What the print of a file is called; nothing where it is the same for every catalog, as the runtime's own migrations are.
fn called(path: &str) -> Option<String> {
    if path == "typescript/_runtime.ts" {
        return None;
    }
    let name = path.replace('/', ".");
    let Some((folder, file)) = path.split_once('/').filter(|(_, file)| file.ends_with(".sql"))
    else {
        return Some(name);
    };
    // The number says how many migrations the runtime has.
    let (_, file) = file.split_once("_eventbus_").unwrap();
    let runtime = POSTGRES.iter().chain(SQLITE).any(|step| file == format!("{}.sql", step.name));
    (!runtime).then(|| format!("{folder}.{file}"))
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
                if let Some(name) = called(&path) {
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
