//! Event keys: within its window, a second event of a key is a duplicate.

use std::pin::pin;
use std::time::Duration;

use eventbus_runtime::store::{EventKey, NewEvent, Store};
use eventbus_runtime::{DomainEvent, Envelope, ErrorKind, MAX_EVENT_KEY, RawEvent};
use eventbus_tests::postgres::PgDatabase;
use uuid::Uuid;

use eventbus_runtime::testing::suite::tools::log;

use crate::database::Database;
use crate::events::NoteTorn;

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "note")]
enum MarkedEvent {
    Torn {
        #[event(event_key)]
        n: Option<u32>,
    },
    Taken {
        #[event(event_key)]
        n: u32,
    },
}

fn torn(n: impl Into<Option<u32>>) -> MarkedEvent {
    MarkedEvent::Torn { n: n.into() }
}

async fn count<D: Database>(database: &D) -> usize {
    let events = database.number("SELECT count(*) FROM eventbus_event").await;
    usize::try_from(events).unwrap()
}

pub(crate) async fn the_second_event_of_a_key_is_a_duplicate<D: Database>() {
    let (database, bus) = D::migrated().await;
    let mut first = None;
    for _ in 0..2 {
        let mut tx = bus.store().begin().await.unwrap();
        for _ in 0..2 {
            let receipts = bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap();
            assert_eq!(receipts[0].is_duplicate(), first.is_some());
            assert_eq!(receipts.id(), *first.get_or_insert(receipts.id()));
        }
        bus.store().commit(tx).await.unwrap();
    }
    assert_eq!(count(&database).await, 1);
}

pub(crate) async fn a_key_is_a_tenants_own_and_a_mark_is_a_types_own<D: Database>() {
    let (database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let firsts = [
        bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap(),
        bus.emit(&mut tx, NoteTorn(2)).key("1").tenant("acme").await.unwrap(),
        bus.emit(&mut tx, (torn(1), MarkedEvent::Taken { n: 1 })).await.unwrap(),
        bus.emit(&mut tx, torn(1)).tenant("acme").await.unwrap(),
        bus.emit(&mut tx, (torn(None), torn(None))).await.unwrap(),
    ];
    assert!(firsts.iter().flat_map(|receipts| receipts.iter()).all(|one| !one.is_duplicate()));
    let again = bus.emit(&mut tx, torn(1)).key("1").await.unwrap();
    assert_eq!(again.id(), firsts[0].id(), "what is chained wins over the mark");
    assert!(again[0].is_duplicate());
    bus.store().commit(tx).await.unwrap();
    assert_eq!(count(&database).await, 7);
}

pub(crate) async fn duplicates_are_answered_event_by_event<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let before = bus.emit(&mut tx, torn(2)).await.unwrap();
    let events = [torn(1), torn(2), torn(None), torn(1), torn(3), torn(2)];
    let receipts = bus.emit(&mut tx, &events).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    let duplicates: Vec<bool> = receipts.iter().map(|one| one.is_duplicate()).collect();
    assert_eq!(duplicates, [false, true, false, true, false, true]);
    assert_eq!([receipts[1].id(), receipts[5].id()], [before.id(); 2]);
    assert_eq!(receipts[3].id(), receipts[0].id(), "the second is a duplicate of the first");
    let written: Vec<Uuid> = log(&bus).await.iter().map(|it| it.event.envelope.id).collect();
    assert_eq!(written, [before.id(), receipts[0].id(), receipts[2].id(), receipts[4].id()]);
}

pub(crate) async fn a_key_of_a_rolled_back_emit_is_free<D: Database>() {
    let (database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap();
    bus.store().rollback(tx).await.unwrap();
    let mut tx = bus.store().begin().await.unwrap();
    assert!(!bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap()[0].is_duplicate());
    bus.store().commit(tx).await.unwrap();
    assert_eq!(count(&database).await, 1);
}

pub(crate) async fn an_expired_key_is_free<D: Database>() {
    let (database, bus) = D::migrated().await;
    let brief = bus.clone().with_key_window(Duration::ZERO);
    for bus in [&brief, &bus, &bus] {
        let mut tx = bus.store().begin().await.unwrap();
        bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap();
        bus.store().commit(tx).await.unwrap();
    }
    assert_eq!(count(&database).await, 2, "the first expired at once, the second holds the key");
}

pub(crate) async fn expired_keys_are_removed_by_emitters<D: Database>() {
    let (database, bus) = D::migrated().await;
    let keyed = |id: u128, window: Duration| {
        let event_type = "note.torn".to_owned();
        let envelope = Envelope { id: Uuid::from_u128(id), event_type, ..Envelope::default() };
        let event = RawEvent { envelope, data: id.to_string() };
        let key = Some(EventKey { text: id.to_string(), window });
        NewEvent { key, ..NewEvent::from(event) }
    };
    let mut tx = bus.store().begin().await.unwrap();
    let brief: Vec<_> = (1..=10).map(|id| keyed(id, Duration::ZERO)).collect();
    bus.store().append(&mut tx, &brief).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    while database.number("SELECT count(*) FROM eventbus_key").await > 1 {
        let mut tx = bus.store().begin().await.unwrap();
        bus.store().append(&mut tx, &[keyed(64, Duration::MAX)]).await.unwrap();
        bus.store().commit(tx).await.unwrap();
    }
    assert_eq!(database.number("SELECT count(*) FROM eventbus_key WHERE key = '64'").await, 1);
}

pub(crate) async fn keys_that_cannot_be_are_refused<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let mut tx = bus.store().begin().await.unwrap();
    let long = "k".repeat(MAX_EVENT_KEY + 1);
    for (key, told) in [
        ("", "the key of `note.torn` is empty"),
        (long.as_str(), "has 513 bytes, the most is 512"),
        ("a\0", "contains the character U+0000"),
    ] {
        let refused = bus.emit(&mut tx, NoteTorn(1)).key(key).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
        assert!(refused.to_string().contains(told), "{refused}");
    }
    let refused = bus.emit(&mut tx, [NoteTorn(1), NoteTorn(2)]).key("1").await.unwrap_err();
    assert!(refused.to_string().contains("one key, `1`, for 2 events"), "{refused}");
    bus.emit(&mut tx, [NoteTorn(1)]).key(&long[1..]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
}

pub(crate) async fn a_failed_emit_takes_no_key<D: Database>() {
    let (database, bus) = D::migrated().await;
    database.execute("ALTER TABLE eventbus_event RENAME TO away").await;
    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).key("1").await.unwrap_err();
    bus.store().commit(tx).await.ok();
    assert_eq!(database.number("SELECT count(*) FROM eventbus_key").await, 0);
}

/// A second emitter of a key waits, while the first one's transaction is open.
async fn second(commits: bool) -> (bool, usize) {
    let database = crate::database::Postgres(PgDatabase::new().await);
    let bus = database.bus().await;
    let (mut one, mut two) = (bus.begin().await.unwrap(), bus.begin().await.unwrap());
    let first = bus.emit(&mut one, NoteTorn(1)).key("1").await.unwrap();
    let emit = async {
        let receipts = bus.emit(&mut two, NoteTorn(2)).key("1").await.unwrap();
        two.commit().await.unwrap();
        receipts
    };
    let mut emit = pin!(emit);
    database.until_it_waits(emit.as_mut()).await;
    if commits {
        one.commit().await.unwrap();
    } else {
        one.rollback().await.unwrap();
    }
    let receipts = emit.await;
    assert_eq!(receipts.id() == first.id(), commits);
    (receipts[0].is_duplicate(), count(&database).await)
}

#[tokio::test]
async fn a_loser_waits_and_is_a_duplicate_where_the_winner_commits() {
    assert_eq!(second(true).await, (true, 1));
}

#[tokio::test]
async fn a_loser_waits_and_is_the_first_where_the_winner_rolls_back() {
    assert_eq!(second(false).await, (false, 1));
}

#[tokio::test]
async fn of_many_emitters_of_one_key_one_writes() {
    let database = crate::database::Postgres(PgDatabase::new().await);
    let bus = database.bus().await;
    let emitters: Vec<_> = (0..16)
        .map(|n| {
            let bus = bus.clone();
            tokio::spawn(async move {
                let mut tx = bus.begin().await.unwrap();
                // Two keys in either order: they are taken in one.
                let events = if n % 2 == 0 { [torn(1), torn(2)] } else { [torn(2), torn(1)] };
                let receipts = bus.emit(&mut tx, events).await.unwrap();
                if n % 4 == 3 {
                    tx.rollback().await.unwrap();
                    return 0;
                }
                tx.commit().await.unwrap();
                receipts.iter().filter(|one| !one.is_duplicate()).count()
            })
        })
        .collect();
    let mut written = 0;
    for emitter in emitters {
        written += emitter.await.unwrap();
    }
    assert_eq!((written, count(&database).await), (2, 2));
}
