//! The compile-fail suite without the compiler: what it pins of the derives' own messages, the derives say on every
//! toolchain.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use quote::ToTokens;
use syn::{DeriveInput, Item};

use crate::derive::{self, tests::assertions};

/// The topics whose messages are the derives' own.
const TOPICS: &[&str] = &[
    "attributes",
    "cascade",
    "fields",
    "names",
    "serde",
    "shape",
    "subset",
    "together",
    "versions",
];

/// A message at a line and a column.
type Said = (usize, usize, String);

#[test]
fn what_the_compile_fail_suite_pins_is_said_without_the_compiler() {
    let mut compared = 0;
    for case in TOPICS.iter().flat_map(|topic| cases(topic)) {
        let source = fs::read_to_string(&case).expect("a case is UTF-8");
        let pins = fs::read_to_string(case.with_extension("stderr")).expect("a case has a pin");
        let pinned = pinned(&pins);
        let (refused, asserted) = said(&source);
        let unpinned: Vec<_> = refused.difference(&pinned).collect();
        assert!(unpinned.is_empty(), "{}: not pinned: {unpinned:#?}", case.display());
        for (line, column, message) in pinned.difference(&refused) {
            // Some assertions put their message together from what the compiler finds.
            let part = |(at, to, text): &Said| (at, to) == (line, column) && message.contains(text);
            let is_said = asserted.iter().any(part);
            assert!(is_said, "{}: {line}:{column}: {message}\n{asserted:#?}", case.display());
        }
        compared += pinned.len();
    }
    assert!(compared > 100, "{compared} messages");
}

/// The messages without a code, each with every place that it underlines.
fn pinned(pins: &str) -> BTreeSet<Said> {
    let (mut said, mut message) = (BTreeSet::new(), None);
    for line in pins.lines() {
        if line.starts_with("error") {
            message = line.strip_prefix("error: ");
        } else if let (Some(message), Some(place)) = (message, line.strip_prefix("  --> ")) {
            let (line, column) = place.split_once(':').expect("a place is a line and a column");
            let number = |text: &str| text.parse::<usize>().expect("a place is two numbers");
            said.insert((number(line), number(column), message.to_owned()));
        }
    }
    said
}

/// What the derives of a file refuse, and what their code asserts.
fn said(source: &str) -> (BTreeSet<Said>, BTreeSet<Said>) {
    let file = syn::parse_file(source).expect("a case is Rust");
    let (mut refused, mut asserted) = (BTreeSet::new(), BTreeSet::new());
    for item in file.items {
        let Some(input) = input(item) else { continue };
        for (name, derive) in [
            ("DomainEvent", derive::domain_event as fn(&_) -> _),
            ("EventPayload", derive::event_payload),
            ("EventSubset", derive::event_subset),
        ] {
            if derives(&input, name) {
                let (code, errors): (_, Vec<syn::Error>) = derive(&input);
                let errors = errors.iter().flat_map(Clone::clone);
                refused.extend(errors.map(|error| place(error.span(), error.to_string())));
                let texts = assertions(code).into_iter();
                asserted.extend(texts.map(|(span, text)| place(span, text)));
            }
        }
    }
    (refused, asserted)
}

fn place(span: Span, message: String) -> Said {
    let start = span.start();
    (start.line, start.column + 1, message)
}

/// The item as the derives see it, in the places of the file.
fn input(item: Item) -> Option<DeriveInput> {
    match item {
        Item::Enum(_) | Item::Struct(_) | Item::Union(_) => {
            Some(syn::parse2(item.into_token_stream()).expect("an item can be derived for"))
        }
        _ => None,
    }
}

fn derives(input: &DeriveInput, name: &str) -> bool {
    let mut found = false;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // Other derives are not ours to read.
        let _ = attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(name);
            Ok(())
        });
    }
    found
}

fn cases(topic: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui").join(topic);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{topic}: {error}"));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}
