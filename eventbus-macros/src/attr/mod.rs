//! The attributes, read one by one. A law about one attribute stands here; a law about two stands in `check`.

mod compat;
mod entry;
mod field;
mod history;
mod serde;

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Path, Token, Type};

pub(crate) use self::compat::Compat;
use self::entry::Entries;
pub(crate) use self::field::FieldAttrs;
pub(crate) use self::history::{History, Number, Step};
pub(crate) use self::serde::{Serde, Write};
use crate::ctxt::Ctxt;
use crate::symbol;

/// A value with the span of its key: what is said about an attribute is said where it stands.
pub(crate) struct Keyed<T> {
    pub(crate) key: Span,
    pub(crate) value: T,
}

/// `#[event(..)]` on an enum.
pub(crate) struct EnumAttrs {
    pub(crate) krate: Option<Path>,
    pub(crate) derives: Vec<Path>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) rename_all: Option<LitStr>,
    pub(crate) aggregate: Option<LitStr>,
}

/// `#[event(..)]` on a variant.
pub(crate) struct VariantAttrs {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<Keyed<u32>>,
    pub(crate) payload: Option<Keyed<Option<Ident>>>,
    pub(crate) external: Option<Span>,
    pub(crate) unknown: Option<Span>,
    pub(crate) history: History,
    pub(crate) compat: Option<Compat>,
}

impl EnumAttrs {
    pub(crate) fn read(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let entries = Entries::read(cx, attrs, symbol::ENUM);
        let derives = entries.paths(cx, symbol::DERIVE);
        // A derive that is there already would be an error of the compiler in code that nobody wrote.
        for (at, path) in derives.iter().enumerate() {
            let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            if always_derived(path) {
                cx.error_on(path, format!("payload structs always derive `{name}`: leave it out"));
            } else if derives[..at].iter().any(|other| is_same(other, path)) {
                cx.error_on(path, format!("`{name}` is derived twice: keep one"));
            }
        }
        Self {
            krate: entries.path(cx, symbol::CRATE),
            derives,
            prefix: entries.string(cx, symbol::PREFIX),
            rename_all: entries.string(cx, symbol::RENAME_ALL).filter(|case| known_case(cx, case)),
            aggregate: entries.string(cx, symbol::AGGREGATE),
        }
    }
}

/// Whether two paths are written alike. syn compares them only with a feature that costs every build.
pub(crate) fn is_same(left: &Path, right: &Path) -> bool {
    let mut pairs = left.segments.iter().zip(&right.segments);
    left.segments.len() == right.segments.len()
        && pairs.all(|(one, other)| one.ident == other.ident)
}

/// Whether every generated payload struct has this derive: by its name alone, or by the path of a crate that it is
/// known from, for others have a `Serialize` of their own.
pub(crate) fn always_derived(path: &Path) -> bool {
    const GIVEN: &[&str] =
        &["Clone", "Debug", "Deserialize", "EventPayload", "JsonSchema", "Serialize"];
    const CRATES: &[&str] = &["core", "eventbus_runtime", "schemars", "serde", "std"];
    let is = |segment: Option<&syn::PathSegment>, names: &[&str]| {
        segment.is_some_and(|segment| names.iter().any(|name| segment.ident == name))
    };
    let known = path.segments.len() == 1 || is(path.segments.first(), CRATES);
    known && is(path.segments.last(), GIVEN)
}

impl VariantAttrs {
    pub(crate) fn read(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let entries = Entries::read(cx, attrs, symbol::VARIANT);
        let version = entries.integer(cx, symbol::VERSION);
        // Version 0 is what a missing number is read as elsewhere: versions count from 1.
        if let Some(Keyed { key, value: 0 }) = version {
            cx.error(key, "versions count from 1: `version = 1`, or leave it out");
        }
        Self {
            name: entries.string(cx, symbol::NAME),
            version,
            payload: entries.flag_or_ident(cx, symbol::PAYLOAD),
            external: entries.flag(cx, symbol::EXTERNAL),
            unknown: entries.flag(cx, symbol::UNKNOWN),
            history: History::read(cx, &entries),
            compat: compat::read(cx, &entries),
        }
    }
}

/// Reads `#[event(crate = "path")]` on a payload struct.
pub(crate) fn struct_crate(cx: &Ctxt, attrs: &[Attribute]) -> Option<Path> {
    Entries::read(cx, attrs, symbol::STRUCT).path(cx, symbol::CRATE)
}

/// Reads `#[event(crate = "path")]` on a subset.
pub(crate) fn subset_crate(cx: &Ctxt, attrs: &[Attribute]) -> Option<Path> {
    Entries::read(cx, attrs, symbol::SUBSET).path(cx, symbol::CRATE)
}

/// What a subset holds says everything itself.
pub(crate) fn no_event(cx: &Ctxt, attrs: &[&Attribute]) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(symbol::EVENT)) {
        let message =
            "a variant of a subset takes no `#[event(..)]`: write it where the event is declared";
        cx.error_on(attr, message);
    }
}

/// The text of the doc comments, without the space that rustdoc drops.
pub(crate) fn docs(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter(|attr| attr.path().is_ident(symbol::DOC))
        .filter_map(|attr| match &attr.meta {
            syn::Meta::NameValue(meta) => entry::string_of(&meta.value),
            _ => None,
        })
        .map(|line| line.value())
        .map(|line| line.strip_prefix(' ').map(str::to_owned).unwrap_or(line))
        .collect();
    lines.join("\n").trim().to_owned()
}

/// The note of `#[deprecated]`, empty where none is given; what is malformed, rustc says itself.
pub(crate) fn deprecated(attrs: &[Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident(symbol::DEPRECATED))?;
    let note = match &attr.meta {
        syn::Meta::Path(_) => None,
        syn::Meta::NameValue(meta) => entry::string_of(&meta.value),
        syn::Meta::List(list) => list
            .parse_args_with(Punctuated::<syn::Meta, Token![,]>::parse_terminated)
            .ok()
            .and_then(|metas| metas.into_iter().find(|meta| meta.path().is_ident("note")))
            .and_then(|meta| match meta {
                syn::Meta::NameValue(meta) => entry::string_of(&meta.value),
                _ => None,
            }),
    };
    Some(note.map(|note| note.value()).unwrap_or_default())
}

/// The last segment of a type's path, `Option` of `std::option::Option<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    path(ty)?.segments.last()
}

/// `T` of `Option<T>`.
pub(crate) fn optional(ty: &Type) -> Option<&Type> {
    last_segment(ty).filter(|segment| segment.ident == "Option").and_then(argument)
}

/// The first type in angle brackets, `T` of `Option<T>`.
pub(crate) fn argument(segment: &syn::PathSegment) -> Option<&Type> {
    arguments(segment).next()
}

/// The types in angle brackets.
pub(crate) fn arguments(segment: &syn::PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The path that a type is named by, without the groups and parentheses around it.
pub(crate) fn path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(path) => Some(&path.path),
        Type::Group(group) => path(&group.elem),
        Type::Paren(paren) => path(&paren.elem),
        _ => None,
    }
}

// Segments are `[a-z][a-z0-9_]*`: no other case of serde's can be one.
fn known_case(cx: &Ctxt, case: &LitStr) -> bool {
    let known = matches!(case.value().as_str(), "snake_case" | "lowercase");
    if !known {
        cx.error(case.span(), "`rename_all` is `\"snake_case\"` or `\"lowercase\"`");
    }
    known
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    #[test]
    fn what_is_always_derived_is_left_out() {
        for name in ["Debug", "Clone"] {
            refused(
                &format!("#[event(derive(PartialEq, {name}))] enum E {{ A }}"),
                name,
                &format!("payload structs always derive `{name}`: leave it out"),
            );
        }
    }

    #[test]
    fn what_is_derived_by_another_path_is_left_out_too() {
        for (path, name) in [
            ("std::fmt::Debug", "Debug"),
            ("serde::Serialize", "Serialize"),
            ("Deserialize", "Deserialize"),
            ("schemars::JsonSchema", "JsonSchema"),
            ("EventPayload", "EventPayload"),
        ] {
            refused(
                &format!("#[event(derive(PartialEq, {path}))] enum E {{ A }}"),
                path,
                &format!("payload structs always derive `{name}`: leave it out"),
            );
        }
        refused(
            "#[event(derive(PartialEq, Eq, PartialEq))] enum E { A }",
            "PartialEq",
            "`PartialEq` is derived twice: keep one",
        );
        accepted("#[event(derive(rkyv::Serialize))] enum E { A }");
    }

    #[test]
    fn versions_count_from_1() {
        refused(
            "enum E { #[event(version = 0)] A }",
            "version = 0",
            "versions count from 1: `version = 1`, or leave it out",
        );
    }

    #[test]
    fn segments_have_the_case_of_segments() {
        for case in ["camelCase", "kebab-case", "UPPERCASE", ""] {
            refused(
                &format!("#[event(rename_all = \"{case}\")] enum E {{ A }}"),
                &format!("\"{case}\""),
                "`rename_all` is `\"snake_case\"` or `\"lowercase\"`",
            );
        }
    }
}
