//! What would change in a file, for a person to read.

use similar::TextDiff;

use super::Entry;

/// The unified diff of an entry; empty where only one side's presence is at stake and there is nothing to compare.
pub(crate) fn unified(entry: &Entry) -> String {
    let before = entry.before.as_deref().unwrap_or_default();
    let Some(after) = &entry.after else { return String::new() };
    let old = if entry.before.is_some() { entry.path.as_str() } else { "/dev/null" };
    TextDiff::from_lines(before, after.as_str())
        .unified_diff()
        .context_radius(3)
        .header(old, &entry.path)
        .to_string()
}
