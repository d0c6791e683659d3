//! What is printed is what was pinned.

use std::env;
use std::fs;

use similar::TextDiff;

use crate::{folder, published};

#[test]
fn every_catalog_is_printed_as_pinned() {
    for one in published() {
        // Style and script are files of their own, and read there.
        let (_, rest) = one.page.split_once("</style>").unwrap();
        let (body, _) = rest.rsplit_once("<script>").unwrap();
        compare(&format!("{}.html", one.name), body);
        compare(&format!("{}.md", one.name), &one.markdown);
    }
}

fn compare(name: &str, made: &str) {
    let file = folder().join("pinned").join(name);
    if env::var_os("EVENTBUS_BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, made).unwrap();
        return;
    }
    let pinned = fs::read_to_string(&file).unwrap_or_default();
    let diff = TextDiff::from_lines(pinned.as_str(), made);
    assert!(pinned == made, "{name}\n{}", diff.unified_diff().header("pinned", "printed"));
}
