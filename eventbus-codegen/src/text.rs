//! Files as text, whatever a checkout made of the ends of their lines.

use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostic::{Error, ErrorKind, Result};

/// The text of a file that must be there, its lines ended by `\n`.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map(unix).map_err(|error| unreadable(path, error))
}

/// The same of a file that may be absent.
pub(crate) fn read_if_any(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(unix(text))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreadable(path, error)),
    }
}

/// The same text with every line ended by `\n`. No file that is generated has another end, so nothing is lost.
pub(crate) fn unix(text: String) -> String {
    if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text }
}

/// The line, from 0, of the first mark that a merge has left open. No JSON has a line that begins like this, so that there
/// is nothing to be told apart.
pub(crate) fn merge_mark(text: &str) -> Option<usize> {
    let is_mark =
        |line: &str| ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    let is_open = text.contains("<<<<<<<") || text.contains(">>>>>>>");
    is_open.then(|| text.lines().position(is_mark)).flatten()
}

/// Whether there is no such file. A file where a folder should be is found out when it is written.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// What is to be said of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::InvalidData {
        return Error::new(ErrorKind::Files, format!("`{}` is not UTF-8 text", path.display()))
            .at(path, None)
            .help("restore it from version control, or save it as UTF-8");
    }
    Error::file("read", path, error).help("it must be a regular file that you may read")
}

#[cfg(test)]
mod tests {
    use super::unix;

    #[test]
    fn only_ends_of_lines_are_changed() {
        assert_eq!(unix("a\r\nb\r\n".to_owned()), "a\nb\n");
        assert_eq!(unix("a\rb\n".to_owned()), "a\rb\n");
    }
}
