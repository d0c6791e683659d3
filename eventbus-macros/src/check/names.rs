//! Which texts can be names. What needs two enums is a constant assertion of the expansion.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;
use syn::LitStr;
use syn::ext::IdentExt;

use super::shape;
use crate::ast::{Enum, Kind, Segment, Variant};
use crate::case;
use crate::ctxt::Ctxt;
use crate::text;

/// The longest name, in bytes.
const LONGEST: usize = 128;

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    for variant in &model.variants {
        // What is unknown brings its own name.
        if variant.attrs.unknown.is_some() {
            continue;
        }
        if variant.segment.derived {
            derived(cx, variant);
        } else {
            segment(cx, "name", &variant.segment);
        }
    }
    two_of_one_name(cx, model);
    two_of_one_group(cx, model);
    if let Some(prefix) = &model.prefix {
        self::prefix(cx, &prefix.value(), prefix.span());
    }
    // The kind of an aggregate stands where a first segment would.
    if let Some(kind) = &model.aggregate {
        reject(cx, "aggregate", &kind.value(), &kind.value(), kind.span());
    }
}

/// A name that nobody wrote must have one reading, for it is stored for ever.
fn derived(cx: &Ctxt, variant: &Variant<'_>) {
    let ident = variant.ident.unraw().to_string();
    if case::is_ambiguous(&ident) {
        let (run, words) = case::readings(&ident);
        let message = format!("`{run}` or `{words}`? say it with `name = \"..\"`");
        cx.error(variant.segment.span, message);
    } else if let Some(message) = charset(&variant.segment.text) {
        let message = format!("{message}: say it with `name = \"..\"`");
        cx.error(variant.segment.span, message);
    }
}

/// A segment is `[a-z][a-z0-9_]*`, and the whole name fits the log's column.
fn segment(cx: &Ctxt, key: &str, Segment { text, span, .. }: &Segment) {
    if text.contains('.') {
        let message = format!("`{key}` is one segment without dots: a nested enum adds a segment");
        cx.error(*span, message);
        return;
    }
    reject(cx, key, text, text, *span);
}

/// A former name has what every full name has.
pub(super) fn alias(cx: &Ctxt, alias: &LitStr) {
    let (text, span) = (alias.value(), alias.span());
    if text.len() > LONGEST {
        cx.error(span, format!("a name has at most {LONGEST} bytes, and so had `alias`"));
    } else if !text.is_empty() && !text.contains('.') {
        let message = format!(
            "`alias` is a full name of two segments or more: write \"order.{text}\", with the \
             families that it stood in"
        );
        cx.error(span, message);
    } else {
        path(cx, "alias", &text, span);
    }
}

/// A prefix has room for one more segment below it.
fn prefix(cx: &Ctxt, text: &str, span: Span) {
    if text.len() + 1 >= LONGEST {
        cx.error(span, format!("a name has at most {LONGEST} bytes: shorten `prefix`"));
    } else {
        path(cx, "prefix", text, span);
    }
}

/// Segments joined by dots, of which the first that is none is refused.
fn path(cx: &Ctxt, key: &str, text: &str, span: Span) {
    for part in text.split('.') {
        if reject(cx, key, part, text, span) {
            return;
        }
    }
    // The runtime's own events stand below this segment.
    if text.split('.').next() == Some("eventbus") {
        cx.error(span, "the first segment `eventbus` is reserved: choose another");
    }
}

/// Whether `part` of the literal's `text` is no segment; what is suggested in its place is the whole text.
fn reject(cx: &Ctxt, key: &str, part: &str, text: &str, span: Span) -> bool {
    let message = if part.is_empty() {
        format!("`{key}` has an empty segment: write at least one letter")
    } else if let Some(wildcard) = part.chars().find(|char| ['*', '#', '>'].contains(char)) {
        format!("`{wildcard}` is reserved for wildcards: leave it out of `{key}`")
    } else if part.len() > LONGEST {
        format!("a name has at most {LONGEST} bytes: shorten `{key}`")
    } else if let Some(message) = charset(part) {
        let whole = if part == text {
            repaired(text)
        } else {
            let parts: Option<Vec<String>> = text.split('.').map(repaired).collect();
            parts.map(|parts| parts.join("."))
        };
        match whole {
            Some(text) => format!("{message}: did you mean \"{text}\"?"),
            None => format!("{message}: write `{key} = \"..\"` with such letters"),
        }
    } else {
        return false;
    };
    cx.error(span, message);
    true
}

fn charset(text: &str) -> Option<String> {
    let fits =
        text.starts_with(|char: char| char.is_ascii_lowercase()) && text.chars().all(allowed);
    (!fits).then(|| {
        format!("\"{text}\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 and _")
    })
}

fn allowed(char: char) -> bool {
    char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_'
}

fn repaired(text: &str) -> Option<String> {
    let words: String =
        case::snake(text).chars().map(|char| if allowed(char) { char } else { '_' }).collect();
    let start = words.find(|char: char| char.is_ascii_lowercase())?;
    Some(words[start..].trim_end_matches('_').to_owned())
}

/// Within one enum a segment names one variant: a leaf, or a family.
fn two_of_one_name(cx: &Ctxt, model: &Enum<'_>) {
    let mut seen: HashMap<&str, &Variant<'_>> = HashMap::new();
    for variant in model.variants.iter().filter(|variant| variant.attrs.unknown.is_none()) {
        let text = variant.segment.text.as_str();
        if let Some(first) = seen.get(text) {
            let (one, other) = (first.ident, variant.ident);
            let what = match (is_group(first), is_group(variant)) {
                (true, false) => format!("`{one}` is a family and `{other}` an event"),
                (false, true) => format!("`{one}` is an event and `{other}` a family"),
                _ => format!("`{one}` and `{other}` are both"),
            };
            let message = format!("{what} named `{text}`: give one another `name = \"..\"`");
            let mut error = syn::Error::new(first.segment.span, &message);
            error.combine(syn::Error::new(variant.segment.span, message));
            cx.push(error);
        } else {
            seen.insert(text, variant);
        }
    }
}

/// One group in two variants would give each of its events two names.
fn two_of_one_group(cx: &Ctxt, model: &Enum<'_>) {
    let mut seen = HashSet::new();
    for (_, _, ty) in model.groups() {
        let text = text::written(ty);
        if shape::nestable(model.ident, ty) && !seen.insert(text.clone()) {
            let message = format!(
                "`{text}` is the group of two variants and its events would have two names: write \
                 one enum for each"
            );
            cx.error_on(ty, message);
        }
    }
}

fn is_group(variant: &Variant<'_>) -> bool {
    matches!(variant.kind, Kind::Group(_))
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, mistakes, refused};

    fn named(name: &str) -> String {
        format!("enum E {{ #[event(name = \"{name}\")] A }}")
    }

    #[test]
    fn a_segment_is_lower_case_letters_digits_and_underscores() {
        accepted(&named("placed_2"));
        refused(&named(""), "\"\"", "`name` has an empty segment: write at least one letter");
        refused(
            &named("a.b"),
            "\"a.b\"",
            "`name` is one segment without dots: a nested enum adds a segment",
        );
        for wildcard in ['*', '#', '>'] {
            refused(
                &named(&format!("a{wildcard}")),
                &format!("\"a{wildcard}\""),
                &format!("`{wildcard}` is reserved for wildcards: leave it out of `name`"),
            );
        }
        refused(
            &named("OrderPlaced"),
            "\"OrderPlaced\"",
            "\"OrderPlaced\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 \
             and _: did you mean \"order_placed\"?",
        );
        refused(
            &named(&"a".repeat(129)),
            &format!("\"{}\"", "a".repeat(129)),
            "a name has at most 128 bytes: shorten `name`",
        );
    }

    #[test]
    fn an_identifier_of_two_readings_is_asked_about() {
        refused(
            "enum E { OAuth2Linked }",
            "OAuth2Linked",
            "`oauth2_linked` or `o_auth2_linked`? say it with `name = \"..\"`",
        );
        accepted("enum E { #[event(name = \"oauth_linked\")] OAuth2Linked }");
        accepted("#[event(rename_all = \"lowercase\")] enum E { OAuth2Linked }");
    }

    #[test]
    fn two_variants_of_one_name_are_both_shown() {
        let message = "`Placed` and `B` are both named `placed`: give one another `name = \"..\"`";
        assert_eq!(
            mistakes("enum E { Placed, #[event(name = \"placed\")] B }"),
            [
                ("Placed".to_owned(), message.to_owned()),
                ("\"placed\"".to_owned(), message.to_owned())
            ]
        );
    }

    #[test]
    fn an_alias_is_a_full_name() {
        let aliased = |alias: &str| format!("enum E {{ #[event(alias = \"{alias}\")] A }}");
        accepted(&aliased("order.created"));
        accepted(&aliased("order.line.created_2"));
        for (alias, message) in [
            (
                "created",
                "`alias` is a full name of two segments or more: write \"order.created\", with the \
                 families that it stood in",
            ),
            ("", "`alias` has an empty segment: write at least one letter"),
            ("order.", "`alias` has an empty segment: write at least one letter"),
            ("order.*", "`*` is reserved for wildcards: leave it out of `alias`"),
            (
                "order.Created",
                "\"Created\" is no segment of a name, which begins with a-z and goes on with a-z, \
                 0-9 and _: did you mean \"order.created\"?",
            ),
            ("eventbus.started", "the first segment `eventbus` is reserved: choose another"),
        ] {
            refused(&aliased(alias), &format!("\"{alias}\""), message);
        }
        let long = format!("order.{}", "a".repeat(123));
        refused(
            &aliased(&long),
            &format!("\"{long}\""),
            "a name has at most 128 bytes, and so had `alias`",
        );
        accepted(&aliased(&long[..128]));
    }

    #[test]
    fn a_kind_of_aggregate_is_one_segment() {
        accepted("#[event(aggregate = \"order\")] enum E { A }");
        refused(
            "#[event(aggregate = \"sales.order\")] enum E { A }",
            "\"sales.order\"",
            "\"sales.order\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 \
             and _: did you mean \"sales_order\"?",
        );
        refused(
            "#[event(aggregate = \"\")] enum E { A }",
            "\"\"",
            "`aggregate` has an empty segment: write at least one letter",
        );
    }

    #[test]
    fn a_prefix_is_segments_and_not_the_runtimes_own() {
        accepted("#[event(prefix = \"billing.invoice\")] enum E { A }");
        refused(
            "#[event(prefix = \"eventbus\")] enum E { A }",
            "\"eventbus\"",
            "the first segment `eventbus` is reserved: choose another",
        );
        refused(
            "#[event(prefix = \"a..b\")] enum E { A }",
            "\"a..b\"",
            "`prefix` has an empty segment: write at least one letter",
        );
        refused(
            "#[event(prefix = \"Shop.Order\")] enum E { A }",
            "\"Shop.Order\"",
            "\"Shop\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 and _: \
             did you mean \"shop.order\"?",
        );
        refused(
            &format!("#[event(prefix = \"{}\")] enum E {{ A }}", "a".repeat(127)),
            &format!("\"{}\"", "a".repeat(127)),
            "a name has at most 128 bytes: shorten `prefix`",
        );
    }

    #[test]
    fn an_identifier_that_is_no_segment_says_its_name() {
        for (ident, text) in [("_Hidden", "_hidden"), ("Größe", "größe")] {
            let message = format!(
                "\"{text}\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 \
                 and _: say it with `name = \"..\"`"
            );
            refused(&format!("enum E {{ {ident} }}"), ident, &message);
        }
        refused(
            &named("ß"),
            "\"ß\"",
            "\"ß\" is no segment of a name, which begins with a-z and goes on with a-z, 0-9 and _: \
             write `name = \"..\"` with such letters",
        );
    }

    #[test]
    fn a_leaf_is_no_family() {
        let message = "`Item` is a family and `Added` an event named `item`: give one another `name = \"..\"`";
        assert_eq!(
            mistakes("enum E { Item(ItemEvent), #[event(name = \"item\")] Added }"),
            [("Item".to_owned(), message.to_owned()), ("\"item\"".to_owned(), message.to_owned())]
        );
    }

    #[test]
    fn a_group_stands_in_one_variant() {
        refused(
            "enum E { A(a::B), C(a::B) }",
            "a::B",
            "`a::B` is the group of two variants and its events would have two names: write one \
             enum for each",
        );
    }
}
