//! Random enums and structs: every attribute in every place, right, misspelt, and with values of every kind.

use std::fmt::Write as _;

use syn::DeriveInput;

use super::random::Random;
use crate::symbol::{ENUM, FIELD, Place, STRUCT, VARIANT};

const NAMES: &[&str] = &[
    "Event",
    "OrderEvent",
    "Order",
    "Placed",
    "OAuth2Linked",
    "r#Type",
    "r#type",
    "String",
    "Vec",
    "E",
    "_Hidden",
    "__",
    "Größe",
    "Item_Added",
    "A",
    "a",
    "Unknown",
    "Self_",
    "EventEvent",
    "X509",
];

const FIELDS: &[&str] =
    &["id", "order_id", "r#type", "r#match", "self_", "_a", "data", "value", "größe", "A"];

const TYPES: &[&str] = &[
    "u8",
    "u64",
    "usize",
    "isize",
    "i128",
    "f64",
    "bool",
    "String",
    "str",
    "()",
    "!",
    "Uuid",
    "&'static str",
    "&'static [u8]",
    "&'a mut E",
    "[u8; 4]",
    "[u8]",
    "(u8, usize)",
    "fn(u8) -> u8",
    "dyn Send",
    "impl Clone",
    "Self",
    "Self::Item",
    "<Self as A>::B",
    "<X as Y>::Z",
    "::std::string::String",
    "std::time::Duration",
    "serde_json::Value",
    "m!()",
    "_",
    "*const u8",
    "E",
    "OrderEvent",
    "RawEvent",
    "crate::a::B",
    "a::b::C<D>",
    "T",
    "OrderPlaced",
    "for<'x> fn(&'x u8)",
    "r#type",
];

const WRAPPERS: &[&str] =
    &["Option", "Vec", "Box", "HashMap", "std::collections::BTreeMap", "Cow", "a::B", "Arc"];

/// Keys that serde knows, in one place or another.
const SERDE: &[&str] = &[
    "rename",
    "rename_all",
    "rename_all_fields",
    "tag",
    "content",
    "untagged",
    "other",
    "default",
    "skip",
    "skip_serializing",
    "skip_serializing_if",
    "with",
    "serialize_with",
    "flatten",
    "alias",
    "deny_unknown_fields",
    "from",
    "into",
    "try_from",
    "transparent",
    "remote",
    "bound",
    "borrow",
    "x",
];

/// Keys that are nearly right, or not at all.
const STRANGE: &[&str] = &[
    "verison", "nam", "a::b", "crate", "r#type", "self", "topic", "event", "prefx", "Name", "_",
    "r#name",
];

const TEXTS: &[&str] = &[
    "\"\"",
    "\"order\"",
    "\"order.placed\"",
    "\"order..placed\"",
    "\".\"",
    "\"*\"",
    "\"a#\"",
    "\"eventbus\"",
    "\"snake_case\"",
    "\"lowercase\"",
    "\"camelCase\"",
    "\"OrderPlaced\"",
    "\"Order Placed\"",
    "\"2026-01-31\"",
    "\"2026-13-99\"",
    "\"ß\"",
    "\"\\0\"",
    "\"\\u{1F600}\"",
    "\"r#type\"",
    "\"type\"",
    "\"_\"",
    "\"Self\"",
    "\"a::b\"",
    "\"string\"",
    "r#\"raw\"#",
    "\"String\"",
    "\"a_name_that_goes_on_and_on_and_on_and_on_and_on\"",
];

const VALUES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "4294967295",
    "4294967296",
    "1_000u8",
    "0x10",
    "1.5",
    "true",
    "'c'",
    "b\"bytes\"",
    "c\"c\"",
    "order",
    "a::b",
    "1 + 1",
    "{ 1 }",
    "[1, 2]",
    "(1)",
    "m!()",
    "|x| x",
    "&1",
    "\"a\".len()",
    "if a { b } else { c }",
    "1 => 2",
    "String",
];

const LISTS: &[&str] = &[
    "",
    "1",
    "1, 2",
    "1 => OrderPlacedV1",
    "1 => A, 2 => B",
    "2 => A, 1 => B",
    "1 => A, 1 => B",
    "0 => A",
    "PartialEq, Eq",
    "Debug",
    "Clone, Hash",
    "a::B",
    "reviewed = \"why\"",
    "x = 1",
    "\"a\"",
    ",",
    "1 =>",
    "=> A",
    "serialize = \"camelCase\"",
    "deserialize = \"a\"",
    "4294967296 => A",
    "-1",
    "1 = A",
    "..",
    "#",
];

/// An input of the derives.
pub(super) fn input(random: &mut Random) -> DeriveInput {
    loop {
        let source = item(random);
        if let Ok(input) = syn::parse_str(&source) {
            return input;
        }
    }
}

fn item(random: &mut Random) -> String {
    let name = random.one(NAMES);
    let vis = random.one(&["", "pub ", "pub(crate) ", "pub(in a::b) "]);
    let generics = match random.below(12) {
        0 => random.one(&[
            "<T>",
            "<'a>",
            "<const N: usize>",
            "<T: Clone = u8>",
            "<>",
            "<'a, T> where T: 'a",
        ]),
        _ => "",
    };
    match random.below(12) {
        0 => format!("{}{vis}struct {name}{generics};", attributes(random, STRUCT)),
        1 => format!("{}{vis}struct {name}({});", attributes(random, STRUCT), positional(random)),
        2 => format!("{}{vis}union {name} {{ {} }}", attributes(random, STRUCT), named(random)),
        3 | 4 => {
            format!(
                "{}{vis}struct {name}{generics} {{ {} }}",
                attributes(random, STRUCT),
                named(random)
            )
        }
        _ => {
            let mut text = format!("{}{vis}enum {name}{generics} {{", attributes(random, ENUM));
            for _ in 0..random.below(6) {
                text.push_str(&variant(random));
            }
            text + "}"
        }
    }
}

fn variant(random: &mut Random) -> String {
    let mut text = format!("{}{}", attributes(random, VARIANT), random.one(NAMES));
    match random.below(8) {
        0 => text.push_str("()"),
        1 => text.push_str(" = 1"),
        2 => {}
        3 | 4 => write!(text, "({})", ty(random, 0)).expect("a string takes text"),
        5 => write!(text, "({})", positional(random)).expect("a string takes text"),
        _ => write!(text, "{{ {} }}", named(random)).expect("a string takes text"),
    }
    text + ","
}

fn named(random: &mut Random) -> String {
    let field = |random: &mut Random| {
        format!("{}{}: {},", attributes(random, FIELD), random.one(FIELDS), ty(random, 0))
    };
    (0..random.below(4)).map(|_| field(random)).collect()
}

fn positional(random: &mut Random) -> String {
    let field = |random: &mut Random| format!("{}{},", attributes(random, FIELD), ty(random, 0));
    (0..random.below(4)).map(|_| field(random)).collect()
}

fn ty(random: &mut Random, depth: usize) -> String {
    if depth > 3 || random.chance(70) {
        return random.one(TYPES).to_owned();
    }
    let (one, other) = (ty(random, depth + 1), ty(random, depth + 1));
    match random.below(4) {
        0 => format!("{}<{one}, {other}>", random.one(WRAPPERS)),
        1 => format!("({one})"),
        _ => format!("{}<{one}>", random.one(WRAPPERS)),
    }
}

fn attributes(random: &mut Random, place: Place) -> String {
    let mut text = String::new();
    while random.chance(35) {
        let attribute = match random.below(10) {
            0 => random
                .one(&["#[event]", "#[event()]", "#[event = \"a\"]", "#[event{name}]"])
                .to_owned(),
            1 => random
                .one(&["/// Docs.\n", "#[doc = m!()]", "#[deprecated]", "#[doc(hidden)]"])
                .to_owned(),
            2 => format!("#[schemars({})]", entries(random, SERDE)),
            3 | 4 => format!("#[serde({})]", entries(random, SERDE)),
            _ => format!("#[event({})]", entries(random, place.keys)),
        };
        text.push_str(&attribute);
    }
    text
}

fn entries(random: &mut Random, keys: &[&str]) -> String {
    let mut entries = Vec::new();
    for _ in 0..=random.below(3) {
        let key = if random.chance(85) { random.one(keys) } else { random.one(STRANGE) };
        entries.push(match random.below(8) {
            0 | 1 => key.to_owned(),
            2 => format!("{key}({})", random.one(LISTS)),
            3 => format!("{key} = {}", random.one(VALUES)),
            4 => format!("{key} {}", random.one(VALUES)),
            _ => format!("{key} = {}", random.one(TEXTS)),
        });
    }
    let separator = if random.chance(97) { ", " } else { " " };
    entries.join(separator)
}
