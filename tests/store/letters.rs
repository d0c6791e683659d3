//! Dead letters, where it takes statements to bring a case about.

use std::pin::pin;

use eventbus_runtime::LetterFilter;
use eventbus_runtime::store::{LetterSlice, Letters, Store};
use eventbus_runtime::testing::suite::tools::{all, give_up};
use eventbus_tests::postgres::PgDatabase;

use crate::database::{Database, Postgres};

pub(crate) async fn a_letter_outlives_its_event<D: Database>() {
    let (database, bus) = D::migrated().await;
    let letters = give_up(&bus, "reader", &["1"]).await;
    database.execute("DELETE FROM eventbus_event WHERE position = 1").await;
    let refused = bus.dead_letters().by("alice").retry(letters[0].id).await.unwrap_err();
    assert!(refused.to_string().contains("not in the log any more: emit it again"), "{refused}");
    assert_eq!(all(&bus, &LetterFilter::all()).await, letters);
}

#[tokio::test]
async fn an_operator_who_comes_second_waits_and_finds_the_letter_gone() {
    let database = Postgres(PgDatabase::new().await);
    let (bus, other) = (database.bus().await, database.bus().await);
    bus.migrate().await.unwrap();
    let id = give_up(&bus, "reader", &["1"]).await[0].id;
    let mut first = bus.store().begin().await.unwrap();
    let slice = LetterFilter::all();
    let slice = LetterSlice::first(&slice, 1);
    assert_eq!(bus.store().retry_letters(&mut first, &slice, 0).await.unwrap().moved, [id]);

    let bob = other.dead_letters().by("bob");
    let mut second = pin!(bob.retry(id));
    database.until_it_waits(second.as_mut()).await;
    bus.store().commit(first).await.unwrap();
    let refused = second.await.unwrap_err();
    assert!(refused.to_string().contains("there is no dead letter"), "{refused}");
}
