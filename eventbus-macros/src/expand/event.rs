//! `DomainEvent` of the enum: each method matches once and goes on to the leaf or into the group.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::names::constant;
use super::payload;
use crate::ast::{Enum, Kind, Leaf, Payload, Variant};

pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let catalog = super::catalog::group(model);
    let methods = [facts(model), data(model), from_data(model), super::serde::write(model)];
    quote! {
        #[automatically_derived]
        impl #private::DomainEvent for #ident {
            #catalog
            #(#methods)*
        }
    }
}

/// What a leaf knows without its fields.
fn facts(model: &Enum<'_>) -> TokenStream {
    let event_type = arms(
        model,
        |at, _| {
            let name = constant(at);
            quote!({ .. } => #name)
        },
        |ty| event(model, ty, &quote!(event_type(__inner))),
    );
    let version = arms(
        model,
        |_, leaf| {
            let version = leaf.version;
            quote!({ .. } => #version)
        },
        |ty| event(model, ty, &quote!(version(__inner))),
    );
    quote! {
        fn event_type(&self) -> &'static str {
            match self { #event_type }
        }
        fn version(&self) -> u32 {
            match self { #version }
        }
    }
}

/// What is in a leaf's fields.
fn data(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let aggregate_id = arms(
        model,
        |_, leaf| leaf_aggregate_id(model, leaf),
        |ty| event(model, ty, &quote!(aggregate_id(__inner))),
    );
    let to_data = arms(
        model,
        |at, leaf| leaf_to_data(model, at, leaf),
        |ty| event(model, ty, &quote!(to_data(__inner))),
    );
    quote! {
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self { #aggregate_id }
        }
        fn to_data(&self) -> #private::Result<::std::string::String> {
            match self { #to_data }
        }
    }
}

/// One arm for each variant: what a leaf answers with its pattern, and what a group is asked.
pub(super) fn arms(
    model: &Enum<'_>,
    leaf_arm: impl Fn(usize, &Leaf<'_>) -> TokenStream,
    group_value: impl Fn(&Type) -> TokenStream,
) -> TokenStream {
    let arms =
        model.variants.iter().enumerate().map(|(at, Variant { ident, kind, .. })| match kind {
            Kind::Leaf(leaf) => {
                let arm = leaf_arm(at, leaf);
                quote!(Self::#ident #arm,)
            }
            Kind::Group(ty) => {
                let value = group_value(ty);
                quote!(Self::#ident { 0: __inner } => #value,)
            }
            Kind::Malformed => TokenStream::new(),
        });
    quote!(#(#arms)*)
}

/// A call on a group; the compiler's complaint that it is none stands on its type.
pub(super) fn event(model: &Enum<'_>, ty: &Type, call: &TokenStream) -> TokenStream {
    let private = &model.private;
    let implementation = quote_spanned!(ty.span()=> <#ty as #private::DomainEvent>);
    quote!(#implementation::#call)
}

fn leaf_aggregate_id(model: &Enum<'_>, leaf: &Leaf<'_>) -> TokenStream {
    let private = &model.private;
    match &leaf.payload {
        Payload::Given(_) => {
            let payload = payload::as_payload(private, leaf);
            quote!({ 0: __inner } => #payload::__aggregate_id(__inner))
        }
        Payload::Generated(generated) => {
            match generated.fields.iter().find(|field| field.aggregate_id.is_some()) {
                Some(field) => {
                    let name = field.ident;
                    let value = payload::aggregate_id(private, field.ty, &quote!(__id));
                    quote!({ #name: __id, .. } => #value)
                }
                None => quote!({ .. } => ::core::option::Option::None),
            }
        }
    }
}

fn leaf_to_data(model: &Enum<'_>, at: usize, leaf: &Leaf<'_>) -> TokenStream {
    let (private, name) = (&model.private, constant(at));
    match &leaf.payload {
        Payload::Given(_) => {
            let payload = payload::as_payload(private, leaf);
            quote!({ 0: __inner } => #payload::__to_data(__inner, #name))
        }
        Payload::Generated(payload) => {
            let (pattern, fields) = super::serde::fields(at, payload);
            quote!(#pattern => #private::to_data(#name, &#fields))
        }
    }
}

/// The name leads to a leaf or into a group by one segment, so that a root of four groups compares four segments.
fn from_data(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let arms = model.variants.iter().enumerate().map(|(at, variant)| {
        let (segment, ident, name) = (&variant.segment.text, variant.ident, constant(at));
        match &variant.kind {
            Kind::Leaf(leaf) => {
                let (ty, version) = (payload::ty(leaf), leaf.version);
                let payload = payload::as_payload(private, leaf);
                quote! {
                    #private::Route::Leaf(#segment) =>
                        #payload::__read(#name, #version, __version, __data)
                            .map(<Self as ::core::convert::From<#ty>>::from),
                }
            }
            Kind::Group(ty) => {
                let value = event(model, ty, &quote!(from_data(__event_type, __version, __data)));
                quote!(#private::Route::Group(#segment) => #value.map(Self::#ident),)
            }
            Kind::Malformed => TokenStream::new(),
        }
    });
    quote! {
        fn from_data(__event_type: &str, __version: u32, __data: &str) -> #private::Result<Self> {
            match #private::route(__event_type, __PREFIX) {
                #(#arms)*
                _ => ::core::result::Result::Err(#private::unknown_type::<Self>(__event_type)),
            }
        }
    }
}
