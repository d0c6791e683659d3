//! Field types whose JSON would not mean the same everywhere. A type alias escapes these checks of syntax; the
//! toolchain sees its schema.

use syn::visit::{self, Visit};
use syn::{Ident, Path, PathSegment, Type, TypePath, TypeReference};

use super::attributes::marked_once;
use crate::ast::{Field, Struct};
use crate::attr::{argument, arguments, last_segment};
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
    marked_once(cx, fields);
    check(cx, fields, defaulted);
}

/// What is left out when it is written must be readable when it is missing. A missing `Option` is `None` only where
/// nothing else reads it.
fn readable_again(cx: &Ctxt, field: &Field<'_>, defaulted: bool) {
    if defaulted || field.serde.has("default") {
        return;
    }
    let optional = last_segment(field.ty).is_some_and(|segment| segment.ident == "Option");
    let reader = ["with", "deserialize_with"].into_iter().find(|key| field.serde.has(key));
    if optional && reader.is_none() {
        return;
    }
    for key in ["skip_serializing_if", "skip_serializing"] {
        let Some(meta) = field.serde.find(key) else { continue };
        let remedy = match reader.filter(|_| optional) {
            Some(reader) => {
                format!("add `default` to `{key}`, for `{reader}` asks for what is missing")
            }
            None => format!("add `default` to `{key}`, or make `{}` an `Option`", field.ident),
        };
        cx.error_on(meta, format!("a written event could not be read back: {remedy}"));
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
        if self.field.event.opaque.is_none()
            && let Some(message) = unseen(&path.path)
        {
            self.cx.error_on(path, message);
            return;
        }
        if let Some(key) = no_key(&path.path) {
            let message = "a key is a string in JSON: use a string, an integer or an enum of unit variants \
                           as the key, or a `Vec` of entries";
            self.cx.error_on(key, message);
            return;
        }
        visit::visit_type_path(self, path);
    }
}

/// What a `Value` holds, no schema says.
fn unseen(path: &Path) -> Option<String> {
    let (first, last) = (path.segments.first()?, path.segments.last()?);
    let name = ["Map", "RawValue", "Value"].into_iter().find(|name| last.ident == name)?;
    (first.ident == "serde_json").then(|| {
        format!(
            "the evolution check cannot see into a `{name}`: write the type that it is, or say that it may \
             be anything with `#[event(opaque)]`"
        )
    })
}

/// The key of a map, where JSON has none like it.
fn no_key(path: &Path) -> Option<&Type> {
    const NONE: &[&str] = &[
        "BTreeMap", "BTreeSet", "HashMap", "HashSet", "Option", "Vec", "VecDeque", "bool", "f32",
        "f64",
    ];
    let map = path.segments.last()?;
    let is_map = ["BTreeMap", "HashMap", "IndexMap"].iter().any(|name| map.ident == name);
    let key = arguments(map).next().filter(|_| is_map && arguments(map).count() > 1)?;
    let refused = match held(key) {
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => true,
        key => last_segment(key).is_some_and(|key| NONE.iter().any(|name| key.ident == name)),
    };
    refused.then_some(key)
}

/// The type that a pointer to it is on the wire.
fn held(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => return held(&group.elem),
        Type::Paren(paren) => return held(&paren.elem),
        _ => {}
    }
    let pointer = |segment: &&PathSegment| {
        ["Arc", "Box", "Cow", "Rc"].iter().any(|name| segment.ident == name)
    };
    last_segment(ty).filter(pointer).and_then(argument).map_or(ty, held)
}

fn refused(segment: &PathSegment, field: &Field<'_>) -> Option<String> {
    let argument = argument(segment).map(held);
    let inner = argument.and_then(last_segment).map(|inner| inner.ident.to_string());
    match (segment.ident.to_string().as_str(), inner.as_deref()) {
        // One size for every machine that writes or reads.
        ("usize", _) => Some("its size is the machine's: use `u64` or `u32`".to_owned()),
        ("isize", _) => Some("its size is the machine's: use `i64` or `i32`".to_owned()),
        // JSON has one null.
        ("Option", Some("Option")) => {
            Some("null and missing become one: use one `Option`, or an enum".to_owned())
        }
        // A list of numbers is four bytes of text for each byte.
        ("Vec", Some("u8")) => Some(bytes(field)),
        ("Arc" | "Box" | "Cow" | "Rc", _) if argument.is_some_and(is_bytes) => Some(bytes(field)),
        _ => None,
    }
}

fn is_bytes(ty: &Type) -> bool {
    let Type::Slice(slice) = ty else { return false };
    last_segment(&slice.elem).is_some_and(|element| element.ident == "u8")
}

fn bytes(field: &Field<'_>) -> String {
    format!(
        "an array of numbers on the wire: use a `String` with base64, or say `#[serde(with = \"..\")]` \
         together with `#[schemars(with = \"String\")]` on `{}`",
        field.ident
    )
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, mistakes, refused};

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
    fn a_pointer_changes_nothing_on_the_wire() {
        for ty in ["Option<Box<Option<u8>>>", "Option<Arc<Option<u8>>>"] {
            refused(&field(ty), ty, "null and missing become one: use one `Option`, or an enum");
        }
        for ty in ["Box<[u8]>", "Arc<[u8]>", "Cow<'static, [u8]>", "Vec<Box<u8>>"] {
            assert_eq!(mistakes(&field(ty)).len(), 1, "{ty}");
        }
    }

    #[test]
    fn the_keys_of_a_map_are_texts() {
        let message = "a key is a string in JSON: use a string, an integer or an enum of unit variants \
                       as the key, or a `Vec` of entries";
        for key in [
            "f64",
            "bool",
            "Vec<u16>",
            "Option<u8>",
            "(u8, u8)",
            "()",
            "[u8; 2]",
            "Box<f32>",
            "HashSet<u8>",
        ] {
            refused(&field(&format!("HashMap<{key}, u8>")), key, message);
            refused(&field(&format!("Option<Vec<BTreeMap<{key}, u8>>>")), key, message);
        }
        for key in ["String", "u128", "i8", "char", "Currency", "Arc<str>", "Uuid"] {
            accepted(&field(&format!("BTreeMap<{key}, Vec<f64>>")));
        }
    }

    #[test]
    fn a_value_is_opaque_and_says_so() {
        for (ty, found, name) in [
            ("serde_json::Value", "serde_json::Value", "Value"),
            ("Vec<::serde_json::Value>", "::serde_json::Value", "Value"),
            ("Option<serde_json::Map<String, Value>>", "serde_json::Map<String, Value>", "Map"),
            ("Box<serde_json::value::RawValue>", "serde_json::value::RawValue", "RawValue"),
        ] {
            let message = format!(
                "the evolution check cannot see into a `{name}`: write the type that it is, or say \
                 that it may be anything with `#[event(opaque)]`"
            );
            refused(&field(ty), found, &message);
            refused(&format!("struct P {{ a: {ty} }}"), found, &message);
            accepted(&format!("enum E {{ A {{ #[event(opaque)] a: {ty} }} }}"));
            accepted(&format!("struct P {{ #[event(opaque)] a: {ty} }}"));
        }
        accepted(&field("crate::money::Value"));
        accepted(&field("serde_json::Number"));
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

    #[test]
    fn a_missing_option_is_no_none_behind_with() {
        let schema = "#[event(schema = String)]";
        for reader in ["with", "deserialize_with"] {
            let field = |serde: &str| {
                let serde = format!("#[serde({reader} = \"hex\", {serde})]");
                format!("enum E {{ A {{ {schema} {serde} a: Option<B> }} }}")
            };
            refused(
                &field("skip_serializing_if = \"Option::is_none\""),
                "skip_serializing_if = \"Option::is_none\"",
                &format!(
                    "a written event could not be read back: add `default` to \
                     `skip_serializing_if`, for `{reader}` asks for what is missing"
                ),
            );
            accepted(&field("default, skip_serializing_if = \"Option::is_none\""));
        }
    }
}
