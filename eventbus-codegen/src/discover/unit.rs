//! Which target of which package a source means.

use super::metadata::{Metadata, Package};
use crate::config::{Config, Entry, Source};
use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean, listed};
use crate::rust_path;

/// What is built for a source.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) source: &'a Source,
    pub(super) package: &'a Package,
    pub(super) target: Target<'a>,
}

/// How the source's code becomes a program.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'a> {
    /// A library, which is linked.
    Library {
        /// The path of the root enum in it.
        root: &'a str,
        /// The edition that it is written in.
        edition: &'a str,
    },
    /// A program of the user's own: `example` or `bin`, and its name.
    Program(&'a str, &'a str),
}

impl<'a> Unit<'a> {
    /// Finds what `source` names.
    pub(super) fn find(
        metadata: &'a Metadata,
        config: &Config,
        source: &'a Source,
    ) -> Result<Self> {
        match &source.entry {
            Entry::Root(root) => library(metadata, config, source, root),
            Entry::Example(name) => program(metadata, config, source, ["example", name]),
            Entry::Bin(name) => program(metadata, config, source, ["bin", name]),
        }
    }
}

/// The library that the root is in: of the configured package, or the one of the root's first segment.
fn library<'a>(
    metadata: &'a Metadata,
    config: &Config,
    source: &'a Source,
    root: &'a str,
) -> Result<Unit<'a>> {
    let wanted = rust_path::library(root);
    let package = match &source.package {
        Some(name) => Some(named(metadata, source, name)?),
        None => metadata.packages.iter().find(|package| {
            package.library_name().is_some_and(|library| library == wanted)
                || package.name.replace('-', "_") == wanted
        }),
    };
    let package = package.or_else(|| without_library(metadata, config, source));
    let package = package.ok_or_else(|| {
        let message = format!("no package of the workspace has the library `{wanted}`");
        no_package(metadata, source, message, &wanted.replace('_', "-"))
    })?;
    let target = package.library().ok_or_else(|| no_library(package, source))?;
    if target.crate_name() != wanted {
        let message = format!(
            "the root `{root}` is not in the package `{}`, whose library is `{}`",
            package.name,
            target.crate_name()
        );
        return Err(source
            .at(Error::new(ErrorKind::Config, message))
            .help(format!("begin `root` with `{}::`, or change `package`", target.crate_name())));
    }
    Ok(Unit { source, package, target: Target::Library { root, edition: &target.edition } })
}

/// The package that must be meant although it has no library: the only one, or the configuration's own.
fn without_library<'a>(
    metadata: &'a Metadata,
    config: &Config,
    source: &Source,
) -> Option<&'a Package> {
    let only = metadata.packages.first().filter(|_| metadata.packages.len() == 1);
    let own = || metadata.packages.iter().find(|package| package.folder() == config.folder());
    let meant = if source.package.is_none() { only.or_else(own) } else { None };
    meant.filter(|package| package.library().is_none())
}

/// The program of the configured package, or the only one of that name.
fn program<'a>(
    metadata: &'a Metadata,
    config: &Config,
    source: &'a Source,
    [kind, name]: [&'a str; 2],
) -> Result<Unit<'a>> {
    let package = match &source.package {
        Some(package) => Some(named(metadata, source, package)?),
        None => {
            let own =
                metadata.packages.iter().filter(|package| package.folder() == config.folder());
            own.chain(&metadata.packages).find(|package| package.has(kind, name))
        }
    };
    let package = package.filter(|package| package.has(kind, name)).ok_or_else(|| {
        let owner = source.package.as_ref().map_or_else(
            || "no package of the workspace".to_owned(),
            |package| format!("the package `{package}` does not"),
        );
        let has = if source.package.is_some() { "have" } else { "has" };
        let file = if kind == "bin" { "src/bin" } else { "examples" };
        let what = source.entry.to_string();
        let what = what.trim_start_matches("the ");
        let message = format!("{owner} {has} the {what}");
        source.at(Error::new(ErrorKind::Config, message)).help(format!(
            "write `{file}/{name}.rs`, of one line: eventbus_runtime::catalog_main!(shop_events::ShopEvent);"
        ))
    })?;
    Ok(Unit { source, package, target: Target::Program(kind, name) })
}

fn named<'a>(metadata: &'a Metadata, source: &Source, name: &str) -> Result<&'a Package> {
    metadata.packages.iter().find(|package| package.name == name).ok_or_else(|| {
        let message = format!("there is no package `{name}` in the workspace");
        no_package(metadata, source, message, name)
    })
}

fn no_package(metadata: &Metadata, source: &Source, message: String, wanted: &str) -> Error {
    let names: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let error = source.at(Error::new(ErrorKind::Config, message));
    let error = match did_you_mean(wanted, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean the package `{near}`?")),
        None => error,
    };
    error.help(format!("its packages are {}", listed(names)))
}

fn no_library(package: &Package, source: &Source) -> Error {
    let message = format!("the package `{}` has no library target", package.name);
    source
        .at(Error::new(ErrorKind::Discovery, message))
        .help(
            "move the enums into a library target: src/lib.rs beside src/main.rs is one, and main.rs \
             uses it by the package's name",
        )
        .help(
            "or write examples/events.rs, and `example = \"events\"` instead of `root`: \
             #[path = \"../src/events.rs\"] mod events; \
             eventbus_runtime::catalog_main!(events::ShopEvent);",
        )
}
