//! What `catalog_main!` makes of a program: one that answers `cargo eventbus`.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{catalog_json, decode_samples};
use crate::event::DomainEvent;

/// Answers into the file that the first argument names: the catalog of `T`, or where a second argument names a file of
/// samples, whether each of them decodes.
///
/// What is there when the process dies was answered before, so nothing is buffered.
#[must_use]
pub fn answer<T: DomainEvent>() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(answer) = arguments.next() else {
        eprintln!("this program answers the toolchain: run `cargo eventbus codegen`");
        return ExitCode::from(2);
    };
    let samples = arguments.next();
    match write::<T>(Path::new(&answer), samples.as_deref().map(Path::new)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the answer cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write<T: DomainEvent>(answer: &Path, samples: Option<&Path>) -> std::io::Result<()> {
    let Some(samples) = samples else {
        return fs::write(answer, catalog_json(T::CATALOG));
    };
    let samples = fs::read_to_string(samples)?;
    let mut answer = File::create(answer)?;
    let decode = |event_type: &str, version: u32, data: &str| {
        T::from_data(event_type, version, data).map(drop)
    };
    let mut failed = None;
    decode_samples(&samples, &decode, &mut |line| {
        let written = answer.write_all(line.as_bytes());
        failed = failed.take().or(written.err());
    });
    failed.map_or(Ok(()), Err)
}
