//! Fields that are in one side only, and seem to be one field: it has another name, or stands in another place.

use super::compare::{At, Comparison, Side};
use super::fields::presence;
use super::outline::{Shape, listed};

/// One side, and the names of its fields that the other has not.
pub(super) type Names<'a, 'b> = (&'a Side<'a>, &'a mut Vec<&'b String>);

/// Fields of another name that still read the former one.
pub(super) fn read_again(
    comparison: &mut Comparison,
    (old, gone): Names<'_, '_>,
    (new, come): Names<'_, '_>,
    at: &At,
) {
    let read_by = |is: &str, gone: &[&String]| {
        let after = new.property(is)?;
        let index = gone.iter().position(|was| after.reader.aliases().any(|name| name == *was));
        Some((after, index?))
    };
    // Where both were stored, they are one field twice.
    for (is, _) in old.reader.properties() {
        if let Some((_, index)) = read_by(is, gone) {
            let was = gone.remove(index);
            comparison.found("EV112", &at.field(was), was.clone(), is.clone());
        }
    }
    come.retain(|is| {
        let Some((after, index)) = read_by(is, gone) else { return true };
        let was = gone.remove(index);
        let at = at.field(was);
        comparison.found("EV113", &at, was.clone(), (*is).clone());
        if let Some(before) = old.property(was) {
            presence(comparison, (old, &before, was), (new, &after, is), &at);
            comparison.values(&before, &after, &at);
        }
        false
    });
}

/// A former name that is given up: stored events may have it.
pub(super) fn no_longer_read(
    comparison: &mut Comparison,
    before: &Side<'_>,
    (name, after, is_needed): (&str, &Side<'_>, bool),
    at: &At,
) {
    // Where it may be missing, what has the former name is read all the same, and what it held is lost.
    let rule = if is_needed { "EV112" } else { "EV126" };
    let is_read = |alias: &str| alias == name || after.reader.aliases().any(|other| other == alias);
    for alias in before.reader.aliases().filter(|alias| !is_read(alias)) {
        comparison.found(rule, at, alias, name);
    }
}

/// Fields that went into an object or came out of one.
pub(super) fn moved(
    comparison: &mut Comparison,
    (old, gone): Names<'_, '_>,
    (new, come): Names<'_, '_>,
    at: &At,
) {
    let inner = |side: &Side<'_>, name: &str| -> Vec<String> {
        let object = side.property(name).filter(|field| field.reader.shape == Shape::Object);
        object
            .map(|field| field.reader.properties().map(|(name, _)| name.clone()).collect())
            .unwrap_or_default()
    };
    let out = gone.iter().position(|name| inner(old, name).iter().any(|name| come.contains(&name)));
    let into =
        come.iter().position(|name| inner(new, name).iter().any(|name| gone.contains(&name)));
    if let Some(index) = out {
        let name = gone.remove(index);
        let fields = inner(old, name);
        come.retain(|name| !fields.contains(name));
        comparison.found(
            "EV117",
            &at.field(name),
            "an object of its own",
            format!("beside it: {}", fields.join(", ")),
        );
    } else if let Some(index) = into {
        let name = come.remove(index);
        let fields = inner(new, name);
        gone.retain(|name| !fields.contains(name));
        comparison.found(
            "EV117",
            &at.field(name),
            format!("beside it: {}", fields.join(", ")),
            "an object of its own",
        );
    }
}

/// Fields of one type of which one went and one came; all of them in another case are one change.
pub(super) fn renamed(
    comparison: &mut Comparison,
    (old, gone): Names<'_, '_>,
    (new, come): Names<'_, '_>,
    at: &At,
) {
    let bare = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    let recased: Vec<(String, String)> = gone
        .iter()
        .filter_map(|was| {
            Some(((*was).clone(), (*come.iter().find(|is| bare(is) == bare(was))?).clone()))
        })
        .collect();
    if recased.len() > 1 || (recased.len() == 1 && gone.len() == 1) {
        let list = |names: Vec<&String>| listed(names.into_iter().cloned());
        let (was, is) = (
            list(recased.iter().map(|(was, _)| was).collect()),
            list(recased.iter().map(|(_, is)| is).collect()),
        );
        comparison.found("EV114", at, was, is);
        gone.retain(|name| !recased.iter().any(|(was, _)| was == *name));
        come.retain(|name| !recased.iter().any(|(_, is)| is == *name));
    }
    let is_like = |was: &str, is: &str| {
        let needed = old.reader.requires(was) == new.reader.requires(is);
        let same = match (old.property(was), new.property(is)) {
            (Some(a), Some(b)) => {
                a.reader.shape == b.reader.shape
                    && a.reader.text("format") == b.reader.text("format")
            }
            _ => false,
        };
        needed && same && old.reader.requires(was)
    };
    let pairs: Vec<(String, String)> = gone
        .iter()
        .filter_map(|was| {
            let mut like = come.iter().filter(|is| is_like(was, is));
            let only = like.next().filter(|_| like.next().is_none())?;
            Some(((*was).clone(), (*only).clone()))
        })
        .collect();
    for (was, is) in pairs {
        if come.contains(&&is) {
            gone.retain(|name| **name != was);
            come.retain(|name| **name != is);
            comparison.found("EV112", &at.field(&was), was.clone(), is);
        }
    }
}
