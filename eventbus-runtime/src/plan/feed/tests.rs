use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use uuid::Uuid;

use super::{Ask, Feed, LONGEST, MOST_BYTES, MOST_EVENTS, MOST_PAGES, Page, Reading};
use crate::catalog::{Catalog, Leaf, schema_of};
use crate::envelope::{Envelope, RawEvent};
use crate::filter::TypeSet;
use crate::store::{self, Cursor, Shards, Stored};

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Number(i64);

impl Cursor for Number {
    fn at(&self, position: i64) -> Self {
        Self(position)
    }

    fn number(&self) -> Option<i64> {
        Some(self.0)
    }
}

/// Somebody who reads.
struct Reader {
    seat: u64,
    place: Number,
    shards: Shards,
    limit: usize,
    since: u64,
    now: i64,
}

impl Reader {
    fn new(feed: &mut Feed<Number>, types: TypeSet, place: i64) -> Self {
        let (place, shards) = (Number(place), Shards::all(4));
        Self { seat: feed.sit(types), place, shards, limit: 100, since: 0, now: 0 }
    }

    fn ask(&self) -> Ask<'_, Number> {
        let Self { seat, place, shards, limit, since, now } = self;
        Ask { seat: *seat, place, shards, limit: *limit, since: *since, now: *now }
    }

    /// What is kept for it; it reads on behind that.
    fn take(&mut self, feed: &mut Feed<Number>) -> Option<Page<Number>> {
        let page = feed.take(&self.ask())?.cut(&self.shards, self.limit);
        self.place = page.end;
        Some(page)
    }

    /// Begins to read, because nothing is kept for it.
    fn begin(&mut self, feed: &mut Feed<Number>) -> Reading<Number> {
        assert!(self.take(feed).is_none(), "there is no need to read");
        feed.begin(&self.ask())
    }

    /// Reads events up to a place.
    fn read(&mut self, feed: &mut Feed<Number>, events: &[Stored], end: i64) -> Page<Number> {
        let reading = self.begin(feed);
        self.land(feed, reading, events, end)
    }

    fn land(
        &mut self,
        feed: &mut Feed<Number>,
        reading: Reading<Number>,
        events: &[Stored],
        end: i64,
    ) -> Page<Number> {
        let (window, end) = (self.place, Number(end));
        let page = store::Page { window, events: events.to_vec(), end, more: false };
        let kept = feed.land(&self.ask(), reading, page);
        let page = feed.own(&self.ask(), kept).cut(&self.shards, self.limit);
        self.place = page.end;
        page
    }
}

static ORDERED: Leaf = Leaf::new("order.placed", 1, schema_of::<String>);
static PAID: Leaf = Leaf::new("payment.taken", 1, schema_of::<String>);

fn ordered() -> TypeSet {
    TypeSet::of_catalog(&Catalog::Leaf(&ORDERED))
}

fn paid() -> TypeSet {
    TypeSet::of_catalog(&Catalog::Leaf(&PAID))
}

/// Orders at the odd places and payments at the even ones, each in a slot of its own.
fn events(places: RangeInclusive<i64>) -> Vec<Stored> {
    places.map(|at| event(at, if at % 2 == 1 { "order.placed" } else { "payment.taken" })).collect()
}

fn event(position: i64, event_type: &str) -> Stored {
    let envelope = Envelope {
        id: Uuid::from_u128(u128::try_from(position).unwrap()),
        event_type: event_type.to_owned(),
        version: 1,
        source: "test".to_owned(),
        tenant: None,
        aggregate_id: None,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: crate::Priority::Normal,
        metadata: BTreeMap::new(),
    };
    let slot = u16::try_from(position).unwrap() * 100 % 1024;
    Stored { position, slot, event: RawEvent { envelope, data: "{}".to_owned() } }
}

fn positions(page: &Page<Number>) -> Vec<i64> {
    page.events.iter().map(|stored| stored.position).collect()
}

#[test]
fn who_stands_at_one_place_shares_one_read_and_gets_what_it_wants() {
    let mut feed = Feed::default();
    let mut orders = Reader::new(&mut feed, ordered(), 0);
    let mut payments = Reader::new(&mut feed, paid(), 0);
    assert!(payments.take(&mut feed).is_none());
    let reading = orders.begin(&mut feed);
    assert_eq!(*reading.types, ordered().union(&paid()));
    let page = orders.land(&mut feed, reading, &events(1..=4), 4);
    assert_eq!((positions(&page), page.end, page.more), (vec![1, 3], Number(4), false));
    let page = payments.take(&mut feed).unwrap();
    assert_eq!((positions(&page), page.end, page.more), (vec![2, 4], Number(4), false));
}

#[test]
fn who_is_alone_reads_for_itself_and_nothing_is_kept() {
    let mut feed = Feed::default();
    let mut orders = Reader::new(&mut feed, ordered(), 0);
    let reading = orders.begin(&mut feed);
    assert_eq!((&*reading.types, reading.limit, reading.upto), (&ordered(), 100, None));
    orders.read(&mut feed, &events(1..=4), 4);
    assert!(feed.kept.is_empty());
}

#[test]
fn who_is_behind_is_read_for_while_pages_lead_from_there() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, ordered(), 0);
    let mut behind = Reader::new(&mut feed, paid(), 0);
    assert!(behind.take(&mut feed).is_none());
    for end in 1..=4 {
        first.read(&mut feed, &events(end..=end), end);
    }
    let far = Reader::new(&mut feed, TypeSet::everything(), -50);
    assert!(feed.take(&far.ask()).is_none());
    assert_eq!(*first.begin(&mut feed).types, ordered().union(&paid()));
    let found: Vec<_> = (0..4).flat_map(|_| positions(&behind.take(&mut feed).unwrap())).collect();
    assert_eq!((found, behind.place), (vec![2, 4], Number(4)));

    feed.forget();
    assert!(behind.take(&mut feed).is_none());
    behind.place = Number(0);
    assert!(behind.take(&mut feed).is_none());
    assert_eq!(*first.begin(&mut feed).types, ordered(), "nothing leads from there any more");
}

#[test]
fn a_page_that_was_not_read_for_somebody_is_not_theirs() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, ordered(), 0);
    let _other = Reader::new(&mut feed, ordered(), 9).take(&mut feed);
    first.read(&mut feed, &events(1..=1), 4);
    assert!(Reader::new(&mut feed, paid(), 0).take(&mut feed).is_none());
    let mut same = Reader::new(&mut feed, ordered(), 0);
    assert_eq!(positions(&same.take(&mut feed).unwrap()), [1]);
}

#[test]
fn a_page_is_cut_to_the_limit_and_to_the_shards() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, TypeSet::everything(), 0);
    let mut small = Reader::new(&mut feed, TypeSet::everything(), 0);
    (small.limit, small.shards) = (2, Shards::new(4, [0, 1]));
    assert!(small.take(&mut feed).is_none());
    let reading = first.begin(&mut feed);
    assert_eq!((reading.limit, reading.shards.is_all()), (100, true));
    first.land(&mut feed, reading, &events(1..=7), 8);
    let page = small.take(&mut feed).unwrap();
    assert_eq!((positions(&page), page.end, page.more), (vec![1, 2], Number(2), true));
    // Others may need the room meanwhile.
    feed.kept.clear();
    let page = small.take(&mut feed).unwrap();
    assert_eq!((positions(&page), page.end, page.more), (vec![3, 4], Number(4), true));
    let page = small.take(&mut feed).unwrap();
    assert_eq!((positions(&page), page.end, page.more), (vec![5], Number(8), false));
    assert!(small.take(&mut feed).is_none(), "the page is done");
}

#[test]
fn who_comes_from_behind_meets_the_nearest_ahead() {
    let mut feed = Feed::default();
    let stands = [3, 20, 9].map(|place| Reader::new(&mut feed, ordered(), place));
    assert!(stands.iter().all(|reader| feed.take(&reader.ask()).is_none()));
    let mut behind = Reader::new(&mut feed, paid(), 3);
    assert_eq!(behind.begin(&mut feed).upto, Some(Number(9)));
    behind.place = Number(20);
    assert_eq!(behind.begin(&mut feed).upto, None);
    behind.read(&mut feed, &events(22..=24), 25);
    behind.place = Number(15);
    assert!(behind.take(&mut feed).is_none());
    feed.rise(stands[1].seat);
    assert_eq!(
        behind.begin(&mut feed).upto,
        Some(Number(20)),
        "a page that is its own begins there"
    );
}

#[test]
fn only_what_was_read_after_the_reason_to_look_is_current() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, ordered(), 0);
    let mut second = Reader::new(&mut feed, ordered(), 0);
    assert!(second.take(&mut feed).is_none());
    first.read(&mut feed, &events(1..=1), 1);
    second.since = feed.reads();
    assert!(second.take(&mut feed).unwrap().more, "somebody looked before there was a reason to");
    first.read(&mut feed, &[], 2);
    first.read(&mut feed, &events(3..=3), 3);
    assert!(second.take(&mut feed).unwrap().more, "another page follows");
    assert!(!second.take(&mut feed).unwrap().more);
}

#[test]
fn looks_that_find_nothing_make_no_pages() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, ordered(), 0);
    let mut second = Reader::new(&mut feed, ordered(), 0);
    assert!(second.take(&mut feed).is_none());
    first.read(&mut feed, &events(1..=1), 1);
    (2..50).for_each(|end| drop(first.read(&mut feed, &[], end)));
    assert_eq!(feed.kept.len(), 1);
    let page = second.take(&mut feed).unwrap();
    assert_eq!((positions(&page), page.end, page.more), (vec![1], Number(49), false));
    first.read(&mut feed, &[], 50);
    first.read(&mut feed, &[], 51);
    assert_eq!(feed.kept.len(), 2, "somebody stands before these");
    assert_eq!(second.take(&mut feed).unwrap().end, Number(51));
}

#[test]
fn what_was_read_before_a_failure_is_not_kept() {
    let mut feed = Feed::default();
    let mut first = Reader::new(&mut feed, ordered(), 0);
    let mut second = Reader::new(&mut feed, ordered(), 0);
    assert!(second.take(&mut feed).is_none());
    let reading = first.begin(&mut feed);
    feed.forget();
    assert!(second.take(&mut feed).is_none());
    let window = first.place;
    let page = store::Page { window, events: events(1..=1), end: Number(1), more: false };
    let kept = feed.land(&first.ask(), reading, page);
    assert!(second.take(&mut feed).is_none() && feed.share(&second.ask(), kept.clone()).is_none());
    let page = feed.own(&first.ask(), kept).cut(&first.shards, first.limit);
    assert_eq!(positions(&page), [1], "whoever read it has it in hand");
    assert_eq!(second.begin(&mut feed).upto, None, "nor is its end a place to meet");
}

#[test]
fn few_small_and_young_pages_are_kept() {
    let two = || {
        let mut feed = Feed::default();
        let other = Reader::new(&mut feed, ordered(), -1);
        assert!(feed.take(&other.ask()).is_none());
        let mut reader = Reader::new(&mut feed, ordered(), 0);
        reader.limit = MOST_EVENTS;
        (feed, reader)
    };
    let (mut feed, mut reader) = two();
    for end in 1..=100 {
        reader.read(&mut feed, &events(end..=end), end);
    }
    assert_eq!(feed.kept.len(), MOST_PAGES);
    reader.now = LONGEST;
    reader.read(&mut feed, &events(101..=101), 101);
    assert_eq!(feed.kept.len(), MOST_PAGES);
    reader.now += 1;
    reader.read(&mut feed, &events(102..=102), 102);
    assert_eq!(feed.kept.len(), 2);

    let (mut feed, mut reader) = two();
    for end in 1..=8 {
        let many = vec![event(end, "order.placed"); MOST_EVENTS / 4];
        reader.read(&mut feed, &many, end);
    }
    assert_eq!((feed.kept.len(), feed.events), (4, MOST_EVENTS));

    let (mut feed, mut reader) = two();
    let mut large = event(1, "order.placed");
    large.event.data = "x".repeat(MOST_BYTES / 2 - 1_000);
    for end in 1..=8 {
        reader.read(&mut feed, &[large.clone()], end);
    }
    assert_eq!((feed.kept.len(), feed.events), (2, 2));
    large.event.data = "x".repeat(MOST_BYTES);
    reader.read(&mut feed, &[large], 9);
    assert_eq!((feed.kept.len(), feed.events), (1, 1), "whoever takes a part must find the rest");
    feed.forget();
    assert_eq!((feed.kept.len(), feed.events, feed.bytes), (0, 0, 0));
}
