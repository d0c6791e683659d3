//! The attributes, read one by one. A law about one attribute stands here; a law about two stands in `check`.

mod entry;
mod serde;

use proc_macro2::Span;
use syn::{Attribute, Ident, LitStr, Path, Type};

use self::entry::Entries;
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
}

/// `#[event(..)]` on a variant.
pub(crate) struct VariantAttrs {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<Keyed<u32>>,
    pub(crate) payload: Option<Keyed<Option<Ident>>>,
    pub(crate) external: Option<Span>,
}

impl EnumAttrs {
    pub(crate) fn read(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let entries = Entries::read(cx, attrs, symbol::ENUM);
        let derives = entries.paths(cx, symbol::DERIVE);
        // A derive that is always there would be an error of the compiler in code that nobody wrote.
        for path in &derives {
            if let Some(given) = ["Debug", "Clone"].iter().find(|given| path.is_ident(given)) {
                cx.error_on(path, format!("payload structs always derive `{given}`: leave it out"));
            }
        }
        Self {
            krate: entries.path(cx, symbol::CRATE),
            derives,
            prefix: entries.string(cx, symbol::PREFIX),
            rename_all: entries.string(cx, symbol::RENAME_ALL).filter(|case| known_case(cx, case)),
        }
    }
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
        }
    }
}

/// Reads `#[event(aggregate_id)]` on a field: the span of its key.
pub(crate) fn aggregate_id(cx: &Ctxt, attrs: &[Attribute]) -> Option<Span> {
    Entries::read(cx, attrs, symbol::FIELD).flag(cx, symbol::AGGREGATE_ID)
}

/// Reads `#[event(crate = "path")]` on a payload struct.
pub(crate) fn struct_crate(cx: &Ctxt, attrs: &[Attribute]) -> Option<Path> {
    Entries::read(cx, attrs, symbol::STRUCT).path(cx, symbol::CRATE)
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

/// The last segment of a type's path, `Option` of `std::option::Option<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    path(ty)?.segments.last()
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
