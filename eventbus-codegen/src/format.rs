//! The number that says who can read the registry's files.

use std::path::Path;

use serde::Deserialize;

use crate::diagnostic::{Error, ErrorKind, Result};

/// What this release writes: every file of the registry, and the manifest.
pub(crate) const FORMAT: u32 = 1;

#[derive(Deserialize)]
struct Numbered {
    format: u32,
}

/// Refuses the text of a file that states a later format. What states none is refused by whoever reads on.
pub(crate) fn refuse_newer(text: &str, path: &Path) -> Result<()> {
    let Ok(Numbered { format }) = serde_json::from_str(text) else { return Ok(()) };
    if format <= FORMAT {
        return Ok(());
    }
    let own = env!("CARGO_PKG_VERSION");
    let message = format!(
        "the registry was written by a newer cargo-eventbus: its format is {format}, and {own} reads {FORMAT}"
    );
    Err(Error::new(ErrorKind::Registry, message)
        .at(path, None)
        .help("update the tool, as CI has it, in a checkout of eventbus: cargo install --locked --path eventbus-codegen"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FORMAT, refuse_newer};

    #[test]
    fn only_a_later_format_is_refused() {
        let refused = |text: &str| refuse_newer(text, Path::new("catalog.json"));
        assert!(refused(&format!("{{\"format\": {FORMAT}, \"more\": []}}")).is_ok());
        assert!(refused("{\"format\": \"x\"}").is_ok() && refused("<<<").is_ok());
        let error = refused("{\"format\": 7, \"more\": []}").unwrap_err();
        assert!(error.to_string().contains("newer cargo-eventbus: its format is 7"), "{error}");
    }
}
