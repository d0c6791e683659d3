//! A subset: each method goes on to the event that a variant holds.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::{payload, serde};
use crate::subset::Subset;

pub(crate) fn event_subset(model: &Subset<'_>) -> TokenStream {
    let parts =
        [assertions(model), event(model), conversions(model), serde(model), function(model)];
    quote! {
        #[doc(hidden)]
        #[allow(deprecated, unused_imports)]
        const _: () = {
            #(#parts)*
        };
    }
}

fn event(model: &Subset<'_>) -> TokenStream {
    let (private, ident, catalog) = (&model.private, model.ident, catalog(model));
    let from_data = from_data(model);
    // A method that `DomainEvent` gains is one line here: what a subset does, its events do.
    let forwarded = [
        (quote!(event_type), quote!(&str)),
        (quote!(version), quote!(u32)),
        (quote!(aggregate_id), quote!(::core::option::Option<::std::string::String>)),
        (quote!(aggregate_kind), quote!(&str)),
        (quote!(tenant_id), quote!(::core::option::Option<::std::string::String>)),
        (quote!(event_key), quote!(::core::option::Option<::std::string::String>)),
        (quote!(to_data), quote!(#private::Result<::std::string::String>)),
        (quote!(__emission), quote!(#private::Emission<'_>)),
    ];
    let forwarded = forwarded.iter().map(|(method, answer)| {
        let arms = arms(model, &quote!(#method(__inner)));
        quote!(fn #method(&self) -> #answer { match self { #arms } })
    });
    let write = arms(model, &quote!(__write(__inner, __serializer)));
    quote! {
        #[automatically_derived]
        impl #private::DomainEvent for #ident {
            #catalog
            #(#forwarded)*
            #from_data
            fn __write<__S: #private::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                match self { #write }
            }
        }
        #[automatically_derived]
        impl #private::Emittable for #ident {}
    }
}

fn catalog(model: &Subset<'_>) -> TokenStream {
    let (private, docs, name) = (&model.private, &model.docs, model.ident.to_string());
    let members = model.held().map(|(_, ty)| {
        let event = as_event(model, ty);
        quote!(#event::CATALOG)
    });
    quote! {
        const CATALOG: #private::Catalog = #private::Catalog::Group(&#private::Group {
            rust_path: ::core::concat!(::core::module_path!(), "::", #name),
            docs: #docs,
            prefix: "",
            members: &[#(#members),*],
            unknown: false,
            subset: true,
        });
    }
}

/// The catalog says which member takes a name, and that one reads it.
fn from_data(model: &Subset<'_>) -> TokenStream {
    let private = &model.private;
    let reads = |call: TokenStream| {
        let arms = model.held().enumerate().map(move |(at, (member, ty))| {
            let (name, event) = (member.ident, as_event(model, ty));
            quote!(::core::option::Option::Some(#at) => #event::#call.map(Self::#name),)
        });
        quote!(#(#arms)*)
    };
    let from_data = reads(quote!(from_data(__event_type, __version, __data)));
    let from_raw = reads(quote!(__from_raw(__event)));
    quote! {
        fn from_data(__event_type: &str, __version: u32, __data: &str) -> #private::Result<Self> {
            match #private::member(&<Self as #private::DomainEvent>::CATALOG, __event_type) {
                #from_data
                _ => ::core::result::Result::Err(#private::unknown_type::<Self>(__event_type)),
            }
        }
        fn __from_raw(__event: &#private::RawEvent) -> #private::Result<Self> {
            let __event_type = __event.envelope.event_type.as_str();
            match #private::member(&<Self as #private::DomainEvent>::CATALOG, __event_type) {
                #from_raw
                _ => ::core::result::Result::Err(#private::unknown_type::<Self>(__event_type)),
            }
        }
    }
}

/// One arm for each variant, with a call on what it holds.
fn arms(model: &Subset<'_>, call: &TokenStream) -> TokenStream {
    let arms = model.held().map(|(member, ty)| {
        let (name, event) = (member.ident, as_event(model, ty));
        quote!(Self::#name { 0: __inner } => #event::#call,)
    });
    quote!(#(#arms)*)
}

/// The compiler's complaint that a type is no event stands on it.
fn as_event(model: &Subset<'_>, ty: &Type) -> TokenStream {
    let private = &model.private;
    quote_spanned!(ty.span()=> <#ty as #private::DomainEvent>)
}

/// An event has one place in a subset, so that its name says which.
fn assertions(model: &Subset<'_>) -> TokenStream {
    let private = &model.private;
    let held: Vec<_> = model.held().collect();
    let assertions = held.iter().enumerate().skip(1).map(|(at, (member, ty))| {
        let own = as_event(model, ty);
        let overlaps = held[..at].iter().map(|(earlier, other)| {
            let message = format!(
                "`{}` and `{}` take a common event, which has one place in a subset: leave it to \
                 one of them",
                earlier.ident, member.ident
            );
            let other = as_event(model, other);
            quote_spanned! {ty.span()=>
                if #private::overlap(&#other::CATALOG, &#own::CATALOG) {
                    ::core::panic!("{}", #message)
                }
            }
        });
        quote_spanned!(ty.span()=> const _: () = { #(#overlaps)* };)
    });
    quote!(#(#assertions)*)
}

fn conversions(model: &Subset<'_>) -> TokenStream {
    let ident = model.ident;
    // A subset of one event is always that event.
    let otherwise =
        (model.members.len() > 1).then(|| quote!(__other => ::core::result::Result::Err(__other),));
    let impls = model.held().map(|(member, ty)| {
        let name = member.ident;
        quote! {
            #[automatically_derived]
            impl ::core::convert::From<#ty> for #ident {
                fn from(__value: #ty) -> Self {
                    Self::#name(__value)
                }
            }
            #[automatically_derived]
            impl ::core::convert::TryFrom<#ident> for #ty {
                /// The event itself, when it is another.
                type Error = #ident;
                fn try_from(__value: #ident) -> ::core::result::Result<Self, #ident> {
                    match __value {
                        #ident::#name { 0: __value } => ::core::result::Result::Ok(__value),
                        #otherwise
                    }
                }
            }
        }
    });
    quote!(#(#impls)*)
}

fn serde(model: &Subset<'_>) -> TokenStream {
    serde::tagged(&model.private, model.ident)
}

/// For the toolchain, which says that a subset is no root.
fn function(model: &Subset<'_>) -> TokenStream {
    super::catalog::answer(&model.private, model.ident, &payload::visibility(model.vis))
}
