//! What is asked of every event that passes by allocates nothing.

use allocation_counter::measure;
use eventbus_runtime::{Delivery, DomainEvent, Envelope, Filter, RawEvent};
use uuid::Uuid;

use crate::events::{LineEvent, OrderEvent, OrderPlaced, ShopEvent, SystemEvent};

#[test]
fn the_type_of_an_event_is_known_without_an_allocation() {
    let line = LineEvent::Added { order_id: Uuid::nil(), how_many: 1 };
    let events = [ShopEvent::Order(OrderEvent::Line(line)), ShopEvent::System(SystemEvent::Ping)];
    let info = measure(|| {
        for event in &events {
            assert!(!event.event_type().is_empty());
            assert_eq!(event.version(), 1);
        }
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn a_filter_matches_a_type_without_an_allocation() {
    let filter = Filter::from(OrderEvent::filter());
    let events = [(OrderPlaced::TYPE, true), ("account.linked", false), ("stranger.seen", false)];
    let events = events.map(|(event_type, wanted)| (raw(event_type), wanted));
    let info = measure(|| {
        for (event, wanted) in &events {
            assert_eq!(filter.matches(event, Delivery::new(1, 1)).ok(), Some(*wanted));
        }
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn the_counter_counts() {
    assert_ne!(measure(|| drop(vec![1_u8; 10])).count_total, 0);
}

fn raw(event_type: &str) -> RawEvent {
    let envelope = Envelope { event_type: event_type.to_owned(), ..Envelope::default() };
    RawEvent { envelope, data: String::new() }
}
