//! The generators. Each is a function of the registry; a new one is a folder here and its line in `generate`.

pub(crate) mod asyncapi;
mod envelope;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod reference;
pub(crate) mod sql;
pub(crate) mod typescript;
