//! [`RawEvent`] among the derived events: it stands for every event, as it was written.

use uuid::Uuid;

use crate::catalog::{Catalog, Group};
use crate::envelope::{Envelope, RawEvent};
use crate::error::{Error, Result};
use crate::event::{DomainEvent, Emission, Emittable};

static EVERY_EVENT: Group = Group {
    rust_path: "eventbus_runtime::RawEvent",
    docs: "An event whose payload is still the text that was written.",
    prefix: "",
    members: &[],
    unknown: true,
    subset: false,
};

impl RawEvent {
    /// An event that was read from somewhere without an envelope: it gets an id of its own, and its source where it is
    /// emitted.
    pub(crate) fn bare(event_type: &str, version: u32, data: &str) -> Self {
        let event_type = event_type.to_owned();
        let envelope = Envelope { id: Uuid::now_v7(), event_type, version, ..Envelope::default() };
        Self { envelope, data: data.to_owned() }
    }
}

/// Its type, version and envelope are those of the event that it is. Emitted, it is written again byte for byte.
#[diagnostic::do_not_recommend]
impl DomainEvent for RawEvent {
    const CATALOG: Catalog = Catalog::Group(&EVERY_EVENT);

    fn event_type(&self) -> &str {
        &self.envelope.event_type
    }

    fn version(&self) -> u32 {
        self.envelope.version
    }

    fn aggregate_id(&self) -> Option<String> {
        self.envelope.aggregate_id.clone()
    }

    fn tenant_id(&self) -> Option<String> {
        self.envelope.tenant.clone()
    }

    fn to_data(&self) -> Result<String> {
        Ok(self.data.clone())
    }

    fn from_data(event_type: &str, version: u32, data: &str) -> Result<Self> {
        Ok(Self::bare(event_type, version, data))
    }

    fn __from_raw(event: &RawEvent) -> Result<Self> {
        Ok(event.clone())
    }

    fn __direct(_: &str, _: u32, _: &str) -> Result<Self, Option<Error>> {
        Err(None)
    }

    fn __unknown(event: Box<RawEvent>) -> Result<Self, Box<RawEvent>> {
        Ok(*event)
    }

    fn __emission(&self) -> Emission<'_> {
        Emission::Again(self)
    }
}

#[diagnostic::do_not_recommend]
impl Emittable for RawEvent {}
