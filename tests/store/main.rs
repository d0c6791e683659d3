//! What every database store must do, and what each must do besides.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod append;
mod bus_transaction;
mod context;
mod database;
mod delivery;
mod events;
mod group;
mod key;
mod letters;
mod letters_before;
mod operators;
mod ownership;
mod postgres;
mod reading;
mod schema;
mod sqlite;
mod target;
mod transaction;

/// Instantiates the behaviours that all databases share.
macro_rules! on_every_database {
    ($($suite:ident::$behaviour:ident,)+) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $behaviour() {
                crate::$suite::$behaviour::<crate::database::Sqlite>().await;
            })+
        }

        mod on_postgres {
            $(#[tokio::test]
            async fn $behaviour() {
                crate::$suite::$behaviour::<crate::database::Postgres>().await;
            })+
        }
    };
}

on_every_database! {
    append::events_come_back_as_they_were_emitted,
    append::everything_that_holds_events_can_be_emitted,
    append::a_rolled_back_emit_leaves_nothing,
    append::a_discarded_transaction_leaves_nothing,
    append::a_begin_that_nobody_waits_for_leaves_the_pool_usable,
    append::a_commit_that_nobody_waits_for_is_carried_out,
    append::a_refused_event_leaves_nothing_of_its_emit,
    append::many_events_keep_their_order,
    append::options_win_over_what_a_payload_marks,
    append::limits_are_told_before_anything_is_written,
    append::receipts_say_what_was_written,
    bus_transaction::a_transaction_writes_what_waited_at_its_end,
    bus_transaction::a_failed_or_kept_transaction_is_rolled_back,
    bus_transaction::a_cancelled_transaction_leaves_the_bus_usable,
    bus_transaction::an_insert_at_the_end_that_fails_is_told,
    context::a_handler_passes_its_context_on,
    context::a_transactional_handler_passes_its_context_on,
    context::a_scope_is_the_context_of_what_is_emitted_in_it,
    context::a_commit_of_the_buss_own_wakes_subscriptions,
    group::everybody_who_emits_at_once_is_written,
    group::one_bad_event_fails_only_its_own_caller,
    group::an_emit_that_nobody_waits_for_may_be_carried_out,
    group::an_emit_of_several_tenants_is_refused_on_the_pool,
    key::the_second_event_of_a_key_is_a_duplicate,
    key::a_key_is_a_tenants_own_and_a_mark_is_a_types_own,
    key::duplicates_are_answered_event_by_event,
    key::a_key_of_a_rolled_back_emit_is_free,
    key::an_expired_key_is_free,
    key::expired_keys_are_removed_by_emitters,
    key::keys_that_cannot_be_are_refused,
    key::a_failed_emit_takes_no_key,
    reading::pages_follow_the_cursor,
    reading::only_wanted_types_are_read,
    reading::families_are_read_by_what_their_names_begin_with,
    reading::a_place_between_two_events_of_a_page_is_exact,
    reading::what_was_read_is_not_read_again,
    ownership::the_cursor_survives_its_owner,
    ownership::a_new_subscription_can_start_now,
    ownership::one_process_owns_a_subscription,
    ownership::a_stale_fence_commits_nothing,
    delivery::trouble_is_kept_until_it_is_handled,
    delivery::parked_events_wait_for_the_retrying_one,
    letters::a_letter_has_the_whole_event_and_every_error,
    letters::a_letter_keeps_the_newest_errors,
    letters::letters_are_read_oldest_first_and_page_by_page,
    letters::filters_mean_the_same_everywhere,
    operators::a_retried_letter_is_a_delivery_again,
    operators::a_letter_that_cannot_be_retried_stays_and_says_why,
    operators::a_letter_outlives_its_event_and_its_subscription,
    operators::retry_by_filter_touches_what_matches,
    operators::many_letters_are_one_action,
    operators::discarding_and_purging_are_recorded,
    operators::what_the_application_parks_it_takes,
    operators::letters_are_due_by_themselves_three_times,
    operators::operators_at_the_same_time_retry_once,
    schema::processes_migrate_at_once,
    schema::a_newer_schema_is_refused,
    schema::missing_tables_are_named_with_the_remedy,
    transaction::a_cancelled_nested_begin_is_refused,
    transaction::a_leaked_savepoint_is_refused,
    transaction::a_commit_with_a_leaked_savepoint_is_refused,
    transaction::a_transaction_that_a_statement_ended_is_refused,
    transaction::a_nested_transaction_that_ended_is_no_harm,
}

/// Instantiates behaviours on the store in memory.
macro_rules! in_memory {
    ($($suite:ident::$behaviour:ident,)+) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $behaviour() {
                crate::$suite::$behaviour::<crate::letters::Memory>().await;
            })+
        }
    };
}

in_memory! {
    letters::a_letter_has_the_whole_event_and_every_error,
    letters::a_letter_keeps_the_newest_errors,
    letters::letters_are_read_oldest_first_and_page_by_page,
    letters::filters_mean_the_same_everywhere,
    operators::a_retried_letter_is_a_delivery_again,
    operators::a_letter_that_cannot_be_retried_stays_and_says_why,
    operators::retry_by_filter_touches_what_matches,
    operators::many_letters_are_one_action,
    operators::discarding_and_purging_are_recorded,
    operators::what_the_application_parks_it_takes,
    operators::letters_are_due_by_themselves_three_times,
}
