//! serde's attributes, as far as they meet ours. They keep their meaning; what is malformed, serde says itself.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use super::entry::string_of;
use crate::symbol::SERDE;

/// The keys of all `#[serde(..)]` of one place.
pub(crate) struct Serde(Vec<Meta>);

impl Serde {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let metas = attrs
            .iter()
            .filter(|attr| attr.path().is_ident(SERDE))
            .filter_map(|attr| {
                attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()
            })
            .flatten()
            .collect();
        Self(metas)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Meta> {
        self.0.iter()
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Meta> {
        self.0.iter().find(|meta| meta.path().is_ident(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The text of `key = ".."` or `key(serialize = "..")`: what is written, where the two directions differ.
    pub(crate) fn written(&self, key: &str) -> Option<String> {
        directional(self.find(key)?)
    }
}

/// The text of `key = ".."` or `key(serialize = "..")`.
fn directional(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(meta) => string_of(&meta.value).map(|text| text.value()),
        Meta::List(list) => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()?
            .iter()
            .find(|meta| meta.path().is_ident("serialize"))
            .and_then(directional),
        Meta::Path(_) => None,
    }
}
