//! Two migrations of one number: two branches took the next one each, and a merge brought them together.
//!
//! Whoever applies the folder would fail at the second of them. The one that was applied nowhere yet goes: it is deleted by
//! hand, because nobody else knows which that is, and what it held is emitted again after all others.

use super::Listing;
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::emit::sql;
use crate::output::{DOWN, Emitted, UP};

/// Takes from `emitted` what was deleted because another migration has its number, and refuses two that are both there.
pub(super) fn give_up(emitted: &mut Vec<Emitted>, listing: &Listing, folder: &str) -> Result<()> {
    let is_there = |file: &Emitted| file.files().any(|(name, _)| listing.named.contains(&name));
    let others: Vec<&str> =
        listing.others.iter().map(String::as_str).filter(|name| name.ends_with(".sql")).collect();
    let taken = |file: &Emitted| {
        let own = emitted.iter().filter(|other| is_there(other)).map(|other| other.file.as_str());
        let mut all = others.iter().copied().chain(own);
        all.find(|other| is_same_number(other, &file.file)).map(str::to_owned)
    };
    if let Some((file, other)) =
        emitted.iter().rev().find_map(|file| is_there(file).then_some((file, taken(file)?)))
    {
        let is_ours = emitted.iter().any(|file| file.file == other);
        return Err(both(file, &other, is_ours, folder));
    }
    let gone: Vec<bool> =
        emitted.iter().map(|file| !is_there(file) && taken(file).is_some()).collect();
    let given_up = || emitted.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(file, _)| file);
    // The steps of the runtime are in order: those behind one that is emitted again come after it.
    let Some(step) = given_up().filter_map(|file| file.schema).min() else {
        keep(emitted, &gone);
        return Ok(());
    };
    let is_behind = |file: &Emitted| file.schema.is_some_and(|schema| schema > step);
    if let Some(behind) = emitted.iter().find(|file| is_behind(file) && is_there(file)) {
        let first = given_up().find(|file| file.schema == Some(step)).expect("it gave the step");
        return Err(builds_on(behind, first, folder));
    }
    let gone: Vec<bool> = emitted
        .iter()
        .zip(&gone)
        .map(|(file, gone)| *gone || is_behind(file) && !is_there(file))
        .collect();
    keep(emitted, &gone);
    Ok(())
}

/// Refuses a file that no manifest names where it has the number of another: it was emitted on a branch whose manifest was
/// given up in a merge, and would be applied all the same.
pub(super) fn refuse_unnamed(listing: &Listing, emitted: &[Emitted], folder: &str) -> Result<()> {
    for (name, _) in &listing.unnamed {
        let known = emitted.iter().map(|file| file.file.as_str());
        let mut all = known.chain(listing.others.iter().map(String::as_str));
        if let Some(other) = all.find(|other| is_same_number(other, name)) {
            let message = same_number(name, other, folder);
            return Err(Error::new(ErrorKind::Registry, message)
                .help(format!(
                    "no manifest names `{folder}/{name}`, and what it holds is emitted again: delete it, and run \
                     `cargo eventbus codegen`"
                ))
                .help("where it was applied already, take `manifest.json` from its branch instead, and delete the other file"));
        }
    }
    Ok(())
}

fn keep(emitted: &mut Vec<Emitted>, gone: &[bool]) {
    let mut gone = gone.iter();
    emitted.retain(|_| !gone.next().is_some_and(|gone| *gone));
}

/// Whether two files are migrations of one number, and not the two halves of one.
fn is_same_number(one: &str, other: &str) -> bool {
    let number = sql::number(one);
    number.is_some() && number == sql::number(other) && half(one) != half(other)
}

/// What both files of a migration are called.
fn half(name: &str) -> &str {
    [UP, DOWN, ".sql"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

fn same_number(file: &str, other: &str, folder: &str) -> String {
    format!("`{folder}/{file}` has the number of `{folder}/{other}`: a merge brought them together")
}

fn both(file: &Emitted, other: &str, is_ours: bool, folder: &str) -> Error {
    let files: Vec<String> = file.files().map(|(name, _)| format!("{folder}/{name}")).collect();
    let other_path = format!("{folder}/{other}");
    let instead = if is_ours {
        format!("where it was applied and `{other_path}` was not, delete that one")
    } else {
        format!("where it was applied, give `{other_path}` another number")
    };
    Error::new(ErrorKind::Registry, same_number(&file.file, other, folder))
        .help(format!(
            "where it was applied to no database that has to stay, delete {} and run `cargo eventbus codegen`: what it held is \
             emitted again, with the next number",
            listed(files.iter().map(String::as_str))
        ))
        .help(instead)
}

fn builds_on(behind: &Emitted, first: &Emitted, folder: &str) -> Error {
    let files: Vec<String> = behind.files().map(|(name, _)| format!("{folder}/{name}")).collect();
    let message = format!(
        "`{folder}/{}` is a step that follows on `{folder}/{}`, which was deleted",
        behind.file, first.file
    );
    Error::new(ErrorKind::Registry, message).help(format!(
        "delete {}, too, and run `cargo eventbus codegen`: both are emitted again, in their order",
        listed(files.iter().map(String::as_str))
    ))
}
