//! Inputs that nobody would write, given to every derive: they never panic, and always answer with items.
//!
//! The compiler has no part in it: spans and tokens are proc_macro2's own. `EVENTBUS_TEST_SEED` runs the inputs of a
//! seed again, `EVENTBUS_TEST_COUNT` says how many; `scripts/fuzz-derive` sets both.

mod grammar;
mod mutate;
mod random;

use std::env;
use std::panic::{self, AssertUnwindSafe};

use proc_macro2::TokenStream;
use syn::{DeriveInput, Item};

use self::random::Random;
use crate::derive;

/// How many inputs a plain `cargo test` tries, a few seconds' worth.
const COUNT: u64 = 2_000;

type Derive = fn(&DeriveInput) -> (TokenStream, Vec<syn::Error>);

const DERIVES: [(&str, Derive); 3] = [
    ("DomainEvent", derive::domain_event),
    ("EventPayload", derive::event_payload),
    ("EventSubset", derive::event_subset),
];

#[test]
fn no_input_makes_a_derive_panic_or_answer_with_anything_but_items() {
    let seed = number("EVENTBUS_TEST_SEED").unwrap_or_else(random::any_seed);
    let count = number("EVENTBUS_TEST_COUNT").unwrap_or(COUNT);
    println!("EVENTBUS_TEST_SEED={seed} EVENTBUS_TEST_COUNT={count}");
    let corpus = mutate::corpus();
    let (mut clean, mut refused) = (0_u64, 0_u64);
    for at in 0..count {
        // Each input has a seed of its own, so that it does not depend on how many came before.
        let mut random = Random::new(seed.wrapping_add(at));
        let input = if random.chance(50) {
            grammar::input(&mut random)
        } else {
            mutate::input(&mut random, &corpus)
        };
        for (name, derive) in DERIVES {
            match judge(derive, &input) {
                Ok(errors) => *if errors == 0 { &mut clean } else { &mut refused } += 1,
                Err(fault) => panic!(
                    "`{name}` {fault}\nEVENTBUS_TEST_SEED={} EVENTBUS_TEST_COUNT=1\n{}",
                    seed.wrapping_add(at),
                    quote::quote!(#input)
                ),
            }
        }
    }
    println!("{clean} answers were code, {refused} were refusals");
    // A generator that makes nothing sound, or nothing else, would prove little.
    assert!(clean * 100 >= count && refused * 10 >= count, "{clean} clean, {refused} refused");
}

/// The number of an input's errors, or what is wrong with the answer.
fn judge(derive: Derive, input: &DeriveInput) -> Result<usize, String> {
    let answered = panic::catch_unwind(AssertUnwindSafe(|| derive(input)));
    let (code, errors) = answered.map_err(|_| "panics".to_owned())?;
    let errors: Vec<syn::Error> = errors.into_iter().flatten().collect();
    for error in &errors {
        let message = error.to_string();
        let begins_well = message.starts_with(|char: char| !char.is_uppercase());
        if !begins_well || message.ends_with('.') {
            return Err(format!("refuses with a message of the wrong form: {message:?}"));
        }
    }
    let answer = derive::answer((code, errors.clone()));
    let file = match syn::parse2::<syn::File>(answer.clone()) {
        Ok(file) => file,
        Err(error) => return Err(format!("answers with no items: {error}\n{answer}")),
    };
    let says = |item: &Item| matches!(item, Item::Macro(item) if said(&item.mac.path));
    if errors.is_empty() == file.items.iter().any(says) {
        return Err(format!("has {} errors and answers\n{answer}", errors.len()));
    }
    Ok(errors.len())
}

/// Whether a macro is the one that makes an error.
fn said(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == "compile_error")
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}
