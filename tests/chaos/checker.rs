//! A history for each anomaly, and one beside it that is as odd as may be and sound.

use eventbus_tests::chaos::check::{Kind, check};
use eventbus_tests::chaos::history::{Entry, Noted, PLAIN, REPLAY, ROWS, What};

/// Entries of one process, a microsecond apart.
fn history(whats: Vec<What>) -> Vec<Entry> {
    (1..).zip(whats).map(|(at, what)| Entry { at, by: "one".to_owned(), what }).collect()
}

fn found(whats: Vec<What>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = check(&history(whats)).iter().map(|anomaly| anomaly.kind).collect();
    kinds.sort_unstable();
    kinds
}

fn noted(id: &str, n: i64) -> Noted {
    Noted { id: id.to_owned(), account: "a".to_owned(), n }
}

/// The transaction of an event has the event's name.
fn emitting(id: &str, n: i64) -> What {
    What::Emitting { transaction: id.to_owned(), events: vec![noted(id, n)] }
}

fn committing(id: &str) -> What {
    What::Committing { transaction: id.to_owned() }
}

fn committed(id: &str, n: i64) -> Vec<What> {
    vec![emitting(id, n), committing(id), What::Committed { transaction: id.to_owned() }]
}

fn stored(id: &str, n: i64, position: i64) -> What {
    What::Stored { event: noted(id, n), position }
}

fn handled(subscription: &str, id: &str) -> What {
    What::Handled { subscription: subscription.to_owned(), event: id.to_owned() }
}

fn effect(id: &str) -> What {
    What::Effect { event: id.to_owned() }
}

/// Both subscriptions handled these, in this order.
fn both(ids: &[&str]) -> Vec<What> {
    ids.iter().flat_map(|id| [handled(PLAIN, id), effect(id)]).collect()
}

fn cursor(place: &[i64]) -> What {
    What::Cursor { subscription: ROWS.to_owned(), shard: 3, place: place.to_vec() }
}

/// `x`, `y` and `z` are committed and stored.
fn three() -> Vec<What> {
    let emitted = [committed("x", 1), committed("y", 2), committed("z", 3)].concat();
    [emitted, vec![stored("x", 1, 1), stored("y", 2, 2), stored("z", 3, 3)]].concat()
}

#[test]
fn what_is_handled_in_order_is_sound() {
    assert_eq!(found([three(), both(&["x", "y", "z"])].concat()), []);
}

#[test]
fn a_plain_handler_may_be_handed_events_again_after_a_crash() {
    let again = both(&["x", "y"]).into_iter().chain([handled(PLAIN, "x"), handled(PLAIN, "y")]);
    assert_eq!(found([three(), again.collect(), both(&["z"])].concat()), []);
}

#[test]
fn a_commit_without_an_answer_may_have_happened_or_not() {
    let unsure = || vec![emitting("x", 1), committing("x")];
    assert_eq!(found(unsure()), []);
    assert_eq!(found([unsure(), vec![stored("x", 1, 1)], both(&["x"])].concat()), []);
}

#[test]
fn what_was_committed_while_the_database_was_copied_may_be_gone() {
    let before = [committed("x", 1), both(&["x"])].concat();
    let meanwhile =
        [vec![What::Copying], committed("y", 2), vec![handled(PLAIN, "y"), What::Replaced]]
            .concat();
    let after =
        [committed("z", 2), vec![stored("x", 1, 1), stored("z", 2, 2)], both(&["z"])].concat();
    assert_eq!(found([before, meanwhile, after].concat()), []);
}

#[test]
fn a_lost_write_is_committed_and_not_in_the_log() {
    assert_eq!(found(committed("x", 1)), [Kind::LostWrite]);
}

#[test]
fn a_lost_write_of_before_the_copy_is_no_fault_of_the_copy() {
    let replaced = vec![What::Copying, What::Replaced];
    assert_eq!(found([committed("x", 1), replaced].concat()), [Kind::LostWrite]);
}

#[test]
fn a_lost_write_is_passed_over_for_good() {
    let whats = [three(), both(&["x", "z"])].concat();
    assert_eq!(found(whats), [Kind::LostWrite, Kind::LostWrite, Kind::PollSkip, Kind::PollSkip]);
}

#[test]
fn an_unseen_event_is_in_the_log_and_handled_by_nobody() {
    assert_eq!(found([three(), both(&["x", "y"])].concat()), [Kind::Unseen, Kind::Unseen]);
}

#[test]
fn a_duplicate_has_two_effects_of_a_transactional_handler() {
    let whats = [three(), both(&["x", "y", "z"]), vec![effect("y")]].concat();
    assert_eq!(found(whats), [Kind::Duplicate]);
}

#[test]
fn a_duplicate_stands_in_the_log_twice() {
    let whats = [three(), vec![stored("z", 3, 4)], both(&["x", "y", "z"])].concat();
    assert_eq!(found(whats), [Kind::Duplicate]);
}

#[test]
fn a_nonmonotonic_subscription_handles_an_event_behind_a_later_one() {
    let whats = [three(), both(&["x", "z", "y"])].concat();
    let kinds = [Kind::Nonmonotonic, Kind::Nonmonotonic, Kind::PollSkip, Kind::PollSkip];
    assert_eq!(found(whats), kinds);
}

#[test]
fn a_nonmonotonic_log_holds_an_event_behind_a_later_one() {
    let emitted = [committed("x", 1), committed("y", 2)].concat();
    let log = vec![stored("x", 1, 8), stored("y", 2, 7)];
    assert_eq!(found([emitted, log, both(&["x", "y"])].concat()), [Kind::Nonmonotonic]);
}

#[test]
fn a_poll_skip_leaves_out_what_nobody_has_handled() {
    let whats = [three(), vec![effect("x"), effect("y"), effect("z")]];
    let skipping = ["x", "z", "y"].map(|id| handled(PLAIN, id)).to_vec();
    assert_eq!(found([whats.concat(), skipping].concat()), [Kind::Nonmonotonic, Kind::PollSkip]);
}

#[test]
fn an_aborted_read_is_handled_and_was_never_committed() {
    let aborted = vec![emitting("w", 1), What::Aborted { transaction: "w".to_owned() }];
    let kinds = [Kind::AbortedRead];
    assert_eq!(found([aborted.clone(), vec![handled(PLAIN, "w")]].concat()), kinds);
    assert_eq!(found([aborted.clone(), vec![effect("w")]].concat()), kinds);
    assert_eq!(found([aborted, vec![stored("w", 1, 1)], both(&["w"])].concat()), kinds);
}

#[test]
fn an_aborted_read_is_of_a_transaction_that_died_before_its_commit() {
    assert_eq!(found(vec![emitting("w", 1), effect("w")]), [Kind::AbortedRead]);
}

#[test]
fn an_aborted_read_is_of_what_nobody_emitted() {
    assert_eq!(found(vec![handled(PLAIN, "w")]), [Kind::AbortedRead]);
}

#[test]
fn inconsistent_offsets_move_back() {
    let forth = vec![cursor(&[1, 5]), cursor(&[1, 6]), cursor(&[2, 1])];
    assert_eq!(found(forth.clone()), []);
    assert_eq!(found([forth, vec![cursor(&[1, 9])]].concat()), [Kind::InconsistentOffsets]);
}

#[test]
fn a_database_that_was_replaced_has_the_offsets_of_its_copy() {
    assert_eq!(found(vec![cursor(&[6]), What::Copying, What::Replaced, cursor(&[5])]), []);
}

#[test]
fn inconsistent_offsets_are_moved_by_a_replay() {
    let whats = |after| vec![cursor(&[5]), What::Replaying, cursor(&[after]), What::Replayed];
    assert_eq!(found(whats(5)), []);
    assert_eq!(found(whats(6)), [Kind::InconsistentOffsets]);
}

#[test]
fn a_replay_that_leaves_something_out_is_found() {
    let replayed = |ids: &[&str]| {
        let handed = ids.iter().map(|id| handled(REPLAY, id)).collect();
        [three(), both(&["x", "y", "z"]), vec![What::Replaying], handed, vec![What::Replayed]]
            .concat()
    };
    assert_eq!(found(replayed(&["x", "y", "z"])), []);
    assert_eq!(found(replayed(&["x", "y"])), [Kind::Unseen]);
}

#[test]
fn a_row_and_its_events_are_committed_together() {
    let counted = |n| vec![What::Counted { account: "a".to_owned(), n }];
    let whole = || [three(), both(&["x", "y", "z"])].concat();
    assert_eq!(found([whole(), counted(3)].concat()), []);
    assert_eq!(found([whole(), counted(4)].concat()), [Kind::LostWrite]);
    assert_eq!(found([whole(), counted(2)].concat()), [Kind::AbortedRead]);
}

#[test]
fn entries_are_read_as_they_were_written() {
    for entry in history([three(), vec![cursor(&[1, -2]), What::Copying], both(&["x"])].concat()) {
        assert_eq!(Entry::of_line(&entry.line()).unwrap(), entry);
    }
    let line = history(vec![What::Copying])[0].line();
    assert!(Entry::of_line(&line[..line.len() - 1]).is_err(), "a line that was cut off is none");
}
