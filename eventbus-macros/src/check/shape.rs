//! Which enums and variants can be events.

use syn::{Fields, GenericParam, Generics, Ident, Type};

use crate::ast::{Enum, Kind, Payload, Variant};
use crate::attr::{argument, last_segment, path};
use crate::ctxt::Ctxt;
use crate::text;

/// What serde writes as a bare string, number, bool, null or list.
const BARE: &[&str] = &[
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "str",
    "String",
    "Cow",
    "PathBuf",
    "SystemTime",
    "Uuid",
    "Vec",
    "VecDeque",
    "BTreeSet",
    "HashSet",
    "BTreeMap",
    "HashMap",
];

/// The same, under names that a group could well have: they are taken for these only below their crate.
const BARE_BELOW_ITS_CRATE: &[&str] = &["Duration", "Value"];

/// The crates of these types: below any other path the same name is somebody's own.
const CRATES: &[&str] = &["alloc", "core", "serde_json", "std", "uuid"];

/// What holds another type without a shape of its own.
const WRAPPERS: &[&str] = &["Arc", "Box", "Option", "Rc"];

/// An event cannot be generic: one name is one shape on the wire.
pub(crate) fn generics(cx: &Ctxt, generics: &Generics) {
    for param in &generics.params {
        let message = match param {
            GenericParam::Lifetime(_) => {
                "an event outlives the row it came from: it cannot borrow, use `String` and owned \
                 types"
                    .to_owned()
            }
            GenericParam::Type(param) => format!(
                "an event cannot be generic: `user.created` names one wire shape; use the \
                 concrete type instead of `{}`",
                param.ident
            ),
            GenericParam::Const(param) => format!(
                "an event cannot be generic: `user.created` names one wire shape; use the number \
                 instead of `{}`",
                param.ident
            ),
        };
        cx.error_on(param, message);
    }
}

pub(super) fn check(cx: &Ctxt, model: &Enum<'_>) {
    // An enum without variants names no event.
    if model.variants.iter().all(|variant| variant.attrs.unknown.is_some()) {
        let message = "an enum without variants names no event: write one, `Placed { .. }`";
        cx.error(model.ident.span(), message);
    }
    for variant in &model.variants {
        match &variant.kind {
            // What is to be `Unknown(RawEvent)` is told so.
            Kind::Malformed if variant.attrs.unknown.is_some() => {}
            Kind::Unknown(_) => {}
            Kind::Malformed => positional(cx, variant),
            Kind::Group(ty) => newtype(cx, model, variant, ty),
            Kind::Leaf(leaf) => {
                if let Payload::Given(ty) = leaf.payload {
                    bare(cx, variant, ty);
                }
            }
        }
    }
}

/// Positional fields cannot be added to later.
fn positional(cx: &Ctxt, variant: &Variant<'_>) {
    let ident = variant.ident;
    let message = match &variant.original.fields {
        Fields::Unnamed(fields) if fields.unnamed.is_empty() => {
            format!("an event without fields is a unit variant: write `{ident}`")
        }
        _ => format!(
            "positional fields cannot be added to later: write `{ident} {{ x: .., y: .. }}`"
        ),
    };
    cx.error_on(&variant.original.fields, message);
}

/// Whether a newtype over `ty` can be a group or a payload, as far as syntax tells.
pub(crate) fn nestable(owner: &Ident, ty: &Type) -> bool {
    !is_self(owner, ty) && last_segment(ty).is_some() && known(ty).is_none()
}

/// The group that a newtype over `ty` holds, also where the wrapper around it is refused: the group stands in its
/// place all the same, and is no second mistake.
pub(crate) fn group<'a>(model: &Enum<'_>, ty: &'a Type) -> Option<&'a Type> {
    match known(ty) {
        Some(Known::Wrapper(name)) if name != "Option" => {
            argument(last_segment(ty)?).filter(|inner| nestable(model.ident, inner))
        }
        _ => Some(ty).filter(|ty| nestable(model.ident, ty)),
    }
}

/// A type that is no group by its name.
enum Known {
    Bare(String),
    Wrapper(String),
}

fn known(ty: &Type) -> Option<Known> {
    let path = path(ty)?;
    let name = path.segments.last()?.ident.to_string();
    let qualified = path.segments.len() > 1;
    if qualified && !CRATES.iter().any(|root| path.segments[0].ident == root) {
        return None;
    }
    let is = |names: &[&str]| names.contains(&name.as_str());
    if is(BARE) || qualified && is(BARE_BELOW_ITS_CRATE) {
        Some(Known::Bare(name))
    } else if is(WRAPPERS) {
        Some(Known::Wrapper(name))
    } else {
        None
    }
}

fn newtype(cx: &Ctxt, model: &Enum<'_>, variant: &Variant<'_>, ty: &Type) {
    // An enum that contains itself would have names without an end.
    if is_self(model.ident, ty) {
        let message = format!("`{}` contains itself: its names would never end", model.ident);
        cx.error_on(ty, message);
        return;
    }
    bare(cx, variant, ty);
}

/// Payloads are objects, so that fields can be added; what a newtype holds is a group or a payload struct.
fn bare(cx: &Ctxt, variant: &Variant<'_>, ty: &Type) {
    let ident = variant.ident;
    let message = match known(ty) {
        Some(Known::Bare(name)) => format!(
            "the payload would be a bare `{name}`; payloads are objects so that fields can be \
             added: write `{ident} {{ value: {} }}`",
            text::written(ty)
        ),
        Some(Known::Wrapper(name)) => {
            format!("a group or a payload struct stands in its variant without `{name}`")
        }
        None if last_segment(ty).is_none() => format!(
            "a newtype holds a group or a payload struct, by its name: write `{ident} {{ .. }}` \
             for fields"
        ),
        None => return,
    };
    cx.error_on(ty, message);
}

/// What a variant of a subset holds is an event by all that syntax tells.
pub(super) fn member(cx: &Ctxt, owner: &Ident, variant: &Ident, ty: &Type) {
    let message = match known(ty) {
        _ if is_self(owner, ty) => {
            format!("`{owner}` contains itself: a subset holds events that other enums declare")
        }
        Some(Known::Bare(name)) => format!(
            "`{name}` is no event: a variant of a subset holds a payload struct or a group, \
             `{variant}(OrderPlaced)`"
        ),
        Some(Known::Wrapper(name)) => format!("an event stands in its variant without `{name}`"),
        None if last_segment(ty).is_none() => format!(
            "a variant of a subset holds a payload struct or a group, by its name: write \
             `{variant}(OrderPlaced)`"
        ),
        None => return,
    };
    cx.error_on(ty, message);
}

fn is_self(owner: &Ident, ty: &Type) -> bool {
    let Some(segment) = last_segment(ty) else { return false };
    if let syn::PathArguments::AngleBracketed(inner) = &segment.arguments {
        return inner.args.iter().any(
            |argument| matches!(argument, syn::GenericArgument::Type(ty) if is_self(owner, ty)),
        );
    }
    matches!(ty, Type::Path(path) if path.path.is_ident(owner) || path.path.is_ident("Self"))
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, mistakes, refused};

    #[test]
    fn an_event_is_concrete_and_owned() {
        refused(
            "enum E<T> { A { t: T } }",
            "T",
            "an event cannot be generic: `user.created` names one wire shape; use the concrete \
             type instead of `T`",
        );
        refused(
            "enum E { A { t: &'static str } }",
            "&'static str",
            "an event outlives the row it came from: use `String`",
        );
    }

    #[test]
    fn an_event_has_no_parameters_of_any_kind() {
        refused(
            "enum E<const N: usize> { A { t: [u8; N] } }",
            "const N: usize",
            "an event cannot be generic: `user.created` names one wire shape; use the number \
             instead of `N`",
        );
        refused(
            "enum E<'a> { A { t: Item<'a> } }",
            "'a",
            "an event outlives the row it came from: it cannot borrow, use `String` and owned types",
        );
        refused(
            "struct P<T> { t: T }",
            "T",
            "an event cannot be generic: `user.created` names one wire shape; use the concrete \
             type instead of `T`",
        );
    }

    #[test]
    fn only_an_enum_with_variants_holds_events() {
        let message = "a union has no shape on the wire: write an enum";
        refused("union U { a: u32, b: f32 }", "U", message);
        refused(
            "enum E {}",
            "E",
            "an enum without variants names no event: write one, `Placed { .. }`",
        );
    }

    #[test]
    fn a_newtype_holds_a_named_type() {
        let message =
            "a newtype holds a group or a payload struct, by its name: write `A { .. }` for fields";
        for ty in ["(u8, u8)", "[u8; 4]", "&'static B", "fn()"] {
            refused(&format!("enum E {{ A({ty}) }}"), ty, message);
            refused(&format!("enum E {{ #[event(payload)] A({ty}) }}"), ty, message);
        }
    }

    #[test]
    fn a_newtype_over_a_value_is_no_payload() {
        refused(
            "enum E { Renamed(String) }",
            "String",
            "the payload would be a bare `String`; payloads are objects so that fields can be \
             added: write `Renamed { value: String }`",
        );
        refused(
            "enum E { A(Option<Other>) }",
            "Option<Other>",
            "a group or a payload struct stands in its variant without `Option`",
        );
    }

    #[test]
    fn a_group_may_be_named_as_a_value_is() {
        for ty in ["Value", "Duration", "sub::Duration", "self::Uuid", "crate::a::String"] {
            accepted(&format!("enum E {{ A({ty}) }}"));
        }
        for (ty, name) in [
            ("std::time::Duration", "Duration"),
            ("::std::string::String", "String"),
            ("serde_json::Value", "Value"),
            ("uuid::Uuid", "Uuid"),
        ] {
            let message = format!(
                "the payload would be a bare `{name}`; payloads are objects so that fields can be \
                 added: write `A {{ value: {ty} }}`"
            );
            refused(&format!("enum E {{ A({ty}) }}"), ty, &message);
        }
    }

    #[test]
    fn positional_fields_are_refused_where_they_stand() {
        refused(
            "enum E { Moved(u32, u32) }",
            "(u32, u32)",
            "positional fields cannot be added to later: write `Moved { x: .., y: .. }`",
        );
        refused(
            "enum E { Gone() }",
            "()",
            "an event without fields is a unit variant: write `Gone`",
        );
    }

    #[test]
    fn an_enum_inside_itself_has_no_end() {
        for inner in ["E", "Self", "Box<E>"] {
            refused(
                &format!("enum E {{ A({inner}) }}"),
                inner,
                "`E` contains itself: its names would never end",
            );
        }
    }

    #[test]
    fn payload_structs_have_named_fields() {
        accepted("struct Ping {}");
        refused(
            "struct Ping;",
            "Ping",
            "serde writes a unit struct as null: write `struct Ping {}`",
        );
        refused(
            "struct Moved(u32);",
            "Moved",
            "positional fields cannot be added to later: write `struct Moved { .. }`",
        );
    }

    #[test]
    fn every_mistake_of_an_input_is_found() {
        let found = mistakes("enum E<T> { A(T, T), B(u8), C {}, #[event(nam = 1)] D }");
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
