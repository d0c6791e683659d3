//! EV2: numbers and texts.

use super::Holds::{Depends, No, Yes};
use super::Verdict::{Bump, Deny, Warn};
use super::compare::{At, Comparison, Side};
use super::outline::{Outline, Shape};
use super::{Rule, rule};

pub(super) const RULES: &[Rule] = &[
    rule(
        "EV201",
        (Yes, No, Bump),
        "an integer got a wider type",
        "Old consumers refuse the numbers that are new.",
        "keep the type until all consumers read the wider one; or make this a new version",
    ),
    rule(
        "EV202",
        (No, Yes, Bump),
        "an integer got a narrower type",
        "Stored events may hold numbers that no longer fit.",
        "keep the type; or make this a new version and say what becomes of large numbers",
    ),
    rule(
        "EV203",
        (No, No, Bump),
        "an integer got a sign or lost it",
        "Each side has numbers that the other cannot hold.",
        "choose a type that holds both, or make this a new version",
    ),
    rule(
        "EV204",
        (Yes, No, Bump),
        "an integer became a number with a fraction",
        "Old consumers refuse 1.5.",
        "make this a new version",
    ),
    rule(
        "EV205",
        (No, Yes, Bump),
        "a number with a fraction became an integer",
        "Stored events may hold 1.5.",
        "make this a new version and say how to round",
    ),
    rule(
        "EV206",
        (Yes, Yes, Warn),
        "a number has another precision",
        "Both sides read it; digits may be lost.",
        "",
    ),
    rule(
        "EV207",
        (Yes, Yes, Warn),
        "an integer can be larger than JavaScript counts exactly",
        "Above 2^53 - 1 a JavaScript consumer reads the number next to it.",
        "write it as text: #[event(int = \"string\")]",
    ),
    rule(
        "EV208",
        (No, No, Bump),
        "a number became text, or text a number",
        "Neither side reads what the other writes.",
        "make this a new version and bring the former one up",
    ),
    rule(
        "EV209",
        (No, Yes, Bump),
        "a text got a format",
        "Stored events may hold texts that are not of it.",
        "keep the text and check it in the handler; or make this a new version",
    ),
    rule(
        "EV210",
        (Yes, No, Bump),
        "a text lost its format",
        "Old consumers refuse texts that are not of it.",
        "keep the type; or make this a new version",
    ),
    rule(
        "EV211",
        (Depends, Depends, Bump),
        "a text has another format",
        "It is decided by which format holds the other.",
        "keep the type; or make this a new version",
    ),
    rule(
        "EV212",
        (No, Yes, Bump),
        "a limit is narrower",
        "Stored events may be beyond it.",
        "keep the limit for readers, and check the narrower one before an event is emitted",
    ),
    rule(
        "EV213",
        (Yes, No, Bump),
        "a limit is wider",
        "Old consumers that check it refuse what is new.",
        "widen it for readers first, and deploy them; or make this a new version",
    ),
    rule(
        "EV214",
        (Depends, Depends, Deny),
        "a pattern is another one",
        "It is decided by the texts that each of them matches, where both are regular.",
        "say why it is safe: #[event(compat(reviewed = \"..\"))]; or make this a new version",
    ),
    rule(
        "EV215",
        (No, No, Bump),
        "a value is written in another way",
        "Neither side reads what the other writes.",
        "make this a new version and bring the former one up",
    ),
    rule(
        "EV216",
        (Yes, No, Bump),
        "a single character became a text",
        "Old consumers refuse longer ones.",
        "make this a new version",
    ),
];

/// Compares numbers and texts, and everything whose kinds have nothing in common.
pub(super) fn compare(comparison: &mut Comparison, old: &Side<'_>, new: &Side<'_>, at: &At) {
    let (a, b) = (&old.reader, &new.reader);
    let id = match (&a.shape, &b.shape) {
        (Shape::Integer, Shape::Integer) => integers(a, b),
        (Shape::Number, Shape::Number) => (a.text("format") != b.text("format")).then_some("EV206"),
        (Shape::Integer, Shape::Number) => Some("EV204"),
        (Shape::Number, Shape::Integer) => Some("EV205"),
        (Shape::Integer, Shape::Text) | (Shape::Text, Shape::Integer) => Some("EV208"),
        (Shape::Number, Shape::Text) | (Shape::Text, Shape::Number) => Some("EV215"),
        (Shape::Text, Shape::Text) if is_character(a) && !is_character(b) => Some("EV216"),
        (Shape::Text, Shape::Text) => texts(a, b),
        (one, other) => (one != other).then_some("EV115"),
    };
    if let Some(id) = id {
        comparison.found(id, at, a.words(), b.words());
    }
    if a.shape == b.shape && id != Some("EV216") {
        limits(comparison, a, b, at);
    }
}

fn integers(old: &Outline, new: &Outline) -> Option<&'static str> {
    let (a, b) = (range(old), range(new));
    match (a, b) {
        (Some(a), Some(b)) if a != b => Some(match (a.0 < b.0, a.1 < b.1, a.0 > b.0, a.1 > b.1) {
            // Wider at one end and narrower at the other: it is the sign.
            (true, true, ..) | (_, _, true, true) => "EV203",
            (true, ..) | (_, _, _, true) => "EV202",
            _ => "EV201",
        }),
        (None, Some(_)) => Some("EV202"),
        (Some(_), None) => Some("EV201"),
        _ => None,
    }
}

/// The bits below and above zero of an integer's type.
fn range(outline: &Outline) -> Option<(i32, i32)> {
    let format = outline.text("format")?;
    let bits = |text: &str| text.parse::<i32>().ok();
    match format.strip_prefix("uint").map(bits) {
        Some(bits) => bits.map(|bits| (0, bits)),
        None => format.strip_prefix("int").and_then(bits).map(|bits| (1 - bits, bits - 1)),
    }
}

/// Whether a limit says no more than the integer's type does.
fn is_own_bound(outline: &Outline, keyword: &str, limit: Option<f64>) -> bool {
    let Some(limit) = limit else { return true };
    let Some((below, above)) = range(outline) else { return false };
    match keyword {
        "minimum" if below == 0 => limit == 0.0,
        "minimum" => limit == -f64::from(-below).exp2(),
        "maximum" => limit == f64::from(above).exp2() - 1.0,
        _ => false,
    }
}

fn texts(old: &Outline, new: &Outline) -> Option<&'static str> {
    match (old.text("format"), new.text("format")) {
        (None, Some(_)) => Some("EV209"),
        (Some(_), None) => Some("EV210"),
        (Some(a), Some(b)) if a != b => Some("EV211"),
        _ => None,
    }
}

/// schemars describes a `char` as a text of one character.
fn is_character(outline: &Outline) -> bool {
    ["minLength", "maxLength"].iter().all(|keyword| outline.keys.get(*keyword) == Some(&1.into()))
}

fn limits(comparison: &mut Comparison, old: &Outline, new: &Outline, at: &At) {
    let both_integers = old.shape == Shape::Integer && new.shape == Shape::Integer;
    for (keyword, is_lower) in [
        ("minimum", true),
        ("exclusiveMinimum", true),
        ("minLength", true),
        ("maximum", false),
        ("exclusiveMaximum", false),
        ("maxLength", false),
    ] {
        let limit =
            |outline: &Outline| outline.keys.get(keyword).and_then(serde_json::Value::as_f64);
        let (was, is) = (limit(old), limit(new));
        // A type's own bounds come and go with its format.
        let by_format = both_integers
            && range(old) != range(new)
            && is_own_bound(old, keyword, was)
            && is_own_bound(new, keyword, is);
        if was == is || by_format {
            continue;
        }
        let is_narrower = match (was, is) {
            (None, _) => true,
            (_, None) => false,
            (Some(was), Some(is)) => (is > was) == is_lower,
        };
        let words = |limit: Option<f64>| {
            limit.map_or_else(|| "no limit".to_owned(), |n| format!("{keyword} {n}"))
        };
        comparison.found(if is_narrower { "EV212" } else { "EV213" }, at, words(was), words(is));
    }
    let (was, is) = (old.text("pattern"), new.text("pattern"));
    let words = |pattern: Option<&str>| {
        pattern.map_or_else(|| "no pattern".to_owned(), |text| format!("`{text}`"))
    };
    match (was, is) {
        (None, Some(_)) => comparison.found("EV212", at, words(was), words(is)),
        (Some(_), None) => comparison.found("EV213", at, words(was), words(is)),
        (was, is) if was != is => comparison.found("EV214", at, words(was), words(is)),
        _ => {}
    }
}
