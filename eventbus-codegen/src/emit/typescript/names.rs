//! The names of a file: each declared once, or by two that are the same type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ast::Item;
use crate::diagnostic::{Error, ErrorKind, Result};

/// Names that the generated types use themselves; declaring one would change what they mean.
const TAKEN: &[&str] = &["Extract"];

/// The declarations in order, and who made them.
#[derive(Default)]
pub(super) struct Names {
    items: Vec<Item>,
    origins: BTreeMap<String, (usize, Origin)>,
}

/// What a name comes from: this decides how the user can change it.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// What every file holds.
    Own(&'static str),
    /// An enum, by its path in Rust.
    Group(String),
    /// The payload at `rust_path`, of the event type `of`.
    Payload { rust_path: String, of: String },
    /// The event type `of`, which is named after its payload.
    Event { of: String },
    /// A type in the payload at `payload`.
    Definition { name: String, payload: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(what) => f.write_str(what),
            Self::Group(path) | Self::Payload { rust_path: path, .. } => write!(f, "`{path}`"),
            Self::Event { of } => write!(f, "the event `{of}`"),
            Self::Definition { name, payload } => write!(f, "`{name}` in the payload `{payload}`"),
        }
    }
}

impl Origin {
    /// How the user gives it another name, if that is in their hands.
    fn remedy(&self) -> Option<String> {
        match self {
            Self::Own(_) => None,
            Self::Group(path) => Some(format!("rename the enum `{path}`")),
            Self::Payload { of, .. } | Self::Event { of } => Some(format!(
                "name the payload of `{of}` on its variant: #[event(payload = \"{}\")], or rename \
                 the struct where the variant holds one",
                type_name(of)
            )),
            Self::Definition { name, .. } => {
                Some(format!("give `{name}` another name in schemas: #[schemars(rename = \"..\")]"))
            }
        }
    }
}

impl Names {
    /// Declares `item` on behalf of `origin`. The same declaration may be made again; another one is an error.
    pub(super) fn declare(&mut self, item: Item, origin: Origin) -> Result<()> {
        let name = item.name();
        if TAKEN.contains(&name) {
            return Err(conflict(name, &Origin::Own("TypeScript's own type"), &origin));
        }
        if let Some((index, first)) = self.origins.get(name) {
            let same = self.items.get(*index) == Some(&item);
            return if same { Ok(()) } else { Err(conflict(name, first, &origin)) };
        }
        self.origins.insert(name.to_owned(), (self.items.len(), origin));
        self.items.push(item);
        Ok(())
    }

    pub(super) fn into_items(self) -> Vec<Item> {
        self.items
    }
}

/// The TypeScript name of a Rust path, of a name in `$defs`, or of an event type: `OrderPlaced`.
pub(super) fn type_name(name: &str) -> String {
    let last = name.rsplit("::").next().unwrap_or(name);
    let name: String = last
        .split(|char: char| !char.is_alphanumeric())
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_uppercase().chain(chars).collect())
                .unwrap_or_default()
        })
        .collect::<Vec<String>>()
        .concat();
    if name.starts_with(char::is_alphabetic) { name } else { format!("_{name}") }
}

/// A doc comment as lines; of an absent one, none.
pub(super) fn doc_lines(docs: &str) -> Vec<String> {
    docs.trim().lines().map(str::to_owned).collect()
}

fn conflict(name: &str, first: &Origin, second: &Origin) -> Error {
    let message = format!("two types are both `{name}` in TypeScript: {first}, and {second}");
    let remedies: BTreeSet<String> =
        [second, first].into_iter().filter_map(Origin::remedy).collect();
    remedies.into_iter().fold(Error::new(ErrorKind::Generate, message), Error::help)
}
