//! The model of a subset: a choice of events that other enums name.

use syn::{Attribute, Data, DeriveInput, Fields, Ident, Path, Type, Visibility};

use crate::ast::private;
use crate::attr::{self, Serde};
use crate::ctxt::Ctxt;

/// An enum that names no event of its own.
pub(crate) struct Subset<'a> {
    /// The path of the runtime's `__private`.
    pub(crate) private: Path,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) docs: String,
    pub(crate) serde: Serde,
    pub(crate) members: Vec<Member<'a>>,
}

/// One variant: a newtype over an event type.
pub(crate) struct Member<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) ident: &'a Ident,
    pub(crate) serde: Serde,
    /// What it holds; `None` where it is no newtype.
    pub(crate) ty: Option<&'a Type>,
}

impl<'a> Subset<'a> {
    /// The model of an enum; anything else is recorded as a mistake.
    pub(crate) fn read(cx: &Ctxt, input: &'a DeriveInput) -> Option<Self> {
        let krate = attr::subset_crate(cx, &input.attrs);
        let Data::Enum(data) = &input.data else {
            let message = "`EventSubset` is derived on an enum whose variants hold events: write \
                           `enum Billing { Placed(OrderPlaced) }`";
            cx.error(input.ident.span(), message);
            return None;
        };
        Some(Self {
            private: private(krate),
            ident: &input.ident,
            vis: &input.vis,
            docs: attr::docs(&input.attrs),
            serde: Serde::read(&input.attrs),
            members: data.variants.iter().map(|variant| Member::read(cx, variant)).collect(),
        })
    }

    /// Its sound variants, with what they hold.
    pub(crate) fn held(&self) -> impl Iterator<Item = (&Member<'a>, &'a Type)> {
        self.members.iter().filter_map(|member| Some((member, member.ty?)))
    }
}

impl<'a> Member<'a> {
    fn read(cx: &Ctxt, original: &'a syn::Variant) -> Self {
        let field_attrs = original.fields.iter().flat_map(|field| &field.attrs);
        let attrs: Vec<&Attribute> = original.attrs.iter().chain(field_attrs).collect();
        attr::no_event(cx, &attrs);
        let owned: Vec<Attribute> = attrs.into_iter().cloned().collect();
        let ty = match &original.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                fields.unnamed.first().map(|field| &field.ty)
            }
            _ => None,
        };
        Self { original, ident: &original.ident, serde: Serde::read(&owned), ty }
    }
}
