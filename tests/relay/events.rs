//! The events of the suite, implemented by hand: it tests the relay, not the derive.

use std::collections::BTreeMap;

use eventbus_runtime::__private::schema_of;
use eventbus_runtime::{
    Catalog, DomainEvent, Emittable, Envelope, Error, ErrorKind, Group, Leaf, RawEvent,
};
use serde_json::{Value, from_str};
use uuid::Uuid;

/// `account.posted`, version 2.
pub(crate) struct Posted(pub(crate) i64);

/// `audit.noted`: what transactional handlers emit, an event of no aggregate.
pub(crate) struct Noted(pub(crate) i64);

/// The group of both.
pub(crate) enum Any {
    Posted(Posted),
    Noted(Noted),
}

const POSTED: Leaf = Leaf {
    rust_path: "Posted",
    aggregate_id: Some("account"),
    ..Leaf::new("account.posted", 2, schema_of::<i64>)
};

const NOTED: Leaf = Leaf { rust_path: "Noted", ..Leaf::new("audit.noted", 1, schema_of::<i64>) };

const ANY: Group = Group {
    rust_path: "Any",
    docs: "",
    prefix: "",
    members: &[Catalog::Leaf(&POSTED), Catalog::Leaf(&NOTED)],
    unknown: false,
    subset: false,
};

fn number(data: &str) -> Result<i64, Error> {
    let unfit = |message: String| Error::new(ErrorKind::DeserializationFailed, message);
    let value: Value = from_str(data).map_err(|error| unfit(error.to_string()))?;
    value["n"].as_i64().ok_or_else(|| unfit("`n` is missing".to_owned()))
}

macro_rules! leaf {
    ($payload:ident, $leaf:ident) => {
        impl DomainEvent for $payload {
            const CATALOG: Catalog = Catalog::Leaf(&$leaf);

            fn event_type(&self) -> &str {
                $leaf.event_type
            }

            fn version(&self) -> u32 {
                $leaf.version
            }

            fn aggregate_id(&self) -> Option<String> {
                None
            }

            fn to_data(&self) -> Result<String, Error> {
                Ok(format!("{{\"n\":{}}}", self.0))
            }

            fn from_data(_: &str, _: u32, data: &str) -> Result<Self, Error> {
                number(data).map(Self)
            }
        }
    };
}

impl Emittable for Posted {}
impl Emittable for Noted {}

leaf!(Posted, POSTED);
leaf!(Noted, NOTED);

impl DomainEvent for Any {
    const CATALOG: Catalog = Catalog::Group(&ANY);

    fn event_type(&self) -> &str {
        match self {
            Self::Posted(event) => event.event_type(),
            Self::Noted(event) => event.event_type(),
        }
    }

    fn version(&self) -> u32 {
        match self {
            Self::Posted(event) => event.version(),
            Self::Noted(event) => event.version(),
        }
    }

    fn aggregate_id(&self) -> Option<String> {
        None
    }

    fn to_data(&self) -> Result<String, Error> {
        match self {
            Self::Posted(event) => event.to_data(),
            Self::Noted(event) => event.to_data(),
        }
    }

    fn from_data(event_type: &str, version: u32, data: &str) -> Result<Self, Error> {
        match event_type {
            "account.posted" => Posted::from_data(event_type, version, data).map(Self::Posted),
            _ => Noted::from_data(event_type, version, data).map(Self::Noted),
        }
    }
}

/// An event as it is stored.
pub(crate) fn raw(event: &impl DomainEvent, aggregate_id: Option<&str>) -> RawEvent {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: event.event_type().to_owned(),
        version: event.version(),
        source: "suite".to_owned(),
        tenant: None,
        aggregate_id: aggregate_id.map(str::to_owned),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: eventbus_runtime::Priority::Normal,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data: event.to_data().unwrap() }
}

/// `account.posted` of one account.
pub(crate) fn posted(account: &str, n: i64) -> RawEvent {
    raw(&Posted(n), Some(account))
}

/// `audit.noted`.
pub(crate) fn noted(n: i64) -> RawEvent {
    raw(&Noted(n), None)
}
