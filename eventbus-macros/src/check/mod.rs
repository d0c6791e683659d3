//! What is refused, by family. Each law is a sentence above its check.

mod attributes;
mod fields;
mod history;
mod names;
mod payload;
mod serde;
mod shape;
mod subset;
mod wire;

pub(crate) use self::payload::no_struct;
pub(crate) use self::shape::{generics, group, nestable};
pub(crate) use self::subset::event_subset;
use crate::ast::{Enum, Payload};
use crate::ctxt::Ctxt;
use crate::payload::PayloadStruct;

pub(crate) fn domain_event(cx: &Ctxt, model: &Enum<'_>) {
    shape::check(cx, model);
    payload::check(cx, model);
    attributes::check(cx, model);
    names::check(cx, model);
    history::check(cx, model);
    serde::check(cx, model);
    wire::cases(cx, &model.serde, "rename_all_fields");
    for (variant, leaf) in model.leaves() {
        wire::cases(cx, &variant.serde, "rename_all");
        if let Payload::Generated(payload) = &leaf.payload {
            serde::flatten(cx, &payload.fields);
            fields::no_self(cx, payload);
            fields::check(cx, &payload.fields, variant.serde.has("default"));
            wire::generated(cx, &payload.fields);
        }
    }
}

pub(crate) fn event_payload(cx: &Ctxt, model: &PayloadStruct<'_>) {
    serde::unknown_fields(cx, &model.serde);
    serde::object(cx, &model.serde);
    fields::payload(cx, &model.fields, model.serde.has("default"));
    wire::cases(cx, &model.serde, "rename_all");
    wire::written(cx, &model.fields);
}
