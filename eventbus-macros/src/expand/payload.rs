//! Payload structs, and what every payload struct implements.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Type, Visibility};

use super::names::constant;
use crate::ast::{Enum, Field, Kind, Leaf, Payload, Struct, Variant, located};
use crate::check::hides_the_prelude;
use crate::symbol::DOC;

/// What a payload struct derives: after an error only what cannot fail for a reason of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derives {
    All,
    Plain,
}

/// The payload structs, next to the enum.
pub(crate) fn structs(model: &Enum<'_>, derives: Derives) -> TokenStream {
    let mut seen = HashSet::from([model.ident]);
    let structs = model.leaves().filter_map(|(variant, leaf)| match &leaf.payload {
        // After an error, what it is about must not break the fields beside it.
        Payload::Generated(payload) if hides_the_prelude(&payload.ident) => None,
        Payload::Generated(payload) => {
            seen.insert(&payload.ident).then(|| one(model, variant, payload, derives))
        }
        Payload::Given(_) => None,
    });
    quote!(#(#structs)*)
}

fn one(
    model: &Enum<'_>,
    variant: &Variant<'_>,
    payload: &Struct<'_>,
    derives: Derives,
) -> TokenStream {
    let vis = visibility(model.vis);
    let ident = &payload.ident;
    let full = derives == Derives::All;
    let head = if full {
        attributes(model, payload)
    } else {
        quote!(#[derive(::core::fmt::Debug, ::core::clone::Clone)])
    };
    let fields = payload.fields.iter().map(|field| {
        let attrs = field.attrs.iter().filter(|attr| full || attr.path().is_ident(DOC));
        let (name, ty) = (field.ident, field.ty);
        quote!(#(#attrs)* #vis #name: #ty)
    });
    // Where the source has no docs, its author has answered for that already.
    let documented = !variant.docs.is_empty()
        && payload
            .fields
            .iter()
            .all(|field| field.attrs.iter().any(|attr| attr.path().is_ident(DOC)));
    let undocumented = (!documented).then(|| quote!(#[allow(missing_docs)]));
    quote! {
        #head
        #undocumented
        #vis struct #ident { #(#fields),* }
    }
}

fn attributes(model: &Enum<'_>, payload: &Struct<'_>) -> TokenStream {
    let (private, further, attrs) = (&model.private, &model.derives, &payload.attrs);
    let (serde, schemars) = (path_text(private, "serde"), path_text(private, "schemars"));
    let serialize = payload.only_serde_writes().then(|| quote!(#private::serde::Serialize,));
    let inherited = payload.inherited.as_ref().map(|rename_all| quote!(#[serde(#rename_all)]));
    quote! {
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, #serialize #private::serde::Deserialize,
            #private::schemars::JsonSchema #(, #further)*
        )]
        #[serde(crate = #serde)]
        #[schemars(crate = #schemars)]
        #inherited
        #(#attrs)*
    }
}

/// A path below `__private` as the text that serde's and schemars' `crate` take.
pub(super) fn path_text(private: &Path, module: &str) -> String {
    let path: String = private.to_token_stream().to_string().split_whitespace().collect();
    format!("{path}::{module}")
}

/// The enum's visibility with spans of the expansion: lints on visibilities are for what somebody wrote.
pub(crate) fn visibility(vis: &Visibility) -> TokenStream {
    fn respan(tokens: TokenStream) -> TokenStream {
        tokens
            .into_iter()
            .map(|mut tree| {
                if let TokenTree::Group(group) = &tree {
                    let stream = respan(group.stream());
                    tree = proc_macro2::Group::new(group.delimiter(), stream).into();
                }
                let span = located(tree.span());
                tree.set_span(span);
                tree
            })
            .collect()
    }
    respan(vis.to_token_stream())
}

/// The type of a leaf's payload.
pub(super) fn ty(leaf: &Leaf<'_>) -> TokenStream {
    match &leaf.payload {
        Payload::Generated(payload) => payload.ident.to_token_stream(),
        Payload::Given(ty) => ty.to_token_stream(),
    }
}

/// The payload as its trait; the compiler's complaint that it is none stands on its type.
pub(super) fn as_payload(private: &Path, leaf: &Leaf<'_>) -> TokenStream {
    match &leaf.payload {
        Payload::Generated(Struct { ident, .. }) => {
            quote_spanned!(ident.span()=> <#ident as #private::EventPayload>)
        }
        Payload::Given(ty) => quote_spanned!(ty.span()=> <#ty as #private::EventPayload>),
    }
}

/// Constants and traits of every payload of the enum.
pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let impls = model.variants.iter().enumerate().filter_map(|(at, variant)| match &variant.kind {
        Kind::Leaf(leaf) => Some(leaf_impls(model, at, variant, leaf)),
        _ => None,
    });
    quote!(#(#impls)*)
}

fn leaf_impls(model: &Enum<'_>, at: usize, variant: &Variant<'_>, leaf: &Leaf<'_>) -> TokenStream {
    let (private, vis, ty, name) = (&model.private, visibility(model.vis), ty(leaf), constant(at));
    let version = leaf.version;
    let payload = match &leaf.payload {
        Payload::Generated(payload) => event_payload(private, &payload.ident, &payload.fields),
        Payload::Given(_) => TokenStream::new(),
    };
    let payload_of = as_payload(private, leaf);
    let implementation = domain_event(private, &ty, &payload_of, &variant.docs);
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ty {
            /// The dotted type name.
            #vis const TYPE: &'static str = #name;
            /// The version in which this code writes it, from 1.
            #vis const VERSION: u32 = #version;
        }
        #payload
        #implementation
    }
}

fn domain_event(
    private: &Path,
    ty: &TokenStream,
    payload: &TokenStream,
    docs: &str,
) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::DomainEvent for #ty {
            const CATALOG: #private::Catalog = #private::Catalog::Leaf(&#private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: #payload::RUST_PATH,
                docs: #docs,
                aggregate_id: #payload::AGGREGATE_ID,
                schema: #payload::__schema,
            });
            fn event_type(&self) -> &'static str {
                Self::TYPE
            }
            fn version(&self) -> u32 {
                Self::VERSION
            }
            fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                #payload::__aggregate_id(self)
            }
            fn to_data(&self) -> #private::Result<::std::string::String> {
                #payload::__to_data(self, Self::TYPE)
            }
            fn from_data(__event_type: &str, __version: u32, __data: &str) -> #private::Result<Self> {
                if __event_type == Self::TYPE {
                    #payload::__read(__event_type, Self::VERSION, __version, __data)
                } else {
                    ::core::result::Result::Err(#private::unknown_type::<Self>(__event_type))
                }
            }
        }
    }
}

/// `EventPayload` of a struct with these fields.
pub(super) fn event_payload(private: &Path, ident: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let marked = fields.iter().find(|field| field.aggregate_id.is_some());
    let (wire, value) = match marked {
        Some(field) => {
            let (wire, name) = (&field.wire, field.ident);
            let value = aggregate_id(private, field.ty, &quote!(&self.#name));
            (quote!(::core::option::Option::Some(#wire)), value)
        }
        None => (quote!(::core::option::Option::None), quote!(::core::option::Option::None)),
    };
    let name = ident.to_string();
    quote! {
        #[automatically_derived]
        impl #private::EventPayload for #ident {
            const AGGREGATE_ID: ::core::option::Option<&'static str> = #wire;
            const RUST_PATH: &'static str =
                ::core::concat!(::core::module_path!(), "::", #name);
            fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                #value
            }
        }
    }
}

/// The id as text; the compiler's complaint about its type stands on the type.
pub(super) fn aggregate_id(private: &Path, ty: &Type, value: &TokenStream) -> TokenStream {
    let span: Span = ty.span();
    let function = quote_spanned!(span=> #private::aggregate_id::<#ty>);
    quote!(#function(#value))
}
