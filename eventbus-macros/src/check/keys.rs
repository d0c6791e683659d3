//! Types of map keys. A key of a JSON object is text; what serde cannot write as one fails when an event is emitted.

use syn::Type;
use syn::visit::{self, Visit};

use super::fields::argument;
use crate::attr::{last_segment, path};
use crate::ctxt::Ctxt;
use crate::text;

const MAPS: &[&str] = &["BTreeMap", "HashMap", "IndexMap"];

/// Known types that serde writes neither as a string nor as an integer.
const NO_KEYS: &[&str] = &[
    "BTreeMap",
    "BTreeSet",
    "Duration",
    "HashMap",
    "HashSet",
    "Option",
    "SystemTime",
    "Value",
    "Vec",
    "VecDeque",
    "bool",
    "f32",
    "f64",
];

/// Refuses every map in the type whose keys are no text.
pub(super) fn check(cx: &Ctxt, ty: &Type) {
    Maps { cx }.visit_type(ty);
}

struct Maps<'a> {
    cx: &'a Ctxt,
}

impl Visit<'_> for Maps<'_> {
    fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
        let is_map = MAPS.iter().any(|name| segment.ident == name);
        if let Some(key) = argument(segment).filter(|key| is_map && is_no_key(key)) {
            let message = format!(
                "a key of a JSON object is text, and `{}` is none: use a `String`, an integer or \
                 an enum of unit variants",
                text::written(key)
            );
            self.cx.error_on(key, message);
        }
        visit::visit_path_segment(self, segment);
    }
}

fn is_no_key(ty: &Type) -> bool {
    match path(ty) {
        Some(_) => {
            last_segment(ty).is_some_and(|segment| NO_KEYS.iter().any(|name| segment.ident == name))
        }
        None => matches!(ty, Type::Tuple(_) | Type::Array(_) | Type::Slice(_)),
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    #[test]
    fn a_key_is_a_string_an_integer_or_a_unit_variant() {
        for key in ["f64", "(u8, u8)", "[u8; 2]", "Option<u8>", "Vec<u16>", "bool"] {
            let message = format!(
                "a key of a JSON object is text, and `{key}` is none: use a `String`, an integer \
                 or an enum of unit variants"
            );
            let depth = format!("Option<Vec<std::collections::HashMap<{key}, u8>>>");
            for ty in [format!("BTreeMap<{key}, u8>"), depth] {
                refused(&format!("enum E {{ A {{ a: {ty} }} }}"), key, &message);
                refused(&format!("struct P {{ a: {ty} }}"), key, &message);
            }
        }
        for key in ["String", "u64", "i128", "Uuid", "Color", "char"] {
            accepted(&format!("enum E {{ A {{ a: HashMap<{key}, Vec<f64>> }} }}"));
        }
        accepted(
            "enum E { A { #[serde(with = \"m\")] #[schemars(with = \"M\")] a: HashMap<f64, u8> } }",
        );
    }
}
