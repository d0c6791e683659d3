//! From what should be on disk to what is: the plan, its comparison, and the writing of it.

pub(crate) mod diff;
mod manifest;
mod plan;
mod write;

pub(crate) use self::manifest::{Emitted, Manifest, Registered};
pub(crate) use self::plan::{Entry, Plan, State, plan};
pub(crate) use self::write::write;

/// A file that belongs to this toolchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// Its path relative to the configuration's folder, parts separated by `/`.
    pub(crate) path: String,
    /// What is known of what it must hold.
    pub(crate) content: Content,
}

/// What an [`Artifact`] must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// This text; it is written when the file differs.
    Generated(String),
    /// What was written once, by its SHA-256; it is never written again.
    Kept(String),
}

impl Artifact {
    pub(crate) fn generated(path: String, text: String) -> Self {
        Self { path, content: Content::Generated(text) }
    }

    /// A file that must stay as it was written.
    pub(crate) fn kept(path: String, sha256: String) -> Self {
        Self { path, content: Content::Kept(sha256) }
    }
}

#[cfg(test)]
mod tests;
