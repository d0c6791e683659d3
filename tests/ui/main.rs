//! Mistakes in events, and what the compiler says about them.
//!
//! A case is `<topic>/<mistake>.rs`, one file for one mistake, and beside it `<mistake>.stderr` pins what is said. The
//! files hold on every toolchain, so they pin our own text whole, with the source that it underlines, and of the
//! compiler's own errors the first line. What is ours is told by three marks:
//!
//! - An error without a code comes from a macro: it is a `compile_error!` of the derive.
//! - An E0080 that panicked is a constant assertion of the derive. The compiler's `evaluation panicked: ` is left out.
//! - Any other error is ours where its text is a `message` of some `#[diagnostic::on_unimplemented]` of the runtime.
//!   Its label and notes are pinned where that attribute has them.
//!
//! One mistake is one message: more of them would be a cascade. The topic `together` is for several mistakes in one
//! input, and has several. `handlers`, where the compiler compares types, may pin the compiler's own words, and
//! `compiler`, for the mistakes that the derive cannot see, whatever it says.
//!
//! `EVENTBUS_BLESS=1` writes the pins anew; read the difference before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod compile;
mod pin;
mod suite;

use std::collections::BTreeSet;
use std::fs;

use self::pin::Words;
use self::suite::{Topic, all_cases, topics};

/// What a case's topic allows it to say.
const TOPICS: &[Topic] = &[
    Topic::of_one_mistake("attributes"),
    Topic::of_one_mistake("cascade"),
    Topic::of_what_the_derive_cannot_see("compiler"),
    Topic::of_one_mistake("fields"),
    Topic::of_one_mistake("handlers").with_the_compilers_words(),
    Topic::of_one_mistake("names"),
    Topic::of_one_mistake("serde"),
    Topic::of_one_mistake("shape"),
    Topic::of_one_mistake("subset"),
    Topic::of_several_mistakes("together"),
    Topic::of_one_mistake("traits"),
    Topic::of_one_mistake("versions"),
];

macro_rules! topics {
    ($($topic:ident)+) => {
        $(
            #[test]
            fn $topic() {
                let named = |topic: &&Topic| topic.name == stringify!($topic);
                suite::run(TOPICS.iter().find(named).expect("the topic is listed"));
            }
        )+

        #[test]
        fn every_topic_is_run() {
            let run = BTreeSet::from([$(stringify!($topic).to_owned()),+]);
            assert_eq!(run, topics(), "a folder of tests/ui is run as a topic");
        }
    };
}

topics!(attributes cascade compiler fields handlers names serde shape subset together traits versions);

#[test]
fn at_least_ninety_mistakes_are_pinned() {
    let cases = all_cases();
    assert!(cases.len() >= 90, "{} cases", cases.len());
}

#[test]
fn every_word_of_the_runtimes_traits_is_pinned() {
    let pins = all_cases().into_iter().map(|case| case.with_extension("stderr"));
    let pinned: String = pins.filter_map(|pin| fs::read_to_string(pin).ok()).collect();
    let words = Words::of_the_runtime();
    assert_eq!(words.unpinned(&pinned), Vec::<&str>::new(), "no case shows it");
}

#[test]
fn a_message_begins_in_lower_case_and_has_no_full_stop() {
    for case in all_cases() {
        for message in suite::pinned_messages(&case) {
            let begins_well = !message.starts_with(char::is_uppercase);
            assert!(begins_well && !message.ends_with('.'), "{}: {message}", case.display());
        }
    }
}
