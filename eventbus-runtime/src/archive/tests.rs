use std::fs;
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::{Archive, Writer};
use crate::envelope::{Envelope, RawEvent};
use crate::store::{Old, Selection, Stored};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("eventbus-archive-{}", Uuid::now_v7())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn event(position: i64, data: &str) -> Old {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: "order.placed".to_owned(),
        source: "/shop".to_owned(),
        ..Envelope::default()
    };
    let stored = Stored { position, slot: 7, event: RawEvent { envelope, data: data.to_owned() } };
    // Every third was scheduled.
    Old { stored, moved_at: (position % 3 == 0).then_some(position * 1_000) }
}

fn said(error: &crate::error::Error) -> String {
    error.full()
}

/// An archive of two segments, `(0, 5]` and `(5, 9]`.
fn two(folder: &Folder) -> (Uuid, Vec<Old>) {
    let log = Uuid::now_v7();
    let events: Vec<Old> = [1, 3, 4, 6, 8].map(|n| event(n, "{\"a\":1}")).into();
    let mut writer = Writer::open(&folder.0, log).unwrap();
    writer.add((0, 5), &events[..3]).unwrap();
    writer.add((5, 9), &events[3..]).unwrap();
    (log, events)
}

#[test]
fn events_of_any_kind_come_back_as_they_were() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let texts = [
        "{}",
        "null",
        " {\"b\": 1,  \"a\": [0.10]} ",
        "{\n\"a\":1}",
        "no json",
        "",
        "\"\u{2028}\\u0000\"",
        "1e400",
    ];
    let odd = ["", "a\nb", "ö\"\\", "\u{0}", "x"];
    let mut events = Vec::new();
    let mut position = 0;
    for _ in 0..500 {
        position += random.random_range(1..5_i64);
        let mut old = event(position, texts[random.random_range(0..texts.len())]);
        let mut text =
            || random.random_bool(0.5).then(|| odd[random.random_range(0..odd.len())].to_owned());
        let envelope = &mut old.stored.event.envelope;
        envelope.tenant = text();
        envelope.aggregate_id = text();
        envelope.traceparent = text();
        envelope.tracestate = text();
        envelope.metadata = text().map(|value| ("No Name".to_owned(), value)).into_iter().collect();
        envelope.correlation_id = text().map(|_| Uuid::from_u128(5));
        envelope.causation_id = text().map(|_| Uuid::now_v7());
        envelope.version = random.random();
        old.stored.slot = random.random_range(0..1024);
        events.push(old);
    }
    let (folder, log) = (Folder::new(), Uuid::now_v7());
    Writer::open(&folder.0, log).unwrap().add((0, position), &events).unwrap();
    let archive = Archive::read(&folder.0, log).unwrap();
    assert_eq!(archive.load(&archive.manifest.segments[0]).unwrap(), events);
}

#[test]
fn it_goes_on_where_it_ended() {
    let folder = Folder::new();
    let (log, events) = two(&folder);
    let mut writer = Writer::open(&folder.0, log).unwrap();
    assert_eq!(writer.archive.manifest.end(), 9);
    assert_eq!(writer.archive.manifest.gap(0, 9), None);
    fs::write(folder.0.join("000003.ndjson.gz"), "of a run that was killed").unwrap();
    fs::write(folder.0.join("manifest.json.tmp"), "{").unwrap();
    writer.add((9, 12), &[event(12, "{}")]).unwrap();
    drop(writer);
    let archive = Archive::read(&folder.0, log).unwrap();
    let segments = &archive.manifest.segments;
    let read: Vec<Old> =
        segments.iter().flat_map(|segment| archive.load(segment).unwrap()).collect();
    assert_eq!((read.len(), &read[..5]), (6, &events[..]));
}

#[test]
fn numbers_that_no_segment_holds_are_a_gap() {
    let folder = Folder::new();
    let (log, _) = two(&folder);
    let mut writer = Writer::open(&folder.0, log).unwrap();
    writer.add((20, 25), &[event(21, "{}")]).unwrap();
    let manifest = &writer.archive.manifest;
    assert_eq!(manifest.gap(0, 25), Some((10, 20)));
    assert_eq!(manifest.gap(20, 25), None);
    assert_eq!(manifest.gap(20, 30), Some((26, 30)));
    assert_eq!(manifest.gap(0, 9), None);
}

#[test]
fn one_process_writes_at_a_time() {
    let folder = Folder::new();
    let log = Uuid::now_v7();
    let first = Writer::open(&folder.0, log).unwrap();
    let refused = Writer::open(&folder.0, log).unwrap_err();
    assert!(said(&refused).contains("another process writes to it"), "{}", said(&refused));
    drop(first);
    Writer::open(&folder.0, log).unwrap();
}

#[test]
fn an_archive_of_another_log_is_refused() {
    let folder = Folder::new();
    two(&folder);
    let refused = Archive::read(&folder.0, Uuid::now_v7()).unwrap_err();
    assert!(said(&refused).contains("name the folder of this one"), "{}", said(&refused));
}

#[test]
fn a_damaged_copy_is_refused_with_its_place_and_a_remedy() {
    let refused = |damage: fn(&PathBuf)| {
        let folder = Folder::new();
        let (log, _) = two(&folder);
        damage(&folder.0);
        let read = Archive::read(&folder.0, log);
        said(&read.and_then(|archive| archive.load(&archive.manifest.segments[1])).unwrap_err())
    };
    let flipped = refused(|folder| {
        let path = folder.join("000002.ndjson.gz");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    assert!(flipped.contains("`000002.ndjson.gz` is damaged: its checksum is"), "{flipped}");
    assert!(flipped.contains("restore the file from a copy"), "{flipped}");
    let missing = refused(|folder| fs::remove_file(folder.join("000002.ndjson.gz")).unwrap());
    assert!(missing.contains("it is missing"), "{missing}");
    let swapped = refused(|folder| {
        let manifest = folder.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap().replace("\"last\": 8", "\"last\": 7");
        fs::write(manifest, text).unwrap();
    });
    assert!(swapped.contains("it holds 2 events from 6 to 8"), "{swapped}");
    let cut = refused(|folder| {
        let manifest = folder.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(manifest, &text[..text.len() / 2]).unwrap();
    });
    assert!(cut.contains("`manifest.json` cannot be read"), "{cut}");
}

#[test]
fn a_segment_tells_what_it_cannot_hold() {
    let folder = Folder::new();
    let (log, events) = two(&folder);
    let manifest = Archive::read(&folder.0, log).unwrap().manifest;
    let holds = |selection: &Selection| {
        let segments = manifest.segments.iter();
        segments.map(|segment| segment.may_hold(selection)).collect::<Vec<_>>()
    };
    assert_eq!(holds(&Selection::default()), [true, true]);
    assert_eq!(holds(&Selection { first: 5, ..Selection::default() }), [false, true]);
    assert_eq!(holds(&Selection { last: 5, ..Selection::default() }), [true, false]);
    let since = Some(events[3].event.envelope.id);
    assert_eq!(holds(&Selection { since, ..Selection::default() }), [false, true]);
    assert_eq!(holds(&Selection { until: since, ..Selection::default() }), [true, false]);
}
