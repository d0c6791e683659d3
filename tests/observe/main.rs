//! What a bus shows of itself: metrics, as a recorder for Prometheus has them, and its health.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod counted;
mod desk;
mod example;
mod figures;
mod well;

macro_rules! on_every_store {
    ($($group:ident :: $case:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $case() {
                $crate::$group::$case(eventbus_runtime::EventBus::in_memory()).await;
            })+
        }
        mod sqlite {
            $(#[tokio::test] async fn $case() {
                let file = eventbus_tests::sqlite::SqliteFile::new();
                $crate::$group::$case(file.bus().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test] async fn $case() {
                let database = eventbus_tests::postgres::PgDatabase::new().await;
                $crate::$group::$case(database.bus().await).await;
            })+
        }
    };
}

on_every_store! {
    counted::what_becomes_of_events_is_counted_by_type,
    counted::emits_and_their_duplicates_are_counted_wherever_they_go,
    counted::a_scheduled_event_is_counted_when_it_comes_into_the_log,
    counted::a_step_that_is_not_committed_counts_nothing,
    counted::an_ephemeral_subscription_counts_too,
    figures::stats_tell_what_became_of_events,
    figures::what_was_counted_is_kept_at_the_end,
    figures::what_waits_is_told_with_its_age,
    figures::a_correlation_is_a_tree_of_what_handlers_emitted,
    well::a_bus_that_works_is_green,
    well::a_handler_that_hangs_turns_it_red_and_is_named,
    well::a_pause_and_dead_letters_are_yellow,
    well::a_schedule_that_nobody_moves_is_red_and_measured,
    well::an_outage_is_red_when_events_wait_too_long,
    well::an_event_of_newer_code_is_named,
    well::trouble_without_a_handler_is_named,
    well::what_another_process_moves_is_not_stuck,
    well::what_was_removed_is_told_and_no_reason_to_end_the_process,
    well::gauges_of_what_runs_no_more_are_zero,
    well::a_replay_that_came_to_its_end_is_well,
    well::somebody_looks_until_the_handle_is_dropped,
}
