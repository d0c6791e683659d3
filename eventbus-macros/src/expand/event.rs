//! `DomainEvent` of the enum: each method matches once and goes on to the leaf or into the group.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::names::constant;
use super::{history, payload};
use crate::ast::{Enum, Kind, Leaf, Mark, Payload, Variant};

pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let catalog = super::catalog::group(model);
    let methods = [
        facts(model),
        data(model),
        direct(model),
        unknown(model),
        emission(model),
        super::serde::write(model),
    ];
    quote! {
        #[automatically_derived]
        impl #private::DomainEvent for #ident {
            #catalog
            #(#methods)*
        }
        #[automatically_derived]
        impl #private::Emittable for #ident {}
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
        fn event_type(&self) -> &str {
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
        |_, leaf| leaf_mark(model, leaf, Mark::AggregateId),
        |ty| event(model, ty, &quote!(aggregate_id(__inner))),
    );
    let to_data = arms(
        model,
        |at, leaf| leaf_to_data(model, at, leaf),
        |ty| event(model, ty, &quote!(to_data(__inner))),
    );
    let marks = [Mark::TenantId, Mark::EventKey].map(|one| mark(model, one));
    let marks = marks.iter().flatten();
    quote! {
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self { #aggregate_id }
        }
        #(#marks)*
        fn to_data(&self) -> #private::Result<::std::string::String> {
            match self { #to_data }
        }
    }
}

/// The marks that an enum without groups may have none of: then the trait's own answer is right.
fn mark(model: &Enum<'_>, mark: Mark) -> Option<TokenStream> {
    let answers = model.variants.iter().any(|variant| match &variant.kind {
        Kind::Leaf(leaf) => leaf.answers(mark),
        Kind::Group(_) | Kind::Unknown(_) => true,
        Kind::Malformed => false,
    });
    let name = format_ident!("{}", mark.name());
    let arms = arms(
        model,
        |_, leaf| leaf_mark(model, leaf, mark),
        |ty| event(model, ty, &quote!(#name(__inner))),
    );
    answers.then(|| {
        quote! {
            fn #name(&self) -> ::core::option::Option<::std::string::String> {
                match self { #arms }
            }
        }
    })
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
            // What is unknown answers for itself, as a group does.
            Kind::Group(ty) | Kind::Unknown(ty) => {
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

fn leaf_mark(model: &Enum<'_>, leaf: &Leaf<'_>, mark: Mark) -> TokenStream {
    let private = &model.private;
    match &leaf.payload {
        Payload::Given(_) => {
            let payload = payload::as_payload(private, leaf);
            let hidden = payload::hidden(mark);
            quote!({ 0: __inner } => #payload::#hidden(__inner))
        }
        Payload::Generated(generated) => {
            match generated.fields.iter().find(|field| field.mark(mark).is_some()) {
                Some(field) => {
                    let name = field.ident;
                    let value = payload::as_text(private, mark, field.ty, &quote!(__id));
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

/// The name is a leaf's, or begins with a group's, so that a root of four groups compares four beginnings.
fn direct(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let arms = model.variants.iter().enumerate().map(|(at, variant)| {
        let (name, ident) = (constant(at), variant.ident);
        match &variant.kind {
            Kind::Leaf(leaf) => {
                let (ty, read) = (payload::ty(leaf), history::read(private, at, leaf));
                quote! {
                    #name => #read
                        .map(<Self as ::core::convert::From<#ty>>::from)
                        .map_err(::core::option::Option::Some),
                }
            }
            Kind::Group(ty) => {
                let value = event(model, ty, &quote!(__direct(__event_type, __version, __data)));
                quote!(_ if #private::is_below(__event_type, #name) => #value.map(Self::#ident),)
            }
            Kind::Unknown(_) | Kind::Malformed => TokenStream::new(),
        }
    });
    quote! {
        #[inline]
        fn from_data(__event_type: &str, __version: u32, __data: &str) -> #private::Result<Self> {
            #private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(__event_type: &str, __version: u32, __data: &str) -> #private::Direct<Self> {
            match __event_type {
                #(#arms)*
                _ => ::core::result::Result::Err(::core::option::Option::None),
            }
        }
    }
}

/// What no leaf is named goes as far in as its name leads, and there to the nearest enum that keeps it.
fn unknown(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let arms: Vec<_> = model
        .groups()
        .map(|(at, variant, ty)| {
            let (name, ident) = (constant(at), variant.ident);
            let value = event(model, ty, &quote!(__unknown(__event)));
            quote! {
                () if #private::is_below(&__event.envelope.event_type, #name) => match #value {
                    ::core::result::Result::Ok(__inner) =>
                        return ::core::result::Result::Ok(Self::#ident(__inner)),
                    ::core::result::Result::Err(__event) => __event,
                },
            }
        })
        .collect();
    let within = (!arms.is_empty()).then(|| {
        quote! {
            let __event = match () {
                #(#arms)*
                () => __event,
            };
        }
    });
    let own = model.unknown().map(|variant| {
        let ident = variant.ident;
        quote! {
            if #private::is_below(&__event.envelope.event_type, __PREFIX) {
                return ::core::result::Result::Ok(Self::#ident(*__event));
            }
        }
    });
    if within.is_none() && own.is_none() {
        return TokenStream::new();
    }
    let raw = quote!(::std::boxed::Box<#private::RawEvent>);
    quote! {
        fn __unknown(__event: #raw) -> ::core::result::Result<Self, #raw> {
            #within
            #own
            ::core::result::Result::Err(__event)
        }
    }
}

/// Said where it can be another than that of a new event.
fn emission(model: &Enum<'_>) -> TokenStream {
    let private = &model.private;
    let plain = |variant: &Variant<'_>| match &variant.kind {
        Kind::Leaf(leaf) => leaf.past.retired.is_none(),
        _ => false,
    };
    if model.variants.iter().all(plain) {
        return TokenStream::new();
    }
    let arms = arms(
        model,
        |_, leaf| match &leaf.past.retired {
            Some(day) => quote!({ .. } => #private::Emission::Retired(#day)),
            None => quote!({ .. } => #private::Emission::New),
        },
        |ty| event(model, ty, &quote!(__emission(__inner))),
    );
    quote! {
        fn __emission(&self) -> #private::Emission<'_> {
            match self { #arms }
        }
    }
}
