//! Field types whose JSON would not mean the same everywhere. A type alias escapes these checks of syntax; the
//! toolchain sees its schema.

use syn::visit::{self, Visit};
use syn::{
    GenericArgument, Ident, Path, PathArguments, PathSegment, Type, TypePath, TypeReference,
};

use super::attributes::one_aggregate_id;
use super::keys;
use crate::ast::{Field, Struct};
use crate::attr::last_segment;
use crate::ctxt::Ctxt;
use crate::text;

/// The fields of a leaf; `defaulted` says that the whole struct has `#[serde(default)]`.
pub(super) fn check(cx: &Ctxt, fields: &[Field<'_>], defaulted: bool) {
    for field in fields {
        readable_again(cx, field, defaulted);
        // A field that is never written has no shape on the wire, and `with` gives it its own.
        let custom = ["skip", "with", "serialize_with"].iter().any(|key| field.serde.has(key));
        if !custom {
            Types { cx, field }.visit_type(field.ty);
            keys::check(cx, field.ty);
        }
    }
}

/// `Self` is one type in the enum and another in its payload struct, and a field stands in both.
pub(super) fn no_self(cx: &Ctxt, payload: &Struct<'_>) {
    let mut finder = SelfFinder { cx, payload: &payload.ident };
    for field in &payload.fields {
        finder.visit_type(field.ty);
    }
}

/// The same for a struct that somebody wrote.
pub(super) fn payload(cx: &Ctxt, fields: &[Field<'_>], defaulted: bool) {
    one_aggregate_id(cx, fields);
    check(cx, fields, defaulted);
}

/// What is left out when it is written must be readable when it is missing.
fn readable_again(cx: &Ctxt, field: &Field<'_>, defaulted: bool) {
    let optional = last_segment(field.ty).is_some_and(|segment| segment.ident == "Option");
    if optional || defaulted || field.serde.has("default") {
        return;
    }
    for key in ["skip_serializing_if", "skip_serializing"] {
        if let Some(meta) = field.serde.find(key) {
            let message = format!(
                "a written event could not be read back: add `default` to `{key}`, or make `{}` \
                 an `Option`",
                field.ident
            );
            cx.error_on(meta, message);
        }
    }
}

struct SelfFinder<'a> {
    cx: &'a Ctxt,
    payload: &'a Ident,
}

impl Visit<'_> for SelfFinder<'_> {
    fn visit_path(&mut self, path: &Path) {
        if let Some(first) = path.segments.first().filter(|first| first.ident == "Self") {
            let message = format!(
                "`Self` is the enum here and the payload struct there: write `{}`, or the enum's \
                 name",
                self.payload
            );
            self.cx.error_on(first, message);
        }
        visit::visit_path(self, path);
    }
}

struct Types<'a> {
    cx: &'a Ctxt,
    field: &'a Field<'a>,
}

impl Visit<'_> for Types<'_> {
    // Data that is read from a row or a broker's message has nowhere to borrow from.
    fn visit_type_reference(&mut self, reference: &TypeReference) {
        let owned = match &*reference.elem {
            Type::Slice(slice) => {
                format!("Vec<{}>", text::written(&slice.elem))
            }
            elem if last_segment(elem).is_some_and(|segment| segment.ident == "str") => {
                "String".to_owned()
            }
            elem => text::written(elem),
        };
        let message = format!("an event outlives the row it came from: use `{owned}`");
        self.cx.error_on(reference, message);
    }

    fn visit_type_path(&mut self, path: &TypePath) {
        if let Some(segment) = path.path.segments.last()
            && let Some(message) = refused(segment, self.field)
        {
            self.cx.error_on(path, message);
            return;
        }
        visit::visit_type_path(self, path);
    }
}

fn refused(segment: &PathSegment, field: &Field<'_>) -> Option<String> {
    let inner = argument(segment).and_then(last_segment).map(|inner| inner.ident.to_string());
    match (segment.ident.to_string().as_str(), inner.as_deref()) {
        // One size for every machine that writes or reads.
        ("usize", _) => Some("its size is the machine's: use `u64` or `u32`".to_owned()),
        ("isize", _) => Some("its size is the machine's: use `i64` or `i32`".to_owned()),
        // JSON has one null.
        ("Option", Some("Option")) => {
            Some("null and missing become one: use one `Option`, or an enum".to_owned())
        }
        // A list of numbers is four bytes of text for each byte.
        ("Vec", Some("u8")) => Some(format!(
            "an array of numbers on the wire: use a `String` with base64, or say `#[serde(with = \
             \"..\")]` together with `#[schemars(with = \"String\")]` on `{}`",
            field.ident
        )),
        _ => None,
    }
}

/// The first type in angle brackets, `T` of `Option<T>`.
pub(super) fn argument(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    fn field(ty: &str) -> String {
        format!("enum E {{ A {{ a: {ty} }} }}")
    }

    #[test]
    fn sizes_of_the_machine_are_found_at_any_depth() {
        let message = "its size is the machine's: use `u64` or `u32`";
        for ty in ["usize", "Option<Vec<usize>>", "HashMap<usize, u8>", "(u8, usize)", "[usize; 2]"]
        {
            refused(&field(ty), "usize", message);
        }
        refused(&field("isize"), "isize", "its size is the machine's: use `i64` or `i32`");
    }

    #[test]
    fn a_field_does_not_say_self() {
        let message =
            "`Self` is the enum here and the payload struct there: write `A`, or the enum's name";
        for ty in ["Option<Box<Self>>", "Self", "Vec<Vec<Self>>", "[u8; Self::N]"] {
            refused(&format!("enum Event {{ A {{ a: {ty} }} }}"), "Self", message);
        }
        accepted("struct P { a: Option<Box<Self>> }");
        accepted("enum Event { A { a: Option<Box<A>> } }");
    }

    #[test]
    fn json_has_one_null_and_no_bytes() {
        refused(
            &field("Option<Option<u8>>"),
            "Option<Option<u8>>",
            "null and missing become one: use one `Option`, or an enum",
        );
        refused(
            &field("Vec<u8>"),
            "Vec<u8>",
            "an array of numbers on the wire: use a `String` with base64, or say `#[serde(with = \
             \"..\")]` together with `#[schemars(with = \"String\")]` on `a`",
        );
        accepted(&field("Option<Vec<Option<u16>>>"));
        accepted(
            "enum E { A { #[serde(with = \"hex\")] #[schemars(with = \"String\")] a: Vec<u8> } }",
        );
    }

    #[test]
    fn a_field_owns_what_it_holds() {
        for (ty, owned) in
            [("&'static [a::B]", "Vec<a::B>"), ("&'static a::B", "a::B"), ("&'a str", "String")]
        {
            let message = format!("an event outlives the row it came from: use `{owned}`");
            refused(&field(ty), ty, &message);
        }
    }

    #[test]
    fn what_is_left_out_can_be_missing() {
        refused(
            "enum E { A { #[serde(skip_serializing_if = \"f\")] a: u8 } }",
            "skip_serializing_if = \"f\"",
            "a written event could not be read back: add `default` to `skip_serializing_if`, or \
             make `a` an `Option`",
        );
        refused(
            "struct P { #[serde(skip_serializing)] a: u8 }",
            "skip_serializing",
            "a written event could not be read back: add `default` to `skip_serializing`, or make \
             `a` an `Option`",
        );
        accepted("enum E { A { #[serde(default, skip_serializing_if = \"f\")] a: u8 } }");
        accepted("enum E { A { #[serde(skip_serializing_if = \"f\")] a: Option<u8> } }");
        accepted("#[serde(default)] struct P { #[serde(skip_serializing_if = \"f\")] a: u8 }");
    }
}
