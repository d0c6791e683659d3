//! Which keys of `#[event(..)]` go together, and with which shape.

use crate::ast::{Enum, Field, Kind, Mark, Payload, Variant};
use crate::attr::{FieldAttrs, Keyed};
use crate::ctxt::Ctxt;

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    for variant in &model.variants {
        match &variant.kind {
            Kind::Group(_) => group(cx, variant),
            Kind::Leaf(leaf) => {
                leaf_keys(cx, variant);
                if let Payload::Generated(payload) = &leaf.payload {
                    marked_once(cx, &payload.fields);
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
    if let Some(compat) = &variant.attrs.compat {
        cx.error(compat.key, "`compat` is about a payload: write it on the group's own variants");
    }
    for field in &variant.original.fields {
        no_keys(cx, field);
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
            no_keys(cx, field);
        }
    }
}

/// The payload struct knows its own fields.
fn no_keys(cx: &Ctxt, field: &syn::Field) {
    for (name, key) in FieldAttrs::read(cx, &field.attrs).keys() {
        cx.error(key, format!("`{name}` marks a field of the payload: write it in the struct"));
    }
}

/// An event belongs to at most one aggregate and one tenant, and has at most one key.
pub(super) fn marked_once(cx: &Ctxt, fields: &[Field<'_>]) {
    for (mark, law) in [
        (Mark::AggregateId, "an event belongs to one aggregate"),
        (Mark::TenantId, "an event belongs to one tenant"),
        (Mark::EventKey, "an event has one key; make it a field of its own"),
    ] {
        for key in fields.iter().filter_map(|field| field.mark(mark)).skip(1) {
            cx.error(key, format!("`{}` is given twice: {law}", mark.name()));
        }
        for field in fields.iter().filter(|field| field.mark(mark).is_some()) {
            on_the_wire(cx, field, mark);
        }
    }
}

/// A field that is not read back answers with its default: every event would have one id, or one key.
fn on_the_wire(cx: &Ctxt, field: &Field<'_>, mark: Mark) {
    for key in ["skip", "skip_serializing", "skip_deserializing"] {
        if let Some(meta) = field.serde.find(key) {
            let message = format!(
                "an event that was read would answer with the default as its `{}`: remove `{key}`",
                mark.name()
            );
            cx.error_on(meta, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    #[test]
    fn a_mark_is_given_once() {
        for (mark, law) in [
            ("aggregate_id", "an event belongs to one aggregate"),
            ("tenant_id", "an event belongs to one tenant"),
            ("event_key", "an event has one key; make it a field of its own"),
        ] {
            let fields = format!("{{ #[event({mark})] a: u8, #[event({mark})] b: u8 }}");
            let message = format!("`{mark}` is given twice: {law}");
            refused(&format!("enum E {{ A {fields} }}"), mark, &message);
            refused(&format!("struct P {fields}"), mark, &message);
        }
        accepted("struct P { #[event(aggregate_id, tenant_id, event_key)] a: u8 }");
    }

    #[test]
    fn a_marked_field_is_on_the_wire() {
        for key in ["skip", "skip_serializing", "skip_deserializing"] {
            for mark in ["aggregate_id", "tenant_id", "event_key"] {
                let fields = format!("{{ #[event({mark})] #[serde({key}, default)] a: u8 }}");
                let message = format!(
                    "an event that was read would answer with the default as its `{mark}`: remove \
                     `{key}`"
                );
                refused(&format!("enum E {{ A {fields} }}"), key, &message);
                refused(&format!("struct P {fields}"), key, &message);
            }
        }
    }

    #[test]
    fn a_newtypes_fields_are_marked_in_their_struct() {
        for key in ["aggregate_id", "tenant_id", "event_key", "opaque"] {
            let message = format!("`{key}` marks a field of the payload: write it in the struct");
            refused(&format!("enum E {{ #[event(payload)] A(#[event({key})] P) }}"), key, &message);
            refused(&format!("enum E {{ A(#[event({key})] P) }}"), key, &message);
        }
    }

    #[test]
    fn a_group_has_no_version() {
        refused(
            "enum E { #[event(version = 2)] A(B) }",
            "version = 2",
            "`version` is that of a payload: write it on the group's own variants",
        );
    }

    #[test]
    fn only_a_group_is_external() {
        let message = "`external` marks a group whose enum lives in another crate: remove it";
        for variant in ["A", "A { id: u8 }"] {
            refused(&format!("enum E {{ #[event(external)] {variant} }}"), "external", message);
        }
        refused("enum E { #[event(external, payload)] A(P) }", "external", message);
        accepted("enum E { #[event(external)] A(B) }");
    }

    #[test]
    fn payload_marks_what_is_written_and_names_what_is_generated() {
        refused(
            "enum E { #[event(payload)] A { id: u8 } }",
            "payload",
            "`payload` marks a newtype over a payload struct: remove it, or name the generated \
             struct with `payload = \"Name\"`",
        );
        refused(
            "enum E { #[event(payload = \"P\")] A(Q) }",
            "payload",
            "`payload = \"P\"` names a generated struct, and this one is written: write `payload`",
        );
        accepted("enum E { #[event(payload = \"P\")] A { id: u8 } }");
    }
}
