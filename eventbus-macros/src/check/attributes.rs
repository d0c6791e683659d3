//! Which keys of `#[event(..)]` go together, and with which shape.

use crate::ast::{Enum, Field, Kind, Payload, Variant};
use crate::attr::Keyed;
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    for variant in &model.variants {
        match &variant.kind {
            Kind::Group(_) => group(cx, variant),
            Kind::Leaf(leaf) => {
                leaf_keys(cx, variant);
                if let Payload::Generated(payload) = &leaf.payload {
                    one_aggregate_id(cx, &payload.fields);
                }
            }
            Kind::Unknown(_) | Kind::Malformed => {}
        }
    }
}

fn group(cx: &Ctxt, variant: &Variant<'_>) {
    // A version belongs to a payload, and a group has none.
    if let Some(Keyed { key, .. }) = &variant.attrs.version {
        cx.error(*key, "`version` is that of a payload: write it on the group's own variants");
    }
    for field in &variant.original.fields {
        no_aggregate_id(cx, field);
    }
}

fn leaf_keys(cx: &Ctxt, variant: &Variant<'_>) {
    let newtype = matches!(variant.original.fields, syn::Fields::Unnamed(_));
    match &variant.attrs.payload {
        // A struct that somebody wrote has its name.
        Some(Keyed { key, value: Some(name) }) if newtype => {
            let message = format!(
                "`payload = \"{name}\"` names a generated struct, and this one is written: write \
                 `payload`"
            );
            cx.error(*key, message);
        }
        // Without a name, `payload` says that the newtype's struct is the payload.
        Some(Keyed { key, value: None }) if !newtype => {
            let message = "`payload` marks a newtype over a payload struct: remove it, or name \
                           the generated struct with `payload = \"Name\"`";
            cx.error(*key, message);
        }
        _ => {}
    }
    // Another crate's enum is a group; a leaf lives where its enum does.
    if let Some(external) = variant.attrs.external {
        let message = "`external` marks a group whose enum lives in another crate: remove it";
        cx.error(external, message);
    }
    if newtype {
        for field in &variant.original.fields {
            no_aggregate_id(cx, field);
        }
    }
}

/// The payload struct knows its own fields.
fn no_aggregate_id(cx: &Ctxt, field: &syn::Field) {
    if let Some(key) = crate::attr::aggregate_id(cx, &field.attrs) {
        cx.error(key, "`aggregate_id` marks a field of the payload: write it in the struct");
    }
}

/// An event belongs to at most one aggregate.
pub(super) fn one_aggregate_id(cx: &Ctxt, fields: &[Field<'_>]) {
    let keys = fields.iter().filter_map(|field| field.aggregate_id);
    for key in keys.skip(1) {
        cx.error(key, "`aggregate_id` is given twice: an event belongs to one aggregate");
    }
}
