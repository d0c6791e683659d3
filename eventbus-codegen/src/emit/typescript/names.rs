//! The names of a file: each declared once, or by two that are the same type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ast::Item;
use super::files::Home;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::rust_path;

/// Names that the generated types use themselves; declaring one would change what they mean.
const TAKEN: &[&str] = &["Extract"];

/// Names that the script declares, which every file holds.
pub(super) const OF_SCRIPT: &[&str] =
    &["SafeParse", "ValidationError", "ValidationIssue", "ValidationIssues", "Validator"];

/// The declarations in order, and who made them.
#[derive(Default)]
pub(super) struct Names {
    items: Vec<(Item, BTreeSet<Home>)>,
    origins: BTreeMap<(String, bool), (usize, Origin)>,
}

/// What the types of a version are called.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    /// The type that the schema as a whole becomes.
    pub(super) root: String,
    /// Those of the definitions that are not called what they are called in Rust.
    pub(super) renamed: BTreeMap<String, String>,
}

impl Naming {
    /// The name of a definition.
    pub(super) fn of(&self, definition: &str) -> String {
        self.renamed.get(definition).cloned().unwrap_or_else(|| type_name(definition))
    }
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
    /// A former version of the event type `of`.
    Former { of: String, version: u32 },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(what) => f.write_str(what),
            Self::Group(path) | Self::Payload { rust_path: path, .. } => write!(f, "`{path}`"),
            Self::Event { of } => write!(f, "the event `{of}`"),
            Self::Definition { name, payload } => write!(f, "`{name}` in the payload `{payload}`"),
            Self::Former { of, version } => write!(f, "version {version} of `{of}`"),
        }
    }
}

impl Origin {
    /// How the user gives it another name, if that is in their hands.
    fn remedy(&self) -> Option<String> {
        match self {
            Self::Own(_) | Self::Former { .. } => None,
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
    /// Declares `item` in `home` on behalf of `origin`. The same declaration may be made again; another one is an error.
    pub(super) fn declare(&mut self, item: Item, home: Home, origin: Origin) -> Result<()> {
        let Some((name, is_type)) = item.name() else {
            self.items.push((item, [home].into()));
            return Ok(());
        };
        let own = [(TAKEN, "TypeScript's own type"), (OF_SCRIPT, "what every file holds")];
        if let Some((_, whose)) = own.into_iter().find(|(names, _)| names.contains(&name)) {
            return Err(conflict(name, &Origin::Own(whose), &origin));
        }
        let key = (name.to_owned(), is_type);
        if let Some((index, first)) = self.origins.get(&key) {
            let known = self.items.get_mut(*index).filter(|(known, _)| *known == item);
            let Some((_, homes)) = known else { return Err(conflict(name, first, &origin)) };
            homes.insert(home);
            return Ok(());
        }
        self.origins.insert(key, (self.items.len(), origin));
        self.items.push((item, [home].into()));
        Ok(())
    }

    /// The declarations, each with the files that want it.
    pub(super) fn into_items(self) -> Vec<(Item, BTreeSet<Home>)> {
        self.items
    }
}

/// The TypeScript name of a Rust path, of a name in `$defs`, or of an event type: `OrderPlaced`.
pub(super) fn type_name(name: &str) -> String {
    let last = rust_path::last(name);
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
