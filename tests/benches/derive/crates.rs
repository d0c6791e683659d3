//! The sources of the crates that are compiled.

use std::fmt::Write as _;

/// The leaves of one group.
const FAMILY: usize = 10;

/// The payload's fields, the same for all that are compared.
const FIELDS: [&str; 5] = [
    "order_id: Uuid",
    "total_cents: i64",
    "customer: String",
    "#[serde(default, skip_serializing_if = \"Option::is_none\")] coupon: Option<String>",
    "articles: Vec<u32>",
];

/// Groups of ten leaves below one root, deriving `DomainEvent`.
pub(crate) fn derived(leaves: usize) -> String {
    let mut source = "use eventbus_runtime::DomainEvent;\nuse uuid::Uuid;\n".to_owned();
    let groups = leaves / FAMILY;
    source.push_str("#[derive(Debug, Clone, DomainEvent)]\npub enum ShopEvent {\n");
    for group in 0..groups {
        let _ = writeln!(source, "    Family{group}(Family{group}Event),");
    }
    source.push_str("}\n");
    for group in 0..groups {
        let _ = writeln!(
            source,
            "#[derive(Debug, Clone, DomainEvent)]\npub enum Family{group}Event {{"
        );
        for leaf in 0..FAMILY {
            let fields = FIELDS.join(", ");
            let _ = writeln!(source, "    Happened{leaf} {{ #[event(aggregate_id)] {fields} }},");
        }
        source.push_str("}\n");
    }
    source
}

/// The same payloads, written by hand.
pub(crate) fn by_hand(leaves: usize) -> String {
    let mut source =
        "use schemars::JsonSchema;\nuse serde::{Deserialize, Serialize};\nuse uuid::Uuid;\n"
            .to_owned();
    for at in 0..leaves {
        let fields = FIELDS.map(public).join(", ");
        let _ = writeln!(
            source,
            "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]\n\
             pub struct Family{}Happened{} {{ {fields} }}",
            at / FAMILY,
            at % FAMILY
        );
    }
    source
}

/// The same, and serde's tagged enums over them, which do a part of what the derive does.
pub(crate) fn tagged(leaves: usize) -> String {
    let mut source = by_hand(leaves);
    for group in 0..leaves / FAMILY {
        let _ = writeln!(
            source,
            "#[derive(Debug, Clone, Serialize, Deserialize)]\n#[serde(tag = \"type\", content = \
             \"data\")]\npub enum Family{group}Event {{"
        );
        for leaf in 0..FAMILY {
            let _ = writeln!(source, "    Happened{leaf}(Family{group}Happened{leaf}),");
        }
        source.push_str("}\n");
    }
    source
}

fn public(field: &str) -> String {
    match field.rsplit_once("] ") {
        Some((attribute, field)) => format!("{attribute}] pub {field}"),
        None => format!("pub {field}"),
    }
}
