//! What the relay promises, on every store. A case is a function of a fresh store; a store is one line at the end.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod backlog;
mod batch;
mod crowd;
mod desk;
mod ephemeral;
mod events;
mod failure;
mod fairness;
mod faulty;
mod feed;
mod figures;
mod filter;
mod lanes;
mod letters;
mod life;
mod live;
mod mix;
mod order;
mod pace;
mod past;
mod policy;
mod priority;
mod replay;
mod replay_filter;
mod replicas;
mod retention;
mod schedule;
#[cfg(unix)]
mod signal;
mod storm;
mod stream;
mod transaction;
mod watch;

macro_rules! cases {
    ($fresh:path; $($group:ident :: { $($case:ident),+ $(,)? }),+ $(,)?) => {
        $($(
            #[tokio::test]
            async fn $case() {
                let (store, _kept) = $fresh().await;
                $crate::desk::comes_to_its_end(crate::$group::$case(store)).await;
            }
        )+)+
    };
}

/// What leaves the log.
macro_rules! leaving {
    ($fresh:path) => {
        cases! { $fresh;
            retention::{
                what_was_archived_and_dropped_is_replayed,
                order_is_kept_from_the_archive_into_the_log,
                the_last_page_is_archived_where_it_is_full,
                filters_mean_the_same_in_the_archive,
                what_fails_out_of_the_archive_is_retried_and_given_up,
                stopped_in_the_archive_it_goes_on_there,
                what_is_in_no_archive_is_named,
                who_holds_events_is_named_and_may_be_removed,
                what_another_run_drops_while_it_is_read_ends_the_archiving,
                only_what_is_old_goes,
                delivery_goes_on_while_events_leave,
                an_archive_is_verified_against_the_log,
                health_names_who_holds_old_events,
            },
        }
    };
}

macro_rules! suite {
    ($store:ident, $fresh:path) => {
        mod $store {
            leaving! { $fresh }
            cases! { $fresh;
                order::{
                    events_of_one_aggregate_arrive_in_order,
                    siblings_wait_for_a_retry_and_follow_in_order,
                    siblings_follow_a_dead_event_in_order,
                    events_of_no_aggregate_wait_for_nothing,
                },
                failure::{
                    a_failed_event_is_tried_again,
                    a_terminal_failure_is_a_dead_letter_at_once,
                    a_failure_of_any_text_is_recorded,
                    an_unreadable_payload_is_a_dead_letter,
                    used_up_attempts_are_a_dead_letter,
                    a_panic_is_a_failed_delivery,
                    a_newer_version_stalls_and_is_kept,
                    an_event_in_trouble_without_handler_is_kept,
                    events_in_trouble_without_handler_are_told_by_each_replica,
                    events_without_handler_keep_no_other_waiting,
                    a_duplicate_is_skipped,
                },
                letters::{
                    a_retried_letter_is_handled_at_once,
                    effects_of_a_retried_letter_happen_once,
                    a_letter_that_fails_again_has_all_errors,
                    a_retry_by_filter_leaves_the_others,
                    siblings_that_come_wait_for_a_retried_letter,
                    a_retry_of_another_process_is_found_by_a_busy_subscription,
                },
                transaction::{
                    effects_happen_once_around_a_failure,
                    effects_of_a_retried_event_happen_once,
                    a_timed_out_transaction_is_discarded,
                    a_kept_transaction_fails_the_delivery,
                    a_stale_fence_ends_the_ownership,
                    a_transaction_refused_at_its_end_is_traced_to_its_event,
                    a_lost_connection_costs_no_attempt,
                    a_lost_answer_to_a_commit_repeats_nothing,
                },
                batch::{
                    batches_arrive_in_order_and_whole,
                    an_event_of_another_handler_ends_a_batch,
                    effects_of_a_batch_happen_once_around_a_bad_event,
                    the_bad_one_of_a_hundred_is_found_with_few_calls,
                    siblings_behind_a_bad_event_are_parked_and_follow,
                    an_unreadable_event_is_found_without_a_call,
                    what_is_before_an_event_of_newer_code_is_handled,
                    a_plain_batch_is_handled_around_a_panic_and_a_timeout,
                    a_batch_refused_at_its_end_is_traced_to_its_event,
                    an_unavailable_destination_uses_up_no_attempts_of_a_batch,
                    a_batch_passes_what_it_does_not_get,
                },
                backlog::{
                    parked_events_share_a_transaction,
                    rows_of_plain_handlers_go_together,
                    parked_events_follow_in_batches,
                    aggregates_of_an_outage_share_a_transaction,
                    a_failure_among_parked_events_keeps_the_order,
                    effects_of_parked_events_happen_once_where_a_drain_is_cut,
                    a_refused_drain_is_traced_to_its_event,
                    what_is_handled_is_not_called_again_where_its_row_could_not_go,
                },
                past::{
                    former_names_and_versions_reach_the_handler_of_today,
                    a_retired_event_reaches_its_handler,
                    a_version_that_nothing_reads_is_a_dead_letter,
                    a_type_that_nobody_knows_and_nobody_keeps_is_skipped,
                    a_type_that_nobody_knows_goes_whole_to_the_root_that_keeps_it,
                    an_unknown_event_waits_for_its_aggregate,
                    a_filter_that_newer_code_must_answer_stalls_every_handler,
                    trouble_keeps_its_order_under_a_handler_that_knows_less,
                },
                lanes::{
                    transactions_of_lanes_are_open_at_once,
                    a_bad_aggregate_holds_up_no_other_lane,
                },
                storm::{
                    effects_happen_once_and_in_order,
                    effects_of_lanes_happen_once_and_in_order,
                    effects_of_batches_happen_once_and_in_order,
                    plain_handlers_miss_nothing,
                },
                fairness::{
                    ten_events_wait_for_a_page_of_a_tenant_that_has_thousands,
                    what_comes_meanwhile_waits_for_a_page,
                    each_of_several_tenants_with_many_costs_a_page,
                    a_backlog_of_one_tenant_costs_no_statement_for_a_page,
                    without_a_backlog_nothing_is_asked,
                    a_takeover_goes_on_in_the_middle_of_a_detour,
                    trouble_on_a_detour_keeps_its_order,
                    replicas_share_detours_and_keep_every_order,
                    any_mix_of_tenants_is_handled_once_and_in_order,
                },
                priority::{
                    ten_high_events_wait_for_a_page_of_thousands_of_normal_ones,
                    what_is_urgent_and_comes_meanwhile_waits_for_a_page,
                    low_events_have_a_page_in_eight_of_an_endless_stream_of_high_ones,
                    of_eight_pages_high_has_five_normal_two_and_low_one,
                    tenants_are_fair_to_each_other_inside_a_priority,
                    without_a_backlog_priorities_cost_no_statement,
                    a_retry_keeps_only_its_own_priority_waiting,
                    what_waits_on_the_detour_of_a_priority_is_counted,
                    any_mix_of_priorities_is_handled_once_and_in_order,
                },
                policy::{
                    plain_handlers_work_at_once_but_not_on_one_aggregate,
                    without_order_nothing_waits_for_its_aggregate,
                    a_skipped_failure_parks_nobody,
                },
                replicas::{
                    replicas_share_the_shards_and_keep_every_order,
                    dropped_shards_go_to_a_replica_that_came_meanwhile,
                    a_pause_holds_it_and_a_resume_lets_it_go_on,
                    a_seek_moves_it_while_it_runs,
                    a_seek_in_a_pause_hands_everything_over_again,
                    a_seek_after_a_failure_hands_everything_over_again,
                    a_removed_subscription_ends_where_it_runs,
                    it_starts_at_a_time_or_after_an_event,
                    older_code_leaves_it_to_newer_code,
                    an_event_of_newer_code_stalls_its_shard_alone,
                    a_seek_past_an_event_of_newer_code_lets_its_shard_go_on,
                },
                schedule::{
                    scheduled_events_arrive_when_they_are_due_and_in_order,
                    an_earlier_one_of_another_process_wakes_who_waits_for_a_later_one,
                    the_schedule_moves_without_a_subscription,
                    a_schedule_of_a_transaction_of_the_bus_waits_for_its_commit,
                    an_event_that_the_log_refuses_holds_up_no_other,
                    movers_of_several_buses_keep_every_order,
                },
                life::{
                    settled_is_exact,
                    shutdown_finishes_the_event_in_hand_and_a_restart_goes_on,
                    a_late_handler_is_named,
                    a_second_start_takes_over,
                    a_receipt_waits_for_the_handler,
                    starting_now_skips_the_past,
                    an_uncommitted_event_is_not_delivered,
                    dropping_every_handle_ends_it,
                    contradictions_are_refused_at_the_start,
                },
                feed::{
                    each_event_is_fetched_once_for_all,
                    a_blocked_subscription_keeps_nobody_and_misses_nothing,
                    who_comes_late_joins_the_others,
                    replicas_of_several_subscriptions_miss_nothing_by_chance,
                },
                filter::{
                    a_tenant_and_an_aggregate_narrow_it,
                    filters_compose,
                    what_is_not_a_tenants_is_let_through,
                    a_family_with_exceptions_is_read_without_them,
                    two_filters_both_hold,
                    a_closure_is_asked_last_and_of_its_own_event,
                    an_event_that_a_closure_cannot_read_is_a_dead_letter,
                    a_panic_of_a_closure_is_a_failed_delivery,
                    a_rejected_event_is_neither_parked_nor_waited_for,
                    trouble_that_the_filter_rejects_by_now_is_let_go,
                    a_handler_that_the_filter_makes_deaf_is_refused,
                    unknown_types_of_a_family_are_skipped_and_counted,
                    a_group_that_keeps_what_it_does_not_know_is_handed_it,
                    a_subset_is_handled_as_one_type,
                },
                replay::{
                    it_hands_over_what_was_there_and_ends,
                    what_comes_later_is_no_part_of_it,
                    a_replay_moves_no_live_cursor,
                    a_subscriptions_own_filter_holds,
                    stopped_it_goes_on_where_it_was,
                    progress_says_how_far_it_is,
                    another_filter_is_refused_while_it_is_not_finished,
                    a_cancelled_replay_begins_anew,
                    one_that_is_cancelled_elsewhere_ends_where_it_runs,
                    it_ends_when_what_failed_is_handled_or_dead,
                    effects_of_a_replay_happen_once,
                    its_rate_limit_is_its_own,
                    replicas_share_a_replay,
                    a_failure_of_the_store_is_waited_out,
                    nothing_to_replay_is_finished_at_once,
                    a_dry_run_counts_and_remembers_nothing,
                    contradictions_are_refused,
                },
                replay_filter::{
                    any_filter_hands_over_what_it_means,
                },
                ephemeral::{
                    it_gets_what_comes_after_its_start,
                    it_begins_with_the_last_it_wants,
                    it_is_not_known_to_the_store,
                    what_fails_is_tried_again_and_then_dropped,
                    siblings_wait_while_one_is_tried_again,
                    handlers_that_are_too_slow_miss_events_and_slow_nobody,
                    it_ends_with_its_handle,
                    it_ends_with_its_bus,
                    what_it_cannot_be_is_refused_at_the_start,
                },
                stream::{
                    it_gives_what_comes_after_its_start,
                    who_joins_takes_nothing_from_who_is_there,
                    the_last_come_first_once_and_none_is_missed_in_between,
                    what_is_open_at_its_start_comes_with_its_commit,
                    one_that_is_not_read_misses_events_and_slows_nobody,
                    a_filter_is_asked_of_the_past_too,
                    an_unreadable_event_is_an_item,
                    it_ends_with_its_bus_and_gives_what_it_has,
                    a_refused_start_is_tried_anew,
                },
                watch::{
                    a_change_says_which_keys_were_hit,
                    a_thousand_events_between_two_looks_are_one_change,
                    events_of_other_keys_wake_nobody,
                    what_was_open_when_it_began_is_told_with_its_commit,
                    what_an_outage_hid_is_told_once_after_it,
                    a_wait_that_is_dropped_uses_up_nothing,
                    it_ends_with_its_bus_and_tells_what_it_has,
                    a_watch_that_would_wait_for_nothing_is_refused,
                },
                live::{
                    it_gives_what_is_and_what_becomes_of_it,
                    nothing_is_missed_around_the_first_run,
                    what_a_run_sees_asks_for_no_other,
                    a_failed_run_is_an_item_and_it_goes_on,
                    a_distinct_result_is_told_once,
                    a_wait_that_is_dropped_leaves_the_run_where_it_is,
                    its_last_run_is_that_of_the_last_change,
                    a_query_of_no_key_is_refused,
                },
            }
        }
    };
}

suite!(memory, crate::desk::memory);
suite!(sqlite, crate::desk::sqlite);
suite!(postgres, crate::desk::postgres);
suite!(pooler, crate::desk::pooler);

/// What leaves a log of partitions, and comes back.
mod partitioned {
    leaving! { crate::desk::partitioned }
    cases! { crate::desk::partitioned;
        replay::{
            a_replay_moves_no_live_cursor,
            effects_of_a_replay_happen_once,
        },
    }
}
