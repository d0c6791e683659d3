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

    use super::{quoted, restore_from};

    #[test]
    fn a_file_is_restored_from_wherever_the_user_is() {
        let from = |current: &str| restore_from(Path::new(current), Path::new("/w/shop"), "a/b");
        assert_eq!(from("/w/shop"), "git checkout -- a/b");
        assert_eq!(from("/w"), "git -C shop checkout -- a/b");
        assert_eq!(from("/w/shop/src"), "git -C /w/shop checkout -- a/b");
    }

    #[test]
    fn words_are_quoted_where_they_must_be() {
        assert_eq!(quoted("shop/eventbus.toml"), "shop/eventbus.toml");
        assert_eq!(quoted("it's mine"), r"'it'\''s mine'");
    }
}
