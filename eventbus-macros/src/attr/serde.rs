//! serde's attributes, as far as they meet ours. They keep their meaning; what is malformed, serde says itself.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use super::entry::string_of;
use crate::symbol::{SCHEMARS, SERDE};

/// The keys of all `#[serde(..)]` of one place.
pub(crate) struct Serde(Vec<Meta>);

impl Serde {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        Self::named(attrs, SERDE)
    }

    /// The keys of all `#[schemars(..)]`, which are serde's and some more.
    pub(crate) fn of_schemars(attrs: &[Attribute]) -> Self {
        Self::named(attrs, SCHEMARS)
    }

    fn named(attrs: &[Attribute], name: &str) -> Self {
        let metas = attrs
            .iter()
            .filter(|attr| attr.path().is_ident(name))
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
        directional(self.find(key)?, "serialize")
    }

    /// The same for what is read.
    pub(crate) fn accepted(&self, key: &str) -> Option<String> {
        directional(self.find(key)?, "deserialize")
    }

    /// The texts of every `key = ".."`.
    pub(crate) fn texts<'a>(&'a self, key: &'a str) -> impl Iterator<Item = String> + 'a {
        let found = self.0.iter().filter(move |meta| meta.path().is_ident(key));
        found.filter_map(|meta| directional(meta, ""))
    }
}

/// The text of `key = ".."` or `key(direction = "..")`.
fn directional(meta: &Meta, direction: &str) -> Option<String> {
    match meta {
        Meta::NameValue(meta) => string_of(&meta.value).map(|text| text.value()),
        Meta::List(list) => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()?
            .iter()
            .find(|meta| meta.path().is_ident(direction))
            .and_then(|meta| directional(meta, direction)),
        Meta::Path(_) => None,
    }
}
