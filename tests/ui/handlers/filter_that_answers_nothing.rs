use eventbus_runtime::{DomainEvent, Event, EventBus, SqliteStore};
use shop_events::OrderPlaced;

pub fn filter(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").filter(OrderPlaced::filter().and(|_: &Event<OrderPlaced>| ()));
}
