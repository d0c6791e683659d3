//! What the evolution check has to say, one by one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use eventbus_runtime::CompatMode;
use serde_json::Value;

use super::rules::{Difference, Holds, Rule, Verdict};
use crate::diagnostic::Place;
use crate::pointer::unescaped;
use crate::registry::{Leaf, Review};

/// Something that the check has to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static Rule,
    pub(crate) verdict: Verdict,
    pub(crate) event_type: String,
    /// The version in the registry that it is about.
    pub(crate) version: u32,
    /// The payload's path in Rust with the field, `shop_events::OrderPlaced.items[*].sku`.
    pub(crate) rust_path: String,
    /// The same as a JSON pointer into a payload.
    pub(crate) pointer: String,
    pub(crate) old: String,
    pub(crate) new: String,
    /// Documents that show it, each with what it shows.
    pub(crate) witnesses: Vec<(Direction, Value)>,
    /// Why something could not be decided.
    pub(crate) reason: Option<String>,
    /// The command that brings a lost file back.
    pub(crate) restore: Option<String>,
    /// The change that was let through, and why.
    pub(crate) excused: Option<Review>,
    /// Whether no code emits the type any more.
    pub(crate) retired: bool,
    /// Where the code says it, relative to the workspace.
    pub(crate) place: Option<Place>,
    /// The payload's path in Rust, and the former versions that the code reads, each with the path of its payload.
    pub(crate) payload: Option<(String, Vec<(u32, String)>)>,
}

/// Who reads whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// New code reads what old code wrote.
    Backward,
    /// Old code reads what new code writes.
    Forward,
}

impl Finding {
    /// What breaks nobody whom `mode` asks for is not refused.
    pub(super) fn weigh(&mut self, mode: CompatMode) {
        if !self.is_asked(mode) {
            self.verdict = Verdict::Note;
        }
    }

    /// Whether a mode asks about what it breaks, by its documents, or else by its rule.
    pub(super) fn is_asked(&self, mode: CompatMode) -> bool {
        let breaks = |direction, holds| holds != Holds::Yes && asks(mode, direction);
        match self.witnesses.as_slice() {
            [] => {
                breaks(Direction::Backward, self.rule.backward)
                    || breaks(Direction::Forward, self.rule.forward)
            }
            witnesses => witnesses.iter().any(|(direction, _)| asks(mode, *direction)),
        }
    }

    pub(super) fn new(event_type: &str, version: u32, rust_path: &str, change: Difference) -> Self {
        let Difference { rule, pointer, path, old, new } = change;
        let rust_path = match path.as_str() {
            "" => rust_path.to_owned(),
            path if path.starts_with(['[', ':']) => format!("{rust_path}{path}"),
            path => format!("{rust_path}.{path}"),
        };
        Self {
            rule,
            verdict: rule.verdict,
            event_type: event_type.to_owned(),
            version,
            rust_path,
            pointer,
            old,
            new,
            witnesses: Vec::new(),
            reason: None,
            restore: None,
            excused: None,
            retired: false,
            place: None,
            payload: None,
        }
    }

    /// Lets it through: somebody looked at it.
    pub(super) fn let_through(&mut self, review: Review) {
        self.verdict = Verdict::Warn;
        self.excused = Some(review);
    }

    /// Whether `codegen` is what mends it, by writing a file again from the compared commit.
    pub(crate) fn is_mended_by_codegen(&self) -> bool {
        let is_codegen = |command: &String| command.starts_with("cargo eventbus codegen");
        self.rule.id == "EV026" && self.restore.as_ref().is_some_and(is_codegen)
    }

    /// Says one thing more.
    pub(super) fn because(&mut self, words: &str) {
        self.reason = Some(match self.reason.take() {
            Some(reason) => format!("{reason}; {words}"),
            None => words.to_owned(),
        });
    }

    /// Finds its place in the files of the author: the line of its field, or else of its event.
    pub(super) fn locate(&mut self, leaves: &BTreeMap<&str, &Leaf>) {
        let is_it = |leaf: &&&Leaf| leaf.rust_path == self.rust_path;
        let leaf = leaves.get(self.event_type.as_str()).or_else(|| leaves.values().find(is_it));
        let former = |leaf: &&Leaf| {
            let each = leaf.upcasts.iter().map(|one| (one.version, one.rust_path.clone()));
            (leaf.rust_path.clone(), each.collect())
        };
        self.payload = leaf.map(former);
        self.retired = leaf.is_some_and(|leaf| leaf.retired.is_some());
        let Some(source) = leaf.and_then(|leaf| leaf.source.as_ref()) else { return };
        let first = self.pointer.strip_prefix('/').and_then(|path| path.split('/').next());
        let name = first.map(unescaped);
        // A field that is gone has no line; one that took its place has.
        let is_renamed = matches!(self.rule.id, "EV112" | "EV113");
        let successor = Some(self.new.clone()).filter(|_| is_renamed);
        let line = [name, successor].iter().flatten().find_map(|name| source.fields.get(name));
        let line = usize::try_from(*line.unwrap_or(&source.line)).ok();
        self.place = Some(Place { file: PathBuf::from(&source.file), line });
    }
}

/// Whether a mode wants a direction to hold.
pub(super) fn asks(mode: CompatMode, direction: Direction) -> bool {
    match mode {
        CompatMode::Full => true,
        CompatMode::Backward => direction == Direction::Backward,
        CompatMode::Forward => direction == Direction::Forward,
        CompatMode::None => false,
    }
}
