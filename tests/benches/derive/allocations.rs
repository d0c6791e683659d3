//! (d): what is asked of every event that passes by allocates nothing.

use std::hint::black_box;

use allocation_counter::measure;
use eventbus_runtime::{DomainEvent, Filter};

use crate::events::{PaymentEvent, PaymentRefunded, ShopEvent, sample};
use crate::report::{Goal, Row};

pub(crate) fn rows() -> [Row; 2] {
    let event = ShopEvent::Payment(PaymentEvent::from(sample()));
    let filter = Filter::of::<PaymentEvent>();
    let name = measure(|| {
        black_box(black_box(&event).event_type());
    });
    let matching = measure(|| {
        for event_type in [PaymentRefunded::TYPE, "order.placed", "stranger.seen"] {
            black_box(filter.matches(black_box(event_type)));
        }
    });
    [
        row("event_type() of the root enum", name.count_total),
        row("a filter matches by type", matching.count_total),
    ]
}

fn row(what: &str, count: u64) -> Row {
    Row {
        part: "allocations",
        what: what.to_owned(),
        against: String::new(),
        unit: "",
        ours: u32::try_from(count).map_or(f64::INFINITY, f64::from),
        theirs: None,
        goal: Goal::Exactly(0),
    }
}
