//! Dead letters, where it takes statements to bring a case about.

use eventbus_runtime::LetterFilter;
use eventbus_runtime::testing::suite::tools::{all, give_up};

use crate::database::Database;

pub(crate) async fn a_letter_outlives_its_event<D: Database>() {
    let (database, bus) = D::migrated().await;
    let letters = give_up(&bus, "reader", &["1"]).await;
    database.execute("DELETE FROM eventbus_event WHERE position = 1").await;
    let refused = bus.dead_letters().by("alice").retry(letters[0].id).await.unwrap_err();
    assert!(refused.to_string().contains("not in the log any more: emit it again"), "{refused}");
    assert_eq!(all(&bus, &LetterFilter::all()).await, letters);
}
