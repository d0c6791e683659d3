use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

fn handle(_: Event<OrderPlaced>) -> Result<(), HandlerError> {
    Ok(())
}
