//! `From` and `TryFrom` between neighbours: payload and group, group and root.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::payload;
use crate::ast::{Enum, Kind, Payload, Struct, Variant};

pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let impls = model.variants.iter().map(|variant| match &variant.kind {
        Kind::Leaf(leaf) => match &leaf.payload {
            Payload::Generated(payload) => fields(model, variant, payload),
            Payload::Given(_) => newtype(model, variant, &payload::ty(leaf)),
        },
        Kind::Group(ty) => newtype(model, variant, &quote!(#ty)),
        Kind::Unknown(_) | Kind::Malformed => TokenStream::new(),
    });
    quote!(#(#impls)*)
}

fn newtype(model: &Enum<'_>, variant: &Variant<'_>, ty: &TokenStream) -> TokenStream {
    let name = variant.ident;
    both(model, ty, &quote!(Self::#name(__value)), &quote!(#name { 0: __value }), &quote!(__value))
}

/// Field by field, under names that cannot meet a constant of the user's.
fn fields(model: &Enum<'_>, variant: &Variant<'_>, payload: &Struct<'_>) -> TokenStream {
    let (name, ty) = (variant.ident, &payload.ident);
    let fields: Vec<_> = payload.fields.iter().map(|field| field.ident).collect();
    let bindings: Vec<_> = (0..fields.len()).map(|at| format_ident!("__field_{at}")).collect();
    let into = quote!({
        let #ty { #(#fields: #bindings),* } = __value;
        Self::#name { #(#fields: #bindings),* }
    });
    let pattern = quote!(#name { #(#fields: #bindings),* });
    both(model, &quote!(#ty), &into, &pattern, &quote!(Self { #(#fields: #bindings),* }))
}

fn both(
    model: &Enum<'_>,
    ty: &TokenStream,
    into: &TokenStream,
    pattern: &TokenStream,
    out: &TokenStream,
) -> TokenStream {
    let ident = model.ident;
    // An enum of one variant is always that variant.
    let otherwise = (model.variants.len() > 1)
        .then(|| quote!(__other => ::core::result::Result::Err(__other),));
    // `Self::Error` would be ambiguous in a group that has a variant of that name.
    quote! {
        #[automatically_derived]
        impl ::core::convert::From<#ty> for #ident {
            fn from(__value: #ty) -> Self {
                #into
            }
        }
        #[automatically_derived]
        impl ::core::convert::TryFrom<#ident> for #ty {
            /// The event itself, when it is another.
            type Error = #ident;
            fn try_from(__value: #ident) -> ::core::result::Result<Self, #ident> {
                match __value {
                    #ident::#pattern => ::core::result::Result::Ok(#out),
                    #otherwise
                }
            }
        }
    }
}
