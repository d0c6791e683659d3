//! What is written in place of the code after an error: stubs, so that one mistake is one error.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Path};

use crate::ast::{Enum, Payload, private};
use crate::check::{hides_the_prelude, nestable};
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
        Payload::Generated(payload) if hides_the_prelude(&payload.ident) => TokenStream::new(),
        Payload::Generated(payload) if seen.insert(payload.ident.to_string()) => {
            generated(model, &payload.ident)
        }
        Payload::Given(ty) if nestable(model, ty) && seen.insert(quote!(#ty).to_string()) => {
            event(&model.private, ty)
        }
        _ => TokenStream::new(),
    });
    let stubs = in_const(&quote!(#consts #(#own)* #nested #(#payloads)*));
    quote!(#structs #stubs)
}

/// A stub of `EventPayload`.
pub(crate) fn event_payload(input: &DeriveInput, model: Option<&PayloadStruct<'_>>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let runtime = model.map_or_else(|| private(None), |model| model.private.clone());
    in_const(&payload(&runtime, &input.ident))
}

/// Stubs of what `EventSubset` would have implemented.
pub(crate) fn event_subset(input: &DeriveInput, model: Option<&Subset<'_>>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let runtime = model.map_or_else(|| private(None), |model| model.private.clone());
    let (event, serde) = (event(&runtime, &input.ident), serde(&runtime, &input.ident));
    in_const(&quote!(const __PREFIX: &'static str = ""; #event #serde))
}

fn in_const(stubs: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(deprecated, dead_code, unused_imports, unused_qualifications)]
        const _: () = { #stubs };
    }
}

fn generated(model: &Enum<'_>, ident: &syn::Ident) -> TokenStream {
    let vis = expand::visibility(model.vis);
    let (event, payload) = (event(&model.private, ident), payload(&model.private, ident));
    let serde = serde(&model.private, ident);
    let private = &model.private;
    quote! {
        impl #ident {
            #vis const TYPE: &'static str = "stub";
            #vis const VERSION: u32 = 1;
        }
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
        #serde
        #event
        #payload
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
