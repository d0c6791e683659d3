//! A folder of old events: segments, and a manifest that says what is in them.
//!
//! A segment is a gzip file of JSON, an event a line, so that `zcat` and `sha256sum` are all that somebody needs who has
//! nothing of ours. A file gets a temporary name, is flushed to the disk and renamed, and only then does the manifest name
//! it, in the same way: a run that is killed leaves at most a file that no manifest names, and the next one writes over it.
//!
//! Nothing here knows a database. What is read is verified: size, checksum, count, order, and the numbers it claims.

mod files;
mod line;
mod manifest;
#[cfg(test)]
mod tests;

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::store::Old;

pub(crate) use crate::archive::manifest::{Manifest, Segment};

const MANIFEST: &str = "manifest.json";
const LOCK: &str = "lock";

/// How many events a segment has at most. A segment is read whole.
pub(crate) const MOST_EVENTS: usize = 20_000;

/// How many bytes of JSON a segment has at most, unless a single event has more.
pub(crate) const MOST_BYTES: usize = 32 * 1024 * 1024;

/// An archive that is read.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    folder: Arc<PathBuf>,
    pub(crate) manifest: Manifest,
}

/// An archive that is written to; nobody else writes to it meanwhile.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) archive: Archive,
    _lock: File,
}

impl Archive {
    /// Reads the manifest of an archive of this log; one without segments where there is no manifest yet.
    pub(crate) fn read(folder: &Path, log: Uuid) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let manifest = match files::read(&path) {
            Ok(Some(text)) => serde_json::from_slice(&text).map_err(|error| {
                let remedy = "it is damaged, or of a newer release: restore it from a copy, or read it with that";
                refused(folder, &format!("`{MANIFEST}` cannot be read: {remedy}")).with_source(error)
            })?,
            Ok(None) => Manifest::new(log),
            Err(error) => {
                return Err(refused(folder, "it cannot be read: check the folder").with_source(error));
            }
        };
        if manifest.format != manifest::FORMAT {
            let message = format!(
                "it has the format {}, this program reads {}: use a newer release",
                manifest.format,
                manifest::FORMAT
            );
            return Err(refused(folder, &message));
        }
        if manifest.log != log {
            let message = format!(
                "it is of the log {}, this database has the log {log}: name the folder of this one",
                manifest.log
            );
            return Err(refused(folder, &message));
        }
        Ok(Self { folder: Arc::new(folder.to_owned()), manifest })
    }

    /// Reads a segment, and verifies it.
    pub(crate) fn load(&self, segment: &Segment) -> Result<Vec<Old>> {
        let damaged = |what: &str| {
            let message = format!(
                "segment `{}` is damaged: {what}: restore the file from a copy",
                segment.file
            );
            refused(&self.folder, &message)
        };
        let path = self.folder.join(&segment.file);
        let bytes = match files::read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(damaged("it is missing")),
            Err(error) => return Err(damaged("it cannot be read").with_source(error)),
        };
        let sum = checksum(&bytes);
        if sum != segment.sha256 {
            return Err(damaged(&format!(
                "its checksum is {sum}, the manifest says {}",
                segment.sha256
            )));
        }
        let mut text = String::new();
        let unpacked = GzDecoder::new(&bytes[..]).read_to_string(&mut text);
        unpacked.map_err(|error| damaged("it cannot be unpacked").with_source(error))?;
        let mut events = Vec::with_capacity(usize::try_from(segment.count).unwrap_or(0));
        for (index, text) in text.lines().enumerate() {
            let old = line::read(text)
                .map_err(|error| damaged(&format!("line {}", index + 1)).with_source(error))?;
            events.push(old);
        }
        segment.check(&events).map_err(|what| damaged(&what))?;
        Ok(events)
    }
}

impl Writer {
    /// Takes an archive of this log to write to it; the folder is made where it is missing.
    pub(crate) fn open(folder: &Path, log: Uuid) -> Result<Self> {
        let failed = |error| {
            refused(folder, "it cannot be written: check the folder and the rights on it")
                .with_source(error)
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { archive: Archive::read(folder, log)?, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(refused(folder, "another process writes to it: wait until it is done"))
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Adds a segment of these events, one at least: all that there are in a range of numbers that nothing holds yet. It
    /// is read again from the disk and verified before this returns.
    pub(crate) fn add(&mut self, range: (i64, i64), events: &[Old]) -> Result<()> {
        let folder = Arc::clone(&self.archive.folder);
        let failed = |error| {
            refused(&folder, "it cannot be written: check the rights and the room on the disk")
                .with_source(error)
        };
        let number = self.archive.manifest.segments.len() + 1;
        let mut segment = Segment::of(format!("{number:06}.ndjson.gz"), range, events);
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        let mut text = Vec::new();
        for old in events {
            text.clear();
            line::write(old, &mut text);
            gz.write_all(&text).map_err(failed)?;
        }
        let bytes = gz.finish().map_err(failed)?;
        segment.bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        segment.sha256 = checksum(&bytes);
        files::write(&folder, &segment.file, &bytes).map_err(failed)?;
        if self.archive.load(&segment)? != events {
            let message =
                format!("segment `{}` was read back otherwise than it was written", segment.file);
            return Err(refused(&folder, &message));
        }
        let mut manifest = self.archive.manifest.clone();
        manifest.segments.push(segment);
        let mut json =
            serde_json::to_vec_pretty(&manifest).expect("texts and numbers are always JSON");
        json.push(b'\n');
        files::write(&folder, MANIFEST, &json).map_err(failed)?;
        self.archive.manifest = manifest;
        Ok(())
    }
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refused(folder: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("archive `{}`: {what}", folder.display()))
}
