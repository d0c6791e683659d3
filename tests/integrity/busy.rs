//! Beside emitters and a subscription at full speed nothing is found, because nothing is wrong.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::EventBus;
use eventbus_runtime::store::{EventKey, Fate, Integrity, NewEvent, Step, Way};
use eventbus_runtime::testing::suite::tools::{
    advance, change, claim, commit, dead, note, notes, read_page, retrying, torn,
};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;

/// How often the busy database is verified.
const TIMES: usize = 5;

/// Events of some aggregates, one of them with a key, until they are told to stop.
async fn emit<S: Integrity>(bus: &EventBus<S>, over: &AtomicBool, written: &AtomicU32) {
    let mut number = 0;
    while !over.load(SeqCst) {
        let text = number.to_string();
        let mut events: Vec<NewEvent> = ["a", "b", "c"]
            .map(|about| note(about, &text))
            .into_iter()
            .chain([torn(number)])
            .collect();
        events[1].key = Some(EventKey { text, window: Duration::from_secs(3_600) });
        commit(bus, &events).await;
        number += 1;
        written.fetch_add(4, SeqCst);
    }
}

/// A subscription in which of each page one event fails, another is parked and a third given up, until told to stop. What
/// was in trouble is handled with the next page.
async fn subscribe<S: Integrity>(bus: &EventBus<S>, over: &AtomicBool, steps: &AtomicU32) {
    let claimed = claim(bus, "busy").await;
    let mut cursor = claimed.cursor.clone();
    let mut open = Vec::new();
    while !over.load(SeqCst) {
        let page = read_page(bus.store(), &cursor, &notes(), 50).await.unwrap();
        let fates = [retrying(1, "no", 4_000_000_000_000), Fate::Parked, dead(5, "never", 10)];
        let mut changes: Vec<_> =
            open.drain(..).map(|stored| change(&stored, Fate::Handled)).collect();
        changes.extend(page.events.iter().zip(fates).map(|(stored, fate)| change(stored, fate)));
        open.extend(page.events.iter().take(2).cloned());
        let step = Step { cursor: Some(page.end.clone()), way: Way::Main, changes };
        advance(bus, &claimed.owner, &step).await.unwrap();
        cursor = page.end;
        steps.fetch_add(1, SeqCst);
    }
}

/// Verifies again and again while both go on, and write beside it; each time more was written than the time before.
async fn nothing_is_found<S: Integrity>(buses: [EventBus<S>; 4]) {
    let [first, second, reader, bus] = &buses;
    let (over, written, steps) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    let verified = async {
        let mut beside = 0;
        for _ in 0..TIMES {
            let (events, step) = (written.load(SeqCst), steps.load(SeqCst));
            while written.load(SeqCst) < events + 400 || steps.load(SeqCst) == step {
                tokio::task::yield_now().await;
            }
            let before = written.load(SeqCst);
            let report = bus.verify().await.unwrap();
            assert!(report.is_sound() && report.findings().is_empty(), "{report}");
            beside += written.load(SeqCst) - before;
        }
        // One time alone may be over before anybody's next commit.
        assert!(beside > 0, "nobody was kept from writing");
        over.store(true, SeqCst);
    };
    tokio::join!(
        emit(first, &over, &written),
        emit(second, &over, &written),
        subscribe(reader, &over, &steps),
        verified
    );
}

#[tokio::test]
async fn nothing_is_found_in_a_busy_file() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    nothing_is_found([bus.clone(), bus.clone(), bus.clone(), file.empty_bus().await]).await;
}

#[tokio::test]
async fn nothing_is_found_in_a_busy_postgres() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    nothing_is_found([bus.clone(), bus.clone(), bus.clone(), database.bus().await]).await;
}
