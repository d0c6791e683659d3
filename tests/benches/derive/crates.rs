//! The crates that are compiled: one folder with a workspace of its own, and this repository's lock file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

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

/// The crates by name, with their dependencies and their source.
pub(crate) fn write(folder: &Path, crates: &[(&str, String, String)]) -> io::Result<()> {
    let members: Vec<_> = crates.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), workspace)?;
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for (name, dependencies, source) in crates {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}"
        );
        fs::create_dir_all(folder.join(name).join("src"))?;
        fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
        fs::write(folder.join(name).join("src/lib.rs"), source)?;
    }
    Ok(())
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The dependency on one of this repository's crates.
pub(crate) fn dependency(name: &str) -> String {
    format!("{name} = {{ path = {:?} }}\n", repository().join(name))
}

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
