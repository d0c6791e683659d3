//! serde's attributes, as far as they meet ours. They keep their meaning; what is malformed, serde says itself.

use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, Meta, Token, parse_quote};

use super::entry::string_of;
use crate::symbol::SERDE;

/// The keys of all `#[serde(..)]` of one place.
pub(crate) struct Serde(Vec<Meta>);

/// How serde writes a field.
pub(crate) enum Write {
    /// Not at all.
    Never,
    /// Under its name, through `with` where it is there, and not where `skip_if` says so.
    Field { skip_if: Option<Box<ExprPath>>, with: Option<Box<ExprPath>> },
    /// As serde alone knows, by an attribute that it learnt after this code was written, or that it will refuse.
    Unknown,
}

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
        // serde takes `rename(serialize = ..)` and `rename(deserialize = ..)` as two, too.
        self.0.iter().filter(|meta| meta.path().is_ident(key)).find_map(directional)
    }

    /// How a field with these attributes is written.
    pub(crate) fn write(&self) -> Write {
        let (mut skip_if, mut with) = (None, None);
        for meta in &self.0 {
            let key = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
            let place = match key.as_str() {
                "skip" | "skip_serializing" => return Write::Never,
                "skip_serializing_if" => &mut skip_if,
                "serialize_with" | "with" => &mut with,
                // The name is resolved apart from this, and the others are for readers.
                "rename" | "alias" | "borrow" | "bound" | "default" | "deserialize_with"
                | "skip_deserializing" => continue,
                _ => return Write::Unknown,
            };
            let Some(path) = function(meta) else { return Write::Unknown };
            *place =
                Some(Box::new(if key == "with" { parse_quote!(#path::serialize) } else { path }));
        }
        Write::Field { skip_if, with }
    }
}

/// The path in `key = ".."`.
fn function(meta: &Meta) -> Option<ExprPath> {
    let Meta::NameValue(meta) = meta else { return None };
    string_of(&meta.value)?.parse().ok()
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
