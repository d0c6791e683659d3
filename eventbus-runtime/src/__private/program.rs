//! A program that answers `cargo eventbus`: what the toolchain links with a library, and what `catalog_main!` makes.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{Rewritten, catalog_json, decode_samples, rewrite, rewrite_samples};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::event::DomainEvent;

/// Answers into the file that the first argument names: the catalog of `T`, or where a second argument names a file of
/// samples, whether each of them decodes. With a third argument they are written again, too. Into a file, because anything
/// in the process may write to the standard output.
///
/// What is there when the process dies was answered before, so nothing is buffered.
#[must_use]
pub fn answer<T: DomainEvent>() -> ExitCode {
    let decode =
        |event_type: &str, version, data: &str| T::from_data(event_type, version, data).map(drop);
    run(T::CATALOG, &Code { decode: &decode, rewrite: &rewrite::<T> })
}

/// What the samples are asked of. Not generic: the user's crate compiles nothing of what follows.
struct Code<'a> {
    decode: &'a dyn Fn(&str, u32, &str) -> Result<()>,
    rewrite: &'a dyn Fn(&str, u32, &str) -> Rewritten,
}

fn run(catalog: Catalog, code: &Code<'_>) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(answer) = arguments.next() else {
        eprintln!("this program answers the toolchain: run `cargo eventbus codegen`");
        return ExitCode::from(2);
    };
    let answer = Path::new(&answer);
    let written = match arguments.next() {
        None => fs::write(answer, catalog_json(catalog)),
        Some(samples) => write(answer, Path::new(&samples), code, arguments.next().is_some()),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the answer cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(answer: &Path, samples: &Path, code: &Code<'_>, again: bool) -> std::io::Result<()> {
    let samples = fs::read_to_string(samples)?;
    let mut answer = File::create(answer)?;
    let mut failed = None;
    let mut report = |line: &str| {
        let written = answer.write_all(line.as_bytes());
        failed = failed.take().or(written.err());
    };
    if again {
        rewrite_samples(&samples, code.rewrite, &mut report);
    } else {
        decode_samples(&samples, code.decode, &mut report);
    }
    failed.map_or(Ok(()), Err)
}
