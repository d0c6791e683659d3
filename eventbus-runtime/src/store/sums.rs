//! What both databases' statements for statistics take and answer with: JSON in, columns out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use crate::error::Result;
use crate::stats::{Histogram, Note, NoteKind};
use crate::store::{Entries, Group, Link, Series, Stuck, StuckGroup, Sums, Waiting, Whose, as_old};

/// The sums as a statement takes them, in the order of their keys: whoever writes several rows writes them in one order.
pub(crate) fn sums(entries: &Entries) -> String {
    let rows: Vec<SumsRow<'_>> = entries.sums.iter().map(SumsRow::of).collect();
    serde_json::to_string(&rows).expect("texts and numbers are always JSON")
}

/// The notes, in the same way.
pub(crate) fn notes(entries: &Entries) -> String {
    let rows: Vec<NoteRow<'_>> = entries.notes.iter().map(NoteRow::of).collect();
    serde_json::to_string(&rows).expect("texts and numbers are always JSON")
}

#[derive(Serialize)]
struct SumsRow<'a> {
    minute: i64,
    subscription: &'a str,
    r#type: &'a str,
    tenant: &'a str,
    others: bool,
    handled: u64,
    retried: u64,
    dead: u64,
    latency: String,
    latency_max: i64,
    duration: String,
    duration_max: i64,
}

impl<'a> SumsRow<'a> {
    fn of(((minute, series), sums): (&'a (i64, Series), &'a Sums)) -> Self {
        let (latency, latency_max) = sums.latency.to_columns();
        let (duration, duration_max) = sums.duration.to_columns();
        Self {
            minute: *minute,
            subscription: &series.subscription,
            r#type: &series.event_type,
            tenant: match &series.whose {
                Whose::Tenant(tenant) => tenant,
                Whose::Nobody | Whose::Others => "",
            },
            others: series.whose == Whose::Others,
            handled: sums.handled,
            retried: sums.retried,
            dead: sums.dead,
            latency,
            latency_max,
            duration,
            duration_max,
        }
    }
}

#[derive(Serialize)]
struct NoteRow<'a> {
    id: Uuid,
    kind: &'static str,
    at: i64,
    subscription: &'a str,
    position: i64,
    event_id: Uuid,
    r#type: &'a str,
    tenant: Option<&'a str>,
    aggregate_id: Option<&'a str>,
    attempt: u32,
    took: Option<i64>,
    given_up: bool,
    error_kind: Option<&'a str>,
    error: Option<&'a str>,
}

impl<'a> NoteRow<'a> {
    fn of(note: &'a Note) -> Self {
        let micros = |took: Duration| i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        Self {
            id: note.id,
            kind: note.kind.as_str(),
            at: note.at,
            subscription: &note.subscription,
            position: note.position,
            event_id: note.event_id,
            r#type: &note.event_type,
            tenant: note.tenant.as_deref(),
            aggregate_id: note.aggregate_id.as_deref(),
            attempt: note.attempt,
            took: note.took.map(micros),
            given_up: note.given_up,
            error_kind: note.error_kind.as_deref(),
            error: note.error.as_deref(),
        }
    }
}

/// The columns `tenant` and `others`, read.
pub(crate) fn whose(tenant: Option<String>, others: bool) -> Whose {
    match tenant.filter(|tenant| !tenant.is_empty()) {
        _ if others => Whose::Others,
        Some(tenant) => Whose::Tenant(tenant),
        None => Whose::Nobody,
    }
}

/// One or several rows of a series in `eventbus_minute`: subscription, type, tenant, others; handled, retried, dead; the two
/// histograms, each the objects of these rows one behind the other and the longest time.
pub(crate) type SumsColumns =
    (String, String, String, bool, i64, i64, i64, String, i64, String, i64);

/// A row of `eventbus_note` but its kind: id, at, subscription, position, event, type, tenant, aggregate, attempt, took,
/// given up; the kind and the text of the failure.
pub(crate) type NoteColumns<I> = (
    I,
    i64,
    String,
    i64,
    I,
    String,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    bool,
    Option<String>,
    Option<String>,
);

/// Reads one.
pub(crate) fn read_note(kind: NoteKind, columns: NoteColumns<Uuid>) -> Note {
    let (id, at, subscription, position, event_id, event_type, tenant, aggregate_id, ..) = columns;
    let (attempt, took, given_up, error_kind, error) =
        (columns.8, columns.9, columns.10, columns.11, columns.12);
    Note {
        id,
        kind,
        at,
        subscription,
        position,
        event_id,
        event_type,
        tenant,
        aggregate_id,
        attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
        took: took.map(|micros| Duration::from_micros(count(micros))),
        given_up,
        error_kind,
        error,
    }
}

/// Adds rows up by series. Histograms stay texts until all of a series are there, because reading them is most of the work.
pub(crate) fn added(rows: Vec<SumsColumns>) -> Result<BTreeMap<Series, Sums>> {
    let mut all: BTreeMap<Series, Texts> = BTreeMap::new();
    for (subscription, event_type, tenant, others, handled, retried, dead, a, b, c, d) in rows {
        let series = Series { subscription, event_type, whose: whose(Some(tenant), others) };
        let texts = all.entry(series).or_default();
        for (sum, number) in texts.counts.iter_mut().zip([handled, retried, dead]) {
            *sum = sum.saturating_add(count(number));
        }
        for ((objects, longest), (more, longer)) in
            texts.histograms.iter_mut().zip([(a, b), (c, d)])
        {
            objects.push_str(&more);
            *longest = longer.max(*longest);
        }
    }
    all.into_iter().map(|(series, texts)| Ok((series, texts.read()?))).collect()
}

/// The columns of a series, added up but not read.
#[derive(Default)]
struct Texts {
    counts: [u64; 3],
    histograms: [(String, i64); 2],
}

impl Texts {
    fn read(&self) -> Result<Sums> {
        let [handled, retried, dead] = self.counts;
        let [latency, duration] = &self.histograms;
        let read = |(objects, longest): &(String, i64)| Histogram::from_columns(objects, *longest);
        Ok(Sums { handled, retried, dead, latency: read(latency)?, duration: read(duration)? })
    }
}

/// What was counted in a range: type, tenant; how many; the id of the first of them, and when that came into the log where it
/// was scheduled.
pub(crate) type GroupColumns = (String, Option<String>, i64, Option<Uuid>, Option<i64>);

/// Reads what waits among the numbers that were looked through, ascending, of `behind` that there are.
pub(crate) fn waiting(rows: Vec<GroupColumns>, ranges: &[(i64, i64)], behind: i64) -> Waiting {
    let mut groups: BTreeMap<(String, Option<String>), Group> = BTreeMap::new();
    for (event_type, tenant, events, oldest, moved_at) in rows {
        let group = groups.entry((event_type.clone(), tenant.clone())).or_insert_with(|| Group {
            event_type,
            whose: whose(tenant, false),
            events: 0,
            oldest: oldest.map(|id| as_old(id, moved_at)).filter(|id| id.get_version_num() == 7),
        });
        group.events += count(events);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort();
    let looked: i64 = ranges.iter().map(|(after, upto)| upto - after).sum();
    Waiting { groups, looked: count(looked), left: count(behind - looked) }
}

/// What is in trouble or dead: subscription, type, tenant; retrying, parked, dead; the oldest id; how many deliveries and how
/// many letters were looked at for all of these.
pub(crate) type StuckColumns =
    (String, String, Option<String>, i64, i64, i64, Option<String>, i64, i64);

/// Reads them; `at_most` deliveries were looked at, and as many letters.
pub(crate) fn stuck(rows: Vec<StuckColumns>, at_most: usize) -> Stuck {
    let is_full = |sum: i64| usize::try_from(sum).is_ok_and(|sum| sum >= at_most);
    let more_open = rows.first().is_some_and(|(.., looked, _)| is_full(*looked));
    let more_dead = rows.first().is_some_and(|(.., looked)| is_full(*looked));
    let group = |columns: StuckColumns| {
        let (subscription, event_type, tenant, retrying, parked, dead, oldest, ..) = columns;
        StuckGroup {
            series: Series { subscription, event_type, whose: whose(tenant, false) },
            retrying: count(retrying),
            parked: count(parked),
            dead: count(dead),
            oldest: oldest.and_then(|id| Uuid::try_parse(&id).ok()),
        }
    };
    let mut groups: Vec<StuckGroup> = rows.into_iter().map(group).collect();
    groups.sort_by(|one, next| one.series.cmp(&next.series));
    Stuck { groups, more_open, more_dead }
}

/// An event of a correlation: number, id, type, tenant, aggregate, cause.
pub(crate) type LinkColumns = (i64, Uuid, String, Option<String>, Option<String>, Option<Uuid>);

/// The event that a correlation is named after, if there is one, and those that it has.
pub(crate) fn links(
    cause: Option<LinkColumns>,
    links: Vec<LinkColumns>,
    limit: usize,
) -> Vec<Link> {
    let link = |(position, id, event_type, tenant, aggregate_id, causation_id): LinkColumns| Link {
        position,
        id,
        event_type,
        tenant,
        aggregate_id,
        causation_id,
    };
    let mut all: Vec<Link> = cause.into_iter().chain(links).map(link).collect();
    all.sort_by_key(|link| link.position);
    all.dedup_by_key(|link| link.position);
    all.truncate(limit);
    all
}

fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
