//! Formats of texts that nobody here knows.

use crate::rules::{found, verdicts};

mod another {
    crate::rules::change! {
        old { Placed { id: u64, #[schemars(extend("format" = "sku"))] note: String } }
        new { Placed { id: u64, #[schemars(extend("format" = "gtin"))] note: String } }
    }
}

mod beside_a_break {
    crate::rules::change! {
        old { Placed { id: u64, #[schemars(extend("format" = "sku"))] note: String } }
        new { Placed { id: u32, #[schemars(extend("format" = "gtin"))] note: String } }
    }
}

#[test]
fn a_format_that_nobody_knows_is_undecided_under_the_name_of_its_change() {
    assert_eq!(verdicts(another::documents()), ["EV211 bump /note"]);
    let findings = found("a format", &another::documents());
    let named = findings.iter().find(|finding| finding["rule"] == "EV211").expect("it is named");
    let reason = named["reason"].as_str().expect("it says why");
    assert!(reason.contains("of the format `") && reason.contains("not decided"), "{reason}");
}

#[test]
fn what_is_undecided_is_told_where_it_is() {
    // No document can be shown where nobody knows what text to write into it.
    assert_eq!(verdicts(beside_a_break::documents()), ["EV202 bump /id", "EV211 bump /note"]);
    let findings = found("a format", &beside_a_break::documents());
    let why = |rule: &str| {
        findings.iter().find(|finding| finding["rule"] == rule).map(|one| one["reason"].is_string())
    };
    assert_eq!((why("EV202"), why("EV211")), (Some(false), Some(true)));
}
