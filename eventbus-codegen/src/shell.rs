//! Commands for the user to run, from the folder that they are in.

use std::env;
use std::path::Path;

/// The command that restores `path`, which is relative to `folder`, from version control.
pub(crate) fn restore(folder: &Path, path: &str) -> String {
    let current = env::current_dir().unwrap_or_default();
    restore_from(&current, folder, path)
}

fn restore_from(current: &Path, folder: &Path, path: &str) -> String {
    let path = quoted(path);
    if folder == current {
        return format!("git checkout -- {path}");
    }
    let folder = folder.strip_prefix(current).unwrap_or(folder);
    format!("git -C {} checkout -- {path}", quoted(&folder.display().to_string()))
}

/// The command that restores `file` from version control, as it is in `revision` where one is named.
pub(crate) fn restore_file(file: &Path, revision: Option<&str>) -> String {
    let current = env::current_dir().unwrap_or_default();
    restore_file_from(&current, file, revision)
}

fn restore_file_from(current: &Path, file: &Path, revision: Option<&str>) -> String {
    let revision = revision.map(|revision| format!("{} ", quoted(revision))).unwrap_or_default();
    let word = |path: &Path| quoted(&path.display().to_string());
    let inside = file.strip_prefix(current).ok().or_else(|| file.is_relative().then_some(file));
    match (inside, file.parent().zip(file.file_name())) {
        (None, Some((folder, name))) => {
            format!("git -C {} checkout {revision}-- {}", word(folder), word(Path::new(name)))
        }
        (inside, _) => format!("git checkout {revision}-- {}", word(inside.unwrap_or(file))),
    }
}

/// The command that writes to `file` what is in a commit under another name; `from` is as git names it, from the top of the
/// repository.
pub(crate) fn take_file(file: &Path, from: &str) -> String {
    let current = env::current_dir().unwrap_or_default();
    take_file_from(&current, file, from)
}

fn take_file_from(current: &Path, file: &Path, from: &str) -> String {
    let file = file.strip_prefix(current).unwrap_or(file);
    let word = |path: &Path| quoted(&path.display().to_string());
    let folder = file.parent().map(word).unwrap_or_default();
    format!("mkdir -p {folder} && git -C {folder} show {} > {}", quoted(from), word(file))
}

/// The path as the current folder sees it, as a word.
pub(crate) fn from_here(path: &Path) -> String {
    let current = env::current_dir().unwrap_or_default();
    quoted(&path.strip_prefix(current).unwrap_or(path).display().to_string())
}

/// A word as a POSIX shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "-_./,:=@+%".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{quoted, restore_file_from, restore_from, take_file_from};

    #[test]
    fn a_file_is_restored_from_wherever_the_user_is() {
        let from = |current: &str| restore_from(Path::new(current), Path::new("/w/shop"), "a/b");
        assert_eq!(from("/w/shop"), "git checkout -- a/b");
        assert_eq!(from("/w"), "git -C shop checkout -- a/b");
        assert_eq!(from("/w/shop/src"), "git -C /w/shop checkout -- a/b");
    }

    #[test]
    fn a_file_is_restored_as_it_is_in_a_commit() {
        let from = |current: &str| {
            restore_file_from(Path::new(current), Path::new("/w/schemas/v1.json"), Some("v1.0"))
        };
        assert_eq!(from("/w"), "git checkout v1.0 -- schemas/v1.json");
        assert_eq!(from("/elsewhere"), "git -C /w/schemas checkout v1.0 -- v1.json");
        let bare = restore_file_from(Path::new("/w"), Path::new("schemas/v1.json"), None);
        assert_eq!(bare, "git checkout -- schemas/v1.json");
    }

    #[test]
    fn a_file_that_had_another_name_is_written_under_its_own() {
        let from = |current: &str| {
            take_file_from(
                Path::new(current),
                Path::new("/w/schemas/a.b/v1.json"),
                "v1.0:old/a.b/v1.json",
            )
        };
        assert_eq!(
            from("/w"),
            "mkdir -p schemas/a.b && git -C schemas/a.b show v1.0:old/a.b/v1.json > schemas/a.b/v1.json"
        );
    }

    #[test]
    fn words_are_quoted_where_they_must_be() {
        assert_eq!(quoted("shop/eventbus.toml"), "shop/eventbus.toml");
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
    }
}
