//! What is the matter with what code writes of a payload, and where in the payload.

use serde_json::Value;

use crate::discover::program::Rewritten;
use crate::pointer::{escaped, unescaped};

/// Which payloads a writer contract describes.
pub(super) type Described<'a> = dyn Fn(&[Value]) -> Vec<Option<bool>> + 'a;

/// A payload that may show that the code writes something else than its schema says.
pub(super) struct Judged<'a> {
    pub(super) payload: Value,
    /// Whether the schema describes the payload, where that is certain.
    pub(super) is_described: Option<bool>,
    /// What is written of it; nothing where it cannot be.
    written: Option<Value>,
    /// Why it is not written, or why what is written is not read.
    reason: Option<&'a str>,
}

impl<'a> Judged<'a> {
    /// Nothing where the payload is not read, or is written as it is.
    pub(super) fn new(data: &str, answer: &'a Rewritten) -> Option<Self> {
        let same = |judged: &Self| {
            judged.reason.is_none() && judged.written.as_ref() == Some(&judged.payload)
        };
        Self::any(data, answer).filter(|judged| !same(judged))
    }

    /// Nothing where the payload is not read.
    pub(super) fn any(data: &str, answer: &'a Rewritten) -> Option<Self> {
        let (written, reason) = match answer {
            Rewritten::Unread(_) | Rewritten::Untried => return None,
            Rewritten::Unwritten(reason) => (None, Some(reason.as_str())),
            Rewritten::Lost(text, reason) => (Some(parsed(text)), Some(reason.as_str())),
            Rewritten::Written(text) => (Some(parsed(text)), None),
        };
        Some(Self { payload: parsed(data), is_described: Some(true), written, reason })
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The first matter that there is, and where in the payload.
pub(super) fn matter(described: &Described<'_>, judged: &[Judged<'_>]) -> Option<(String, String)> {
    let written: Vec<Value> =
        judged.iter().map(|judged| judged.written.clone().unwrap_or_default()).collect();
    let mut are = described(&written).into_iter();
    judged.iter().find_map(|judged| {
        let Judged { payload, is_described, written, reason } = judged;
        let is_written_described = are.next().flatten();
        // A text of a format is hardly ever certain to be one, and what is certain not to be one is found all the same.
        if *is_described == Some(false) {
            return None;
        }
        match (written, reason) {
            (Some(written), _) if is_written_described == Some(false) => {
                Some(place(described, payload, written))
            }
            (None, Some(reason)) if *is_described == Some(true) => {
                let text = format!(
                    "it reads {}, which its schema describes, and cannot write it: {reason}",
                    short(payload)
                );
                Some((String::new(), text))
            }
            (Some(written), Some(reason)) if *is_described == Some(true) => {
                let text = format!(
                    "it writes {}, which it does not read itself: {reason}",
                    short(written)
                );
                Some((String::new(), text))
            }
            _ => None,
        }
    })
}

/// How much of a value is shown.
const SHOWN: usize = 300;

/// A value as it is shown: the text of a long one is cut off.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// The first place at which `payload` would be refused with what is `written` there, and what is to be said of it.
fn place(described: &Described<'_>, payload: &Value, written: &Value) -> (String, String) {
    let mut places = Vec::new();
    differences(payload, written, String::new(), &mut places);
    let changed: Vec<Value> =
        places.iter().map(|pointer| with(payload, pointer, written.pointer(pointer))).collect();
    let refused = described(&changed).iter().position(|is_one| *is_one == Some(false));
    match refused {
        Some(index) => {
            let pointer = places.swap_remove(index);
            let word = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), short);
            let (reads, writes) =
                (word(payload.pointer(&pointer)), word(written.pointer(&pointer)));
            let text = format!("of {reads}, which its schema describes, it writes {writes}");
            (pointer, text)
        }
        None => (String::new(), format!("of {} it writes {}", short(payload), short(written))),
    }
}

/// The pointers at which two payloads differ, as deep as both have the same shape.
fn differences(one: &Value, other: &Value, pointer: String, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(own), Value::Object(others)) => {
            let added = others.keys().filter(|name| !own.contains_key(*name));
            for name in own.keys().chain(added) {
                let pointer = format!("{pointer}/{}", escaped(name));
                match (own.get(name), others.get(name)) {
                    (Some(one), Some(other)) => differences(one, other, pointer, found),
                    _ => found.push(pointer),
                }
            }
        }
        (Value::Array(own), Value::Array(others)) if own.len() == others.len() => {
            for (index, (one, other)) in own.iter().zip(others).enumerate() {
                differences(one, other, format!("{pointer}/{index}"), found);
            }
        }
        (one, other) if one != other => found.push(pointer),
        _ => {}
    }
}

/// The payload with another value at a place, or without one.
fn with(payload: &Value, pointer: &str, value: Option<&Value>) -> Value {
    let mut changed = payload.clone();
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return value.cloned().unwrap_or_default();
    };
    match (changed.pointer_mut(parent), value) {
        (Some(Value::Object(keys)), Some(value)) => {
            keys.insert(unescaped(last), value.clone());
        }
        (Some(Value::Object(keys)), None) => drop(keys.remove(&unescaped(last))),
        (Some(parent), Some(value)) => {
            if let Some(old) = parent.pointer_mut(&format!("/{last}")) {
                *old = value.clone();
            }
        }
        _ => {}
    }
    changed
}
