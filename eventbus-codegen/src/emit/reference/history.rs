//! The versions of an event: what was changed between them, and who reads which.

use super::types::types;
use super::{Stored, Version};
use crate::compat::{Contract, Contracts, differences, lies_within};
use crate::diagnostic::Result;
use crate::registry::{Event, Schemas};

/// Every version that there is a schema of, the newest first.
pub(super) fn versions(event: &Event) -> Result<Vec<Version>> {
    let newest = event.current().schemas()?;
    let mut versions = Vec::new();
    let mut before: Option<(u32, Schemas)> = None;
    for (number, text) in event.versions.range(..=event.current) {
        let schemas = text.schemas()?;
        let since = before
            .as_ref()
            .map(|(number, old)| (*number, differences(contracts(old), contracts(&schemas))));
        let consumer = (*number != event.current).then(|| {
            lies_within((&newest.writer, Contract::Writer), (&schemas.reader, Contract::Reader))
        });
        versions.push(Version {
            number: *number,
            types: types(&schemas.writer, &schemas.reader),
            examples: Vec::new(),
            since,
            stored: stored(event, *number),
            consumer,
        });
        before = Some((*number, schemas));
    }
    versions.reverse();
    Ok(versions)
}

fn contracts(schemas: &Schemas) -> Contracts<'_> {
    Contracts { writer: &schemas.writer, reader: &schemas.reader }
}

/// What today's code does with stored events of a version of a type that it has.
pub(super) fn stored(event: &Event, version: u32) -> Stored {
    let kept = event.facts.upcasts.iter().find(|(kept, _)| *kept == version);
    match kept {
        _ if version == event.current => Stored::Written,
        _ if event.facts.unreadable.contains(&version) => Stored::Unread,
        Some((_, path)) => Stored::BroughtUp(path.clone()),
        None => Stored::Read,
    }
}
