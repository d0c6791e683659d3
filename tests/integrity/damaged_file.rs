//! Copies of an SQLite file of which bytes were overwritten.

use std::fs;

use eventbus_runtime::integrity::Check;
use eventbus_runtime::testing::suite::tools::{commit, note};
use eventbus_tests::sqlite::SqliteFile;

use crate::sound::{expected, verify};
use crate::sqlite::sound;

/// Where the text stands in the file for the first time.
fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes.windows(text.len()).position(|window| window == text).expect("the file holds the text")
}

#[tokio::test]
async fn an_overwritten_payload_is_found() {
    let file = sound().await;
    let mut bytes = fs::read(file.path()).unwrap();
    let at = find(&bytes, br#"["b","4"]"#);
    bytes[at + 4] = 0xff;
    fs::write(file.path(), bytes).unwrap();
    let found = verify(&file.empty_bus().await).await;
    assert_eq!(found, expected(&[(Check::MalformedPayload, 1, "position 4: it is no text")]));
}

/// The page is one of the log's: what is read of other tables is reported nevertheless.
#[tokio::test]
async fn an_overwritten_page_is_found_and_what_cannot_be_read_is_named() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let events: Vec<_> = (0..2_000).map(|n| note("a", &format!("number {n}"))).collect();
    commit(&bus, &events).await;
    bus.pool().close().await;
    let mut bytes = fs::read(file.path()).unwrap();
    let page = find(&bytes, br#"["a","number 1000"]"#) / 4096 * 4096;
    bytes[page..page + 4096].fill(0xab);
    fs::write(file.path(), bytes).unwrap();
    let bus = file.empty_bus().await;
    let report = bus.verify().await.unwrap();
    assert!(!report.is_sound());
    let found = report.finding(Check::DamagedFile).expect("SQLite says so");
    assert!(found.count() > 0, "{report}");
    let unfinished: Vec<&str> = report.unfinished().iter().map(|check| check.check).collect();
    assert_eq!(unfinished[..2], ["log", "duplicate_event_id"], "{report}");
    assert!(report.unfinished()[0].cause.contains("malformed"), "{report}");
    assert!(report.looked_at().events < 2_000, "what lies before it was read: {report}");
}
