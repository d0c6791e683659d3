//! The crate of events: groups of ten leaves, each with a struct for each of its former versions.

use std::fmt::Write as _;

use crate::options::Options;

/// The leaves of one group.
const FAMILY: usize = 10;

const HEAD: &str = "\
//! Generated for a benchmark.
use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a parcel goes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Address { pub street: String, pub zip: String, pub country: String }

/// Who brings it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub enum Carrier { Post, Courier, Collected }
";

/// The fields between the first one, which is the aggregate's id, and the last one, which every version names otherwise.
const MIDDLE: [(&str, &str); 8] = [
    ("customer", "String"),
    ("total_cents", "i64"),
    ("quantity", "u32"),
    ("express", "bool"),
    ("coupon", "Option<String>"),
    ("articles", "Vec<u32>"),
    ("address", "Address"),
    ("carrier", "Carrier"),
];

/// What the last field of a version is called. The names sort alike, so that a version's file is another one's with this
/// name in the place of that.
pub(crate) fn last_field(version: u32) -> String {
    format!("amount_{version}")
}

/// The names of all event types.
pub(crate) fn types(options: &Options) -> impl Iterator<Item = String> {
    (0..options.types).map(|at| format!("family{}.happened{}", at / FAMILY, at % FAMILY))
}

/// The library's source.
pub(crate) fn source(options: &Options) -> String {
    let mut source = HEAD.to_owned();
    let groups = options.types / FAMILY;
    source.push_str("/// All of it.\n#[derive(Debug, Clone, DomainEvent)]\npub enum ShopEvent {\n");
    for group in 0..groups {
        let _ = writeln!(source, "    Family{group}(Family{group}Event),");
    }
    source.push_str("}\n");
    let upcasts = |name: &str| {
        let each = (1..options.versions).map(|version| format!("{version} => {name}V{version}"));
        let each: Vec<String> = each.collect();
        if each.is_empty() { String::new() } else { format!(", upcast({})", each.join(", ")) }
    };
    for group in 0..groups {
        let _ = writeln!(
            source,
            "#[derive(Debug, Clone, DomainEvent)]\npub enum Family{group}Event {{"
        );
        for leaf in 0..FAMILY {
            let name = format!("Family{group}Happened{leaf}");
            let _ = writeln!(
                source,
                "    /// It happened.\n    #[event(version = {}{})]\n    Happened{leaf} {{ #[event(aggregate_id)] {} }},",
                options.versions,
                upcasts(&name),
                fields(options, options.versions, "")
            );
        }
        source.push_str("}\n");
        for leaf in 0..FAMILY {
            former(&mut source, &format!("Family{group}Happened{leaf}"), options);
        }
    }
    source
}

/// The structs of the former versions, each with what brings it up to the next one.
fn former(source: &mut String, name: &str, options: &Options) {
    for version in 1..options.versions {
        let next = version + 1;
        let target =
            if next == options.versions { name.to_owned() } else { format!("{name}V{next}") };
        let same: String =
            names(options).map(|(field, _)| format!("{field}: old.{field}, ")).collect();
        let _ = writeln!(
            source,
            "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]\n\
             pub struct {name}V{version} {{ {} }}\n\
             impl From<{name}V{version}> for {target} {{\n    \
             fn from(old: {name}V{version}) -> Self {{ Self {{ {same}{}: old.{} }} }}\n}}",
            fields(options, version, "pub "),
            last_field(next),
            last_field(version)
        );
    }
}

/// The types of the payloads in their current version, and what they refer to, as another generator has them: `derive` stands
/// above each type, and `wide` before each field of 64 bits.
pub(crate) fn payloads(options: &Options, derive: &str, wide: &str) -> String {
    let mut source = format!(
        "{derive}\npub struct Address {{ pub street: String, pub zip: String, pub country: String }}\n\
         {derive}\npub enum Carrier {{ Post, Courier, Collected }}\n"
    );
    let last = (last_field(options.versions), "i64");
    for name in payload_names(options) {
        let _ = writeln!(source, "/// It happened.\n{derive}\npub struct {name} {{");
        for (field, ty) in names(options).chain([last.clone()]) {
            let before = if ty == "i64" { wide } else { "" };
            let _ = writeln!(source, "    {before}pub {field}: {ty},");
        }
        source.push_str("}\n");
    }
    source
}

/// What the payloads are called in Rust.
pub(crate) fn payload_names(options: &Options) -> impl Iterator<Item = String> {
    (0..options.types).map(|at| format!("Family{}Happened{}", at / FAMILY, at % FAMILY))
}

fn fields(options: &Options, version: u32, visibility: &str) -> String {
    let mut fields: String =
        names(options).map(|(name, ty)| format!("{visibility}{name}: {ty}, ")).collect();
    let _ = write!(fields, "{visibility}{}: i64", last_field(version));
    fields
}

/// Every field but the last, with its type.
fn names(options: &Options) -> impl Iterator<Item = (String, &'static str)> {
    let first = ("order_id".to_owned(), "Uuid");
    let middle = MIDDLE.iter().cycle().enumerate().map(|(at, (name, ty))| {
        let more = at / MIDDLE.len();
        (if more == 0 { (*name).to_owned() } else { format!("{name}_{more}") }, *ty)
    });
    let count = usize::try_from(options.fields).expect("a few fields");
    std::iter::once(first).chain(middle).take(count - 1)
}
