//! The suite of every store on each of ours, and what each must do besides.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod append;
mod database;
mod events;
mod letters;
mod letters_before;
mod postgres;
mod processes;
mod schema;
mod sqlite;
mod transaction;

use eventbus_runtime::store::{Capability, Log};
use eventbus_runtime::testing::suite::StoreFixture;

use crate::database::{Memory, Postgres, Sqlite, SqliteInMemory};

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
    let of_a_file = [Capability::ReadsBesideWriter, Capability::Durable, Capability::NoticesDeath];
    assert_eq!(declared::<Sqlite>().await, of_a_file);
    assert_eq!(declared::<SqliteInMemory>().await, []);
    let in_memory = [Capability::ReadsBesideWriter, Capability::SeveralWriters];
    assert_eq!(declared::<Memory>().await, in_memory);
}

async fn declared<F: StoreFixture>() -> &'static [Capability] {
    F::fresh().await.store().await.capabilities()
}
