use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: &'static Event<OrderPlaced>) -> Result<(), HandlerError> {
    Ok(())
}
