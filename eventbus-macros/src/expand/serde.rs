//! serde of the enum: `{"type","dataversion","data"}`.
//!
//! The fields of a variant are written from where they are, without a clone: serde's own derive on a mirror of the
//! enum does it, so that serde's attributes mean here what they mean on the payload struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

use super::event::{arms, event};
use super::names::constant;
use super::payload::{as_payload, path_text};
use crate::ast::{Enum, Kind, Leaf, Payload, Struct, Variant};
use crate::symbol::SERDE;

pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let (mirror, tagged) = (mirror(model), tagged(private, ident));
    quote!(#mirror #tagged)
}

/// serde of an enum whose events write themselves.
pub(super) fn tagged(private: &Path, ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::serde::Serialize for #ident {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #private::DomainEvent::__write(self, __serializer)
            }
        }
        #[automatically_derived]
        impl<'de> #private::serde::Deserialize<'de> for #ident {
            fn deserialize<__D: #private::serde::Deserializer<'de>>(
                __deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                #private::read_tagged(__deserializer)
            }
        }
    }
}

/// Each leaf with its name and version, each group as it writes itself.
pub(super) fn write(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let arms = arms(
        model,
        |at, leaf| {
            let (name, version) = (constant(at), leaf.version);
            match &leaf.payload {
                Payload::Given(_) => {
                    let payload = as_payload(private, leaf);
                    quote!({ 0: __inner } => #payload::__write(__inner, #name, #version, __serializer))
                }
                Payload::Generated(_) => quote! {
                    { .. } => #private::write_tagged(#name, #version, &__Data(self), __serializer)
                },
            }
        },
        |ty| event(model, ty, &quote!(__write(__inner, __serializer))),
    );
    quote! {
        fn __write<__S: #private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self { #arms }
        }
    }
}

fn mirror(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let generated = |(_, leaf): (_, &Leaf<'_>)| matches!(leaf.payload, Payload::Generated(_));
    if !model.leaves().any(generated) {
        return TokenStream::new();
    }
    let (path, remote) = (path_text(private, "serde"), ident.to_string());
    let variants = model.variants.iter().map(mirrored);
    quote! {
        #[derive(#private::serde::Serialize)]
        #[serde(crate = #path, remote = #remote, untagged)]
        #[allow(dead_code)]
        enum __Mirror { #(#variants),* }

        struct __Data<'a>(&'a #ident);

        #[automatically_derived]
        impl #private::serde::Serialize for __Data<'_> {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                __Mirror::serialize(self.0, __serializer)
            }
        }
    }
}

/// A pattern with braces fits variants of every shape: an event without fields writes `{}`, and a newtype is written
/// without the mirror.
fn mirrored(variant: &Variant<'_>) -> TokenStream {
    let ident = variant.ident;
    let Kind::Leaf(Leaf { payload: Payload::Generated(payload), .. }) = &variant.kind else {
        return quote!(#[serde(skip)] #ident {});
    };
    let rename_all = rename_all(variant, payload);
    let fields = payload.fields.iter().map(|field| {
        let attrs = field.attrs.iter().filter(|attr| attr.path().is_ident(SERDE));
        let (name, ty) = (field.ident, field.ty);
        quote!(#(#attrs)* #name: #ty)
    });
    quote!(#rename_all #ident { #(#fields),* })
}

/// Of the struct's attributes the mirror needs the one that changes what is written.
fn rename_all(variant: &Variant<'_>, payload: &Struct<'_>) -> Option<TokenStream> {
    match (variant.serde.find("rename_all"), &payload.inherited) {
        (Some(own), _) => Some(quote!(#[serde(#own)])),
        (None, Some(inherited)) => Some(quote!(#[serde(#inherited)])),
        (None, None) => None,
    }
}
