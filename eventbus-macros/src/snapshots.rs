//! What the derives write, pinned: each `tests/expand/NAME.rs` has its expansion in `NAME.expanded.rs`.
//!
//! The suite of the derive compiles the same inputs. After a change of the expansion, `EVENTBUS_BLESS=1 cargo test -p
//! eventbus-macros` writes the files again, and the diff is read like code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::ToTokens;
use similar::TextDiff;
use syn::{Attribute, Data, DeriveInput, Fields, Item};

use crate::derive;

const BLESS: &str = "EVENTBUS_BLESS";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/expand")
}

/// The inputs by name.
fn inputs() -> Vec<(String, syn::File)> {
    let mut inputs: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".rs").filter(|name| !name.ends_with(".expanded"))?;
            let source = fs::read_to_string(folder().join(format!("{name}.rs"))).unwrap();
            Some((name.to_owned(), syn::parse_file(&source).unwrap()))
        })
        .collect();
    inputs.sort_by(|(one, _), (other, _)| one.cmp(other));
    inputs
}

/// A derive, from its input to its code and mistakes.
type Derive = fn(&DeriveInput) -> (TokenStream, Vec<syn::Error>);

const DERIVES: [(&str, Derive); 3] = [
    ("DomainEvent", derive::domain_event),
    ("EventPayload", derive::event_payload),
    ("EventSubset", derive::event_subset),
];

/// The derive of ours that the item asks for.
fn asked_for(input: &DeriveInput) -> Option<Derive> {
    let derives = input.attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    let derives: String = derives.map(|attr| attr.to_token_stream().to_string()).collect();
    DERIVES.iter().find(|(name, _)| derives.contains(name)).map(|(_, derive)| *derive)
}

/// Each item of the file that asks for a derive of ours, without the attribute that does, and what the derive writes.
fn expanded(file: &syn::File) -> Vec<(DeriveInput, syn::File)> {
    let items = file.items.iter().filter(|item| matches!(item, Item::Enum(_) | Item::Struct(_)));
    items
        .map(|item| syn::parse2::<DeriveInput>(item.to_token_stream()).unwrap())
        .filter_map(|mut input| {
            let derive = asked_for(&input)?;
            input.attrs.retain(|attr| !attr.path().is_ident("derive"));
            let (code, mistakes) = derive(&input);
            assert_eq!(mistakes.len(), 0, "{}: {mistakes:?}", input.ident);
            Some((input, syn::parse2(code).unwrap()))
        })
        .collect()
}

fn pretty(file: &syn::File) -> String {
    let mut text = String::from("// What the derives write. `EVENTBUS_BLESS=1` writes it again.\n");
    for (input, code) in expanded(file) {
        let code = prettyplease::unparse(&code);
        write!(text, "\n// {}\n\n{code}", input.ident).unwrap();
    }
    text
}

#[test]
fn the_expansion_is_the_one_that_was_read() {
    let mut changed = String::new();
    let mut expansions = BTreeSet::new();
    for (name, file) in inputs() {
        let path = folder().join(format!("{name}.expanded.rs"));
        expansions.insert(path.clone());
        let (old, new) = (fs::read_to_string(&path).unwrap_or_default(), pretty(&file));
        if old == new {
            continue;
        }
        if env::var_os(BLESS).is_some() {
            fs::write(&path, new).unwrap();
        } else {
            let diff = TextDiff::from_lines(&old, &new);
            let mut diff = diff.unified_diff();
            let diff = diff.header(&format!("tests/expand/{name}.expanded.rs"), "now");
            write!(changed, "{diff}").unwrap();
        }
    }
    assert!(changed.is_empty(), "read this, then run again with {BLESS}=1:\n{changed}");
    let all = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let found: BTreeSet<_> =
        all.filter(|path| path.to_str().unwrap().ends_with(".expanded.rs")).collect();
    assert_eq!(found, expansions, "an expansion without its input");
}

fn docs(attrs: &[Attribute]) -> Vec<String> {
    let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
    docs.map(|attr| attr.to_token_stream().to_string()).collect()
}

/// Each field's name with its docs.
fn documented(fields: &Fields) -> Vec<(String, Vec<String>)> {
    let field =
        |field: &syn::Field| (field.ident.to_token_stream().to_string(), docs(&field.attrs));
    fields.iter().map(field).collect()
}

/// What an editor shows on hover is the docs of the item.
#[test]
fn hover_on_a_payload_struct_and_its_fields_shows_what_stands_on_the_variant() {
    let mut seen = 0;
    for (input, code) in inputs().iter().flat_map(|(_, file)| expanded(file)) {
        let Data::Enum(data) = &input.data else { continue };
        let mut structs = code.items.into_iter().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        for variant in &data.variants {
            if matches!(variant.fields, Fields::Unnamed(_)) {
                continue;
            }
            let payload = structs.next().expect("a variant of its own fields gets a struct");
            assert_eq!(docs(&payload.attrs), docs(&variant.attrs), "{}", payload.ident);
            assert_eq!(documented(&payload.fields), documented(&variant.fields));
            assert_ne!(docs(&payload.attrs).len(), 0, "{} has nothing to show", payload.ident);
            seen += 1;
        }
        assert!(structs.next().is_none());
    }
    assert!(seen > 10, "{seen} payload structs");
}
