//! Types of fields: what users nest in their payloads.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use rand::RngExt;
use rand::rngs::StdRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::random::{Random, random_enum, random_struct};

/// A place in a plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Point {
    x: f64,
    y: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// Tagged from outside, serde's default, with variants of every shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Colour {
    LightGrey,
    Named(String),
    Mixed(u8, u8),
    Rgb { red: u8, green: u8, blue: u8 },
}

/// Tagged inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Layer {
    Base,
    Above { level: i64, visible: Option<bool> },
}

/// Tagged beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub(crate) enum Pen {
    Round(f32),
    Flat { width: u64 },
}

/// Not tagged at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Label {
    Number(u32),
    Text(String),
    Placed(Point),
}

/// The keys of a map.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    LeftHand,
    RightHand,
}

/// Holds itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tree {
    value: i64,
    left: Option<Box<Tree>>,
    others: Vec<Tree>,
    by_name: BTreeMap<String, u128>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    next: Option<NonZeroU16>,
}

impl<T: Random> Random for Page<T> {
    fn random(rng: &mut StdRng) -> Self {
        Self { items: Random::random(rng), next: NonZeroU16::new(Random::random(rng)) }
    }
}

/// What older code reads as the last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Weather {
    Sunny,
    Rainy,
    #[serde(other)]
    Other,
}

/// A newtype, which is on the wire what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Cents(pub(crate) i64);

impl Random for Cents {
    fn random(rng: &mut StdRng) -> Self {
        Self(Random::random(rng))
    }
}

random_struct! {
    Point { x, y, name }
}

random_enum! {
    Colour:
        |_| Self::LightGrey,
        |rng| Self::Named(Random::random(rng)),
        |rng| Self::Mixed(Random::random(rng), Random::random(rng)),
        |rng| Self::Rgb {
            red: Random::random(rng),
            green: Random::random(rng),
            blue: Random::random(rng),
        };
    Layer:
        |_| Self::Base,
        |rng| Self::Above { level: Random::random(rng), visible: Random::random(rng) };
    Pen:
        |rng| Self::Round(Random::random(rng)),
        |rng| Self::Flat { width: Random::random(rng) };
    Label:
        |rng| Self::Number(Random::random(rng)),
        |rng| Self::Text(Random::random(rng)),
        |rng| Self::Placed(Random::random(rng));
    Side: |_| Self::LeftHand, |_| Self::RightHand;
    Weather: |_| Self::Sunny, |_| Self::Rainy, |_| Self::Other;
}

impl Random for Tree {
    fn random(rng: &mut StdRng) -> Self {
        let grows = rng.random_ratio(1, 3);
        Self {
            value: Random::random(rng),
            left: grows.then(|| Random::random(rng)),
            others: if grows { Random::random(rng) } else { Vec::new() },
            by_name: Random::random(rng),
        }
    }
}
