//! What views and their columns are called: names that both databases take, and that stay whatever else is added, but for
//! names that two things claim. Such a name belongs to neither, so that none of them silently becomes the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::sha256;
use crate::registry::Registry;

/// The longest name that PostgreSQL keeps whole, in bytes.
const LONGEST: usize = 63;

/// What names begin with that the databases or the runtime have for themselves.
const RESERVED: &[&str] = &["eventbus_", "pg_", "sqlite_"];

/// The name of the view of each version of each type.
pub(super) fn views(registry: &Registry) -> BTreeMap<(&str, u32), String> {
    let (mut current, mut former) = (Vec::new(), Vec::new());
    for (event_type, event) in &registry.events {
        let plain = event_type.replace('.', "_");
        for version in event.versions.keys() {
            if *version == event.current {
                current.push((event_type.as_str(), *version, plain.clone()));
            } else {
                former.push((event_type.as_str(), *version, format!("{plain}_v{version}")));
            }
        }
    }
    let claims = |all: &[(&str, u32, String)]| {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        all.iter().for_each(|(_, _, name)| *count.entry(name.clone()).or_default() += 1);
        count
    };
    let [of_current, of_former] = [claims(&current), claims(&former)];
    let mut names = BTreeMap::new();
    for (event_type, version, name) in current {
        let is_shared = of_current[&name] > 1;
        names.insert((event_type, version), own(&name, &(event_type, version), is_shared));
    }
    for (event_type, version, name) in former {
        let is_shared = of_former[&name] > 1 || of_current.contains_key(&name);
        names.insert((event_type, version), own(&name, &(event_type, version), is_shared));
    }
    names
}

fn own(name: &str, of: &(&str, u32), is_shared: bool) -> String {
    let mark = format!("{} v{}", of.0, of.1);
    if RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
        return marked(&format!("event_{name}"), &mark);
    }
    if is_shared || name.len() > LONGEST { marked(name, &mark) } else { name.to_owned() }
}

/// The names of the columns for properties, in their order, beside columns of the envelope.
pub(super) fn columns(envelope: &[&str], properties: &[&str]) -> Vec<String> {
    let is_taken = |name: &str| envelope.iter().any(|column| column.eq_ignore_ascii_case(name));
    let plain: Vec<String> = properties
        .iter()
        .map(|name| {
            let name = name.replace('\0', "");
            if name.is_empty() || is_taken(&name) { format!("data_{name}") } else { name }
        })
        .collect();
    // SQLite takes two columns for one that differ in the case of their letters.
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    plain.iter().for_each(|name| *count.entry(name.to_ascii_lowercase()).or_default() += 1);
    let mut seen = BTreeSet::new();
    let names = plain.iter().zip(properties).map(|(name, property)| {
        let is_shared = count[&name.to_ascii_lowercase()] > 1;
        let mut own = match is_shared || name.len() > LONGEST {
            true => marked(name, property),
            false => name.clone(),
        };
        // A name may be spelt like another one with its mark.
        while !seen.insert(own.to_ascii_lowercase()) {
            own = marked(&own, property);
        }
        own
    });
    names.collect()
}

/// A name with a part of the hash of what it stands for.
fn marked(name: &str, of: &str) -> String {
    let mark = &sha256(of)[..8];
    let mut end = name.len().min(LONGEST - mark.len() - 1);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{mark}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::{columns, marked};

    #[test]
    fn columns_are_told_apart_whatever_properties_are_called() {
        let names = columns(&["event_id"], &["event_id", "Event_ID", "a", "data_event_id", ""]);
        assert_eq!(names[2], "a");
        assert_eq!(names[4], "data_");
        let mut folded: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), names.len(), "{names:?}");
        assert!(names.iter().all(|name| !name.eq_ignore_ascii_case("event_id")));
    }

    #[test]
    fn a_long_name_is_cut_between_two_characters() {
        let long = "ä".repeat(40);
        let names = columns(&[], &[&long, "b"]);
        assert!(names[0].len() <= 63 && names[0].starts_with("ää"), "{names:?}");
        assert_ne!(marked(&long, "x"), marked(&long, "y"));
    }
}
