//! A leaf's past: which of its former names and versions can be said together, and of what.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;

use super::names;
use crate::ast::{Enum, Kind, Variant, is_raw_event};
use crate::attr::{History, Keyed, Number};
use crate::ctxt::Ctxt;
use crate::symbol::{ALIAS, EXTERNAL, NAME, PAYLOAD, RETIRED, UNREADABLE, UPCAST, VERSION};

/// How many versions without a path a message names.
const NAMED: usize = 3;

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    for variant in &model.variants {
        match &variant.kind {
            Kind::Leaf(leaf) if variant.attrs.unknown.is_none() => {
                versions(cx, variant, leaf.version);
            }
            Kind::Group(_) => no_history(cx, &variant.attrs.history),
            // Said so nowhere, it would be a group of another crate.
            Kind::Unknown(_) if variant.attrs.unknown.is_none() => {
                let message = "`Unknown(RawEvent)` keeps what no other variant is for: mark it \
                               `#[event(unknown)]`";
                cx.error(variant.ident.span(), message);
            }
            _ => {}
        }
        for alias in &variant.attrs.history.aliases {
            names::alias(cx, alias);
        }
        if let Some(key) = variant.attrs.unknown {
            unknown(cx, variant, key);
        }
    }
    one_unknown(cx, model);
    one_alias(cx, model);
}

/// A past belongs to one event, and a group is many.
fn no_history(cx: &Ctxt, history: &History) {
    for (key, span) in history.keys() {
        let message = match key {
            ALIAS => {
                "`alias` is the former name of one event: write it on the group's own variants"
            }
            RETIRED => "`retired` is said of one event: write it on the group's own variants",
            _ => {
                let message = format!(
                    "`{key}` is said of a payload's versions: write it on the group's own variants"
                );
                cx.error(span, message);
                continue;
            }
        };
        cx.error(span, message);
    }
}

/// Every former version of a payload is read by a type, or said to be read by none.
fn versions(cx: &Ctxt, variant: &Variant<'_>, current: u32) {
    let history = &variant.attrs.history;
    let numbers = || history.steps().iter().map(|step| step.number).chain(unread(history));
    if variant.attrs.version.is_none() {
        let newest = numbers().map(|number| number.value).max().unwrap_or(1);
        for (key, span) in history.keys().into_iter().filter(|(key, _)| is_of_versions(key)) {
            let message = format!(
                "`{key}` is about former versions: say the current one, `version = {}`",
                newest.saturating_add(1)
            );
            cx.error(span, message);
        }
        return;
    }
    let steps = history.steps().iter().map(|step| step.number);
    let sound =
        former(cx, UPCAST, steps, current) & former(cx, UNREADABLE, unread(history), current);
    let either = one_path(cx, history);
    if sound && either && !history.garbled {
        gap(cx, variant, current);
    }
}

fn unread(history: &History) -> impl Iterator<Item = Number> {
    history.unread().iter().copied()
}

fn is_of_versions(key: &str) -> bool {
    [UPCAST, UNREADABLE].contains(&key)
}

/// Former versions are numbered from 1 to the one before the current, each is said once, and upwards: so the path that
/// an event takes is read from left to right.
fn former(cx: &Ctxt, key: &str, numbers: impl Iterator<Item = Number>, current: u32) -> bool {
    let mut last: Option<u32> = None;
    let mut sound = true;
    for Number { value, span } in numbers {
        let message = match last {
            _ if value == 0 => "versions count from 1".to_owned(),
            _ if value >= current => format!(
                "version {value} is no former one at `version = {current}`: `{key}` is about those \
                 below {current}"
            ),
            Some(before) if before == value => {
                format!("version {value} is given twice in `{key}`: keep one")
            }
            Some(before) if before > value => {
                format!("versions go upwards: write {value} before {before}")
            }
            _ => {
                last = Some(value);
                continue;
            }
        };
        cx.error(span, message);
        sound = false;
    }
    sound
}

/// What is read is not unreadable.
fn one_path(cx: &Ctxt, history: &History) -> bool {
    let read: HashSet<u32> = history.steps().iter().map(|step| step.number.value).collect();
    let mut sound = true;
    for Number { value, span } in unread(history).filter(|number| read.contains(&number.value)) {
        let message = format!(
            "`upcast` reads version {value}: take it out of `unreadable`, or out of `upcast`"
        );
        cx.error(span, message);
        sound = false;
    }
    sound
}

/// What no type reads is found out here, and not by an event of that version.
fn gap(cx: &Ctxt, variant: &Variant<'_>, current: u32) {
    let history = &variant.attrs.history;
    let Some(Keyed { key, .. }) = variant.attrs.version else { return };
    let steps = history.steps().iter().map(|step| step.number);
    let known: HashSet<u32> = steps.chain(unread(history)).map(|number| number.value).collect();
    let missing: Vec<u32> =
        (1..current).filter(|version| !known.contains(version)).take(NAMED + 1).collect();
    if let [first, rest @ ..] = &missing[..] {
        let more = rest.len() == NAMED;
        let missing = if more { &missing[..NAMED] } else { &missing[..] };
        let text = |join: &str, each: fn(&u32) -> String| {
            missing.iter().map(each).collect::<Vec<_>>().join(join)
        };
        let tail = if more { ", .." } else { "" };
        let (versions, it) = match rest {
            [] => (format!("version {first}"), "it"),
            _ => (format!("versions {}{tail}", text(", ", u32::to_string)), "them"),
        };
        let message = format!(
            "at version {current} nothing reads {versions}: add `upcast({}{tail})`, or say \
             `unreadable({}{tail})` where no event of {it} is kept",
            text(", ", |version| format!("{version} => ..")),
            text(", ", u32::to_string),
        );
        cx.error(key, message);
    }
}

/// `Unknown(RawEvent)` keeps the whole event, which brings its own name, version and payload.
fn unknown(cx: &Ctxt, variant: &Variant<'_>, key: Span) {
    let attrs = &variant.attrs;
    let raw = matches!(variant.kind, Kind::Unknown(ty) if is_raw_event(ty));
    if !raw {
        let message = format!(
            "`unknown` keeps the whole event as it was written: write `#[event(unknown)] \
             {}(RawEvent)`",
            variant.ident
        );
        cx.error(key, message);
    }
    let mut others = attrs.history.keys();
    others.extend(attrs.name.as_ref().map(|name| (NAME, name.span())));
    others.extend(attrs.version.as_ref().map(|version| (VERSION, version.key)));
    others.extend(attrs.payload.as_ref().map(|payload| (PAYLOAD, payload.key)));
    others.extend(attrs.external.map(|external| (EXTERNAL, external)));
    for (key, span) in others {
        let message = format!("what is unknown brings what `{key}` says: leave `unknown` alone");
        cx.error(span, message);
    }
}

/// Two places for what is unknown would be no place.
fn one_unknown(cx: &Ctxt, model: &Enum<'_>) {
    let keys = model.variants.iter().filter_map(|variant| variant.attrs.unknown);
    for key in keys.skip(1) {
        cx.error(key, "`unknown` is given twice: one variant keeps what no other is for");
    }
}

/// A former name is that of one event. What other enums say is a constant assertion of the expansion.
fn one_alias(cx: &Ctxt, model: &Enum<'_>) {
    let mut seen: HashMap<String, &Variant<'_>> = HashMap::new();
    for variant in &model.variants {
        for alias in &variant.attrs.history.aliases {
            let text = alias.value();
            match seen.get(&text) {
                Some(first) if std::ptr::eq(*first, variant) => {
                    cx.error(alias.span(), format!("the alias `{text}` is given twice: keep one"));
                }
                Some(first) => {
                    let message = format!(
                        "`{}` and `{}` both have the alias `{text}`: a former name is that of one \
                         event",
                        first.ident, variant.ident
                    );
                    cx.error(alias.span(), message);
                }
                None => {
                    seen.insert(text, variant);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, mistakes, refused};

    fn variant(keys: &str) -> String {
        format!("enum E {{ #[event({keys})] A }}")
    }

    #[test]
    fn every_former_version_has_a_path_or_is_said_to_have_none() {
        refused(
            &variant("version = 3, upcast(2 => P)"),
            "version = 3",
            "at version 3 nothing reads version 1: add `upcast(1 => ..)`, or say `unreadable(1)` \
             where no event of it is kept",
        );
        refused(
            &variant("version = 3"),
            "version = 3",
            "at version 3 nothing reads versions 1, 2: add `upcast(1 => .., 2 => ..)`, or say \
             `unreadable(1, 2)` where no event of them is kept",
        );
        refused(
            &variant("version = 4294967295"),
            "version = 4294967295",
            "at version 4294967295 nothing reads versions 1, 2, 3, ..: add `upcast(1 => .., 2 => \
             .., 3 => .., ..)`, or say `unreadable(1, 2, 3, ..)` where no event of them is kept",
        );
        accepted(&variant("version = 1"));
        accepted(&variant("version = 2, upcast(1 => P)"));
        accepted(&variant("version = 4, upcast(1 => a::P, 3 => Q<R>,), unreadable(2)"));
        accepted("enum E { #[event(payload, version = 2, upcast(1 => P))] A(B) }");
    }

    #[test]
    fn a_path_is_written_once_upwards_and_for_a_former_version() {
        for (keys, text, message) in [
            ("version = 2, upcast(0 => P)", "0", "versions count from 1"),
            ("version = 2, unreadable(0)", "0", "versions count from 1"),
            (
                "version = 2, upcast(2 => P)",
                "2",
                "version 2 is no former one at `version = 2`: `upcast` is about those below 2",
            ),
            (
                "version = 2, unreadable(7)",
                "7",
                "version 7 is no former one at `version = 2`: `unreadable` is about those below 2",
            ),
            (
                "version = 2, upcast(1 => P, 1 => Q)",
                "1",
                "version 1 is given twice in `upcast`: keep one",
            ),
            (
                "version = 2, unreadable(1, 1)",
                "1",
                "version 1 is given twice in `unreadable`: keep one",
            ),
            ("version = 3, upcast(2 => P, 1 => Q)", "1", "versions go upwards: write 1 before 2"),
            (
                "version = 2, upcast(1 => P), unreadable(1)",
                "1",
                "`upcast` reads version 1: take it out of `unreadable`, or out of `upcast`",
            ),
        ] {
            refused(&variant(keys), text, message);
        }
    }

    #[test]
    fn former_versions_are_those_before_a_current_one() {
        refused(
            &variant("upcast(1 => P)"),
            "upcast",
            "`upcast` is about former versions: say the current one, `version = 2`",
        );
        refused(
            &variant("unreadable(1, 2)"),
            "unreadable",
            "`unreadable` is about former versions: say the current one, `version = 3`",
        );
    }

    #[test]
    fn a_group_has_no_past_of_its_own() {
        for (keys, text, message) in [
            (
                "alias = \"a.b\"",
                "\"a.b\"",
                "`alias` is the former name of one event: write it on the group's own variants",
            ),
            (
                "upcast(1 => P)",
                "upcast",
                "`upcast` is said of a payload's versions: write it on the group's own variants",
            ),
            (
                "unreadable(1)",
                "unreadable",
                "`unreadable` is said of a payload's versions: write it on the group's own variants",
            ),
            (
                "retired = \"2026-01-31\"",
                "\"2026-01-31\"",
                "`retired` is said of one event: write it on the group's own variants",
            ),
        ] {
            refused(&format!("enum E {{ #[event({keys})] A(B) }}"), text, message);
        }
    }

    #[test]
    fn an_alias_is_that_of_one_event() {
        refused(
            &variant("alias = \"a.b\", alias = \"a.b\""),
            "\"a.b\"",
            "the alias `a.b` is given twice: keep one",
        );
        refused(
            "enum E { #[event(alias = \"a.b\")] A, #[event(alias = \"a.b\")] B }",
            "\"a.b\"",
            "`A` and `B` both have the alias `a.b`: a former name is that of one event",
        );
    }

    #[test]
    fn what_is_unknown_is_kept_whole_in_one_place() {
        accepted("enum E { A, #[event(unknown)] Unknown(RawEvent) }");
        accepted("enum E { A, #[event(unknown)] Other(eventbus_runtime::RawEvent) }");
        for variant in ["Unknown", "Unknown {}", "Unknown(Other)", "Unknown(RawEvent, u8)"] {
            refused(
                &format!("enum E {{ A, #[event(unknown)] {variant} }}"),
                "unknown",
                "`unknown` keeps the whole event as it was written: write `#[event(unknown)] \
                 Unknown(RawEvent)`",
            );
        }
        refused(
            "enum E { A, #[event(unknown)] U(RawEvent), #[event(unknown)] V(RawEvent) }",
            "unknown",
            "`unknown` is given twice: one variant keeps what no other is for",
        );
    }

    #[test]
    fn unknown_stands_alone() {
        for (keys, key, text) in [
            ("alias = \"a.b\"", "alias", "\"a.b\""),
            ("name = \"a\"", "name", "\"a\""),
            ("version = 2", "version", "version = 2"),
            ("retired = \"2026-01-31\"", "retired", "\"2026-01-31\""),
            ("payload", "payload", "payload"),
            ("external", "external", "external"),
            ("upcast(1 => P)", "upcast", "upcast"),
            ("unreadable(1)", "unreadable", "unreadable"),
        ] {
            let message =
                format!("what is unknown brings what `{key}` says: leave `unknown` alone");
            let source = format!("enum E {{ A, #[event(unknown, {keys})] Unknown(RawEvent) }}");
            refused(&source, text, &message);
        }
    }

    #[test]
    fn an_enum_keeps_nothing_where_it_names_nothing() {
        refused(
            "enum E { #[event(unknown)] Unknown(RawEvent) }",
            "E",
            "an enum without variants names no event: write one, `Placed { .. }`",
        );
        refused(
            "enum E { A, Unknown(RawEvent) }",
            "Unknown",
            "`Unknown(RawEvent)` keeps what no other variant is for: mark it `#[event(unknown)]`",
        );
        assert_eq!(mistakes("enum E { A, Raw(RawEvent) }"), []);
    }
}
