//! (d): what is asked of every event that passes by allocates nothing.

use std::hint::black_box;

use allocation_counter::measure;
use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::{Delivery, DomainEvent, Envelope, Filter, RawEvent};

use crate::events::{PaymentEvent, PaymentRefunded, ShopEvent, sample};

pub(crate) fn rows() -> [Row; 2] {
    let event = ShopEvent::Payment(PaymentEvent::from(sample()));
    let filter = Filter::from(PaymentEvent::filter());
    let events = [PaymentRefunded::TYPE, "order.placed", "stranger.seen"].map(raw);
    let name = measure(|| {
        black_box(black_box(&event).event_type());
    });
    let matching = measure(|| {
        for event in &events {
            black_box(filter.matches(black_box(event), Delivery::new(1, 1)).is_ok());
        }
    });
    [
        row("event_type() of the root enum", name.count_total),
        row("a filter matches by type", matching.count_total),
    ]
}

fn raw(event_type: &str) -> RawEvent {
    let envelope = Envelope { event_type: event_type.to_owned(), ..Envelope::default() };
    RawEvent { envelope, data: String::new() }
}

fn row(what: &str, count: u64) -> Row {
    Row {
        part: "allocations",
        what: what.to_owned(),
        against: String::new(),
        unit: "",
        ours: u32::try_from(count).map_or(f64::INFINITY, f64::from),
        theirs: None,
        spread: None,
        goal: Goal::Exactly(0),
    }
}
