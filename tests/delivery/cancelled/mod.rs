//! Futures that are dropped before they are done: at each of their awaits, when they wait there and when they were woken.
//!
//! A begin or a commit that is dropped half-way poisons a pool, so after each cut everything is looked at: the tasks that
//! were left behind end, both connections of the pool can be had, none is inside a transaction, an emit is delivered, and
//! nothing of what was cut off is half-done.

mod bench;
mod cutting;
mod database;
mod emitting;
mod handling;
mod letters;
mod listening;
mod operating;

/// Declares each test on each database.
macro_rules! on_each_database {
    ($($room:ident::$test:ident,)*) => {
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$room::$test::<super::database::Pg>().await;
            })*
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$room::$test::<super::database::File>().await;
            })*
        }
    };
}

on_each_database! {
    emitting::an_emit_of_its_own,
    emitting::an_emit_with_a_key,
    emitting::an_emit_on_a_connection,
    emitting::a_transaction_of_sqlx,
    emitting::a_transaction_of_the_bus,
    emitting::an_emit_in_a_transaction_that_goes_on,
    emitting::an_emit_that_writes_what_waited,
    handling::a_handler_that_takes_too_long,
    handling::an_emit_of_a_handler,
    letters::a_letter_that_is_retried,
    letters::a_letter_that_is_discarded,
    letters::letters_that_are_retried_and_purged,
    letters::a_letter_that_is_parked_and_taken,
    listening::a_stream,
    listening::the_next_of_a_stream,
    listening::a_stream_with_the_last,
    listening::an_ephemeral_subscription,
    listening::an_ephemeral_subscription_with_the_last,
    operating::a_bus_that_connects,
    operating::a_subscription_that_starts,
    operating::a_subscription_that_is_moved_and_removed,
    operating::a_subscription_that_ends,
    operating::a_bus_that_ends,
    operating::a_bus_that_runs_until_a_signal,
    operating::a_lease_that_is_renewed,
    operating::a_wait_for_what_was_emitted,
}
