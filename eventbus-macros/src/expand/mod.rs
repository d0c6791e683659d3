//! The code of the derives. Nothing here looks at an attribute: the model has resolved them.
//!
//! Parameters and bindings begin with `__`: a pattern of a plainer name would be a constant or static of the user's,
//! where there is one.

mod catalog;
mod convert;
mod event;
mod history;
mod names;
mod payload;
mod serde;
mod source;
mod subset;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Enum;
use crate::payload::PayloadStruct;

pub(crate) use self::names::{consts, nested, prefix};
pub(crate) use self::payload::{Derives, structs, visibility};
pub(crate) use self::subset::event_subset;

pub(crate) fn domain_event(model: &Enum<'_>) -> TokenStream {
    let structs = structs(model, Derives::All);
    let parts = [
        consts(model),
        nested(model),
        names::assertions(model),
        payload::impls(model),
        event::impls(model),
        convert::impls(model),
        serde::impls(model),
        catalog::answer(&model.private, model.ident, &visibility(model.vis)),
    ];
    quote! {
        #structs
        #[doc(hidden)]
        #[allow(deprecated, unused_imports)]
        const _: () = {
            #(#parts)*
        };
    }
}

pub(crate) fn event_payload(model: &PayloadStruct<'_>) -> TokenStream {
    let body = payload::event_payload(&model.private, model.ident, &model.fields);
    quote! {
        #[doc(hidden)]
        #[allow(deprecated)]
        const _: () = { #body };
    }
}
