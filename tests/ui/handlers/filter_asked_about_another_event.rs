use eventbus_runtime::{DomainEvent, Event, EventBus, SqliteStore};
use shop_events::{OrderPlaced, OrderShipped};

pub fn filter(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").filter(OrderPlaced::filter().and(|event: &Event<OrderShipped>| event.attempt() > 1));
}
