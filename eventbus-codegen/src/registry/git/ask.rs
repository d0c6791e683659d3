//! What git says.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::diagnostic::{Error, ErrorKind, Result};
use crate::shell;

/// What git says to `arguments` in `folder`, with `input` on its standard input.
pub(super) fn git(folder: &Path, arguments: &[&str], input: &str) -> Result<Vec<u8>> {
    let failed = |why: String| {
        let words = arguments.iter().map(|word| shell::quoted(word)).collect::<Vec<_>>();
        let message = format!("`git {}` failed", words.join(" "));
        Error::new(ErrorKind::Registry, message)
            .because(why)
            .help("`--against` needs git and a repository that holds the registry")
    };
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_owned();
    // Beside the reading: both pipes are small.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let written = writer.join().unwrap_or(Ok(()));
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    written.map_err(|error| failed(error.to_string()))?;
    Ok(output.stdout)
}
