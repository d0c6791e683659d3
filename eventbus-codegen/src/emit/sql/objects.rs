//! What migrations keep up to date beside tables and rows: each is made by a text, and made anew when the text is another.
//!
//! The first word of a name tells its family. A family may have a base, which is named after it and which the others stand
//! on: `views` holds the functions that `view order_placed` calls. Each family has a file of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{Statement, print};
use super::{Database, checks, places, tenants, views};
use crate::canonical::sha256;
use crate::config::Config;
use crate::diagnostic::Result;
use crate::output::Emitted;
use crate::registry::Registry;

/// How many objects one file drops and makes: PostgreSQL has room for the locks of some thousand tables and views in a
/// transaction.
const MOST: usize = 1_000;

/// Something that a text makes, and that goes without a trace.
#[derive(Debug)]
pub(crate) struct Object {
    /// What it is and what it is called; what drops it follows from that.
    pub(super) name: String,
    /// What makes it where it is not.
    pub(super) create: Vec<Statement>,
}

/// What one file does to objects.
#[derive(Debug)]
pub(super) struct Change {
    /// What the file is called after its number.
    pub(super) description: String,
    pub(super) statements: Vec<Statement>,
    /// What the manifest will say of it.
    pub(super) objects: BTreeMap<String, Option<String>>,
}

/// Every object that the configuration asks for.
pub(crate) fn objects(
    database: Database,
    registry: &Registry,
    config: &Config,
) -> Result<Vec<Object>> {
    let mut all = Vec::new();
    let versions =
        if config.checks || config.views { places::versions(registry)? } else { Vec::new() };
    if config.checks {
        all.extend(checks::objects(database, &versions));
    }
    if config.views {
        all.extend(views::objects(database, registry, &versions));
    }
    all.extend(tenants::object(database, &config.tenants));
    Ok(all)
}

/// What drops an object.
pub(super) fn drop(database: Database, name: &str) -> Vec<Statement> {
    match name.split_once(' ') {
        Some(("view", view)) => vec![views::drop(view)],
        Some(("check", version)) => vec![checks::drop(version)],
        _ if name == views::BASE => views::drop_base(database),
        _ if name == checks::BASE => checks::drop_base(database),
        _ if name == tenants::NAME => vec![tenants::drop()],
        _ => Vec::new(),
    }
}

/// The base of the family that an object is of.
pub(super) fn base(name: &str) -> &str {
    match name.split_once(' ') {
        Some(("view", _)) => views::BASE,
        Some(("check", _)) => checks::BASE,
        _ => name,
    }
}

/// What is there after the emitted migrations, each with the hash of the text that made it.
pub(super) fn present(emitted: &[Emitted]) -> BTreeMap<&str, &str> {
    let words = emitted.iter().flat_map(|file| &file.objects);
    let last: BTreeMap<&str, Option<&str>> =
        words.map(|(name, hash)| (name.as_str(), hash.as_deref())).collect();
    last.into_iter().filter_map(|(name, hash)| Some((name, hash?))).collect()
}

/// What is to be done, a file for each family, to come from what was emitted to what is wanted.
pub(super) fn changes(database: Database, wanted: &[Object], emitted: &[Emitted]) -> Vec<Change> {
    let present = present(emitted);
    let wanted: BTreeMap<&str, (&Object, String)> = wanted
        .iter()
        .map(|object| (object.name.as_str(), (object, sha256(&print(&object.create)))))
        .collect();
    let is_same = |name: &str| {
        let hash = wanted.get(name).map(|(_, hash)| hash.as_str());
        present.get(name).copied() == hash
    };
    let families: BTreeSet<&str> =
        present.keys().chain(wanted.keys()).map(|name| base(name)).collect();
    let mut changes = Vec::new();
    for family in families {
        let is_base_same = is_same(family);
        // Whatever stands on a base goes and comes with it.
        let stays = |name: &str| is_base_same && is_same(name);
        let of_family = |name: &str| base(name) == family && !stays(name);
        let old: BTreeSet<&str> = present.keys().copied().filter(|name| of_family(name)).collect();
        let new: BTreeSet<&str> = wanted.keys().copied().filter(|name| of_family(name)).collect();
        let gone = |name: &str| old.contains(name).then(|| Step::Drop(name.to_owned()));
        let made = |name: &str| {
            let (object, hash) = wanted.get(name).filter(|_| new.contains(name))?;
            Some(Step::Create(object, hash))
        };
        let above: Vec<&str> = old.union(&new).copied().filter(|name| *name != family).collect();
        let steps: Vec<Step<'_>> = if is_base_same {
            above.iter().flat_map(|name| [gone(name), made(name)]).flatten().collect()
        } else {
            let both = [gone(family), made(family)];
            let gone = above.iter().map(|name| gone(name));
            gone.chain(both).chain(above.iter().map(|name| made(name))).flatten().collect()
        };
        let parts = steps.chunks(MOST);
        changes.extend(parts.map(|steps| Change::of(database, family, steps)));
    }
    changes
}

/// What is done to one object.
enum Step<'a> {
    Drop(String),
    Create(&'a Object, &'a str),
}

impl Change {
    fn of(database: Database, family: &str, steps: &[Step<'_>]) -> Self {
        let description = format!("eventbus_{family}");
        let mut change = Self { description, statements: Vec::new(), objects: BTreeMap::new() };
        for step in steps {
            match step {
                Step::Drop(name) => {
                    change.statements.extend(drop(database, name));
                    change.objects.insert(name.clone(), None);
                }
                Step::Create(object, hash) => {
                    change.statements.extend(object.create.iter().cloned());
                    change.objects.insert(object.name.clone(), Some((*hash).to_owned()));
                }
            }
        }
        change
    }
}
