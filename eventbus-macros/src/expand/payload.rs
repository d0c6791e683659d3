//! Payload structs, and what every payload struct implements.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Type, Visibility};

use super::history;
use super::names::constant;
use super::source::source;
use crate::ast::{Enum, Field, Kind, Leaf, Mark, Payload, Struct, Variant, located};
use crate::attr::{self, Compat};
use crate::check::no_struct;
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
        Payload::Generated(payload) if no_struct(&payload.ident) => None,
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
        let further = further(model);
        quote!(#[derive(::core::fmt::Debug, ::core::clone::Clone #(, #further)*)])
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

/// Each once, without those that are always there: they are refused, and stand in the list all the same.
fn further<'a>(model: &'a Enum<'_>) -> impl Iterator<Item = &'a Path> {
    let fresh = |(at, path): &(usize, &Path)| {
        !attr::always_derived(path)
            && !model.derives[..*at].iter().any(|other| attr::is_same(other, path))
    };
    model.derives.iter().enumerate().filter(fresh).map(|(_, path)| path)
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
    let implementation = domain_event(private, at, variant, leaf);
    let readers = history::functions(private, at, leaf);
    let emittable = leaf.past.retired.is_none().then(|| {
        quote! {
            #[automatically_derived]
            impl #private::Emittable for #ty {}
        }
    });
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
        #readers
        #implementation
        #emittable
    }
}

fn domain_event(private: &Path, at: usize, variant: &Variant<'_>, leaf: &Leaf<'_>) -> TokenStream {
    let (ty, payload, read) =
        (ty(leaf), as_payload(private, leaf), history::read(private, at, leaf));
    let past = history::facts(private, &leaf.past);
    let docs = &variant.docs;
    let deprecated = option(variant.deprecated.as_ref());
    let compat = option(variant.attrs.compat.as_ref().map(|said| compat(private, said)));
    let marks = marks(&payload, leaf);
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
                #past
                tenant_id: #payload::TENANT_ID,
                event_key: #payload::EVENT_KEY,
                opaque: #payload::__OPAQUE,
                source: #payload::__SOURCE,
                deprecated: #deprecated,
                compat: #compat,
                aggregate: __AGGREGATE,
            });
            fn event_type(&self) -> &str {
                Self::TYPE
            }
            fn version(&self) -> u32 {
                Self::VERSION
            }
            fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                #payload::__aggregate_id(self)
            }
            #marks
            fn to_data(&self) -> #private::Result<::std::string::String> {
                #payload::__to_data(self, Self::TYPE)
            }
            fn from_data(__event_type: &str, __version: u32, __data: &str) -> #private::Result<Self> {
                #private::decode(__event_type, __version, __data)
            }
            #[inline]
            fn __direct(
                __event_type: &str,
                __version: u32,
                __data: &str,
            ) -> #private::Direct<Self> {
                if __event_type == Self::TYPE {
                    #read.map_err(::core::option::Option::Some)
                } else {
                    ::core::result::Result::Err(::core::option::Option::None)
                }
            }
        }
    }
}

/// What the struct's fields answer beside the aggregate's id, where they may answer anything.
fn marks(payload: &TokenStream, leaf: &Leaf<'_>) -> TokenStream {
    let methods = [Mark::TenantId, Mark::EventKey].into_iter().filter(|mark| leaf.answers(*mark));
    let methods = methods.map(|mark| {
        let (name, hidden) = (format_ident!("{}", mark.name()), hidden(mark));
        quote! {
            fn #name(&self) -> ::core::option::Option<::std::string::String> {
                #payload::#hidden(self)
            }
        }
    });
    quote!(#(#methods)*)
}

/// The method of `EventPayload` that answers for a mark.
pub(super) fn hidden(mark: Mark) -> Ident {
    format_ident!("__{}", mark.name())
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn compat(private: &Path, said: &Compat) -> TokenStream {
    let mode = said.mode.map(|mode| format_ident!("{mode}"));
    let mode = option(mode.map(|mode| quote!(#private::CompatMode::#mode)));
    let reviewed = option(said.reviewed.as_ref());
    quote!(#private::Compat { mode: #mode, reviewed: #reviewed })
}

/// `EventPayload` of a struct with these fields.
pub(super) fn event_payload(private: &Path, ident: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let aggregate_id = marked(private, fields, Mark::AggregateId);
    let wire =
        option(fields.iter().find_map(|field| field.mark(Mark::AggregateId).map(|_| &field.wire)));
    let value = aggregate_id.unwrap_or_else(|| quote!(::core::option::Option::None));
    let name = ident.to_string();
    let more = [(Mark::TenantId, quote!(TENANT_ID)), (Mark::EventKey, quote!(EVENT_KEY))];
    let more = more.into_iter().filter_map(|(mark, constant)| {
        let (value, hidden) = (marked(private, fields, mark)?, hidden(mark));
        let wire = &fields.iter().find(|field| field.mark(mark).is_some())?.wire;
        Some(quote! {
            const #constant: ::core::option::Option<&'static str> =
                ::core::option::Option::Some(#wire);
            fn #hidden(&self) -> ::core::option::Option<::std::string::String> {
                #value
            }
        })
    });
    let opaque = fields.iter().filter(|field| field.event.opaque.is_some());
    let opaque: Vec<_> = opaque.map(|field| &field.wire).collect();
    let opaque = (!opaque.is_empty())
        .then(|| quote!(const __OPAQUE: &'static [&'static str] = &[#(#opaque),*];));
    let source = source(private, ident, fields);
    let names: Vec<_> = fields.iter().map(Field::names).filter(|names| !names.is_empty()).collect();
    let names = (!names.is_empty()).then(
        || quote!(const __NAMES: &'static [&'static [&'static str]] = &[#(&[#(#names),*]),*];),
    );
    quote! {
        #[automatically_derived]
        impl #private::EventPayload for #ident {
            const AGGREGATE_ID: ::core::option::Option<&'static str> = #wire;
            const RUST_PATH: &'static str =
                ::core::concat!(::core::module_path!(), "::", #name);
            fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
                #value
            }
            #(#more)*
            #opaque
            #names
            const __SOURCE: #private::Source = #source;
        }
    }
}

/// The marked field of `self` as text.
fn marked(private: &Path, fields: &[Field<'_>], mark: Mark) -> Option<TokenStream> {
    let field = fields.iter().find(|field| field.mark(mark).is_some())?;
    let name = field.ident;
    Some(as_text(private, mark, field.ty, &quote!(&self.#name)))
}

/// A marked field as text; the compiler's complaint about its type stands on the type. Every event of an aggregate has
/// its id, but a tenant or a key may be missing.
pub(super) fn as_text(private: &Path, mark: Mark, ty: &Type, value: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", mark.name());
    match attr::optional(ty).filter(|_| mark != Mark::AggregateId) {
        Some(inner) => {
            let function = quote_spanned!(inner.span()=> #private::#name::<#inner>);
            quote! {
                match #value {
                    ::core::option::Option::Some(__some) => #function(__some),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }
        }
        None => {
            let function = quote_spanned!(ty.span()=> #private::#name::<#ty>);
            quote!(#function(#value))
        }
    }
}
