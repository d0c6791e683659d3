//! `cargo eventbus init`: writes a configuration that explains itself.

use std::fs::File;
use std::io::{ErrorKind as IoErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::{Common, report};
use crate::config::FILE_NAME;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::discover::Metadata;

const EXAMPLES: &str = "\
Examples:
  cargo eventbus init
  cargo eventbus init --manifest-path shop/Cargo.toml";

/// Write a commented eventbus.toml beside the nearest Cargo.toml.
///
/// Every option stands in it with its default. An existing file is never overwritten.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = arguments.common.folder()?;
    let folder = start
        .ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file())
        .ok_or_else(|| no_manifest(&start))?;
    let path = folder.join(FILE_NAME);
    let package = plausible_package(&Metadata::read(folder)?, folder);
    create(&path, &text(&package))?;
    if !arguments.common.quiet {
        report::file(report::ADDED, "created", &path.display().to_string());
        if !package.has_library {
            report::warning(&format!("the package `{}` has no library", package.name));
            report::help("move the enums into a library target: src/lib.rs");
        }
        report::help("set `root` in it to the outermost enum of your events");
        report::help("then generate: cargo eventbus codegen");
    }
    Ok(ExitCode::SUCCESS)
}

fn create(path: &Path, text: &str) -> Result<()> {
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        IoErrorKind::AlreadyExists => {
            let message = format!("`{}` exists already, and was left as it is", path.display());
            Error::new(ErrorKind::Config, message)
                .help("edit it, or remove it and run `cargo eventbus init` again")
        }
        _ => Error::file("write", path, error).help("make the folder writable"),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| Error::file("write", path, error))
}

/// A package and the name of its library.
struct Package {
    name: String,
    library: String,
    has_library: bool,
}

/// The package that most likely holds the events: this folder's, else one with a library, best if it says so in its
/// name.
fn plausible_package(metadata: &Metadata, folder: &Path) -> Package {
    let best = metadata.packages.iter().min_by_key(|package| {
        let is_elsewhere = package.folder() != folder;
        (is_elsewhere, package.library_name().is_none(), !package.name.contains("event"))
    });
    let Some(package) = best else {
        let (name, library) = ("shop-events".to_owned(), "shop_events".to_owned());
        return Package { name, library, has_library: true };
    };
    let library = package.library_name();
    Package {
        name: package.name.clone(),
        has_library: library.is_some(),
        library: library.unwrap_or_else(|| package.name.replace('-', "_")),
    }
}

fn text(package: &Package) -> String {
    let Package { name, library, .. } = package;
    let root = root_name(library);
    format!(
        "# What `cargo eventbus codegen` reads and writes. Paths are relative to this file's folder.\n\
         \n\
         # The outermost enum of your events, as a dependent crate would write its path. It must be `pub`.\n\
         root = \"{library}::{root}\"\n\
         \n\
         # The package whose library holds it. Default: the one whose library the path begins with.\n\
         # package = \"{name}\"\n\
         \n\
         # The registry: one file per event type and version, and a sample of each. Commit it.\n\
         # schemas = \"schemas\"\n\
         \n\
         # SQL migrations in sqlx's format, one folder per database. Default: none.\n\
         # [migrations]\n\
         # postgres = \"migrations/postgres\"\n\
         # sqlite = \"migrations/sqlite\"\n\
         \n\
         # TypeScript types. Default: none.\n\
         # [typescript]\n\
         # out = \"web/src/events.ts\"\n\
         # readonly = true\n"
    )
}

/// A guess at the enum's name: `shop_events` holds a `ShopEvent`.
fn root_name(library: &str) -> String {
    let stem = library.trim_end_matches("_events").trim_end_matches("_event");
    let words = stem.split('_').map(|word| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    });
    format!("{}Event", words.collect::<String>())
}

fn no_manifest(start: &Path) -> Error {
    let message = format!("there is no Cargo.toml in `{}` or above it", start.display());
    Error::new(ErrorKind::Config, message)
        .help("run it in the package that holds your events, or pass `--manifest-path`")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Package, root_name, text};
    use crate::config::{Config, TypeScript};

    fn package() -> Package {
        let (name, library) = ("shop-events".to_owned(), "shop_events".to_owned());
        Package { name, library, has_library: true }
    }

    #[test]
    fn the_written_file_is_a_valid_configuration() {
        let config = Config::parse(&text(&package()), Path::new("eventbus.toml")).unwrap();
        assert_eq!(config.root.path, "shop_events::ShopEvent");
        assert_eq!(config.schemas, "schemas");
    }

    #[test]
    fn every_commented_option_is_valid_too() {
        let uncommented: String = text(&package())
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains('=') || rest.starts_with('['))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let config = Config::parse(&uncommented, Path::new("eventbus.toml")).unwrap();
        assert_eq!(config.package.as_deref(), Some("shop-events"));
        assert_eq!(config.sqlite.as_deref(), Some("migrations/sqlite"));
        let typescript = TypeScript { out: "web/src/events.ts".to_owned(), readonly: true };
        assert_eq!(config.typescript, Some(typescript));
    }

    #[test]
    fn the_enum_is_guessed_from_the_library() {
        assert_eq!(root_name("shop_events"), "ShopEvent");
        assert_eq!(root_name("web_shop"), "WebShopEvent");
    }
}
