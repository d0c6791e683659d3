//! The list of cases, and how one is run.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::time::Duration;

use crate::store::{Capability, Log, Store};
use crate::testing::suite::{
    StoreFixture, append, detour, integrity, letter, meeting, operate, operator, overlap,
    ownership, page, pending, priority, replay, replica, retention, schedule, start, stats,
    trouble,
};

/// Makes a `#[test]` of each case of the [suite](crate::testing::suite), for the store of a
/// [`StoreFixture`](crate::testing::suite::StoreFixture).
///
/// Stands in a module of its own, so that the names of several stores do not meet.
#[macro_export]
macro_rules! store_suite {
    (@tests [$fixture:ty] $($room:ident { $($([$need:ident])? $case:ident,)+ })+) => {
        $($(
            #[test]
            fn $case() {
                $crate::testing::suite::run::<$fixture>(stringify!($case));
            }
        )+)+
    };
    (@list [$fixture:ty] $($room:ident { $($([$need:ident])? $case:ident,)+ })+) => {
        vec![$($(
            Case::<$fixture> {
                room: stringify!($room),
                name: stringify!($case),
                needs: &[$(Capability::$need)?],
                run: |fixture| Box::pin($room::$case(fixture)),
            },
        )+)+]
    };
    (@$then:ident [$fixture:ty]) => {
        $crate::store_suite! {
            @$then [$fixture]
            append {
                events_come_back_as_they_were_written,
                many_events_keep_their_order,
                events_are_there_for_every_handle,
                an_aggregate_has_one_slot,
                tables_are_made_once,
                a_rolled_back_append_leaves_nothing,
                a_discarded_transaction_leaves_nothing,
                a_begin_that_nobody_waits_for_leaves_the_store_usable,
                a_commit_that_nobody_waits_for_is_carried_out,
                [ReadsBesideWriter] an_open_transaction_shows_nothing,
            }
            page {
                pages_follow_the_cursor,
                a_page_has_no_more_than_its_limit,
                only_wanted_types_are_read,
                families_are_read_by_what_their_names_begin_with,
                only_wanted_shards_are_read,
                a_place_between_two_events_of_a_page_is_exact,
                what_was_read_is_not_read_again,
                a_rare_event_is_found_behind_many_others,
            }
            pending {
                what_waits_is_counted_up_to_a_bound,
                what_waits_is_of_its_types_and_shards,
                [SeveralWriters] what_commits_late_waits_from_then_on,
                what_is_in_trouble_is_counted_by_what_it_waits_for,
            }
            overlap {
                [SeveralWriters] an_event_that_commits_later_is_not_lost,
                [SeveralWriters] a_subscription_that_starts_now_misses_nothing_open,
                [SeveralWriters] a_long_transaction_stalls_nothing,
                [SeveralWriters] a_rollback_leaves_a_gap_and_nothing_else,
                [SeveralWriters] nothing_is_lost_or_read_twice_while_writers_overlap,
            }
            meeting {
                a_shard_that_is_behind_reads_up_to_where_others_are,
                it_meets_them_inside_a_page_as_well,
                places_compare_as_what_lies_before_them,
            }
            detour {
                tenants_are_read_apart_and_each_event_once,
                a_detour_is_read_up_to_its_shard,
                [SeveralWriters] what_commits_late_is_on_one_of_the_two_ways,
                a_detour_is_kept_with_its_shards,
                a_stale_fence_moves_no_detour,
                a_detour_begins_once_and_ends_once,
                a_seek_ends_all_detours,
                what_waits_is_counted_on_each_way,
                what_a_detour_has_not_passed_is_not_handled,
                nothing_is_dropped_past_a_detour,
            }
            priority {
                priorities_are_read_apart_and_each_event_once,
                a_priority_is_read_beside_its_shard_and_meets_it,
                a_tenants_detour_begins_and_ends_in_that_of_its_priority,
                what_the_detour_of_a_priority_has_not_passed_is_not_handled,
            }
            start {
                from_the_beginning_or_from_now,
                from_a_time,
                after_an_event,
                after_an_event_that_is_not_there_is_refused,
            }
            replica {
                a_subscription_is_made_once,
                what_the_newest_code_handles_is_replaced_where_it_was_seen,
                newest_code_that_renews_was_seen,
                a_replica_is_alive_until_its_lease_ends,
                a_replica_that_goes_leaves_its_shards,
                [NoticesDeath] a_process_that_is_gone_is_not_waited_for,
                [Durable] what_was_committed_outlives_every_handle,
            }
            ownership {
                the_cursor_survives_its_owner,
                one_process_owns_a_shard,
                a_fence_that_moved_takes_nothing,
                of_those_who_take_at_once_one_has_it,
                what_is_given_back_keeps_its_place,
                a_step_moves_its_own_shards_alone,
                a_stale_fence_commits_nothing,
            }
            trouble {
                trouble_is_kept_until_it_is_handled,
                parked_events_wait_for_the_retrying_one,
                a_parked_event_waits_for_its_own_key_alone,
                a_row_keeps_its_key_and_its_first_attempt,
                a_row_that_somebody_changed_is_not_written_again,
                an_aggregate_with_too_many_rows_is_crowded,
                trouble_belongs_to_its_shard,
                a_step_is_made_whole_or_not_at_all,
            }
            operate {
                a_pause_is_told_to_every_handle,
                a_seek_moves_it_and_takes_it_from_its_owner,
                a_seek_to_nowhere_moves_nothing,
                what_is_removed_begins_anew,
                an_owner_of_what_was_removed_commits_nothing,
            }
            letter {
                a_letter_has_the_whole_event_and_every_error,
                a_letter_keeps_the_newest_errors,
                letters_are_read_oldest_first_and_page_by_page,
                filters_mean_the_same_everywhere,
                a_letter_outlives_its_subscription,
            }
            operator {
                a_retried_letter_is_a_delivery_again,
                a_letter_that_cannot_be_retried_stays_and_says_why,
                retry_by_filter_touches_what_matches,
                many_letters_are_one_action,
                discarding_and_purging_are_recorded,
                what_the_application_parks_it_takes,
                letters_are_due_by_themselves_three_times,
                operators_at_the_same_time_retry_once,
            }
            replay {
                a_span_ends_where_the_log_did,
                a_span_is_bounded_by_numbers,
                [SeveralWriters] a_span_leaves_out_what_is_still_open,
                a_survey_counts_what_is_meant,
                a_survey_counts_what_is_behind_a_place,
                a_replay_is_known_with_its_end,
                a_replay_ends_when_nothing_of_it_is_in_trouble,
            }
            stats {
                minutes_are_added_up_whoever_counted,
                what_is_old_or_too_much_is_forgotten,
                notes_are_read_as_they_were_kept,
                what_waits_is_counted_by_type_and_tenant,
                what_waits_far_from_the_end_is_sampled_as_far_as_that,
                what_waits_inside_a_page_is_what_was_not_passed,
                [SeveralWriters] what_commits_late_is_counted_inside_a_page,
                what_is_stuck_is_counted_by_subscription_type_and_tenant,
                subscriptions_are_listed_by_name,
                a_correlation_is_read_in_the_order_of_the_log,
            }
            retention {
                nothing_is_dropped_past_a_subscription,
                of_a_subscription_the_last_shard_counts,
                numbers_of_dropped_events_do_not_come_back,
                a_batch_deletes_the_oldest_and_says_whether_there_is_more,
                an_event_in_trouble_is_kept,
                [SeveralWriters] what_may_still_come_is_not_settled,
                [SeveralWriters] what_committed_late_is_held_until_it_is_read,
                what_is_put_back_is_before_every_place,
                a_place_in_the_first_window_has_a_number,
                the_first_event_of_a_time_is_found,
                what_holds_is_noted_with_its_first_time,
                only_who_was_not_seen_for_long_is_removed,
            }
            integrity {
                a_database_in_order_has_no_finding,
                an_event_that_is_there_twice_is_found,
                what_no_emit_writes_is_found,
            }
            schedule {
                a_scheduled_event_is_not_in_the_log,
                what_is_due_is_moved_whole_and_in_order,
                the_kind_of_an_aggregate_is_kept,
                what_is_not_committed_is_not_scheduled,
                a_key_is_taken_when_it_is_scheduled,
                what_is_cancelled_is_never_moved,
                the_schedule_is_listed_by_time_and_page_by_page,
                an_event_gets_another_time,
                what_is_held_back_holds_back_its_aggregate_alone,
                two_who_move_at_once_move_once_and_in_order,
                what_was_scheduled_is_as_old_as_its_place,
                a_time_in_the_log_is_found_among_moved_events,
                how_old_a_scheduled_event_is_goes_and_comes_back_with_it,
            }
        }
    };
    ($fixture:ty) => {
        $crate::store_suite! { @tests [$fixture] }
    };
}

struct Case<F> {
    room: &'static str,
    name: &'static str,
    needs: &'static [Capability],
    run: Run<F>,
}

type Run<F> = for<'a> fn(&'a F) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A case that hangs fails instead.
const LONGEST: Duration = Duration::from_secs(120);

fn cases<F: StoreFixture>() -> Vec<Case<F>> {
    store_suite! { @list [F] }
}

/// Runs every case, each on a fresh database, and says what becomes of it.
///
/// # Panics
/// With the names of the cases that failed, and with what each expected.
pub fn exercise_store<F: StoreFixture>() {
    let cases = cases::<F>();
    let failed: Vec<String> = cases.iter().filter_map(|case| case.attempt().err()).collect();
    assert!(
        failed.is_empty(),
        "{} of {} cases of the store suite failed on {}:\n{}",
        failed.len(),
        cases.len(),
        F::Store::NAME,
        failed.join("\n")
    );
}

/// Runs the case of this name, as a test of [`store_suite!`](crate::store_suite) does.
///
/// # Panics
/// With the case's name and what it expected, and where there is no such case.
pub fn run<F: StoreFixture>(name: &str) {
    let case = cases::<F>().into_iter().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("the store suite has no case `{name}`"));
    if let Err(failed) = case.attempt() {
        panic!("a case of the store suite failed on {}:\n{failed}", F::Store::NAME);
    }
}

impl<F: StoreFixture> Case<F> {
    /// Runs it on a runtime of its own, so that nothing of it is left; what failed.
    fn attempt(&self) -> Result<(), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be built");
        let run = AssertUnwindSafe(|| {
            runtime.block_on(async { tokio::time::timeout(LONGEST, self.on_a_fresh_one()).await })
        });
        let what = match catch_unwind(run) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(_)) => format!("it did not end within {LONGEST:?}"),
            Err(panic) => text(&*panic).to_owned(),
        };
        Err(format!("{}::{}: {what}", self.room, self.name))
    }

    async fn on_a_fresh_one(&self) {
        let (store, room, name) = (F::Store::NAME, self.room, self.name);
        let fixture = F::fresh().await;
        let declared = {
            let store = fixture.store().await;
            store.migrate().await.expect("the tables are made");
            store.capabilities()
        };
        match self.needs.iter().find(|needed| !declared.contains(needed)) {
            Some(needed) => {
                println!(
                    "{store}, {room}::{name}: passed over, because `{needed}` is not declared"
                );
            }
            None => {
                println!("{store}, {room}::{name}");
                (self.run)(&fixture).await;
            }
        }
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{exercise_store, text};
    use crate::testing::MemoryStore;
    use crate::testing::suite::StoreFixture;

    /// Every handle has a database of its own, which no store may do.
    struct Apart;

    impl StoreFixture for Apart {
        type Store = MemoryStore;

        async fn fresh() -> Self {
            Self
        }

        async fn store(&self) -> MemoryStore {
            MemoryStore::new()
        }
    }

    #[test]
    fn what_fails_is_named_and_what_it_expected() {
        let panic = catch_unwind(exercise_store::<Apart>).unwrap_err();
        let said = text(&*panic);
        assert!(said.contains("cases of the store suite failed on memory:\n"), "{said}");
        let case = "append::events_are_there_for_every_handle: assertion `left == right` failed";
        assert!(said.contains(case), "{said}");
        assert!(!said.contains("append::many_events_keep_their_order"), "{said}");
    }
}
