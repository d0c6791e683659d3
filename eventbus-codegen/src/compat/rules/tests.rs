use std::collections::BTreeSet;

use super::{Holds, Verdict, all, find};

#[test]
fn ids_are_in_order_and_each_is_one_rule() {
    let ids: Vec<&str> = all().map(|rule| rule.id).collect();
    let sorted: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids, sorted.into_iter().collect::<Vec<_>>());
    assert_eq!(ids.len(), 97);
    assert_eq!(find("ev103"), find("103"));
    assert!(find("EV999").is_none());
}

#[test]
fn what_is_refused_says_what_to_write() {
    for rule in all() {
        let decided_below = rule.why.starts_with("It is decided");
        let refused = rule.verdict >= Verdict::Bump && !decided_below;
        assert!(!refused || !rule.fix.is_empty(), "{} has no remedy", rule.id);
        assert!(!rule.change.ends_with('.') && rule.why.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn what_breaks_nobody_is_not_refused_and_what_breaks_somebody_is() {
    for rule in all() {
        let both = [rule.backward, rule.forward];
        if both.iter().all(|holds| *holds == Holds::Yes) {
            assert!(rule.verdict < Verdict::Bump, "{}", rule.id);
        }
        // A new version is announced, and its directions are decided version by version.
        if both.contains(&Holds::No) && rule.id != "EV011" {
            assert!(rule.verdict >= Verdict::Bump, "{}", rule.id);
        }
    }
}
