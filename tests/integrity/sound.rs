//! A database that is in order and has some of everything, and how findings are told.

use std::time::Duration;

use eventbus_runtime::EventBus;
use eventbus_runtime::integrity::{Check, Report};
use eventbus_runtime::store::{EventKey, Fate, Integrity, Log, NewEvent};
use eventbus_runtime::testing::suite::tools::{
    advance, claim, commit, dead, drain, full, note, retrying, settle, to, torn,
};
use uuid::Uuid;

/// Events 1 to 3 of `a`, 4 of `b`, 5 of no aggregate, 6 of `c` with a key, 7 of `d`, 8 with everything that an event can
/// have. Two subscriptions at the end of the log; in `mail` 1 is retrying, 2 parked behind it, and 7 a dead letter.
pub(crate) async fn fill<S: Log>(bus: &EventBus<S>) {
    let mut events: Vec<NewEvent> = ["1", "2", "3"].map(|text| note("a", text)).into();
    events.extend([note("b", "4"), torn(5), note("c", "6"), note("d", "7"), full()]);
    let key = EventKey { text: "note.taken:6".to_owned(), window: Duration::from_secs(3_600) };
    events[5].key = Some(key);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    events[7].event.envelope.traceparent = Some(trace.to_owned());
    commit(bus, &events).await;
    for subscription in ["audit", "mail"] {
        let claimed = claim(bus, subscription).await;
        let (stored, end) = drain(bus, claimed.cursor.clone()).await;
        assert_eq!(stored.len(), 8);
        advance(bus, &claimed.owner, &to(end)).await.unwrap();
        claimed.release(bus.store()).await;
        if subscription == "mail" {
            let fates = vec![
                (&stored[0], retrying(1, "no", 4_000_000_000_000)),
                (&stored[1], Fate::Parked),
                (&stored[6], dead(5, "never", 10)),
            ];
            settle(bus, subscription, fates).await;
        }
    }
}

/// A finding with its first place, in which ids are `ID`.
pub(crate) type Told = (Check, u64, String);

/// What a report has found.
pub(crate) fn told(report: &Report) -> Vec<Told> {
    let told = report.findings().iter().map(|finding| {
        let mut place = finding.places()[0].clone();
        (place.event_id, place.letter) = (None, None);
        (finding.check(), finding.count(), without_ids(&place.to_string()))
    });
    told.collect()
}

/// A text with `ID` in the place of each id.
pub(crate) fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && Uuid::try_parse(word).is_ok();
    let mut words = Vec::new();
    for word in text.split_inclusive([' ', '\n', '"', ',', ':']) {
        let end = word.len() - usize::from(word.ends_with([' ', '\n', '"', ',', ':']));
        let (word, mark) = word.split_at(end);
        words.push(if is_id(word) { "ID" } else { word });
        words.push(mark);
    }
    words.concat()
}

/// What is expected to be told.
pub(crate) fn expected(findings: &[(Check, u64, &str)]) -> Vec<Told> {
    let owned = |(check, count, place): &(Check, u64, &str)| (*check, *count, (*place).to_owned());
    findings.iter().map(owned).collect()
}

/// Verifies, and tells what was found.
pub(crate) async fn verify<S: Integrity>(bus: &EventBus<S>) -> Vec<Told> {
    let report = bus.verify().await.unwrap();
    assert_eq!(report.unfinished(), [], "{report}");
    told(&report)
}
