//! What a leaf says of its past: former names, former versions, and since when it is no longer emitted.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{LitInt, LitStr, Token, Type};

use super::Keyed;
use super::entry::Entries;
use crate::ctxt::Ctxt;
use crate::symbol::{ALIAS, RETIRED, UNREADABLE, UPCAST};

/// `alias`, `upcast`, `unreadable` and `retired` of one variant.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) upcast: Option<Keyed<Vec<Step>>>,
    pub(crate) unreadable: Option<Keyed<Vec<Number>>>,
    pub(crate) retired: Option<LitStr>,
    /// A list of versions could not be read, and what is missing from it is no second mistake.
    pub(crate) garbled: bool,
}

/// `1 => OrderPlacedV1`: the type that reads a former version.
pub(crate) struct Step {
    pub(crate) number: Number,
    pub(crate) ty: Type,
}

/// The number of a version.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

impl History {
    pub(super) fn read(cx: &Ctxt, entries: &Entries) -> Self {
        let (upcast, unreadable) = (entries.list(cx, UPCAST), entries.list(cx, UNREADABLE));
        let garbled = entries.has(UPCAST) && upcast.is_none()
            || entries.has(UNREADABLE) && unreadable.is_none();
        Self {
            garbled,
            aliases: entries.strings(cx, ALIAS),
            upcast,
            unreadable,
            retired: entries.string(cx, RETIRED).filter(|day| known_day(cx, day)),
        }
    }

    /// Its keys by their names, each with what is underlined.
    pub(crate) fn keys(&self) -> Vec<(&'static str, Span)> {
        let mut keys: Vec<_> = self.aliases.iter().map(|alias| (ALIAS, alias.span())).collect();
        keys.extend(self.upcast.as_ref().map(|upcast| (UPCAST, upcast.key)));
        keys.extend(self.unreadable.as_ref().map(|unreadable| (UNREADABLE, unreadable.key)));
        keys.extend(self.retired.as_ref().map(|retired| (RETIRED, retired.span())));
        keys
    }

    /// The former versions that are read, in the order in which they are written.
    pub(crate) fn steps(&self) -> &[Step] {
        self.upcast.as_ref().map_or(&[], |upcast| &upcast.value)
    }

    /// The former versions that nothing reads, in the order in which they are written.
    pub(crate) fn unread(&self) -> &[Number] {
        self.unreadable.as_ref().map_or(&[], |unreadable| &unreadable.value)
    }
}

impl Parse for Step {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let number = input.parse()?;
        input.parse::<Token![=>]>()?;
        Ok(Self { number, ty: input.parse()? })
    }
}

impl Parse for Number {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: LitInt = input.parse()?;
        Ok(Self { value: literal.base10_parse()?, span: literal.span() })
    }
}

/// A day is written as the calendar knows it: what is retired is looked for by it.
fn known_day(cx: &Ctxt, day: &LitStr) -> bool {
    let known = is_day(&day.value());
    if !known {
        let message = format!(
            "\"{}\" is no day: `retired` is the one from which it is no longer emitted, `retired = \
             \"2026-01-31\"`",
            day.value()
        );
        cx.error(day.span(), message);
    }
    known
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        let fits = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let [year, month, day] = parts[..] else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::is_day;
    use crate::derive::tests::{accepted, refused};

    fn variant(keys: &str) -> String {
        format!("enum E {{ #[event({keys})] A }}")
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for day in ["2026-01-31", "2024-02-29", "2000-02-29", "9999-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for day in
            ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-04-31", ""]
        {
            assert!(!is_day(day), "{day}");
        }
        refused(
            &variant("retired = \"yesterday\""),
            "\"yesterday\"",
            "\"yesterday\" is no day: `retired` is the one from which it is no longer emitted, \
             `retired = \"2026-01-31\"`",
        );
        refused(
            &variant("retired"),
            "retired",
            "`retired` is a string: `retired = \"2026-01-31\"`",
        );
    }

    #[test]
    fn an_alias_repeats_and_the_other_keys_do_not() {
        accepted(&variant("alias = \"a.b\", alias = \"a.c\""));
        accepted("enum E { #[event(alias = \"a.b\")] #[event(alias = \"a.c\")] A }");
        refused(
            &variant("retired = \"2026-01-31\", retired = \"2026-01-31\""),
            "retired",
            "`retired` is given twice: keep one",
        );
    }

    #[test]
    fn lists_of_versions_are_shown_as_they_are_written() {
        for (keys, text, sample) in [
            ("version = 2, upcast(1 = P)", "upcast(1 = P)", "upcast(1 => OrderPlacedV1)"),
            ("version = 2, upcast(P)", "upcast(P)", "upcast(1 => OrderPlacedV1)"),
            ("version = 2, upcast()", "upcast()", "upcast(1 => OrderPlacedV1)"),
            ("version = 2, upcast", "upcast", "upcast(1 => OrderPlacedV1)"),
            ("version = 2, unreadable = 1", "unreadable = 1", "unreadable(1)"),
            ("version = 2, unreadable(x)", "unreadable(x)", "unreadable(1)"),
        ] {
            let key = text.split(['(', ' ']).next().unwrap();
            let message = format!("`{key}` is a list: `{sample}`");
            refused(&variant(keys), text, &message);
        }
    }
}
