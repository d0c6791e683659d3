//! Inputs that people wrote, with tokens deleted, doubled, swapped and replaced.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{DeriveInput, Item};

use super::random::Random;

/// The events of the compile-fail suite and of the examples.
pub(super) fn corpus() -> Vec<TokenStream> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut inputs = Vec::new();
    for folder in ["tests/ui", "tests/derive", "examples"] {
        for file in rust_files(&workspace.join(folder)) {
            let text = fs::read_to_string(&file).expect("a source is UTF-8");
            let items = syn::parse_file(&text).map(|file| file.items).unwrap_or_default();
            let events = items
                .into_iter()
                .filter(|item| matches!(item, Item::Enum(_) | Item::Struct(_) | Item::Union(_)));
            inputs.extend(events.map(ToTokens::into_token_stream));
        }
    }
    assert!(!inputs.is_empty(), "{} holds no events", workspace.display());
    inputs
}

/// One of the corpus after some mutations that leave it an item.
pub(super) fn input(random: &mut Random, corpus: &[TokenStream]) -> DeriveInput {
    loop {
        let mut tokens = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.below(4) {
            let strange = corpus[random.below(corpus.len())].clone();
            tokens = mutated(random, tokens, &strange);
        }
        if let Ok(input) = syn::parse2(tokens) {
            return input;
        }
    }
}

/// Goes down into a random group, and changes one token there.
fn mutated(random: &mut Random, tokens: TokenStream, strange: &TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let groups: Vec<usize> =
        (0..trees.len()).filter(|&at| matches!(trees[at], TokenTree::Group(_))).collect();
    if !groups.is_empty() && random.chance(85) {
        let at = groups[random.below(groups.len())];
        if let TokenTree::Group(group) = &trees[at] {
            let inner = mutated(random, group.stream(), strange);
            trees[at] = TokenTree::Group(Group::new(delimiter(random, group), inner));
        }
        return trees.into_iter().collect();
    }
    if trees.is_empty() {
        return any_token(random, strange.clone()).into_iter().collect();
    }
    let at = random.below(trees.len());
    match random.below(5) {
        0 => drop(trees.remove(at)),
        1 => trees.insert(at, trees[at].clone()),
        2 => {
            let other = random.below(trees.len());
            trees.swap(at, other);
        }
        3 => trees.extend(any_token(random, strange.clone())),
        _ => {
            if let Some(token) = any_token(random, strange.clone()) {
                trees[at] = token;
            }
        }
    }
    trees.into_iter().collect()
}

fn delimiter(random: &mut Random, group: &Group) -> Delimiter {
    match random.below(40) {
        0 => Delimiter::Brace,
        1 => Delimiter::Bracket,
        2 => Delimiter::Parenthesis,
        3 => Delimiter::None,
        _ => group.delimiter(),
    }
}

/// A token from anywhere in the tree.
fn any_token(random: &mut Random, tokens: TokenStream) -> Option<TokenTree> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    if trees.is_empty() {
        return None;
    }
    match &trees[random.below(trees.len())] {
        TokenTree::Group(group) if random.chance(80) => {
            any_token(random, group.stream()).or_else(|| Some(TokenTree::Group(group.clone())))
        }
        tree => Some(tree.clone()),
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| match path {
            path if path.is_dir() => rust_files(&path),
            path if path.extension().is_some_and(|ending| ending == "rs") => vec![path],
            _ => Vec::new(),
        })
        .collect();
    // The order of a folder is the file system's; a seed means the same everywhere.
    files.sort();
    files
}
