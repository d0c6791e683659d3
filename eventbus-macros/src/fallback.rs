//! What is written in place of the code after an error: stubs, so that one mistake is one error.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Ident, Path};

use crate::ast::{Enum, Kind, Leaf, Payload, private};
use crate::check::{group, nestable, no_struct};
use crate::expand::{self, Derives};
use crate::payload::PayloadStruct;
use crate::subset::Subset;

/// Stubs of what `DomainEvent` would have implemented. A generic input gets none: it has no concrete type.
pub(crate) fn domain_event(input: &DeriveInput, model: Option<&Enum<'_>>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let Some(model) = model else {
        let private = private(None);
        let (prefix, own) =
            (expand::prefix(&private, &input.ident, None), event(&private, &input.ident));
        return in_const(&quote!(#prefix #own));
    };
    let structs = expand::structs(model, Derives::Plain);
    let own = [event(&model.private, model.ident), serde(&model.private, model.ident)];
    let (consts, nested) = (expand::consts(model), expand::nested(model));
    let mut seen = HashSet::from([model.ident.to_string()]);
    let payloads = model.leaves().map(|(_, leaf)| match &leaf.payload {
        Payload::Generated(payload) if no_struct(&payload.ident) => TokenStream::new(),
        Payload::Generated(payload) if seen.insert(payload.ident.to_string()) => {
            generated(model, &payload.ident)
        }
        Payload::Given(ty) if nestable(model.ident, ty) && seen.insert(quote!(#ty).to_string()) => {
            event(&model.private, ty)
        }
        _ => TokenStream::new(),
    });
    let conversions = conversions(model);
    let stubs = in_const(&quote!(#consts #(#own)* #nested #(#payloads)* #conversions));
    quote!(#structs #stubs)
}

/// A stub of `EventPayload`.
pub(crate) fn event_payload(input: &DeriveInput, model: Option<&PayloadStruct<'_>>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let runtime = model.map_or_else(|| private(None), |model| model.private.clone());
    let payload = payload(&runtime, &input.ident);
    // Nobody can derive for a union what a payload needs.
    let needed = matches!(input.data, Data::Union(_)).then(|| {
        let (serde, schema) = (serde(&runtime, &input.ident), schema(&runtime, &input.ident));
        quote!(#serde #schema)
    });
    in_const(&quote!(#payload #needed))
}

/// `From` and `TryFrom` between neighbours, each once.
fn conversions(model: &Enum<'_>) -> TokenStream {
    let types = model.variants.iter().filter_map(|variant| match &variant.kind {
        Kind::Leaf(Leaf { payload: Payload::Generated(payload), .. }) => {
            (!no_struct(&payload.ident)).then(|| payload.ident.to_token_stream())
        }
        Kind::Leaf(Leaf { payload: Payload::Given(ty), .. }) => {
            nestable(model.ident, ty).then(|| ty.to_token_stream())
        }
        Kind::Group(ty) => group(model, ty).map(ToTokens::to_token_stream),
        Kind::Unknown(_) | Kind::Malformed => None,
    });
    between(model.ident, types)
}

fn between(ident: &Ident, types: impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut seen = HashSet::from([ident.to_string()]);
    let impls = types.filter(|ty| seen.insert(ty.to_string())).map(|ty| {
        quote! {
            impl ::core::convert::From<#ty> for #ident {
                fn from(_: #ty) -> Self {
                    ::core::unreachable!()
                }
            }
            impl ::core::convert::TryFrom<#ident> for #ty {
                type Error = #ident;
                fn try_from(_: #ident) -> ::core::result::Result<Self, #ident> {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote!(#(#impls)*)
}

/// Stubs of what `EventSubset` would have implemented.
pub(crate) fn event_subset(input: &DeriveInput, model: Option<&Subset<'_>>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let runtime = model.map_or_else(|| private(None), |model| model.private.clone());
    let (event, serde) = (event(&runtime, &input.ident), serde(&runtime, &input.ident));
    let held = model.into_iter().flat_map(Subset::held).map(|(_, ty)| ty);
    let held = held.filter(|ty| nestable(&input.ident, ty)).map(ToTokens::to_token_stream);
    let conversions = between(&input.ident, held);
    in_const(&quote!(const __PREFIX: &'static str = ""; #event #serde #conversions))
}

fn in_const(stubs: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(deprecated, dead_code, unused_imports, unused_qualifications)]
        const _: () = { #stubs };
    }
}

fn generated(model: &Enum<'_>, ident: &Ident) -> TokenStream {
    let vis = expand::visibility(model.vis);
    let (event, payload) = (event(&model.private, ident), payload(&model.private, ident));
    let (serde, schema) = (serde(&model.private, ident), schema(&model.private, ident));
    quote! {
        impl #ident {
            #vis const TYPE: &'static str = "stub";
            #vis const VERSION: u32 = 1;
        }
        #schema
        #serde
        #event
        #payload
    }
}

fn schema(private: &Path, ident: &Ident) -> TokenStream {
    quote! {
        impl #private::schemars::JsonSchema for #ident {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::core::unreachable!()
            }
            fn json_schema(
                _: &mut #private::schemars::SchemaGenerator,
            ) -> #private::schemars::Schema {
                ::core::unreachable!()
            }
        }
    }
}

fn event(private: &Path, ty: &impl ToTokens) -> TokenStream {
    quote! {
        impl #private::DomainEvent for #ty {
            const CATALOG: #private::Catalog = #private::Catalog::Group(&#private::Group {
                rust_path: "",
                docs: "",
                prefix: __PREFIX,
                members: &[],
                unknown: false,
                subset: false,
            });
            fn event_type(&self) -> &str {
                ::core::unreachable!()
            }
            fn version(&self) -> u32 {
                ::core::unreachable!()
            }
            fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                ::core::unreachable!()
            }
            fn to_data(&self) -> #private::Result<::std::string::String> {
                ::core::unreachable!()
            }
            fn from_data(_: &str, _: u32, _: &str) -> #private::Result<Self> {
                ::core::unreachable!()
            }
        }
        impl #private::Emittable for #ty {}
    }
}

fn payload(private: &Path, ty: &impl ToTokens) -> TokenStream {
    quote! {
        impl #private::EventPayload for #ty {
            const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
            const RUST_PATH: &'static str = "";
            fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                ::core::unreachable!()
            }
        }
    }
}

fn serde(private: &Path, ty: &impl ToTokens) -> TokenStream {
    quote! {
        impl #private::serde::Serialize for #ty {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                _: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                ::core::unreachable!()
            }
        }
        impl<'de> #private::serde::Deserialize<'de> for #ty {
            fn deserialize<__D: #private::serde::Deserializer<'de>>(
                _: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                ::core::unreachable!()
            }
        }
    }
}
