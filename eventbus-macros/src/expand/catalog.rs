//! The tree of event types as statics, and the function that the toolchain calls.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::payload;
use crate::ast::{Enum, Kind};

/// `const CATALOG` of the enum.
pub(super) fn group(model: &Enum<'_>) -> TokenStream {
    let (private, docs, name) = (&model.private, &model.docs, model.ident.to_string());
    let members = model.variants.iter().map(|variant| match &variant.kind {
        Kind::Leaf(leaf) => {
            let ty = payload::ty(leaf);
            quote!(<#ty as #private::DomainEvent>::CATALOG)
        }
        Kind::Group(ty) => quote_spanned!(ty.span()=> <#ty as #private::DomainEvent>::CATALOG),
        Kind::Unknown(_) | Kind::Malformed => TokenStream::new(),
    });
    let members = members.filter(|member| !member.is_empty());
    let unknown = model.unknown().is_some();
    quote! {
        const CATALOG: #private::Catalog = #private::Catalog::Group(&#private::Group {
            rust_path: ::core::concat!(::core::module_path!(), "::", #name),
            docs: #docs,
            prefix: __PREFIX,
            members: &[#(#members),*],
            unknown: #unknown,
            subset: false,
        });
    }
}

/// The toolchain links the user's crate alone and has the root answer it: what there is, and whether stored samples of it
/// still decode.
pub(super) fn answer(private: &Path, ident: &Ident, vis: &impl ToTokens) -> TokenStream {
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #[doc(hidden)]
            #vis fn __eventbus_answer() -> ::std::process::ExitCode {
                #private::answer::<Self>()
            }
        }
    }
}
