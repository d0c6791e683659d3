//! `docs/defaults.md` says what the code says: its last column quotes the code, and its numbers are those of the quotes.

use std::fs;
use std::time::Duration;

use eventbus_runtime::dead_letter::{MOST_ERRORS, MOST_RETRIES};
use eventbus_runtime::store::SLOTS;
use eventbus_runtime::{
    Breaker, MAX_AGGREGATE_ID, MAX_PAYLOAD, MAX_TENANT_ID, OnFailure, Retry, Start,
};

use crate::root;

/// A line of the table.
struct Row {
    what: String,
    default: String,
    quote: String,
    file: String,
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(root().join("docs/defaults.md")).unwrap();
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| | | |"));
    lines.skip(1).map(row).collect()
}

/// Reads one that quotes its code as `` `attempts: 5` in `plan/backoff.rs` ``.
fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [what, default, _set_by, code] = cells[..] else { panic!("four cells: {line}") };
    let (quote, file) = code.split_once("` in `").unwrap_or_else(|| panic!("a quote: {line}"));
    Row {
        what: what.to_owned(),
        default: default.to_owned(),
        quote: quote.trim_start_matches('`').to_owned(),
        file: file.trim_end_matches('`').to_owned(),
    }
}

/// The number that a reader is told, in milliseconds where it is a time and in bytes where it is a size: `10 minutes`.
/// `None` where no number is told.
fn told(default: &str) -> Option<u64> {
    let (number, unit) = default.split_once(' ').unwrap_or((default, ""));
    let number: u64 = number.replace(',', "").parse().ok()?;
    Some(match unit {
        "" | "ms" => number,
        "s" => number * 1_000,
        "minute" | "minutes" => number * 60_000,
        "KiB" => number * 1_024,
        "MiB" => number * 1_024 * 1_024,
        other => panic!("`{other}` is no unit"),
    })
}

/// The number that code stands for: the product of those behind its last sign, `LONGEST: i64 = 5 * 60_000`.
fn meant(quote: &str) -> u64 {
    let value = quote.rsplit(['=', ':', '<']).next().unwrap();
    let words = value.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    let numbers = words.filter(|word| word.starts_with(|char: char| char.is_ascii_digit()));
    let product: u64 = numbers.map(|word| word.replace('_', "").parse::<u64>().unwrap()).product();
    product * if value.contains("from_secs") { 1_000 } else { 1 }
}

#[test]
fn every_default_of_the_docs_is_that_of_the_code() {
    let rows = rows();
    assert!(rows.len() > 50, "only {} were read", rows.len());
    for Row { what, default, quote, file } in &rows {
        let code = fs::read_to_string(root().join("eventbus-runtime/src").join(file)).unwrap();
        let found = code.match_indices(quote).any(|(at, _)| {
            // `page: 1_000` is not what `page: 1_000_000` says.
            let rest = &code[at + quote.len()..];
            !rest.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_')
        });
        assert!(found, "{file} does not say `{quote}` any more: correct the line `{what}`");
        if let Some(told) = told(default) {
            assert_eq!(told, meant(quote), "`{what}` is told as `{default}` and means `{quote}`");
        }
    }
}

/// Every field of a subscription that has a default stands in the table.
#[test]
fn no_default_of_a_subscription_is_missing_in_the_docs() {
    let code = fs::read_to_string(root().join("eventbus-runtime/src/subscribe.rs")).unwrap();
    let (_, rest) = code.split_once("let spec = Spec {").unwrap();
    let (fields, _) = rest.split_once("};").unwrap();
    let rows = rows();
    for field in fields.lines().map(str::trim).filter(|field| !field.is_empty()) {
        let (name, value) = field.trim_end_matches(',').split_once(": ").unwrap();
        // What is named by another type has a line for each of its fields.
        let by_type = ["Retry::default()", "Breaker::default()"].contains(&value);
        let told = rows.iter().any(|row| row.quote.starts_with(&format!("{name}: ")));
        assert!(told || by_type || ["name", "routes"].contains(&name), "`{field}` stands nowhere");
    }
}

#[test]
fn the_public_defaults_are_what_the_docs_say() {
    let of = |what: &str| {
        let row = rows().into_iter().find(|row| row.what.starts_with(what));
        row.unwrap_or_else(|| panic!("no line `{what}`")).default
    };
    let number = |what: &str| told(&of(what)).unwrap();
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap();

    let Retry { attempts, first, factor, max } = Retry::default();
    assert_eq!(u64::from(attempts), number("attempts"));
    assert_eq!(millis(first), number("the longest wait after the first failure"));
    assert_eq!(u64::from(factor), number("by how much it grows"));
    assert_eq!(millis(max), number("where it stops growing"));
    let Breaker { failures, first, max } = Breaker::default();
    assert_eq!(u64::from(failures), number("failures in a row"));
    assert_eq!(millis(first), number("how long it stays open"));
    assert_eq!(millis(max), number("where that stops growing"));
    assert_eq!((OnFailure::default(), Start::default()), (OnFailure::PauseKey, Start::Beginning));
    assert_eq!(u64::from(SLOTS), number("slots"));
    assert_eq!(u64::from(MOST_RETRIES), number("where they are: how often"));
    let size = |what: &str| usize::try_from(number(what)).unwrap();
    assert_eq!(MOST_ERRORS, size("errors that an event"));
    assert_eq!(MAX_PAYLOAD, size("the largest payload"));
    assert_eq!(MAX_AGGREGATE_ID, size("the longest aggregate id"));
    assert_eq!(MAX_TENANT_ID, size("the longest tenant id"));
}
