//! Two event types, written by hand: this suite is about the log, not about the derive.

use eventbus_runtime::__private::{schema_of, serde_json};
use eventbus_runtime::{Catalog, DomainEvent, Emittable, Error, ErrorKind, Group, Leaf, Result};

/// A root of two event types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoteEvent {
    Taken(NoteTaken),
    Torn(NoteTorn),
}

/// `note.taken`, of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoteTaken {
    pub(crate) about: String,
    pub(crate) text: String,
}

/// `note.torn`, of none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoteTorn(pub(crate) u32);

/// A note about `about`.
pub(crate) fn note(about: &str, text: &str) -> NoteTaken {
    NoteTaken { about: about.to_owned(), text: text.to_owned() }
}

const TAKEN: Leaf = leaf("note.taken", 2, Some("about"));
const TORN: Leaf = leaf("note.torn", 1, None);

const fn leaf(event_type: &'static str, version: u32, aggregate_id: Option<&'static str>) -> Leaf {
    Leaf { aggregate_id, ..Leaf::new(event_type, version, schema_of::<String>) }
}

impl Emittable for NoteTaken {}
impl Emittable for NoteTorn {}
impl Emittable for NoteEvent {}

impl DomainEvent for NoteTaken {
    const CATALOG: Catalog = Catalog::Leaf(&TAKEN);

    fn event_type(&self) -> &str {
        TAKEN.event_type
    }

    fn version(&self) -> u32 {
        TAKEN.version
    }

    fn aggregate_id(&self) -> Option<String> {
        Some(self.about.clone())
    }

    fn to_data(&self) -> Result<String> {
        Ok(serde_json::to_string(&(&self.about, &self.text)).unwrap())
    }

    fn from_data(_: &str, _: u32, data: &str) -> Result<Self> {
        let (about, text) = serde_json::from_str(data).unwrap();
        Ok(Self { about, text })
    }
}

impl DomainEvent for NoteTorn {
    const CATALOG: Catalog = Catalog::Leaf(&TORN);

    fn event_type(&self) -> &str {
        TORN.event_type
    }

    fn version(&self) -> u32 {
        TORN.version
    }

    fn aggregate_id(&self) -> Option<String> {
        None
    }

    fn to_data(&self) -> Result<String> {
        Ok(self.0.to_string())
    }

    fn from_data(_: &str, _: u32, data: &str) -> Result<Self> {
        Ok(Self(data.parse().unwrap()))
    }
}

impl DomainEvent for NoteEvent {
    const CATALOG: Catalog = Catalog::Group(&Group {
        rust_path: "NoteEvent",
        docs: "",
        prefix: "",
        members: &[NoteTaken::CATALOG, NoteTorn::CATALOG],
        unknown: false,
        subset: false,
    });

    fn event_type(&self) -> &str {
        match self {
            Self::Taken(event) => event.event_type(),
            Self::Torn(event) => event.event_type(),
        }
    }

    fn version(&self) -> u32 {
        match self {
            Self::Taken(event) => event.version(),
            Self::Torn(event) => event.version(),
        }
    }

    fn aggregate_id(&self) -> Option<String> {
        match self {
            Self::Taken(event) => event.aggregate_id(),
            Self::Torn(event) => event.aggregate_id(),
        }
    }

    fn to_data(&self) -> Result<String> {
        match self {
            Self::Taken(event) => event.to_data(),
            Self::Torn(event) => event.to_data(),
        }
    }

    fn from_data(event_type: &str, version: u32, data: &str) -> Result<Self> {
        match event_type {
            "note.taken" => NoteTaken::from_data(event_type, version, data).map(Self::Taken),
            "note.torn" => NoteTorn::from_data(event_type, version, data).map(Self::Torn),
            _ => Err(Error::new(ErrorKind::UnknownType, event_type)),
        }
    }
}
