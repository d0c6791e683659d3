//! A program that answers `cargo eventbus`: what the toolchain links with a library, and what `catalog_main!` makes.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{catalog_json, decode_samples};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::event::DomainEvent;

/// Answers into the file that the first argument names: the catalog of `T`, or where a second argument names a file of
/// samples, whether each of them decodes. Into a file, because anything in the process may write to the standard output.
///
/// What is there when the process dies was answered before, so nothing is buffered.
#[must_use]
pub fn answer<T: DomainEvent>() -> ExitCode {
    run(T::CATALOG, &|event_type, version, data| T::from_data(event_type, version, data).map(drop))
}

/// Not generic: the user's crate compiles nothing of it.
fn run(catalog: Catalog, decode: &dyn Fn(&str, u32, &str) -> Result<()>) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(answer) = arguments.next() else {
        eprintln!("this program answers the toolchain: run `cargo eventbus codegen`");
        return ExitCode::from(2);
    };
    let samples = arguments.next();
    match write(Path::new(&answer), samples.as_deref().map(Path::new), catalog, decode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the answer cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(
    answer: &Path,
    samples: Option<&Path>,
    catalog: Catalog,
    decode: &dyn Fn(&str, u32, &str) -> Result<()>,
) -> std::io::Result<()> {
    let Some(samples) = samples else { return fs::write(answer, catalog_json(catalog)) };
    let samples = fs::read_to_string(samples)?;
    let mut answer = File::create(answer)?;
    let mut failed = None;
    decode_samples(&samples, decode, &mut |line| {
        let written = answer.write_all(line.as_bytes());
        failed = failed.take().or(written.err());
    });
    failed.map_or(Ok(()), Err)
}
