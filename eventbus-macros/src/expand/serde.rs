//! serde of the enum: `{"type","dataversion","data"}`.
//!
//! The fields of a leaf stand in two places, in the variant and in the payload struct. One piece of code writes both
//! from references to the fields: nothing is cloned, the two cannot differ, and serde's derive expands for reading
//! alone.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Index, Path};

use super::event::{arms, event};
use super::names::constant;
use super::payload::as_payload;
use crate::ast::{Enum, Field, Kind, Payload, Struct};
use crate::attr::Write;

pub(super) fn impls(model: &Enum<'_>) -> TokenStream {
    let (private, ident) = (&model.private, model.ident);
    let writers = model.variants.iter().enumerate().map(|(at, variant)| match &variant.kind {
        Kind::Leaf(leaf) => match &leaf.payload {
            Payload::Generated(payload) if !payload.only_serde_writes() => {
                writer(private, at, payload)
            }
            _ => TokenStream::new(),
        },
        _ => TokenStream::new(),
    });
    let tagged = tagged(private, ident);
    quote!(#(#writers)* #tagged)
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
                Payload::Generated(payload) => {
                    let (pattern, fields) = fields(at, payload);
                    quote!(#pattern => #private::write_tagged(#name, #version, &#fields, __serializer))
                }
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

/// A pattern for the variant, and the expression that writes the fields it binds.
pub(super) fn fields(at: usize, payload: &Struct<'_>) -> (TokenStream, TokenStream) {
    if payload.only_serde_writes() {
        let (ident, names) = (&payload.ident, payload.fields.iter().map(|field| field.ident));
        let names: Vec<_> = names.collect();
        let bindings: Vec<_> = (0..names.len()).map(|at| format_ident!("__field_{at}")).collect();
        return (
            quote!({ #(#names: #bindings),* }),
            quote!(#ident { #(#names: ::core::clone::Clone::clone(#bindings)),* }),
        );
    }
    let data = data(at);
    let names: Vec<_> = written(payload).map(|field| field.ident).collect();
    let bindings: Vec<_> = (0..names.len()).map(|at| format_ident!("__field_{at}")).collect();
    (quote!({ #(#names: #bindings,)* .. }), quote!(#data(#(#bindings),*)))
}

/// The struct of references to the fields of the leaf at this index.
fn data(at: usize) -> Ident {
    format_ident!("__Data{at}")
}

fn written<'a>(payload: &'a Struct<'_>) -> impl Iterator<Item = &'a Field<'a>> {
    payload.fields.iter().filter(|field| !matches!(field.write, Write::Never))
}

/// What writes a leaf's fields, and the payload struct by it.
fn writer(private: &Path, at: usize, payload: &Struct<'_>) -> TokenStream {
    let (data, ident, name) = (data(at), &payload.ident, payload.ident.to_string());
    let (names, types): (Vec<_>, Vec<_>) =
        written(payload).map(|field| (field.ident, field.ty)).unzip();
    let (life, elided, mutable) = match names.len() {
        0 => (None, None, None),
        _ => (Some(quote!(<'a>)), Some(quote!(<'_>)), Some(quote!(mut))),
    };
    let skips = written(payload).enumerate().filter_map(|(at, field)| skip(at, field));
    let always = written(payload).filter(|field| skip(0, field).is_none()).count();
    let sometimes: Vec<_> = written(payload)
        .enumerate()
        .filter_map(|(at, field)| skip(at, field).map(|_| skipped(at)))
        .collect();
    let fields = written(payload).enumerate().map(|(at, field)| one(private, at, field));
    quote! {
        struct #data #life(#(&'a #types),*);

        #[automatically_derived]
        impl #private::serde::Serialize for #data #elided {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #(#skips)*
                let #mutable __state = #private::serde::Serializer::serialize_struct(
                    __serializer,
                    #name,
                    #always #(+ !#sometimes as usize)*,
                )?;
                #(#fields)*
                #private::serde::ser::SerializeStruct::end(__state)
            }
        }

        #[automatically_derived]
        impl #private::serde::Serialize for #ident {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #private::serde::Serialize::serialize(&#data(#(&self.#names),*), __serializer)
            }
        }
    }
}

/// The binding that says whether the field at this index is left out.
fn skipped(at: usize) -> Ident {
    format_ident!("__skip_{at}")
}

fn skip(at: usize, field: &Field<'_>) -> Option<TokenStream> {
    let Write::Field { skip_if: Some(function), .. } = &field.write else { return None };
    let (name, at) = (skipped(at), Index::from(at));
    Some(quote!(let #name: bool = #function(self.#at);))
}

/// The statement that writes one field; the compiler's complaint that it cannot be written stands on its type.
fn one(private: &Path, at: usize, field: &Field<'_>) -> TokenStream {
    let (ty, wire, index) = (field.ty, &field.wire, Index::from(at));
    let state = quote_spanned!(ty.span()=> #private::serde::ser::SerializeStruct);
    let write = match &field.write {
        Write::Field { with: Some(function), .. } => quote! {{
            struct __With<'a>(&'a #ty);
            #[automatically_derived]
            impl #private::serde::Serialize for __With<'_> {
                fn serialize<__S: #private::serde::Serializer>(
                    &self,
                    __serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    #function(self.0, __serializer)
                }
            }
            #state::serialize_field(&mut __state, #wire, &__With(self.#index))?;
        }},
        _ => quote!(#state::serialize_field(&mut __state, #wire, self.#index)?;),
    };
    if skip(at, field).is_none() {
        return write;
    }
    let skipped = skipped(at);
    quote! {
        if #skipped {
            #state::skip_field(&mut __state, #wire)?;
        } else {
            #write
        }
    }
}
