//! Events whose payloads use every kind of field that the derive takes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::random::{Random, of, random_enum, random_struct};
use crate::values::{Cents, Colour, Label, Layer, Page, Pen, Point, Side, Tree, Weather};

/// Everything that the laboratory announces.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "lab")]
pub(crate) enum LabEvent {
    Number(NumberEvent),
    Text(TextEvent),
    Shape(ShapeEvent),
    Given(GivenEvent),
    Setting(SettingEvent),
    Mixed(MixedEvent),
}

/// Numbers of every size.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum NumberEvent {
    Signed {
        tiny: i8,
        short: i16,
        int: i32,
        long: i64,
        huge: i128,
        cents: Cents,
    },
    Unsigned {
        tiny: u8,
        short: u16,
        int: u32,
        long: u64,
        huge: u128,
    },
    Real {
        single: f32,
        double: f64,
        optional: Option<f64>,
    },
    Wide {
        #[event(tenant_id, int = "string")]
        long: i64,
        #[event(int = "string")]
        huge: u128,
        #[event(int = "string")]
        optional: Option<i128>,
        #[event(event_key, int = "string")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<u64>,
        #[event(opaque)]
        anything: Value,
    },
}

/// Texts, and what is written as text.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum TextEvent {
    #[serde(rename_all = "camelCase")]
    Written {
        #[event(aggregate_id)]
        writer_id: Uuid,
        written_at: DateTime<Utc>,
        #[serde(rename = "text")]
        body: String,
        #[serde(alias = "lang")]
        language: Option<String>,
        #[serde(default = "one")]
        copies: u32,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        r#type: Option<char>,
    },
    Erased,
}

const fn one() -> u32 {
    1
}

/// Values made of values.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum ShapeEvent {
    Drawn {
        origin: Point,
        path: Vec<Point>,
        colour: Colour,
        layer: Layer,
        pen: Pen,
        label: Label,
        pair: (u8, String),
        corners: [i32; 2],
    },
    Indexed {
        by_name: BTreeMap<String, Point>,
        by_number: BTreeMap<u32, Cents>,
        by_sign: BTreeMap<i64, bool>,
        by_side: BTreeMap<Side, u8>,
        seen: BTreeSet<u16>,
    },
    Grown {
        tree: Tree,
        or_not: Option<Box<Tree>>,
    },
    Solid(SolidEvent),
}

/// One level further down.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum SolidEvent {
    Cut { pieces: Vec<Option<u16>>, colours: BTreeMap<String, Option<Colour>> },
    Melted {},
}

/// Payload structs that are not generated.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum GivenEvent {
    #[event(payload)]
    Merged(Merged),
}

/// Its parts are flattened, which a given payload may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Merged {
    #[event(aggregate_id)]
    merge_id: u64,
    #[serde(flatten)]
    head: Head,
    #[serde(default)]
    side: Option<Side>,
}

/// A part of another struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    line_count: i64,
    colours: Vec<Colour>,
}

/// Payloads whose fields may all be missing.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq, Default))]
pub(crate) enum SettingEvent {
    #[serde(default)]
    Changed { volume: i16, name: String, points: BTreeMap<String, i64> },
}

/// Types of the standard library in one another.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum MixedEvent {
    #[event(version = 2, unreadable(1))]
    Nested {
        lists: Vec<Vec<i8>>,
        pairs: BTreeMap<String, Vec<(u8, Option<String>)>>,
        pages: Page<Option<Page<Point>>>,
        bounds: [Option<u64>; 2],
        flags: BTreeMap<i8, BTreeMap<Side, bool>>,
    },
    Plain {
        weather: Weather,
        address: IpAddr,
        text: Box<str>,
        optional: Option<Vec<String>>,
        nothing: (),
    },
}

random_struct! {
    NumberSigned { tiny, short, int, long, huge, cents }
    NumberUnsigned { tiny, short, int, long, huge }
    NumberReal { single, double, optional }
    NumberWide { long, huge, optional, key, anything }
    TextWritten { writer_id, written_at, body, language, copies, tags, r#type }
    TextErased {}
    ShapeDrawn { origin, path, colour, layer, pen, label, pair, corners }
    ShapeIndexed { by_name, by_number, by_sign, by_side, seen }
    ShapeGrown { tree, or_not }
    SolidCut { pieces, colours }
    SolidMelted {}
    Merged { merge_id, head, side }
    Head { line_count, colours }
    SettingChanged { volume, name, points }
    MixedNested { lists, pairs, pages, bounds, flags }
    MixedPlain { weather, address, text, optional, nothing }
}

random_enum! {
    LabEvent:
        of::<NumberEvent, _>, of::<TextEvent, _>, of::<ShapeEvent, _>, of::<GivenEvent, _>,
        of::<SettingEvent, _>, of::<MixedEvent, _>;
    NumberEvent: of::<NumberSigned, _>, of::<NumberUnsigned, _>, of::<NumberReal, _>,
        of::<NumberWide, _>;
    TextEvent: of::<TextWritten, _>, of::<TextErased, _>;
    ShapeEvent:
        of::<ShapeDrawn, _>, of::<ShapeIndexed, _>, of::<ShapeGrown, _>, of::<SolidEvent, _>;
    SolidEvent: of::<SolidCut, _>, of::<SolidMelted, _>;
    GivenEvent: of::<Merged, _>;
    SettingEvent: of::<SettingChanged, _>;
    MixedEvent: of::<MixedNested, _>, of::<MixedPlain, _>;
}
