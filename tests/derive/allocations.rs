//! What is asked of every event that passes by allocates nothing.

use allocation_counter::measure;
use eventbus_runtime::{DomainEvent, Filter};
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
    let filter = Filter::of::<OrderEvent>();
    let info = measure(|| {
        assert!(filter.matches(OrderPlaced::TYPE));
        assert!(!filter.matches("account.linked"));
        assert!(!filter.matches("stranger.seen"));
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn the_counter_counts() {
    assert_ne!(measure(|| drop(vec![1_u8; 10])).count_total, 0);
}
