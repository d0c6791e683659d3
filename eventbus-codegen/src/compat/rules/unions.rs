//! EV3: enums inside payloads.

use super::Holds::{Depends, No, Yes};
use super::Verdict::{Bump, Deny, Silent, Warn};
use eventbus_runtime::Document;
use serde_json::Value;

use super::compare::{At, Comparison, Side};
use super::outline::{Shape, Tagging, listed};
use super::{Rule, rule};
use crate::compat::is_open;

pub(super) const RULES: &[Rule] = &[
    rule(
        "EV301",
        (Yes, No, Bump),
        "a variant is new",
        "Old consumers refuse events that hold it: unknown variant. No other change breaks consumers as often.",
        "first let consumers read what they do not know, with a last variant #[serde(other, skip_serializing)] Unknown; deploy them, and add the variant then",
    ),
    rule(
        "EV302",
        (Yes, Yes, Silent),
        "a variant is new, and old consumers read what they do not know",
        "They have an `other` variant.",
        "",
    ),
    rule(
        "EV303",
        (No, Yes, Bump),
        "a variant is gone",
        "Stored events hold it, and could not be decoded.",
        "keep it for reading, with #[serde(skip_serializing)] on it; or make this a new version",
    ),
    rule(
        "EV304",
        (No, No, Bump),
        "a variant seems to have another name",
        "Stored events have the former name, and old consumers know only that.",
        "keep the name on the wire: #[serde(rename = \"..\")]",
    ),
    rule(
        "EV305",
        (Yes, Yes, Silent),
        "variants are in another order",
        "They are told apart by their names.",
        "",
    ),
    rule("EV306", (Yes, Yes, Silent), "variants are described", "Words are not on the wire.", ""),
    rule(
        "EV307",
        (Depends, Depends, Bump),
        "a variant with data is new or gone",
        "A new one breaks old consumers, one that is gone breaks stored events.",
        "keep a variant for reading; before one is added, let consumers read what they do not know, with a last variant #[serde(other, skip_serializing)] Unknown: that holds where the enum has a tag inside its objects",
    ),
    rule(
        "EV308",
        (Depends, Depends, Bump),
        "the data of a variant is other",
        "It is decided by what it is.",
        "",
    ),
    rule(
        "EV309",
        (No, No, Bump),
        "variants are told apart in another way",
        "Both sides look for the tag where the other does not write it.",
        "take the change of `tag`, `content` or `untagged` back; or make this a new version",
    ),
    rule(
        "EV310",
        (Depends, Depends, Bump),
        "a variant got data or lost it",
        "It is decided by where the tag stands and what the data needs.",
        "make this a new version, or add a variant",
    ),
    rule(
        "EV311",
        (Yes, No, Bump),
        "an untagged variant is new",
        "Old consumers refuse what fits none of theirs.",
        "make this a new version",
    ),
    rule(
        "EV312",
        (Yes, Yes, Warn),
        "untagged variants are in another order, or overlap",
        "The first that fits is taken, so a stored value may be read as another variant.",
        "keep the order, or give the variants a tag in a new version",
    ),
    rule(
        "EV313",
        (Depends, Yes, Deny),
        "an enum reads what it does not know, or no longer does",
        "With it more is read than before; without it events that were read are refused.",
        "keep the `other` variant",
    ),
    rule(
        "EV314",
        (Yes, No, Bump),
        "a type became one of several",
        "Old consumers refuse the others.",
        "make this a new version",
    ),
    rule(
        "EV315",
        (No, No, Deny),
        "the number of a variant is another",
        "Stored numbers mean something else from now on.",
        "give the variant its former number, and the new one a number that nobody had",
    ),
];

/// Compares enums, and what became one or ceased to be one.
pub(super) fn compare(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, at: &At) {
    let (a, b) = (&old.reader, &new.reader);
    if reads_others(old) != reads_others(new) {
        let words = |side| {
            if reads_others(side) { "reads what it does not know" } else { "reads what it knows" }
        };
        comparison.found("EV313", at, words(old), words(new));
    }
    match (&a.shape, &b.shape) {
        (Shape::Literals(was), Shape::Literals(is)) => {
            literals(comparison, (old, was), (new, is), at)
        }
        (Shape::Union(one, was), Shape::Union(other, is)) if one == other => {
            variants(comparison, (old, was), (new, is), one, at);
        }
        // A unit variant beside others: the union of both spellings is an externally tagged one.
        (Shape::Literals(was), Shape::Union(Tagging::External, is))
            if was.iter().all(Value::is_string) =>
        {
            variants(comparison, (old, &units(was)), (new, is), &Tagging::External, at);
        }
        (Shape::Union(Tagging::External, was), Shape::Literals(is))
            if is.iter().all(Value::is_string) =>
        {
            variants(comparison, (old, was), (new, &units(is)), &Tagging::External, at);
        }
        (Shape::Union(..), Shape::Union(..)) => comparison.found("EV309", at, a.words(), b.words()),
        (_, Shape::Union(Tagging::Untagged, choices)) => {
            let holds = choices.iter().any(|(_, choice)| {
                new.choice(choice).is_some_and(|choice| choice.reader.shape == a.shape)
            });
            comparison.found(if holds { "EV314" } else { "EV115" }, at, a.words(), b.words());
        }
        (Shape::Bool, Shape::Literals(_)) => comparison.found("EV215", at, a.words(), b.words()),
        (Shape::Text, Shape::Literals(values)) if values.iter().all(Value::is_string) => {
            comparison.found("EV212", at, a.words(), b.words());
        }
        (Shape::Literals(values), Shape::Text) if values.iter().all(Value::is_string) => {
            comparison.found("EV213", at, a.words(), b.words());
        }
        _ => comparison.found("EV115", at, a.words(), b.words()),
    }
}

fn units(values: &[Value]) -> Vec<(String, Value)> {
    values
        .iter()
        .filter_map(|value| Some((value.as_str()?.to_owned(), Value::Bool(false))))
        .collect()
}

fn reads_others(side: &Side<'_>) -> bool {
    is_open(&side.reader.keys)
}

/// Whether a side reads a variant that it does not know, of which this is the schema.
fn reads(side: &Side<'_>, tagging: &Tagging, variant: &Value) -> bool {
    let has_data = match tagging {
        Tagging::Key(tag) => {
            let fields = variant.get("properties").and_then(Value::as_object);
            fields.into_iter().flatten().any(|(name, _)| name != tag)
        }
        _ => *variant != Value::Bool(false),
    };
    let takes_data = matches!(tagging, Tagging::Key(_))
        && side.reader.keys.get(Document::OPEN) == Some(&Value::Bool(true));
    reads_others(side) && (takes_data || !has_data)
}

/// schemars lists variants with words of their own one by one.
fn is_described(side: &Side<'_>) -> bool {
    side.reader.keys.contains_key("oneOf")
}

fn literals(
    comparison: &mut Comparison,
    (old, was): (&Side<'_>, &[Value]),
    (new, is): (&Side<'_>, &[Value]),
    at: &At,
) {
    let words = |values: &[&Value]| listed(values.iter().map(ToString::to_string));
    let gone: Vec<&Value> = was.iter().filter(|value| !is.contains(value)).collect();
    let come: Vec<&Value> = is.iter().filter(|value| !was.contains(value)).collect();
    match (gone.as_slice(), come.as_slice()) {
        ([], []) if is_described(old) != is_described(new) => {
            comparison.found("EV306", at, old.reader.words(), new.reader.words());
        }
        ([], []) if was != is => {
            comparison.found("EV305", at, old.reader.words(), new.reader.words());
        }
        ([], []) => {}
        (gone, come)
            if gone.len() == come.len()
                && gone.iter().chain(come).all(|value| value.is_number()) =>
        {
            comparison.found("EV315", at, words(gone), words(come));
        }
        ([one], [other]) => comparison.found("EV304", at, one.to_string(), other.to_string()),
        (gone, come) => {
            for value in gone {
                comparison.found("EV303", at, value.to_string(), "absent");
            }
            for value in come {
                let rule = if reads_others(old) { "EV302" } else { "EV301" };
                comparison.found(rule, at, "absent", value.to_string());
            }
        }
    }
}

type Variants<'a> = (&'a Side<'a>, &'a [(String, Value)]);

fn variants(
    comparison: &mut Comparison,
    (old, was): Variants<'_>,
    (new, is): Variants<'_>,
    tagging: &Tagging,
    at: &At,
) {
    let label = |variants: &[(String, Value)], label: &str| {
        variants.iter().any(|(other, _)| other == label)
    };
    let gone: Vec<&str> =
        was.iter().map(|(label, _)| label.as_str()).filter(|name| !label(is, name)).collect();
    let come: Vec<&str> =
        is.iter().map(|(label, _)| label.as_str()).filter(|name| !label(was, name)).collect();
    for name in &gone {
        comparison.found("EV307", &at.variant(name), "a variant", "absent");
    }
    for name in &come {
        let variant = is.iter().find(|(other, _)| other == name).map(|(_, schema)| schema);
        let rule = match tagging {
            Tagging::Untagged => "EV311",
            _ if variant.is_some_and(|variant| reads(old, tagging, variant)) => "EV302",
            _ => "EV307",
        };
        comparison.found(rule, &at.variant(name), "absent", "a variant");
    }
    let order = |variants: &[(String, Value)]| {
        variants.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>()
    };
    if gone.is_empty() && come.is_empty() && order(was) != order(is) {
        let rule = if *tagging == Tagging::Untagged { "EV312" } else { "EV305" };
        comparison.found(rule, at, listed(order(was)), listed(order(is)));
    }
    for (name, schema) in was {
        let Some((_, other)) = is.iter().find(|(label, _)| label == name) else { continue };
        match (schema == &Value::Bool(false), other == &Value::Bool(false)) {
            (true, true) => {}
            (false, false) => {
                payload(comparison, (old, schema), (new, other), &at.data(name, tagging));
            }
            (true, false) => comparison.found("EV310", &at.variant(name), "no data", "data"),
            (false, true) => comparison.found("EV310", &at.variant(name), "data", "no data"),
        }
    }
}

fn payload(
    comparison: &mut Comparison,
    (old, was): (&Side<'_>, &Value),
    (new, is): (&Side<'_>, &Value),
    at: &At,
) {
    if let (Some(a), Some(b)) = (old.choice(was), new.choice(is)) {
        if was != is {
            comparison.found("EV308", at, a.reader.words(), b.reader.words());
        }
        comparison.values(&a, &b, at);
    }
}
