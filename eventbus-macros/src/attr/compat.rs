//! `compat`: what an author asks of the evolution check for one event.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Token};

use super::entry::{Entries, string_of};
use crate::ctxt::Ctxt;
use crate::symbol::COMPAT;

/// A mode, a reviewed exemption, or both.
pub(crate) struct Compat {
    /// Where the first of them stands.
    pub(crate) key: Span,
    /// The variant of the runtime's `CompatMode`.
    pub(crate) mode: Option<&'static str>,
    /// Why a change was let through.
    pub(crate) reviewed: Option<String>,
}

pub(super) fn read(cx: &Ctxt, entries: &Entries) -> Option<Compat> {
    let mut compat: Option<Compat> = None;
    for meta in entries.all(COMPAT) {
        let key = meta.path().span();
        let compat = compat.get_or_insert(Compat { key, mode: None, reviewed: None });
        match meta {
            Meta::Path(path) => {
                let message = "`compat` is a mode, `compat = \"backward\"`, or a reviewed exemption, \
                               `compat(reviewed = \"why\")`";
                cx.error_on(path, message);
            }
            Meta::NameValue(meta) => compat.mode = mode(cx, meta),
            Meta::List(list) => compat.reviewed = reviewed(cx, list),
        }
    }
    compat
}

fn mode(cx: &Ctxt, meta: &syn::MetaNameValue) -> Option<&'static str> {
    let text = string_of(&meta.value);
    let mode = match text.as_ref().map(syn::LitStr::value).as_deref() {
        Some("backward") => Some("Backward"),
        Some("forward") => Some("Forward"),
        Some("full") => Some("Full"),
        Some("none") => Some("None"),
        _ => None,
    };
    if mode.is_none() {
        let message = "`compat` is `\"backward\"`, `\"forward\"`, `\"full\"` or `\"none\"`";
        cx.error_on(&meta.value, message);
    }
    mode
}

/// An exemption without a reason would be a switch.
fn reviewed(cx: &Ctxt, list: &syn::MetaList) -> Option<String> {
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let reason =
        metas.ok().filter(|metas| metas.len() == 1).and_then(|metas| match metas.first() {
            Some(Meta::NameValue(meta)) if meta.path.is_ident("reviewed") => string_of(&meta.value),
            _ => None,
        });
    let reason = reason.map(|reason| reason.value()).filter(|reason| !reason.trim().is_empty());
    if reason.is_none() {
        let message = "`compat(..)` holds the reason of an exemption: `compat(reviewed = \"why\")`";
        cx.error_on(list, message);
    }
    reason
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    fn variant(keys: &str) -> String {
        format!("enum E {{ #[event({keys})] A }}")
    }

    #[test]
    fn a_mode_and_an_exemption_stand_side_by_side() {
        for mode in ["backward", "forward", "full", "none"] {
            accepted(&variant(&format!("compat = \"{mode}\", compat(reviewed = \"agreed\")")));
        }
        refused(
            &variant("compat = \"full\", compat = \"none\""),
            "compat",
            "`compat` is given twice: keep one",
        );
    }

    #[test]
    fn a_mode_is_one_of_four() {
        let message = "`compat` is `\"backward\"`, `\"forward\"`, `\"full\"` or `\"none\"`";
        refused(&variant("compat = \"both\""), "\"both\"", message);
        refused(&variant("compat = 1"), "1", message);
        refused(
            &variant("compat"),
            "compat",
            "`compat` is a mode, `compat = \"backward\"`, or a reviewed exemption, \
             `compat(reviewed = \"why\")`",
        );
    }

    #[test]
    fn an_exemption_has_its_reason() {
        let message = "`compat(..)` holds the reason of an exemption: `compat(reviewed = \"why\")`";
        for key in [
            "compat()",
            "compat(reviewed)",
            "compat(reviewed = \" \")",
            "compat(review = \"why\")",
            "compat(reviewed = \"a\", reviewed = \"b\")",
        ] {
            refused(&variant(key), key, message);
        }
    }

    #[test]
    fn a_group_has_no_payload_to_compare() {
        refused(
            "enum E { #[event(compat = \"none\")] A(B) }",
            "compat",
            "`compat` is about a payload: write it on the group's own variants",
        );
    }
}
