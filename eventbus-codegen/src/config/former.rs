//! What the configurations of a commit say of their registries.

use std::path::Path;

use eventbus_runtime::CompatMode;
use toml::de::DeTable;

use super::read::Section;
use super::{Config, DEFAULT_FOLDER, Events, FILE_NAME, Source, compat, is_manifest, metadata};
use super::{Entry, syntax_error};
use crate::diagnostic::Result;

/// What a configuration says of its registry. Keys that this release does not know are those of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Former {
    /// The folder of the registry.
    pub(crate) schemas: String,
    /// Who must understand whom.
    pub(crate) compat: CompatMode,
    /// What names the events, where they are of one package.
    entry: Option<Entry>,
}

impl Config {
    /// What `text` says, the same file as it once was; nothing where it says nothing of events.
    pub(crate) fn former(&self, text: &str) -> Result<Option<Former>> {
        let table = if matches!(self.events, Events::OfMembers) { "workspace" } else { "package" };
        let document =
            DeTable::parse(text).map_err(|error| syntax_error(&error, text, &self.file))?;
        let table = if self.is_in_a_manifest() {
            metadata(document.get_ref(), table)
        } else {
            Some(document.get_ref())
        };
        table.map(|table| read(&Section::top(table, text, &self.file))).transpose()
    }

    /// Whether both are about the same events.
    pub(crate) fn is_about(&self, former: &Former) -> bool {
        match &self.events {
            Events::Of(source) => former.entry.as_ref() == Some(&source.entry),
            Events::OfMembers | Events::Unknown => false,
        }
    }
}

/// What `text` says, which may be any TOML file; nothing where it is no configuration.
pub(crate) fn formers(text: &str, file: &Path) -> Vec<Former> {
    let Ok(document) = DeTable::parse(text) else { return Vec::new() };
    let document = document.get_ref();
    let (package, workspace) = if is_manifest(file) {
        (metadata(document, "package"), metadata(document, "workspace"))
    } else if file.file_name().is_some_and(|name| name == FILE_NAME) {
        (None, Some(document))
    } else {
        (Some(document), None)
    };
    let said = |table: &DeTable<'_>| read(&Section::top(table, text, file)).ok();
    // What names no events is one only where they may be named by others.
    let of_package = package.and_then(said).filter(|former| former.entry.is_some());
    of_package.into_iter().chain(workspace.and_then(said)).collect()
}

fn read(top: &Section<'_>) -> Result<Former> {
    Ok(Former {
        schemas: top.path("schemas")?.unwrap_or_else(|| DEFAULT_FOLDER.to_owned()),
        compat: compat(top)?,
        entry: Source::read(top).ok().flatten().map(|source| source.entry),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::formers;

    fn schemas(text: &str, file: &str) -> Vec<String> {
        formers(text, Path::new(file)).into_iter().map(|former| former.schemas).collect()
    }

    #[test]
    fn any_file_that_names_events_is_a_configuration() {
        assert_eq!(schemas("root = \"a::B\"\nschemas = \"x\"\nlater = 1", "events.toml"), ["x"]);
        assert_eq!(
            schemas("compat = \"none\"", "conf/eventbus.toml"),
            ["schemas"],
            "of a workspace"
        );
        let manifest = "[package.metadata.eventbus]\nbin = \"a\"\n[workspace.metadata.eventbus]\nschemas = \"all\"";
        assert_eq!(schemas(manifest, "Cargo.toml"), ["schemas", "all"]);
        for other in ["max_width = 100", "[package]\nname = \"a\"", "<<<<<<<"] {
            assert!(schemas(other, "other.toml").is_empty(), "{other}");
        }
        assert!(schemas("[package]\nname = \"a\"", "Cargo.toml").is_empty());
    }
}
