//! Which structs can be the payloads of an enum.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

use crate::ast::{Enum, Payload};
use crate::ctxt::Ctxt;
use crate::text;

/// What every module knows without an import. A payload struct stands beside its enum and would hide it there, from
/// the fields of the other payloads first.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    in_two_leaves(cx, model);
    named_as_its_enum(cx, model);
    named_as_the_preludes(cx, model);
    named_as_a_keyword(cx, model);
}

/// Whether a struct cannot have this name, or would hide one of the prelude's.
pub(crate) fn no_struct(ident: &Ident) -> bool {
    hides_the_prelude(ident) || is_keyword(ident)
}

fn is_keyword(ident: &Ident) -> bool {
    syn::parse_str::<Ident>(&ident.to_string()).is_err()
}

fn hides_the_prelude(ident: &Ident) -> bool {
    PRELUDE.iter().any(|name| ident == name)
}

/// One payload struct in two leaves would have two names.
fn in_two_leaves(cx: &Ctxt, model: &Enum<'_>) {
    let mut seen = HashSet::new();
    for (_, leaf) in model.leaves() {
        let (text, span): (String, Span) = match &leaf.payload {
            Payload::Generated(payload) => (payload.ident.to_string(), payload.ident.span()),
            Payload::Given(ty) => (text::written(ty), ty.span()),
        };
        if !seen.insert(text.clone()) {
            let message = format!(
                "`{text}` is the payload of two variants and would have two names: write one \
                 struct for each"
            );
            cx.error(span, message);
        }
    }
}

/// `OrderEvent::Event` would carry a second `OrderEvent`.
fn named_as_its_enum(cx: &Ctxt, model: &Enum<'_>) {
    for (variant, leaf) in model.leaves() {
        if matches!(&leaf.payload, Payload::Generated(payload) if payload.ident == *model.ident) {
            let message = format!(
                "the payload struct of `{}` would be named as its enum: name it with \
                 `payload = \"..\"`",
                variant.ident
            );
            cx.error(variant.ident.span(), message);
        }
    }
}

/// `Event::String` would hide `String` from the fields beside it.
fn named_as_the_preludes(cx: &Ctxt, model: &Enum<'_>) {
    for (variant, leaf) in model.leaves() {
        if let Payload::Generated(payload) = &leaf.payload
            && hides_the_prelude(&payload.ident)
        {
            let message = format!(
                "the payload struct of `{}` would hide the `{}` that every module knows: give it \
                 another name with `payload = \"..\"`",
                variant.ident, payload.ident
            );
            // A name that nobody wrote is said where its variant stands.
            let stated = variant.attrs.payload.as_ref().and_then(|stated| stated.value.as_ref());
            cx.error(stated.unwrap_or(variant.ident).span(), message);
        }
    }
}

/// `Event::r#type` would carry a `struct type`.
fn named_as_a_keyword(cx: &Ctxt, model: &Enum<'_>) {
    for (variant, leaf) in model.leaves() {
        if let Payload::Generated(payload) = &leaf.payload
            && is_keyword(&payload.ident)
        {
            let message = format!(
                "the payload struct of `{}` would be named `{}`, which is a keyword: give it \
                 another name with `payload = \"..\"`",
                variant.ident, payload.ident
            );
            cx.error(variant.ident.span(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    #[test]
    fn a_payload_hides_nothing_of_the_prelude() {
        refused(
            "enum Event { Created { note: String }, String { s: u8 } }",
            "String",
            "the payload struct of `String` would hide the `String` that every module knows: give \
             it another name with `payload = \"..\"`",
        );
        refused(
            "enum OrderEvent { #[event(payload = \"Vec\")] Listed }",
            "\"Vec\"",
            "the payload struct of `Listed` would hide the `Vec` that every module knows: give it \
             another name with `payload = \"..\"`",
        );
        accepted("enum Event { #[event(payload = \"Text\")] String { s: u8 } }");
        accepted("enum OrderEvent { Default, Error }");
    }

    #[test]
    fn a_payload_is_named_by_no_keyword() {
        accepted("enum MatEvent { ch }");
        for (name, ident, keyword) in [("Event", "r#type", "type"), ("SeEvent", "lf", "Self")] {
            let source = format!("enum {name} {{ {ident} }}");
            let message = format!(
                "the payload struct of `{ident}` would be named `{keyword}`, which is a keyword: \
                 give it another name with `payload = \"..\"`"
            );
            refused(&source, ident, &message);
        }
    }

    #[test]
    fn a_payload_has_one_leaf() {
        refused(
            "enum E { #[event(payload)] A(P), #[event(payload)] B(P) }",
            "P",
            "`P` is the payload of two variants and would have two names: write one struct for each",
        );
    }

    #[test]
    fn a_payload_is_not_named_as_its_enum() {
        refused(
            "enum OrderEvent { Event {} }",
            "Event",
            "the payload struct of `Event` would be named as its enum: name it with \
             `payload = \"..\"`",
        );
    }
}
