//! What an archive tells, held against the log.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::archive::{Archive, Segment};
use crate::error::Result;
use crate::integrity::check::Check;
use crate::integrity::report::Place;
use crate::integrity::tally::Tally;
use crate::store::{Integrity, LogRow, Old, Readable, Scope, Stored};
use crate::to_the_end::blocking;

/// How many rows of the log one statement reads.
const PAGE: usize = 1_000;

/// Verifies the archive in a folder, segment by segment.
pub(super) async fn verify<S: Integrity>(
    store: &S,
    folder: PathBuf,
    scope: &Scope,
    tally: &mut Tally,
) -> Result<Readable<()>> {
    let ledger = store.ledger().await?;
    let archive = blocking(move || Archive::read(&folder, ledger.log)).await?;
    let mut covered = 0;
    while let Some((first, last)) = archive.manifest.gap(covered, ledger.dropped) {
        tally.count(Check::ArchiveGap, || Place {
            position: Some(first),
            detail: Some(format!("up to {last}")),
            ..Place::default()
        });
        covered = last;
    }
    let (low, high) = (*scope.positions.start(), *scope.positions.end());
    for segment in &archive.manifest.segments {
        if segment.upto < low || segment.after >= high {
            continue;
        }
        let (archive, wanted) = (archive.clone(), segment.clone());
        match blocking(move || archive.load(&wanted)).await {
            Ok(events) => {
                if let Err(damage) = compare(store, segment, &events, tally).await? {
                    return Ok(Err(damage));
                }
            }
            Err(error) => tally.count(Check::ArchiveDamaged, || Place {
                position: Some(segment.first),
                detail: Some(error.full()),
                ..Place::default()
            }),
        }
    }
    Ok(Ok(()))
}

/// Holds what the log still has of a segment's numbers against the segment.
async fn compare<S: Integrity>(
    store: &S,
    segment: &Segment,
    events: &[Old],
    tally: &mut Tally,
) -> Result<Readable<()>> {
    let archived: HashMap<i64, &Stored> =
        events.iter().map(|old| (old.position, &old.stored)).collect();
    let mut after = segment.after;
    loop {
        let (from, mut rows) = (after, 0);
        let mut each = |row: LogRow| {
            rows += 1;
            after = row.position;
            let place = || Place {
                position: Some(row.position),
                event_id: Some(row.envelope.id.to_string()),
                detail: Some(format!("segment `{}`", segment.file)),
                ..Place::default()
            };
            match archived.get(&row.position) {
                None => tally.count(Check::ArchiveLacksEvent, place),
                Some(stored) if is_same(stored, &row) => {}
                Some(_) => tally.count(Check::ArchiveDiffers, place),
            }
        };
        if let Err(damage) = store.rows(from, segment.upto, PAGE, &mut each).await? {
            return Ok(Err(damage));
        }
        if rows < PAGE {
            return Ok(Ok(()));
        }
    }
}

fn is_same(stored: &Stored, row: &LogRow) -> bool {
    let (archived, logged) = (&stored.event.envelope, &row.envelope);
    archived.id == logged.id
        && archived.event_type == logged.event_type
        && archived.priority == logged.priority
        && i64::from(archived.version) == row.version
        && stored.event.data == row.data
}
