//! serde's attributes that would take the tag from `DomainEvent`, or break what it promises.

use syn::Meta;

use crate::ast::{Enum, Field};
use crate::attr::Serde;
use crate::ctxt::Ctxt;

const TAG: &str = "`DomainEvent` owns the tag: use `#[event(name = \"..\")]`";

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    for meta in model.serde.iter() {
        if let Some(message) = on_enum(&key(meta)) {
            cx.error_on(meta, message);
        }
    }
    for variant in &model.variants {
        for meta in variant.serde.iter() {
            if let Some(message) = on_variant(&key(meta)) {
                cx.error_on(meta, message);
            }
        }
        unknown_fields(cx, &variant.serde);
    }
    unknown_fields(cx, &model.serde);
}

/// The enum's JSON is `{"type","dataversion","data"}`, whatever serde would make of an enum.
fn on_enum(key: &str) -> Option<String> {
    match key {
        "rename_all_fields" | "deny_unknown_fields" => None,
        "rename_all" => {
            Some("`DomainEvent` owns the names: use `#[event(rename_all = \"..\")]`".to_owned())
        }
        "tag" | "content" | "untagged" | "rename" | "other" => Some(TAG.to_owned()),
        _ => Some(format!("`DomainEvent` writes the enum's JSON: `{key}` has no meaning here")),
    }
}

/// A variant's own attributes become those of its payload struct, but the enum writes the fields without it: taken is
/// what the two understand alike, or what only reading asks. The rest would write what cannot be read, or rename or
/// hide the event.
fn on_variant(key: &str) -> Option<String> {
    match key {
        "rename_all" | "default" | "bound" | "expecting" | "deny_unknown_fields" => None,
        "rename" | "alias" | "other" | "untagged" => Some(TAG.to_owned()),
        "skip" | "skip_serializing" | "skip_deserializing" => Some(format!(
            "an event that is emitted is also read: `{key}` has no meaning on a variant"
        )),
        "with" | "serialize_with" | "deserialize_with" => Some(format!(
            "`{key}` belongs on a field, or on a payload struct of your own with `#[event(payload)]`"
        )),
        _ => Some(format!(
            "a variant takes serde's `bound`, `default`, `expecting` and `rename_all`, not `{key}`: \
             write the struct that is on the wire yourself, and carry it with `#[event(payload)]`"
        )),
    }
}

/// An older reader must accept what a newer writer adds.
pub(super) fn unknown_fields(cx: &Ctxt, serde: &Serde) {
    if let Some(meta) = serde.find("deny_unknown_fields") {
        let message = "an older reader would reject newer events: remove `deny_unknown_fields`";
        cx.error_on(meta, message);
    }
}

/// A payload is the object of its own fields: that is what its schema says, and what can be added to.
pub(super) fn object(cx: &Ctxt, serde: &Serde) {
    for name in ["transparent", "into", "from", "try_from", "tag", "untagged"] {
        if let Some(meta) = serde.find(name) {
            let message = format!(
                "payloads are objects, so that fields can be added: remove `{name}`, and make what \
                 is on the wire the struct's own fields"
            );
            cx.error_on(meta, message);
        }
    }
}

/// `flatten` reads through a buffer that is no JSON text any more.
pub(super) fn flatten(cx: &Ctxt, fields: &[Field<'_>]) {
    for field in fields {
        if let Some(meta) = field.serde.find("flatten") {
            let message = "`flatten` buffers the payload and loses u128, map keys and raw \
                           numbers: nest the struct";
            cx.error_on(meta, message);
        }
    }
}

fn key(meta: &Meta) -> String {
    meta.path().get_ident().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    #[test]
    fn the_tag_is_ours() {
        for key in ["tag = \"t\"", "content = \"c\"", "untagged", "rename = \"E\"", "other"] {
            refused(&format!("#[serde({key})] enum E {{ A }}"), key, super::TAG);
        }
        refused("enum E { #[serde(rename = \"a\")] A }", "rename = \"a\"", super::TAG);
    }

    #[test]
    fn a_variant_takes_only_what_its_struct_and_the_enum_write_alike() {
        for (key, name) in [
            ("transparent", "transparent"),
            ("into = \"D\"", "into"),
            ("from = \"D\"", "from"),
            ("try_from = \"D\"", "try_from"),
            ("tag = \"kind\"", "tag"),
            ("remote = \"D\"", "remote"),
        ] {
            let message = format!(
                "a variant takes serde's `bound`, `default`, `expecting` and `rename_all`, not \
                 `{name}`: write the struct that is on the wire yourself, and carry it with \
                 `#[event(payload)]`"
            );
            refused(&format!("enum E {{ #[serde({key})] A {{ x: u8 }} }}"), key, &message);
        }
        for key in ["rename_all = \"camelCase\"", "default", "bound = \"\"", "expecting = \"a\""] {
            accepted(&format!("enum E {{ #[serde({key})] A {{ x: u8 }} }}"));
        }
    }

    #[test]
    fn a_payload_struct_is_the_object_of_its_fields() {
        for (key, name) in [
            ("transparent", "transparent"),
            ("into = \"D\"", "into"),
            ("from = \"D\"", "from"),
            ("try_from = \"D\"", "try_from"),
            ("tag = \"kind\"", "tag"),
            ("untagged", "untagged"),
        ] {
            let message = format!(
                "payloads are objects, so that fields can be added: remove `{name}`, and make what \
                 is on the wire the struct's own fields"
            );
            refused(&format!("#[serde({key})] struct P {{ x: u8 }}"), key, &message);
        }
        accepted("#[serde(rename_all = \"camelCase\", default)] struct P { x: u8 }");
    }

    #[test]
    fn the_enums_json_is_ours() {
        refused(
            "#[serde(rename_all = \"camelCase\")] enum E { A }",
            "rename_all = \"camelCase\"",
            "`DomainEvent` owns the names: use `#[event(rename_all = \"..\")]`",
        );
        for (key, name) in [("from = \"D\"", "from"), ("bound = \"\"", "bound"), ("x", "x")] {
            let message =
                format!("`DomainEvent` writes the enum's JSON: `{name}` has no meaning here");
            refused(&format!("#[serde({key})] enum E {{ A }}"), key, &message);
        }
    }

    #[test]
    fn a_variant_is_written_and_read() {
        for key in ["skip", "skip_serializing", "skip_deserializing"] {
            let message = format!(
                "an event that is emitted is also read: `{key}` has no meaning on a variant"
            );
            refused(&format!("enum E {{ #[serde({key})] A }}"), key, &message);
        }
        for key in ["with", "serialize_with", "deserialize_with"] {
            let message = format!(
                "`{key}` belongs on a field, or on a payload struct of your own with \
                 `#[event(payload)]`"
            );
            let source = format!("enum E {{ #[serde({key} = \"f\")] A }}");
            refused(&source, &format!("{key} = \"f\""), &message);
        }
    }

    #[test]
    fn readers_ignore_what_they_do_not_know() {
        let message = "an older reader would reject newer events: remove `deny_unknown_fields`";
        refused("enum E { #[serde(deny_unknown_fields)] A }", "deny_unknown_fields", message);
        refused("#[serde(deny_unknown_fields)] struct P {}", "deny_unknown_fields", message);
    }

    #[test]
    fn what_is_a_matter_of_the_payload_is_kept() {
        accepted("enum E { #[serde(rename_all = \"camelCase\")] A { #[serde(default)] a: u8 } }");
        accepted("#[serde(rename_all_fields = \"camelCase\")] enum E { A { a_b: u8 } }");
        accepted("struct P { #[serde(flatten)] rest: Other }");
        refused(
            "enum E { A { #[serde(flatten)] a: Other } }",
            "flatten",
            "`flatten` buffers the payload and loses u128, map keys and raw numbers: nest the \
             struct",
        );
    }
}
