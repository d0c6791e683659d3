//! What a row of the log tells by itself.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::context::traceparent;
use crate::emit::is_name;
use crate::envelope::extension_name;
use crate::integrity::check::Check;
use crate::integrity::report::Place;
use crate::integrity::tally::Tally;
use crate::store::{LogRow, SLOTS, slot_of_id};

/// Judges a row. Beyond what no reader could read, what no emit writes counts as malformed.
pub(super) fn judge(row: &LogRow, tally: &mut Tally) {
    let LogRow { position, envelope, .. } = row;
    if *position < 1 {
        tally.count(Check::PositionBelowOne, || place(row, None));
    }
    for column in malformed(row) {
        tally.count(Check::MalformedEnvelope, || place(row, Some(format!("column `{column}`"))));
    }
    if let Some(why) = no_json(row) {
        tally.count(Check::MalformedPayload, || place(row, Some(why)));
    }
    if let Some(header) = envelope.traceparent.as_deref().filter(|text| traceparent(text).is_none())
    {
        tally.count(Check::MalformedTraceparent, || place(row, Some(format!("`{header}`"))));
    }
    let readable = !row.unreadable.contains(&"id");
    if readable && envelope.time().is_none() {
        tally.count(Check::IdWithoutTime, || place(row, None));
    }
    if let Some(why) = wrong_shard(row) {
        tally.count(Check::WrongShard, || place(row, Some(why)));
    }
}

/// Where a row is.
pub(super) fn place(row: &LogRow, detail: Option<String>) -> Place {
    let readable = !row.unreadable.contains(&"id");
    let event_id = readable.then(|| row.envelope.id.to_string());
    Place { position: Some(row.position), event_id, detail, ..Place::default() }
}

/// The columns of the envelope that hold what no emit writes.
fn malformed(row: &LogRow) -> Vec<&'static str> {
    let LogRow { envelope, version, metadata, unreadable, .. } = row;
    let mut columns: Vec<&'static str> =
        unreadable.iter().copied().filter(|column| *column != "data").collect();
    let mut claim = |column, wrong| {
        if wrong && !columns.contains(&column) {
            columns.push(column);
        }
    };
    claim("id", envelope.id.is_nil());
    claim("type", !is_name(&envelope.event_type));
    claim("version", !(1..=i64::from(i32::MAX)).contains(version));
    claim("tenant", envelope.tenant.as_deref() == Some(""));
    claim("aggregate_id", envelope.aggregate_id.as_deref() == Some(""));
    claim("metadata", metadata.as_deref().is_some_and(|text| !is_metadata(text)));
    columns
}

/// Whether text is an object of strings, each under the name of an extension.
fn is_metadata(text: &str) -> bool {
    let read: Result<BTreeMap<String, String>, _> = serde_json::from_str(text);
    read.is_ok_and(|metadata| metadata.keys().all(|name| extension_name(name).is_ok()))
}

fn no_json(row: &LogRow) -> Option<String> {
    if row.unreadable.contains(&"data") {
        return Some("it is no text".to_owned());
    }
    serde_json::from_str::<IgnoredAny>(&row.data).err().map(|error| error.to_string())
}

/// The shard of an event of no aggregate is a function of its id. That of another depends on the kind of its aggregate,
/// which only the code knows: see [`Aggregates`](crate::integrity::aggregate::Aggregates).
fn wrong_shard(row: &LogRow) -> Option<String> {
    let LogRow { slot, envelope, unreadable, .. } = row;
    if !(0..i64::from(SLOTS)).contains(slot) {
        return Some(format!("{slot} is no shard, they are 0 to {}", SLOTS - 1));
    }
    let bare = envelope.aggregate_id.is_none() && !unreadable.contains(&"aggregate_id");
    if !bare || unreadable.contains(&"id") {
        return None;
    }
    let own = slot_of_id(envelope.id);
    (i64::from(own) != *slot)
        .then(|| format!("it is in {slot}, an event of no aggregate with its id is in {own}"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::judge;
    use crate::envelope::Envelope;
    use crate::integrity::check::Check;
    use crate::integrity::tally::Tally;
    use crate::store::{LogRow, slot_of_id};

    fn row() -> LogRow {
        let id = Uuid::now_v7();
        let event_type = "order.placed".to_owned();
        let envelope = Envelope { id, event_type, ..Envelope::default() };
        let slot = i64::from(slot_of_id(id));
        LogRow {
            position: 1,
            slot,
            version: 1,
            envelope,
            data: "{}".to_owned(),
            ..LogRow::default()
        }
    }

    fn told(change: impl FnOnce(&mut LogRow)) -> Vec<(Check, Option<String>)> {
        let mut row = row();
        change(&mut row);
        let mut tally = Tally::new(5);
        judge(&row, &mut tally);
        let findings = tally.into_findings();
        let told = findings.iter().flat_map(|finding| {
            finding.places().iter().map(|place| (finding.check(), place.detail.clone()))
        });
        told.collect()
    }

    #[test]
    fn a_healthy_row_has_no_finding() {
        assert_eq!(told(|_| {}), []);
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(told(|row| row.envelope.traceparent = Some(header.to_owned())), []);
        assert_eq!(told(|row| row.metadata = Some(r#"{"region":"eu"}"#.to_owned())), []);
    }

    #[test]
    fn what_no_emit_writes_is_named_by_its_column() {
        let column = |name: &str| [(Check::MalformedEnvelope, Some(format!("column `{name}`")))];
        assert_eq!(told(|row| row.envelope.event_type = "Order".to_owned()), column("type"));
        assert_eq!(told(|row| row.version = 0), column("version"));
        assert_eq!(told(|row| row.envelope.tenant = Some(String::new())), column("tenant"));
        assert_eq!(told(|row| row.metadata = Some("[1]".to_owned())), column("metadata"));
        assert_eq!(told(|row| row.metadata = Some(r#"{"a-b":""}"#.to_owned())), column("metadata"));
        assert_eq!(told(|row| row.unreadable = vec!["id"]), column("id"));
    }

    #[test]
    fn a_payload_that_is_no_json_says_where() {
        let [(check, Some(why))] = &told(|row| row.data = "{\"a\":".to_owned())[..] else {
            panic!("one finding with a reason")
        };
        assert_eq!(*check, Check::MalformedPayload);
        assert!(why.contains("line 1 column 5"), "{why}");
    }

    #[test]
    fn an_event_of_no_aggregate_has_the_shard_of_its_id() {
        let [(check, _)] = &told(|row| row.slot = (row.slot + 1) % 1024)[..] else {
            panic!("one finding")
        };
        assert_eq!(*check, Check::WrongShard);
        assert_eq!(told(|row| row.envelope.aggregate_id = Some("1".to_owned())), []);
        let why = told(|row| row.slot = 1024).remove(0).1.unwrap();
        assert_eq!(why, "1024 is no shard, they are 0 to 1023");
    }

    #[test]
    fn what_may_be_as_it_should_is_a_warning() {
        let checks = |change: fn(&mut LogRow)| -> Vec<Check> {
            told(change).into_iter().map(|(check, _)| check).collect()
        };
        assert_eq!(
            checks(|row| row.envelope.traceparent = Some("00-1-2-01".to_owned())),
            [Check::MalformedTraceparent]
        );
        let other = |row: &mut LogRow| {
            row.envelope.id = Uuid::from_u128(7);
            row.slot = i64::from(slot_of_id(row.envelope.id));
        };
        assert_eq!(checks(other), [Check::IdWithoutTime]);
        assert_eq!(checks(|row| row.position = 0), [Check::PositionBelowOne]);
    }
}
