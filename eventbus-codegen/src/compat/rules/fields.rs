//! EV1: the fields of objects.

use super::Holds::{Depends, No, Yes};
use super::Verdict::{Bump, Deny, Note, Silent, Warn};
use super::compare::{At, Comparison, Side};
use super::outline::{Outline, Shape};
use super::renames::{moved, no_longer_read, read_again, renamed};
use super::{Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule(
        "EV101",
        (Yes, Yes, Silent),
        "an optional field is new",
        "Stored events lack it, which reads as `None`; old consumers do not know it and pass over it.",
        "",
    ),
    rule(
        "EV102",
        (Yes, Yes, Silent),
        "a field with a default is new",
        "Stored events lack it, and the reader fills it in. What is filled in is never stored.",
        "",
    ),
    rule(
        "EV103",
        (No, Yes, Bump),
        "a required field is new",
        "Stored events lack it, and could not be decoded.",
        "make it an `Option`, or give it #[serde(default)]; or make this a new version and bring the former one up",
    ),
    rule(
        "EV104",
        (Yes, Yes, Silent),
        "an optional field is gone",
        "New code passes over it in stored events, and old consumers do not need it. What it held stays known.",
        "",
    ),
    rule(
        "EV105",
        (Yes, No, Bump),
        "a required field is gone",
        "Old consumers refuse events without it.",
        "read it with #[serde(default)] first and go on writing it, and take it out when every consumer does so",
    ),
    rule(
        "EV106",
        (No, No, Deny),
        "a name that stood for something else comes back",
        "Events of the former time may still be stored or sent, and what they have under this name does not fit.",
        "choose another name, or the type that it had; or make this a new version, and go on reading the former one as it was",
    ),
    rule(
        "EV107",
        (No, Yes, Bump),
        "an optional field became required",
        "Stored events lack it or have null there.",
        "leave it an `Option`, or give it #[serde(default)]; or make this a new version",
    ),
    rule(
        "EV108",
        (Yes, No, Bump),
        "a required field became optional",
        "Old consumers refuse events without it, or with null there.",
        "keep the type and read it with #[serde(default)], and go on writing it; or make this a new version",
    ),
    rule(
        "EV109",
        (Yes, Yes, Silent),
        "a required field got a default for readers",
        "It is still always written.",
        "",
    ),
    rule(
        "EV110",
        (Yes, Yes, Note),
        "an optional field is left out instead of null",
        "Rust reads both alike. Consumers in other languages may tell null and missing apart.",
        "",
    ),
    rule(
        "EV111",
        (Yes, No, Bump),
        "a field that old consumers need is no longer always written",
        "They refuse events without it.",
        "write it always until no consumer needs it: take `skip_serializing_if` or `skip_serializing` out",
    ),
    rule(
        "EV112",
        (No, No, Bump),
        "a field seems to have another name",
        "Stored events have the former name, and old consumers look for it.",
        "keep the name on the wire: #[serde(rename = \"..\")]; or go on reading the former one, #[serde(alias = \"..\")], which a struct inside a payload must say to its schema too: #[schemars(extend(\"x-eventbus-aliases\" = [\"..\"]))]; or make this a new version",
    ),
    rule(
        "EV113",
        (Yes, No, Bump),
        "a field has another name, and still reads the former one",
        "New code reads what is stored; old consumers look for the former name.",
        "keep the name on the wire for now, #[serde(rename = \"..\")], and let consumers read the new one first: #[serde(alias = \"..\")]; deploy them, and change the name then",
    ),
    rule(
        "EV114",
        (No, No, Bump),
        "the case of field names changed",
        "Stored events have the former names, and old consumers look for them.",
        "take the `rename_all` back",
    ),
    rule(
        "EV115",
        (No, No, Bump),
        "a field has another type of JSON value",
        "Neither side reads what the other writes.",
        "add a field beside it, or make this a new version and bring the former one up",
    ),
    rule(
        "EV116",
        (Yes, Yes, Silent),
        "a type was wrapped, named or written out, and its values are the same",
        "Names of types are not on the wire.",
        "",
    ),
    rule(
        "EV117",
        (No, No, Bump),
        "fields moved into an object or out of one",
        "Both sides look for them in the place where the other does not write them.",
        "take the `flatten` back; or make this a new version",
    ),
    rule(
        "EV118",
        (Yes, Yes, Warn),
        "a default is another value",
        "Stored events that lack the field mean something else from now on.",
        "keep the default for readers and write the new one",
    ),
    rule(
        "EV119",
        (Yes, Yes, Warn),
        "unknown fields are refused from now on",
        "The next optional field will break this consumer, because it will not know it.",
        "take `deny_unknown_fields` out",
    ),
    rule(
        "EV120",
        (Yes, No, Bump),
        "a field is new, and old consumers refuse unknown fields",
        "They were built with `deny_unknown_fields`.",
        "take `deny_unknown_fields` out, deploy the consumers, and add the field then",
    ),
    rule(
        "EV121",
        (Yes, Yes, Silent),
        "unknown fields are passed over from now on",
        "More is read than before.",
        "",
    ),
    rule(
        "EV122",
        (Yes, Yes, Warn),
        "any fields may be written from now on",
        "A field that is added later may be one that somebody wrote already, with another type.",
        "keep them below a field of their own",
    ),
    rule(
        "EV123",
        (Depends, Depends, Bump),
        "the values of a map are others",
        "It is decided by what they are.",
        "",
    ),
    rule(
        "EV124",
        (Depends, Depends, Bump),
        "a field is only read or only written from now on",
        "It is decided by what each side needs.",
        "",
    ),
    rule(
        "EV125",
        (No, Yes, Bump),
        "what was stored in a former shape of the version is no longer read",
        "The last shape allows the change. Events that were stored before it have more, or less.",
        "go on reading what they have; or make this a new version, and read the former one with a payload type that does",
    ),
    rule(
        "EV126",
        (Depends, Yes, Warn),
        "a field that may be missing is no longer read under another name",
        "Stored events that have it under that name are read as if they had none.",
        "go on reading it as long as such events are stored: #[serde(alias = \"..\")]",
    ),
];

/// Compares two objects.
pub(super) fn compare(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, at: &At) {
    whole(comparison, old, new, at);
    let names = |side: &Side<'_>| -> Vec<String> {
        let writer = side.writer.iter().flat_map(Outline::properties);
        let mut names: Vec<String> =
            side.reader.properties().chain(writer).map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (before, after) = (names(old), names(new));
    let mut gone: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
    let mut come: Vec<&String> = after.iter().filter(|name| !before.contains(name)).collect();
    read_again(comparison, (old, &mut gone), (new, &mut come), at);
    moved(comparison, (old, &mut gone), (new, &mut come), at);
    renamed(comparison, (old, &mut gone), (new, &mut come), at);
    for name in gone {
        let rule = if old.reader.requires(name) { "EV105" } else { "EV104" };
        let words = old.property(name).map(|field| field.reader.words()).unwrap_or_default();
        comparison.found(rule, &at.field(name), words, "absent");
    }
    for name in come {
        added(comparison, old, new, name, &at.field(name));
    }
    for name in before.iter().filter(|name| after.contains(name)) {
        if let (Some(a), Some(b)) = (old.property(name), new.property(name)) {
            let is_needed = new.reader.requires(name);
            no_longer_read(comparison, &a, (name, &b, is_needed), &at.field(name));
            presence(comparison, (old, &a, name), (new, &b, name), &at.field(name));
            comparison.values(&a, &b, &at.field(name));
        }
    }
}

/// What is said of properties that have no name of their own.
fn whole(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, at: &At) {
    let words =
        |closed: bool| if closed { "refuses unknown fields" } else { "passes over unknown fields" };
    match (old.reader.is_closed(), new.reader.is_closed()) {
        (false, true) => comparison.found("EV119", at, words(false), words(true)),
        (true, false) => comparison.found("EV121", at, words(true), words(false)),
        _ => {}
    }
    match (old.reader.values(), new.reader.values()) {
        (None, Some(_)) => comparison.found("EV122", at, "named fields only", "any fields"),
        (Some(was), Some(is)) => {
            if let (Some(a), Some(b)) = (old.other_values(), new.other_values()) {
                if was != is {
                    comparison.found("EV123", at, a.reader.words(), b.reader.words());
                }
                comparison.values(&a, &b, &at.element("*"));
            }
        }
        _ => {}
    }
    let keys = |side: &Side<'_>| {
        let keys = &side.reader.keys;
        let patterns = keys.get("patternProperties").and_then(|value| value.as_object());
        let patterns =
            patterns.map(|patterns| patterns.keys().cloned().collect::<Vec<_>>().join(", "));
        patterns.or_else(|| keys.get("propertyNames").map(ToString::to_string))
    };
    let (before, after) = (keys(old), keys(new));
    if before != after {
        let words = |keys: Option<String>| keys.unwrap_or_else(|| "any text".to_owned());
        comparison.found("EV405", at, words(before), words(after));
    }
}

fn added(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, name: &str, at: &At) {
    let Some(field) = new.property(name) else { return };
    let words = field.reader.words();
    let is_default = field.reader.keys.contains_key("default") && !field.reader.nullable;
    let rule = match (new.reader.requires(name), is_default) {
        (true, _) => "EV103",
        (false, true) => "EV102",
        (false, false) => "EV101",
    };
    comparison.found(rule, at, "absent", words.clone());
    if old.reader.is_closed() {
        comparison.found("EV120", at, "absent", words.clone());
    }
    let is_wide =
        matches!(field.reader.text("format"), Some("int64" | "uint64" | "int128" | "uint128"));
    if field.reader.shape == Shape::Integer && is_wide {
        comparison.found("EV207", at, "absent", words);
    }
}

/// Whether a field may be missing or null.
pub(super) fn presence(
    comparison: &mut Comparison,
    (old, before, was): (&Side<'_>, &Side<'_>, &str),
    (new, after, is): (&Side<'_>, &Side<'_>, &str),
    at: &At,
) {
    let needed = (old.reader.requires(was), new.reader.requires(is));
    let written = (old.always_writes(was), new.always_writes(is));
    let nullable = (before.reader.nullable, after.reader.nullable);
    if old.writes(was) != new.writes(is) {
        let words = |writes: bool| if writes { "read and written" } else { "only read" };
        return comparison.found("EV124", at, words(old.writes(was)), words(new.writes(is)));
    }
    let words = |needed: bool, nullable: bool| match (needed, nullable) {
        (true, false) => "required",
        (true, true) => "required, or null",
        (false, false) => "may be missing",
        (false, true) => "may be missing or null",
    };
    let (was, is) = (words(needed.0, nullable.0), words(needed.1, nullable.1));
    match (needed, nullable, written) {
        ((false, true), ..) | (_, (true, false), _) => comparison.found("EV107", at, was, is),
        (_, (false, true), _) => comparison.found("EV108", at, was, is),
        ((true, _), _, (true, false)) => {
            comparison.found("EV111", at, "always written", "may be left out")
        }
        ((true, false), ..) => comparison.found("EV109", at, was, is),
        (_, _, (true, false)) => comparison.found("EV110", at, "written as null", "left out"),
        _ => {}
    }
    let default = |side: &Side<'_>| side.reader.keys.get("default").map(ToString::to_string);
    if let (Some(was), Some(is)) = (default(before), default(after))
        && was != is
    {
        comparison.found("EV118", at, was, is);
    }
}
