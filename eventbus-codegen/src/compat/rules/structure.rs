//! EV4: lists, tuples, maps, and types that contain themselves.

use super::Holds::{Depends, No, Yes};
use super::Verdict::{Bump, Silent, Warn};
use serde_json::Value;

use super::compare::{At, Comparison, Side};
use super::outline::{Outline, Shape};
use super::{Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule(
        "EV401",
        (No, No, Bump),
        "one value became a list, or a list one value",
        "Neither side reads what the other writes.",
        "add a field for the list beside the one value; or make this a new version",
    ),
    rule(
        "EV402",
        (Yes, Yes, Warn),
        "a list became a set, or a set a list",
        "Both are read as lists. What occurs twice is one in a set.",
        "",
    ),
    rule(
        "EV403",
        (No, No, Bump),
        "a tuple has other elements",
        "Its elements have no names, so they are read by their place.",
        "use a struct; or make this a new version",
    ),
    rule(
        "EV404",
        (Depends, Depends, Bump),
        "a list may be of another length",
        "A narrower limit breaks stored events, a wider one breaks old consumers that check it.",
        "keep the limit; or make this a new version",
    ),
    rule(
        "EV405",
        (Depends, Depends, Bump),
        "the keys of a map are of another type",
        "It is decided by what they are.",
        "make this a new version",
    ),
    rule(
        "EV406",
        (Depends, Depends, Bump),
        "the elements of a list are others",
        "It is decided by what they are.",
        "",
    ),
    rule(
        "EV407",
        (Yes, Yes, Silent),
        "a type inside a payload has another name",
        "Names of types are not on the wire.",
        "",
    ),
    rule(
        "EV408",
        (Depends, Depends, Bump),
        "a name stands for another type",
        "It is decided by what it is.",
        "",
    ),
    rule(
        "EV409",
        (Depends, Depends, Bump),
        "a type that contains itself changed",
        "It is decided for all depths at once.",
        "",
    ),
    rule(
        "EV410",
        (Depends, Depends, Bump),
        "a field of any JSON became typed, or a typed one any JSON",
        "Typed values are some of all: the narrower side refuses what the wider one writes. Nobody can see into any JSON.",
        "keep the type; or make this a new version",
    ),
];

/// Compares lists and tuples.
pub(super) fn compare(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, at: &At) {
    let (a, b) = (&old.reader, &new.reader);
    match (&a.shape, &b.shape) {
        (Shape::List(was), Shape::List(is)) => {
            let is_set =
                |outline: &Outline| outline.keys.get("uniqueItems") == Some(&Value::Bool(true));
            if is_set(a) != is_set(b) {
                comparison.found("EV402", at, a.words(), b.words());
            }
            for keyword in ["minItems", "maxItems"] {
                let limit = |outline: &Outline| {
                    outline
                        .keys
                        .get(keyword)
                        .map_or_else(|| "no limit".to_owned(), |n| format!("{keyword} {n}"))
                };
                if limit(a) != limit(b) {
                    comparison.found("EV404", at, limit(a), limit(b));
                }
            }
            elements(comparison, (old, was), (new, is), at);
        }
        (Shape::Tuple(was), Shape::Tuple(is)) if was.len() == is.len() => {
            for index in 0..was.len() {
                if let (Some(a), Some(b)) = (old.element(index), new.element(index)) {
                    if a.reader.shape != b.reader.shape || a.reader.keys != b.reader.keys {
                        comparison.found(
                            "EV403",
                            &at.element(&index.to_string()),
                            a.reader.words(),
                            b.reader.words(),
                        );
                    }
                    comparison.values(&a, &b, &at.element(&index.to_string()));
                }
            }
        }
        _ => comparison.found("EV403", at, a.words(), b.words()),
    }
}

fn elements(
    comparison: &mut Comparison,
    (old, was): (&Side<'_>, &Value),
    (new, is): (&Side<'_>, &Value),
    at: &At,
) {
    let (Some(a), Some(b)) = (old.elements(), new.elements()) else { return };
    let at = at.element("*");
    if was != is && a.reader.words() != b.reader.words() {
        comparison.found("EV406", &at, a.reader.words(), b.reader.words());
    }
    if a.reader.nullable != b.reader.nullable {
        let rule = if b.reader.nullable { "EV108" } else { "EV107" };
        comparison.found(rule, &at, a.reader.words(), b.reader.words());
    }
    comparison.values(&a, &b, &at);
}

/// Whether one side is a list of what the other is.
pub(super) fn is_one_of_many(old: &Side<'_>, new: &Side<'_>) -> bool {
    let is_list_of = |list: &Side<'_>, one: &Side<'_>| {
        list.elements().is_some_and(|element| element.reader.shape == one.reader.shape)
    };
    is_list_of(old, new) || is_list_of(new, old)
}
