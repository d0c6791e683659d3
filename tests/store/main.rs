//! The suite of every store on each of ours, and what each must do besides.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod append;
mod bounds;
mod bus_transaction;
mod context;
mod database;
mod events;
mod group;
mod key;
mod letters;
mod letters_before;
mod partitions;
mod postgres;
mod processes;
mod retention;
mod schedule;
mod schema;
mod sqlite;
mod target;
mod transaction;

use eventbus_runtime::store::{Capability, Log};
use eventbus_runtime::testing::suite::StoreFixture;

use crate::database::{Memory, Partitioned, Postgres, Sqlite, SqliteInMemory};

/// Instantiates the behaviours that databases share beyond the suite, and that take statements of theirs.
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
    append::a_refused_event_leaves_nothing_of_its_emit,
    letters::a_letter_outlives_its_event,
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
    schedule::a_damaged_scheduled_event_is_set_aside_and_told_while_others_move,
    schedule::a_damaged_scheduled_event_can_be_cancelled,
    schema::processes_migrate_at_once,
    schema::a_newer_schema_is_refused,
    schema::missing_tables_are_named_with_the_remedy,
    transaction::a_cancelled_nested_begin_is_refused,
    transaction::a_leaked_savepoint_is_refused,
    transaction::a_commit_with_a_leaked_savepoint_is_refused,
    transaction::a_transaction_that_a_statement_ended_is_refused,
    transaction::a_nested_transaction_that_ended_is_no_harm,
}

/// What every store must do.
mod suite {
    mod postgres {
        use crate::database::Postgres;

        eventbus_runtime::store_suite!(Postgres);
    }

    mod partitioned {
        use crate::database::Partitioned;

        eventbus_runtime::store_suite!(Partitioned);
    }

    mod sqlite {
        use crate::database::Sqlite;

        eventbus_runtime::store_suite!(Sqlite);
    }

    mod sqlite_in_memory {
        use crate::database::SqliteInMemory;

        eventbus_runtime::store_suite!(SqliteInMemory);
    }

    mod memory {
        use crate::database::Memory;

        eventbus_runtime::store_suite!(Memory);
    }
}

/// What is declared here is tested, so that nothing is lost from the suite unnoticed.
#[tokio::test]
async fn each_store_declares_what_it_can() {
    assert_eq!(declared::<Postgres>().await, Capability::ALL);
    assert_eq!(declared::<Partitioned>().await, Capability::ALL);
    let of_a_file = [Capability::ReadsBesideWriter, Capability::Durable, Capability::NoticesDeath];
    assert_eq!(declared::<Sqlite>().await, of_a_file);
    assert_eq!(declared::<SqliteInMemory>().await, []);
    let in_memory = [Capability::ReadsBesideWriter, Capability::SeveralWriters];
    assert_eq!(declared::<Memory>().await, in_memory);
}

async fn declared<F: StoreFixture>() -> &'static [Capability] {
    F::fresh().await.store().await.capabilities()
}
