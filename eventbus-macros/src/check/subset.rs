//! Which enums can be subsets. That two variants take no common event is a constant assertion of the expansion.

use std::collections::HashMap;

use super::shape;
use crate::ctxt::Ctxt;
use crate::subset::{Member, Subset};
use crate::text;

pub(crate) fn event_subset(cx: &Ctxt, model: &Subset<'_>) {
    // A subset without variants has no event.
    if model.members.is_empty() {
        let message = "a subset without variants has no event: write one, `Placed(OrderPlaced)`";
        cx.error(model.ident.span(), message);
    }
    let mut seen = HashMap::new();
    for member in &model.members {
        match member.ty {
            None => no_newtype(cx, member),
            Some(ty) => {
                shape::member(cx, model.ident, member.ident, ty);
                // One event has one place in a subset.
                let name = text::written(ty);
                if let Some(first) = seen.insert(name.clone(), member.ident) {
                    let message = format!(
                        "`{first}` and `{}` both hold `{name}`: leave it to one of them",
                        member.ident
                    );
                    cx.error_on(ty, message);
                }
            }
        }
    }
    serde(cx, model);
}

/// A subset chooses among events; it declares none.
fn no_newtype(cx: &Ctxt, member: &Member<'_>) {
    let ident = member.ident;
    let message = format!(
        "a variant of a subset holds one event that another enum declares, a payload struct or a \
         group: write `{ident}(Order{ident})`"
    );
    match &member.original.fields {
        syn::Fields::Unit => cx.error(ident.span(), message),
        fields => cx.error_on(fields, message),
    }
}

/// A subset's JSON is that of the events it holds.
fn serde(cx: &Ctxt, model: &Subset<'_>) {
    let on_variants = model.members.iter().flat_map(|member| member.serde.iter());
    for meta in model.serde.iter().chain(on_variants) {
        let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "a subset is written as the events that it holds: `{key}` has no meaning here, write \
             it where the event is declared"
        );
        cx.error_on(meta, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{subset_mistakes, subset_refused};

    #[test]
    fn a_subset_of_payloads_and_groups_is_sound() {
        assert_eq!(
            subset_mistakes(
                "/// Docs.\n #[event(crate = \"bus\")] enum Billing { Placed(OrderPlaced), \
                 Payments(shop::PaymentEvent), Own(Value) }"
            ),
            []
        );
    }

    #[test]
    fn a_variant_holds_one_event_that_is_declared_elsewhere() {
        for (variant, text) in [
            ("Placed", "Placed"),
            ("Placed {}", "{}"),
            ("Placed { id: u8 }", "{ id: u8 }"),
            ("Placed()", "()"),
            ("Placed(A, B)", "(A, B)"),
        ] {
            subset_refused(
                &format!("enum Billing {{ {variant} }}"),
                text,
                "a variant of a subset holds one event that another enum declares, a payload \
                 struct or a group: write `Placed(OrderPlaced)`",
            );
        }
    }

    #[test]
    fn what_is_no_event_by_its_name_is_refused_at_once() {
        subset_refused(
            "enum Billing { Total(u64) }",
            "u64",
            "`u64` is no event: a variant of a subset holds a payload struct or a group, \
             `Total(OrderPlaced)`",
        );
        subset_refused(
            "enum Billing { Placed(Box<OrderPlaced>) }",
            "Box<OrderPlaced>",
            "an event stands in its variant without `Box`",
        );
        subset_refused(
            "enum Billing { Placed([OrderPlaced; 2]) }",
            "[OrderPlaced; 2]",
            "a variant of a subset holds a payload struct or a group, by its name: write \
             `Placed(OrderPlaced)`",
        );
        for inner in ["Billing", "Self", "Box<Billing>"] {
            subset_refused(
                &format!("enum Billing {{ All({inner}) }}"),
                inner,
                "`Billing` contains itself: a subset holds events that other enums declare",
            );
        }
    }

    #[test]
    fn an_event_stands_in_one_variant() {
        subset_refused(
            "enum Billing { Placed(OrderPlaced), Again(OrderPlaced) }",
            "OrderPlaced",
            "`Placed` and `Again` both hold `OrderPlaced`: leave it to one of them",
        );
    }

    #[test]
    fn only_enums_with_variants_and_without_parameters_are_subsets() {
        subset_refused(
            "enum Billing {}",
            "Billing",
            "a subset without variants has no event: write one, `Placed(OrderPlaced)`",
        );
        for source in ["struct Billing;", "struct Billing { a: u8 }", "union Billing { a: u8 }"] {
            subset_refused(
                source,
                "Billing",
                "`EventSubset` is derived on an enum whose variants hold events: write `enum \
                 Billing { Placed(OrderPlaced) }`",
            );
        }
        subset_refused(
            "enum Billing<T> { Placed(OrderPlaced<T>) }",
            "T",
            "an event cannot be generic: `user.created` names one wire shape; use the concrete \
             type instead of `T`",
        );
    }

    #[test]
    fn attributes_belong_where_the_event_is_declared() {
        subset_refused(
            "#[event(prefix = \"order\")] enum Billing { Placed(OrderPlaced) }",
            "prefix",
            "unknown key `prefix`: `event` on a subset takes `crate`",
        );
        for attribute in ["#[event(name = \"a\")]", "#[event]", "#[event(payload)]"] {
            subset_refused(
                &format!("enum Billing {{ {attribute} Placed(OrderPlaced) }}"),
                attribute,
                "a variant of a subset takes no `#[event(..)]`: write it where the event is declared",
            );
        }
        for source in [
            "#[serde(tag = \"t\")] enum Billing { Placed(OrderPlaced) }",
            "enum Billing { #[serde(tag = \"t\")] Placed(OrderPlaced) }",
            "enum Billing { Placed(#[serde(tag = \"t\")] OrderPlaced) }",
        ] {
            subset_refused(
                source,
                "tag = \"t\"",
                "a subset is written as the events that it holds: `tag` has no meaning here, \
                 write it where the event is declared",
            );
        }
    }

    #[test]
    fn every_mistake_of_a_subset_is_found() {
        let found = subset_mistakes(
            "#[event(x)] #[serde(y)] enum E<T> { A, B(u8), #[event(z)] C(Option<P>), D(Q), F(Q) }",
        );
        assert_eq!(found.len(), 8, "{found:?}");
    }
}
