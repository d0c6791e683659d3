//! The names as constants, put together by the compiler: a parent writes its children's prefixes, each enum its own
//! leaves' names.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Path};

use crate::ast::{Enum, Kind, Variant};
use crate::check;
use crate::text;

/// The constant with the name of the variant at this index: a leaf's type name, or a group's prefix.
pub(super) fn constant(at: usize) -> Ident {
    format_ident!("__NAME_{at}")
}

pub(crate) fn consts(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let prefix = prefix(private, model.ident, model.prefix.as_ref());
    let named = |variant: &Variant<'_>| !matches!(variant.kind, Kind::Unknown(_));
    let variants = model.variants.iter().enumerate().filter(|(_, variant)| named(variant));
    let names = variants.map(|(at, variant)| {
        let (name, segment) = (constant(at), &variant.segment.text);
        quote! {
            const #name: &'static str = {
                const BYTES: [u8; #private::joined(__PREFIX, #segment)] =
                    #private::join(__PREFIX, #segment);
                #private::text(&BYTES)
            };
        }
    });
    let aggregate = match &model.aggregate {
        Some(stated) => quote!(#stated),
        None => {
            let ident = model.ident;
            quote!(<#private::Probe<#ident>>::AGGREGATE)
        }
    };
    quote! {
        #prefix
        #[allow(dead_code)]
        const __AGGREGATE: &'static str = #aggregate;
        #(#names)*
    }
}

/// What the enum's names begin with: what it states, or what its parent says.
pub(crate) fn prefix(private: &Path, ident: &Ident, stated: Option<&LitStr>) -> TokenStream {
    let value = match stated {
        Some(stated) => quote!(#stated),
        None => quote!(<#private::Probe<#ident>>::PREFIX),
    };
    quote! {
        use #private::Standalone as _;
        const __PREFIX: &'static str = #value;
    }
}

/// Tells each sound child where it stands. A child in another crate says it itself.
pub(crate) fn nested(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    // After an error, one group may stand in two variants.
    let mut seen = HashSet::new();
    let impls = model
        .groups()
        .filter(|(_, variant, _)| variant.attrs.external.is_none())
        .filter_map(|(at, _, ty)| {
            let name = constant(at);
            let ty = check::group(model, ty).filter(|ty| seen.insert(text::written(ty)))?;
            Some(quote! {
                #[automatically_derived]
                impl #private::Nested for #ty {
                    const PREFIX: &'static str = #name;
                    const AGGREGATE: &'static str = __AGGREGATE;
                }
            })
        });
    quote!(#(#impls)*)
}

/// What only the compiler can see, for it needs two enums. One assertion of a kind for an enum, so that one mistake is
/// one error.
pub(super) fn assertions(model: &Enum<'_>) -> TokenStream {
    let parts = [
        two_segments(model),
        reserved(model),
        length(model),
        prefixes(model),
        kinds(model),
        super::history::assertions(model),
    ];
    quote!(#(#parts)*)
}

/// An enum of another crate does not ask who nests it: the kind that is stated here does not reach it.
fn kinds(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let external = model.groups().filter(|(_, variant, _)| variant.attrs.external.is_some());
    let assertions = external.map(|(_, variant, ty)| {
        let catalog = quote_spanned!(ty.span()=> <#ty as #private::DomainEvent>::CATALOG);
        let holds =
            quote!((#private::same(__AGGREGATE, "") || #private::states_its_kind(#catalog)));
        let child = quote!(#ty).to_string().replace(" :: ", "::");
        let message = format!(
            "`aggregate` does not reach an enum of another crate: write it on `{child}`, too"
        );
        assertion(variant, &holds, &message)
    });
    quote!(#(#assertions)*)
}

/// A root has no leaf of its own: its name would have one segment, and belong to no family.
fn two_segments(model: &Enum<'_>) -> TokenStream {
    let Some((variant, _)) = model.leaves().next() else { return TokenStream::new() };
    let (private, ident, segment) = (&model.private, model.ident, &variant.segment.text);
    let name = ident.to_string();
    let family = name.strip_suffix("Event").filter(|family| !family.is_empty()).unwrap_or("Order");
    let prefix = crate::case::snake(family);
    let message = format!(
        "a name needs two segments, and `{segment}` is one because no derived enum nests \
         `{ident}`: nest it, `enum AppEvent {{ {family}({ident}) }}`, or write \
         `#[event(prefix = \"{prefix}\")]` on it"
    );
    assertion(variant, &quote!(!#private::same(__PREFIX, "")), message)
}

/// The runtime's own events stand below `eventbus`.
fn reserved(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let found = model.groups().find(|(_, variant, _)| variant.segment.text == "eventbus");
    let Some((_, variant, _)) = found else { return TokenStream::new() };
    let message = "the first segment `eventbus` is reserved: say another with `name = \"..\"`";
    assertion(variant, &quote!(!#private::same(__PREFIX, "")), message)
}

/// The longest name of the enum fits, and so do the others.
fn length(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let named = |variant: &&Variant<'_>| !matches!(variant.kind, Kind::Unknown(_));
    let longest =
        model.variants.iter().filter(named).max_by_key(|variant| variant.segment.text.len());
    let Some(variant) = longest else { return TokenStream::new() };
    let bytes = variant.segment.text.len();
    let message = "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`";
    assertion(variant, &quote!(#private::fits(__PREFIX, #bytes)), message)
}

/// A child that states its own prefix stands where its parent puts it.
fn prefixes(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let assertions = model.groups().map(|(at, variant, ty)| {
        let name = constant(at);
        let catalog = quote_spanned!(ty.span()=> <#ty as #private::DomainEvent>::CATALOG);
        let holds = quote!(#private::same(#private::prefix_of(#catalog), #name));
        let child = text::written(ty);
        let message = format!(
            "`{child}` stands here under another name than its own: its `#[event(prefix = \
             \"..\")]` is the dotted path of this variant"
        );
        let subset = format!(
            "`{child}` is a subset, whose events stand below the enums that declare them: nest those"
        );
        let is_subset = quote!(#private::is_subset(&#catalog));
        // A root of another crate has no prefix to compare.
        let none = format!(
            "`{child}` states no prefix of its own: write the dotted path of this variant on it, \
             `#[event(prefix = \"..\")]`"
        );
        let external = variant.attrs.external.is_some();
        let unstated = quote!(#external && #private::same(#private::prefix_of(#catalog), ""));
        let message = quote! {
            if #is_subset { #subset } else if #unstated { #none } else { #message }
        };
        assertion(variant, &holds, message)
    });
    quote!(#(#assertions)*)
}

pub(super) fn assertion(
    variant: &Variant<'_>,
    holds: &TokenStream,
    message: impl ToTokens,
) -> TokenStream {
    let span = match variant.kind {
        Kind::Group(ty) => ty.span(),
        _ => variant.ident.span(),
    };
    quote_spanned! {span=>
        #[allow(long_running_const_eval)]
        const _: () = if !#holds { ::core::panic!("{}", #message) };
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::asserted;

    #[track_caller]
    fn asserts(source: &str, text: &str, message: &str) {
        let found = asserted(source);
        assert!(found.contains(&(text.to_owned(), message.to_owned())), "{source}\n{found:#?}");
    }

    #[test]
    fn a_root_has_no_leaf() {
        asserts(
            "enum PaymentEvent { Taken, Given }",
            "Taken",
            "a name needs two segments, and `taken` is one because no derived enum nests \
             `PaymentEvent`: nest it, `enum AppEvent { Payment(PaymentEvent) }`, or write \
             `#[event(prefix = \"payment\")]` on it",
        );
    }

    #[test]
    fn the_runtime_has_its_first_segment() {
        asserts(
            "enum E { Eventbus(B) }",
            "B",
            "the first segment `eventbus` is reserved: say another with `name = \"..\"`",
        );
    }

    #[test]
    fn the_longest_name_fits() {
        asserts(
            "enum E { Short, Longest }",
            "Longest",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`",
        );
    }

    #[test]
    fn a_child_stands_where_its_parent_puts_it() {
        for variant in ["Order(a::OrderEvent)", "#[event(external)] Order(a::OrderEvent)"] {
            let source = format!("enum E {{ {variant} }}");
            for message in [
                "`a::OrderEvent` stands here under another name than its own: its \
                 `#[event(prefix = \"..\")]` is the dotted path of this variant",
                "`a::OrderEvent` states no prefix of its own: write the dotted path of this \
                 variant on it, `#[event(prefix = \"..\")]`",
                "`a::OrderEvent` is a subset, whose events stand below the enums that declare \
                 them: nest those",
            ] {
                asserts(&source, "a::OrderEvent", message);
            }
        }
    }

    #[test]
    fn an_alias_is_no_live_name() {
        asserts(
            "enum E { #[event(alias = \"a.b\")] A }",
            "\"a.b\"",
            "the alias `a.b` is the name of an event that is still there: an alias is a former \
             name, which no event has any more",
        );
        let family = "` in this family is another event's name or alias: an alias is a former name \
                      of one event, which no other has";
        asserts("enum E { A(B), C(D) }", "D", family);
    }
}
