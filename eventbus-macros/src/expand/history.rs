//! A leaf's past: its former versions, brought up step by step, and its former names, which nothing else may have.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Type};

use super::names::{assertion, constant};
use super::payload::{as_payload, ty};
use crate::ast::{Enum, Kind, Leaf, Past};

/// The fields of the catalog's leaf that are its past.
pub(super) fn facts(private: &Path, past: &Past) -> TokenStream {
    let Past { aliases, steps, unreadable, retired } = past;
    let upcasts = steps.iter().map(|(version, ty)| {
        let payload = quote_spanned!(ty.span()=> <#ty as #private::EventPayload>);
        quote! {
            #private::Upcast {
                version: #version,
                rust_path: #payload::RUST_PATH,
                schema: #payload::__schema,
            }
        }
    });
    let retired = match retired {
        Some(day) => quote!(::core::option::Option::Some(#day)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        aliases: &[#(#aliases),*],
        upcasts: &[#(#upcasts),*],
        unreadable: &[#(#unreadable),*],
        retired: #retired,
    }
}

/// The payload of the leaf at this index, read from `__data` that was stored at `__version`.
pub(super) fn read(private: &Path, at: usize, leaf: &Leaf<'_>) -> TokenStream {
    if leaf.past.steps.is_empty() {
        current(private, at, leaf)
    } else {
        let reader = reader(at);
        quote!(#reader(__version, __data))
    }
}

/// The function that reads every version of a leaf which has former ones: straight into the version's own struct.
pub(super) fn functions(private: &Path, at: usize, leaf: &Leaf<'_>) -> TokenStream {
    let (steps, newest, reader) = (&leaf.past.steps, ty(leaf), reader(at));
    if steps.is_empty() {
        return TokenStream::new();
    }
    let (name, current) = (constant(at), current(private, at, leaf));
    let arms = steps.iter().enumerate().map(|(step, (version, ty))| {
        let payload = quote_spanned!(ty.span()=> <#ty as #private::EventPayload>);
        let upcast = upcast(at, step);
        quote!(#version => #payload::__read(#name, #version, __version, __data).map(#upcast),)
    });
    let upcasts = steps.iter().enumerate().map(|(step, (_, ty))| {
        let (function, value) = (upcast(at, step), quote!(__value));
        let value = match steps.get(step + 1) {
            Some((_, next)) => {
                let (value, rest) = (converted(ty, next, &value), upcast(at, step + 1));
                quote!(#rest(#value))
            }
            None => converted(ty, &newest, &value),
        };
        quote! {
            fn #function(__value: #ty) -> #newest {
                #value
            }
        }
    });
    quote! {
        #(#upcasts)*
        fn #reader(__version: u32, __data: &str) -> #private::Result<#newest> {
            match __version {
                #(#arms)*
                _ => #current,
            }
        }
    }
}

/// One step of `From`, with both types said; the compiler's complaint that it is missing stands on the older one.
fn converted(older: &Type, newer: &impl ToTokens, value: &TokenStream) -> TokenStream {
    let newer = at(newer.to_token_stream(), older.span());
    let step = quote_spanned!(older.span()=> <#newer as ::core::convert::From<#older>>::from);
    quote!(#step(#value))
}

fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let place = |mut tree: TokenTree| {
        if let TokenTree::Group(group) = &tree {
            let stream = at(group.stream(), span);
            tree = proc_macro2::Group::new(group.delimiter(), stream).into();
        }
        tree.set_span(tree.span().located_at(span));
        tree
    };
    tokens.into_iter().map(place).collect()
}

fn current(private: &Path, at: usize, leaf: &Leaf<'_>) -> TokenStream {
    let (payload, name, version) = (as_payload(private, leaf), constant(at), leaf.version);
    quote!(#payload::__read(#name, #version, __version, __data))
}

fn reader(at: usize) -> Ident {
    format_ident!("__read_{at}")
}

fn upcast(at: usize, step: usize) -> Ident {
    format_ident!("__upcast_{at}_{step}")
}

/// What two enums say of one name: an alias is no live name, and one leaf's alone. Within one enum the macro has seen
/// the aliases of two leaves; the names it learns from the compiler.
pub(super) fn assertions(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let own = quote!(<#ident as #private::DomainEvent>::CATALOG);
    let live = model.leaves().flat_map(|(_, leaf)| &leaf.past.aliases).map(|alias| {
        let text = alias.value();
        let message = format!(
            "the alias `{text}` is the name of an event that is still there: an alias is a former \
             name, which no event has any more"
        );
        quote_spanned! {alias.span()=>
            #[allow(long_running_const_eval)]
            const _: () = if #private::is_live(#own, #text) { ::core::panic!("{}", #message) };
        }
    });
    let known = |kind: &Kind<'_>| !matches!(kind, Kind::Unknown(_) | Kind::Malformed);
    let members = model.variants.iter().filter(|variant| known(&variant.kind));
    let across = members.enumerate().filter(|(_, variant)| matches!(variant.kind, Kind::Group(_)));
    let across = across.map(|(at, variant)| {
        let clash = quote!(#private::alias_clash(#own, #at));
        let (before, after) = (
            "the alias `",
            "` in this family is another event's name or alias: an alias is a former name of one \
             event, which no other has",
        );
        assertion(
            variant,
            &quote!(#clash.is_empty()),
            quote!({
                const CLASH: &'static str = #clash;
                const BYTES: [u8; #before.len() + CLASH.len() + #after.len()] =
                    #private::between(#before, CLASH, #after);
                #private::text(&BYTES)
            }),
        )
    });
    // An enum of one variant sees nothing that the variant does not.
    let across = across.filter(|_| model.variants.len() > 1);
    quote!(#(#live)* #(#across)*)
}
